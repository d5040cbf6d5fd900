/** Where ONNX leaves an answer open, or tells two, nothing is computed; and what types do at their ends. */
import { expect, test } from 'vitest';
import { codeOfDtype } from '../../../../../src/core/dialects/onnx/dtype-codes.ts';
import { int } from '../../../../../src/core/ir/attribute.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { load, numbersOf } from '../../../../../src/core/passes/fold/kernels/dense.ts';
import { compute } from '../../../../../src/core/passes/fold/kernels/table.ts';

function computed(op: string, ...inputs: readonly Tensor[]): readonly number[] | undefined {
  const [result] =
    compute(
      new Node(
        op,
        inputs.map(() => undefined),
      ),
      inputs,
      21,
    ) ?? [];
  return result && numbersOf(load(result));
}

function cast(value: number | bigint, from: DataType, to: DataType, saturate = 1): number | undefined {
  const node = new Node('Cast', [undefined], { attributes: { to: int(codeOfDtype(to)), saturate: int(saturate) } });
  const [result] = compute(node, [Tensor.of(from, [1], [value])], 21) ?? [];
  return result && numbersOf(load(result))[0];
}

const ints = (...values: (number | bigint)[]) => Tensor.of('int64', [values.length], values);
const int32s = (...values: number[]) => Tensor.of('int32', [values.length], values);

test('dividing integers by 0 has no answer, and neither has the lowest by -1', () => {
  expect(computed('Div', ints(1), ints(0))).toBeUndefined();
  expect(computed('Mod', int32s(1), int32s(0))).toBeUndefined();
  expect(computed('Div', int32s(-(2 ** 31)), int32s(-1))).toBeUndefined();
  expect(computed('Div', int32s(-7), int32s(2))).toEqual([-3]);
});

test('integers wrap around', () => {
  expect(computed('Add', int32s(2 ** 31 - 1), int32s(1))).toEqual([-(2 ** 31)]);
  expect(computed('Mul', ints(2n ** 63n - 1n), ints(2))).toEqual([-2]);
  expect(computed('Add', Tensor.of('uint8', [1], [250]), Tensor.of('uint8', [1], [10]))).toEqual([4]);
});

test('an index outside has no answer', () => {
  expect(computed('Gather', ints(1, 2), ints(2))).toBeUndefined();
  expect(computed('Gather', ints(1, 2), ints(-2))).toEqual([1]);
});

test.each([
  ['int64', 'int8', 300, 44],
  ['float32', 'int8', -3.9, -3],
  ['float32', 'int8', 300, undefined],
  ['float32', 'int64', Number.NaN, undefined],
  ['float32', 'uint8', -1, undefined],
  ['float64', 'int64', 2 ** 63, undefined],
  ['float64', 'int64', -(2 ** 63), -(2 ** 63)],
  ['float32', 'float16', 65520, Number.POSITIVE_INFINITY],
  ['float32', 'float16', 2 ** -25, 0],
  ['float32', 'bfloat16', 1.00390625, 1],
  ['float32', 'float8e4m3fn', 1000, 448],
  ['float32', 'float8e5m2', -0.3, -0.3125],
  ['float32', 'float8e4m3fnuz', Number.POSITIVE_INFINITY, undefined],
  ['float32', 'float4e2m1', 2.5, 2],
  ['float32', 'float4e2m1', Number.NaN, undefined],
  ['int32', 'int4', 9, -7],
  ['float32', 'bool', Number.NaN, 1],
] as const)('%s to %s: %s is %s', (from, to, value, wanted) => {
  expect(cast(value, from, to)).toBe(wanted);
});

test('beyond the largest number a float8 that does not saturate is NaN, or infinite', () => {
  expect(cast(1000, 'float32', 'float8e4m3fn', 0)).toBeNaN();
  expect(cast(-1e6, 'float32', 'float8e5m2', 0)).toBe(Number.NEGATIVE_INFINITY);
});

// 2^54 + 2^30 lies between two floats, and the last 1 decides.
test.each([
  [2n ** 54n + 2n ** 30n, 2 ** 54],
  [2n ** 54n + 2n ** 30n + 1n, 2 ** 54 + 2 ** 31],
])('a large integer is rounded to a float once: %s', (value, wanted) => {
  expect(cast(value, 'int64', 'float32')).toBe(wanted);
});

test('nothing is computed below opset 7, nor with text', () => {
  expect(compute(new Node('Neg', [undefined]), [ints(1)], 6)).toBeUndefined();
  const text = Tensor.ofStrings([1], [new TextEncoder().encode('a')]);
  expect(compute(new Node('Identity', [undefined]), [text], 21)).toBeUndefined();
});

test('tensors without elements', () => {
  const empty = Tensor.of('float32', [0, 2], []);
  expect(computed('Neg', empty)).toEqual([]);
  expect(computed('ReduceSum', empty)).toEqual([0]);
  expect(computed('ReduceMax', empty)).toEqual([Number.NEGATIVE_INFINITY]);
});
