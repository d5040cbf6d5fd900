/**
 * The cases of all operators at older opsets: what is not refused there has PyTorch's numbers. A sample runs with the
 * other tests; `ATEN_CASES=all npx vitest run test/unit/core/convert/aten-to-onnx/older-opsets` runs all, in minutes.
 */
import { expect, test } from 'vitest';
import { CASE_FILES, readCases } from './cases.ts';
import { runCases } from './run-cases.ts';
import { NO_KERNEL, WITHOUT_KERNEL } from './without-kernel.ts';

const EVERY = process.env.ATEN_CASES === 'all' ? 1 : 100;

const rows = CASE_FILES.flatMap(readCases).filter((_, k) => k % EVERY === 0);

test.each([13, 17])(
  'at opset %i',
  async (opset) => {
    const [wrong, refusals, lacking]: [string[], Map<string, number>, Set<string>] = [[], new Map(), new Set()];
    for (const { case: each, fault, refused } of await runCases(rows, opset, WITHOUT_KERNEL)) {
      if (fault?.includes(NO_KERNEL)) lacking.add(each.operator);
      else if (fault !== undefined) wrong.push(`${each.title}: ${fault}`);
      if (refused === undefined) continue;
      const reason = `${each.operator.split('.')[0]}: ${refused}`;
      refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
    }
    if (EVERY === 1) console.log(opset, rows.length, [...refusals].sort(), [...lacking].sort());
    expect(wrong).toEqual([]);
    expect([...refusals.keys()].filter((reason) => !/needs opset \d+|does not take/.test(reason))).toEqual([]);
  },
  1_800_000,
);
