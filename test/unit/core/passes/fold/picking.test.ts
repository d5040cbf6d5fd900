/** Elements picked along axes, beside the definition. */

import { expect, test } from 'vitest';
import { stridesOf } from '../../../../../src/core/ir/shape.ts';
import type { Dense } from '../../../../../src/core/passes/fold/kernels/dense.ts';
import { pickedAlong } from '../../../../../src/core/passes/fold/kernels/picking.ts';

/** Each element by itself. */
function defined(x: Dense, lists: readonly (readonly number[])[], fill: number): number[] {
  let places: (number | undefined)[] = [0];
  const strides = stridesOf(x.shape);
  lists.forEach((list, axis) => {
    const at = (place: number | undefined, k: number) =>
      place === undefined || k < 0 ? undefined : place + k * (strides[axis] ?? 0);
    places = places.flatMap((place) => list.map((k) => at(place, k)));
  });
  return places.map((place) => (place === undefined ? fill : Number(x.values[place])));
}

/** Whole axes, stretches of them, others, none, and places that are nowhere. */
const LISTS: readonly (readonly (readonly number[])[])[] = [
  [[0, 1, 2], [1], [], [0]],
  [[0, 1, 2, 3], [1, 2], [3, 1], [0, 0, 2], [2, 3], [-1, 0, 1, -1], []],
  [[0, 1, 2, 3, 4], [2, 3, 4], [4, 3], [0], [-1, -1], [1, 3]],
];

test('every mixture of whole axes, stretches and single places', () => {
  const shape = [3, 4, 5];
  const x: Dense = { dtype: 'float32', shape, values: Float32Array.from({ length: 60 }, (_, k) => k + 1) };
  for (const first of LISTS[0] ?? [])
    for (const second of LISTS[1] ?? [])
      for (const third of LISTS[2] ?? []) {
        const lists = [first, second, third];
        const name = JSON.stringify(lists);
        const zeros = pickedAlong(x, lists);
        expect(zeros.shape, name).toEqual(lists.map((list) => list.length));
        expect([...zeros.values], name).toEqual(defined(x, lists, 0));
        expect([...pickedAlong(x, lists, Float32Array.of(9)).values], name).toEqual(defined(x, lists, 9));
      }
});

test('a tensor of no axes is its element', () => {
  const x: Dense = { dtype: 'int64', shape: [], values: BigInt64Array.of(7n) };
  expect(pickedAlong(x, [])).toEqual(x);
});
