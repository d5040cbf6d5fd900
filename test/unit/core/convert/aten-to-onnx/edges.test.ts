/**
 * Rules over types, ranks, sizes (0 and 1 too), negative axes and optional arguments: calls that test/fixtures/aten/edges.py
 * makes by tables.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { type Row, readCases } from './cases.ts';
import { type Outcome, runCases } from './run-cases.ts';
import { NO_KERNEL, WITHOUT_KERNEL } from './without-kernel.ts';

const rows = readCases('edges.json');
const operators = [...new Set(rows.map(([operator]) => operator))];

/** Calls that ONNX has no words for. */
const REFUSED: readonly string[] = [
  'avg_pool1d: ONNX does not take int64 for aten::avg_pool1d.',
  'avg_pool2d: ONNX does not take int64 for aten::avg_pool2d.',
  'avg_pool3d: ONNX does not take int64 for aten::avg_pool3d.',
  'max_pool2d: ONNX does not take int64 for aten::max_pool2d.',
  'max_pool3d: ONNX does not take int64 for aten::max_pool3d.',
];

describe('at the pivot opset', () => {
  const found = new Map<string, Outcome[]>(operators.map((operator) => [operator, []]));
  const lacking = new Map<string, Row>();
  const refusals = new Set<string>();
  beforeAll(async () => {
    for (const outcome of await runCases(rows, PIVOT_OPSET, WITHOUT_KERNEL)) {
      const { operator, row } = outcome.case;
      if (outcome.lacking !== undefined) lacking.set(outcome.lacking, row);
      else if (outcome.refused !== undefined) refusals.add(`${operator}: ${outcome.refused}`);
      else found.get(operator)?.push(outcome);
    }
  }, 300_000);

  test.each(operators)('%s', (operator) => {
    const wrong = found.get(operator)?.filter((each) => each.fault !== undefined);
    expect(wrong?.map((each) => `${each.case.title}: ${each.fault}`)).toEqual([]);
  });

  test('what is refused is known', () => {
    expect([...refusals].sort()).toEqual(REFUSED);
  });

  test('what does not run has no kernel', async () => {
    expect([...lacking.keys()].sort()).toEqual([...WITHOUT_KERNEL].sort());
    for (const row of lacking.values()) {
      const [alone] = await runCases([row], PIVOT_OPSET);
      expect(alone?.fault, alone?.case.title).toContain(NO_KERNEL);
    }
  });
});
