/**
 * Every rule by numbers: PyTorch's answers (test/fixtures/aten/make.py) against onnxruntime's for the converted call.
 * 1e-5 of the largest number of a tensor: float32 keeps 1.2e-7, and sums of some tens of products in another order lose
 * two digits of that at worst.
 */
import { describe, expect, test } from 'vitest';
import { ORIGINALS } from '../../../../../src/core/convert/aten-to-onnx/aliases.ts';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { RULES } from '../../../../../src/core/convert/aten-to-onnx/rules.ts';
import { overloadsOf } from '../../../../../src/core/dialects/aten/schemas.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { isFloat } from '../../../../../src/core/ir/dtype.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { makeCase, readCases } from './cases.ts';

const TOLERANCE = 1e-5;
/** PyTorch leaves open what these hold. */
const LEFT_OPEN = new Set(['aten::empty', 'aten::empty_like', 'aten::new_empty']);
const rows = readCases();
const byOperator = new Map(
  [...new Set(rows.map(([operator]) => operator))].map((operator) => [
    operator,
    rows.filter((row) => row[0] === operator),
  ]),
);

for (const [operator, cases] of byOperator) {
  describe(operator, () => {
    test.each(cases.map((row) => [makeCase(row)].map((each) => [each.title, each] as const)[0] ?? ['', undefined]))(
      '%s',
      async (_, found) => {
        if (!found) throw new Error('no case');
        const { model, problems } = atenToOnnx(found.model);
        expect(problems).toEqual([]);
        const results = [...(await runModel(encodeOnnx(model), found.inputs)).values()];
        expect(results.length).toBe(found.outputs.length);
        found.outputs.forEach((wanted, k) => {
          const got = results[k];
          if (got) expectClose(got, wanted);
        });
      },
    );
  });
}

test('every alias has a case, and the arguments of its original', () => {
  const plain = (name: string) =>
    new Set(overloadsOf(name).map((each) => each.arguments.map((argument) => argument.name).join()));
  for (const [alias, original] of ORIGINALS) {
    const originals = plain(original);
    expect(
      [...plain(alias)].filter((each) => !originals.has(each)),
      alias,
    ).toEqual([]);
  }
  const tested = new Set([...byOperator.keys()].map((each) => each.split('.')[0]));
  expect([...ORIGINALS.keys()].filter((alias) => !tested.has(alias))).toEqual([]);
});

test('every rule has a case', () => {
  const tested = new Set([...byOperator.keys()].flatMap((each) => [`aten::${each}`, `aten::${each.split('.')[0]}`]));
  expect([...RULES.keys()].filter((rule) => !tested.has(rule) && !LEFT_OPEN.has(rule))).toEqual([]);
});

function expectClose(got: Tensor, wanted: Tensor): void {
  expect([got.dtype, got.shape]).toEqual([wanted.dtype, wanted.shape]);
  const [a, b] = [got.numbers(), wanted.numbers()];
  if (!isFloat(wanted.dtype)) {
    expect(a).toEqual(b);
    return;
  }
  const largest = b.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1e-3);
  const tolerance = wanted.dtype === 'float16' ? 1e-3 : TOLERANCE;
  const wrong = b.findIndex((each, k) => !close(a[k] ?? Number.NaN, each, tolerance * largest));
  if (wrong >= 0) expect(a, `differs at ${wrong}`).toEqual(b);
}

function close(a: number, b: number, tolerance: number): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  return Number.isFinite(b) ? Math.abs(a - b) <= tolerance : a === b;
}
