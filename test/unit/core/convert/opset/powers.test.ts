/** Powers of 64-bit integers before opset 12, some of which no double holds. */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf, operatorsOf } from './stepping.ts';

const POWERS: readonly (readonly [base: bigint, exponent: number, power: bigint])[] = [
  [3n, 39, 4052555153018976267n],
  [-7n, 21, (-7n) ** 21n],
  [2n, 62, 1n << 62n],
  [-1n, 1001, -1n],
  [-1n, 1000, 1n],
  [1n, 99, 1n],
  [0n, 0, 1n],
  [0n, 64, 0n],
  [3037000499n, 2, 3037000499n ** 2n],
  [9007199254740993n, 1, 9007199254740993n],
];
const NEGATIVE: typeof POWERS = [
  [1n, -3, 1n],
  [-1n, -3, -1n],
  [-1n, -4, 1n],
  [5n, -1, 0n],
];
const ROOTS: typeof POWERS = [
  [16n, 0.5, 4n],
  [10n, 1.5, 31n],
  [3n, 39, 4052555153018976267n],
];

async function powersOf(rows: typeof POWERS, type: string, dtype: DataType, to: number): Promise<readonly bigint[]> {
  const n = rows.length;
  const step = { graph: `int64[${n}] x, ${type}[${n}] y => int64[${n}] z`, nodes: 'z = Pow (x, y)', from: 15 };
  const { model, problems } = convertOpset(modelOf(step), to);
  expect(problems.map((problem) => problem.message)).toEqual([]);
  const bases = rows.map(([base]) => base);
  const exponents = rows.map(([, exponent]) => (dtype === 'int64' ? BigInt(exponent) : exponent));
  const inputs = new Map([
    ['x', Tensor.of('int64', [n], bases)],
    ['y', Tensor.of(dtype, [n], exponents)],
  ]);
  const [result] = (await runModel(encodeOnnx(model), inputs)).values();
  return result?.bigints() ?? [];
}

const expected = (rows: typeof POWERS) => rows.map(([, , power]) => power);

test.each([11, 7])('whole exponents that are computed, at opset %i', async (to) => {
  const rows = [...POWERS, ...NEGATIVE];
  expect(await powersOf(rows, 'int64', 'int64', to)).toEqual(expected(rows));
  expect(await powersOf(rows, 'int32', 'int32', to)).toEqual(expected(rows));
});

test.each([11, 7])('exponents of floats, which may be roots, at opset %i', async (to) => {
  const rows = [...POWERS, ...NEGATIVE, ...ROOTS];
  expect(await powersOf(rows, 'float', 'float32', to)).toEqual(expected(rows));
  expect(await powersOf(rows, 'double', 'float64', to)).toEqual(expected(rows));
});

test.each([
  ['3', 'Mul Mul'],
  ['1', 'Identity'],
  ['0', 'Mul Add'],
])('a constant exponent %s is as few products as can be', async (exponent, operators) => {
  const step = {
    graph: 'int64[3] x => int64[3] z',
    nodes: `y = Constant <value_int = ${exponent}> ()\nz = Pow (x, y)`,
    from: 15,
  };
  const { model } = convertOpset(modelOf(step), 11);
  expect(operatorsOf(model)).toBe(operators);
  const inputs = new Map([['x', Tensor.of('int64', [3], [2000001n, -5n, 0n])]]);
  const [result] = (await runModel(encodeOnnx(model), inputs)).values();
  expect(result?.bigints()).toEqual([2000001n, -5n, 0n].map((base) => base ** BigInt(exponent)));
});
