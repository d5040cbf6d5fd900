/** Fourier transforms and complex numbers: calls that test/fixtures/aten/complex.py makes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { readCases } from './cases.ts';
import { type Outcome, runCases } from './run-cases.ts';

const rows = readCases('complex.json');
const operators = [...new Set(rows.map(([operator]) => operator))];

describe('at the pivot opset', () => {
  let outcomes: Outcome[];
  beforeAll(async () => {
    outcomes = await runCases(rows, PIVOT_OPSET, new Set(['Atan float64']));
  }, 60_000);

  test.each(operators)('%s', (operator) => {
    const wrong = outcomes.filter((each) => each.case.operator === operator && (each.fault ?? each.refused));
    expect(wrong.map((each) => `${each.case.title}: ${each.fault ?? each.refused}`)).toEqual([]);
  });
});
