/** What all elements of a constant are. */
import { expect, test } from 'vitest';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { uniformOf } from '../../../../../src/core/passes/simplify/constants.ts';

const uniform = (dtype: DataType, values: readonly number[]) => uniformOf(Tensor.of(dtype, [values.length], values));

test.each<DataType>(['float32', 'float16', 'float64', 'int64', 'uint8'])('every element of %s counts', (dtype) => {
  expect(uniform(dtype, [3])).toBe(3);
  expect(uniform(dtype, [3, 3, 3])).toBe(3);
  expect(uniform(dtype, [3, 3, 4])).toBeUndefined();
  // The first is as the last.
  expect(uniform(dtype, [3, 4, 3])).toBeUndefined();
  expect(uniform(dtype, [])).toBeUndefined();
});

test('both zeros are one, and what is not a number is nothing', () => {
  expect(uniform('float32', [0, -0, 0])).toBe(0);
  expect(uniform('float32', [Number.NaN, Number.NaN])).toBeUndefined();
  const many = Array<number>(1 << 14).fill(2);
  expect(uniform('float32', many)).toBe(2);
  expect(uniform('float32', [...many, 5])).toBeUndefined();
});
