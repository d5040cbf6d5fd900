/** Constants told apart by what they hold. */
import { expect, test } from 'vitest';
import { ComputedSource, Tensor } from '../../../../src/core/ir/tensor.ts';
import { Distinct } from '../../../../src/core/passes/cleanup/content.ts';

/** More than what is looked at of both ends. */
const COUNT = 1000;

function tensor(changed: Readonly<Record<number, number>> = {}, shape: readonly number[] = [COUNT]): Tensor {
  const values = Float32Array.from({ length: COUNT }, (_, k) => changed[k] ?? k);
  return Tensor.ofBytes('float32', shape, new Uint8Array(values.buffer));
}

test('tensors in memory are the same where they hold the same', () => {
  const contents = new Distinct();
  const first = contents.of(tensor());
  expect(contents.of(tensor())).toBe(first);
  expect(contents.of(tensor({}, [10, 100]))).not.toBe(first);
  expect(contents.of(tensor({ 0: 7 }))).not.toBe(first);
  // Equal at both ends, and different from one another in between.
  const [second, third] = [tensor({ 500: 7 }), tensor({ 501: 7 })].map((each) => contents.of(each));
  expect(new Set([first, second, third]).size).toBe(3);
  expect(contents.of(tensor({ 500: 7 }))).toBe(second);
  expect(contents.of(tensor({ 501: 7 }))).toBe(third);
  expect(contents.of(tensor())).toBe(first);
});

test('small tensors are told apart by all of their bytes, and 0 from -0', () => {
  const contents = new Distinct();
  const small = (value: number) => contents.of(Tensor.of('float32', [2], [1, value]));
  expect(small(0)).toBe(small(0));
  expect(small(-0)).not.toBe(small(0));
  expect(contents.of(Tensor.of('int32', [2], [1, 0]))).not.toBe(small(0));
});

test('what must be computed is itself and is not looked at', () => {
  const contents = new Distinct();
  const source = new ComputedSource('computed', () => {
    throw new Error('it was looked at');
  });
  const computed = () => new Tensor('float32', [COUNT], source);
  expect(contents.of(computed())).toBe(contents.of(computed()));
  expect(contents.of(computed())).not.toBe(contents.of(tensor()));
});
