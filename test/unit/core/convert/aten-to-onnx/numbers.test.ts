/**
 * Every rule by numbers: PyTorch's answers (test/fixtures/aten/make.py) against onnxruntime's for the converted call, at
 * the pivot opset and at those that adapters lead to.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { ORIGINALS } from '../../../../../src/core/convert/aten-to-onnx/aliases.ts';
import { COMPLEX_RULES } from '../../../../../src/core/convert/aten-to-onnx/complex/rules.ts';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { PIVOT_OPSET } from '../../../../../src/core/convert/pivot.ts';
import { overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { CASE_FILES, makeBatch, readCases } from './cases.ts';
import { type Outcome, runCases } from './run-cases.ts';

const rows = readCases('cases.json');
const operators = new Set(CASE_FILES.flatMap(readCases).map(([operator]) => operator));

describe('at the pivot opset', () => {
  let found: Map<string, Outcome>;
  beforeAll(async () => {
    found = new Map((await runCases(rows, PIVOT_OPSET)).map((each) => [each.case.title, each]));
  });

  test.each(makeBatch(rows).cases.map((each) => each.title))('%s', (title) => {
    expect(found.get(title)).toMatchObject({ fault: undefined, refused: undefined });
  });
});

/** What an older opset cannot say: everything else runs there with the same numbers. */
test.each([
  [20, ''],
  [17, ''],
  [13, ''],
])(
  'at opset %i',
  async (opset, lacking) => {
    const lacked = new Set<string>();
    for (const { case: each, fault, refused } of await runCases(rows, opset)) {
      expect(fault, each.title).toBeUndefined();
      if (refused === undefined) continue;
      expect(refused, each.title).toContain('needs opset');
      lacked.add(each.operator.split('.')[0] ?? '');
    }
    expect([...lacked].sort().join(' ')).toBe(lacking);
  },
  60_000,
);

test('every alias has a case, and the arguments of its original', () => {
  const signatures = (name: string) =>
    new Set(overloadsOf(name).map((each) => each.arguments.map((argument) => argument.name).join()));
  for (const [alias, original] of ORIGINALS) {
    const originals = signatures(original);
    expect(
      [...signatures(alias)].filter((each) => !originals.has(each)),
      alias,
    ).toEqual([]);
  }
  const tested = new Set([...operators].map((each) => each.split('.')[0]));
  expect([...ORIGINALS.keys()].filter((alias) => !tested.has(alias))).toEqual([]);
});

/** PyTorch leaves open what these hold, or it is random; the last is no tensor there. */
const LEFT_OPEN = new Set(
  (
    'empty empty_like new_empty empty_permuted empty_strided new_empty_strided rand rand_like randn randn_like randint ' +
    'randint_like randperm bernoulli sym_size.int'
  )
    .split(' ')
    .map((name) => `aten::${name}`),
);

test('every rule has a case', () => {
  const tested = new Set([...operators].flatMap((each) => [`aten::${each}`, `aten::${each.split('.')[0]}`]));
  expect(
    [...RULES.keys(), ...COMPLEX_RULES.keys()].filter((rule) => !tested.has(rule) && !LEFT_OPEN.has(rule)),
  ).toEqual([]);
});
