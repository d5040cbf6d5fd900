/** Rules of families that have makers of their own in test/fixtures/aten: complex.py (Fourier transforms), choices.py. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { readCases } from './cases.ts';
import { type Outcome, runCases } from './run-cases.ts';
import { WITHOUT_KERNEL } from './without-kernel.ts';

describe.each(['complex.json', 'choices.json'] as const)('%s at the pivot opset', (file) => {
  const rows = readCases(file);
  let outcomes: Outcome[];
  beforeAll(async () => {
    outcomes = await runCases(rows, PIVOT_OPSET, WITHOUT_KERNEL);
  }, 120_000);

  test.each([...new Set(rows.map(([operator]) => operator))])('%s', (operator) => {
    const wrong = outcomes.filter((each) => each.case.operator === operator && (each.fault ?? each.refused));
    expect(wrong.map((each) => `${each.case.title}: ${each.fault ?? each.refused}`)).toEqual([]);
  });
});
