/** Rows by rows, beside the plain sums. */
import { expect, test } from 'vitest';
import { multiplyRows } from '../../../../../src/core/runtime/caffe/rows.ts';

test.each([
  ['whole blocks', 4, 2, 3],
  ['what is left over of either', 6, 5, 7],
  ['less than a block', 3, 1, 2],
  ['long rows, some at a time', 5, 7, 50_000],
])('%s: %i by %i of %i', (_, aCount, bCount, length) => {
  const rows = (count: number, modulus: number) =>
    Float32Array.from({ length: 1 + count * length }, (_, k) => (k % modulus) - 2);
  const [left, right] = [rows(aCount, 5), rows(bCount, 7)];
  const to = { data: new Float32Array(1 + aCount * (bCount + 1)), from: 1, step: bCount + 1 };
  const starts = Float32Array.from({ length: aCount }, (_, i) => i / 2);
  multiplyRows(
    { data: left, from: 1, count: aCount, length },
    { data: right, from: 1, count: bCount, length },
    to,
    starts,
  );
  const expected = new Float32Array(to.data.length);
  for (let i = 0; i < aCount; i++) {
    for (let j = 0; j < bCount; j++) {
      let sum = i / 2;
      for (let k = 0; k < length; k++) sum += (left[1 + i * length + k] ?? 0) * (right[1 + j * length + k] ?? 0);
      expected[1 + i * to.step + j] = sum;
    }
  }
  expect([...to.data]).toEqual([...expected]);
});
