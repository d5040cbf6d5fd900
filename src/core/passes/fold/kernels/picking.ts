/** Elements picked from a tensor into another shape: what all kernels that move elements are made of. */
import type { StaticShape } from '../../../ir/shape.ts';
import { elementCount, stridesOf } from '../../../ir/shape.ts';
import { type Dense, room, type Values } from './dense.ts';

/** For each element of a shape, where it stands in memory that has these strides. */
export function placesOf(shape: StaticShape, strides: readonly number[], offset = 0): Int32Array {
  const places = new Int32Array(elementCount(shape));
  if (places.length === 0) return places;
  const last = shape.length - 1;
  const at = new Int32Array(shape.length);
  const inner = last < 0 ? 1 : (shape[last] ?? 1);
  const step = strides[last] ?? 0;
  let start = offset;
  for (let k = 0; k < places.length; ) {
    for (let j = 0, place = start; j < inner; j++, place += step) places[k++] = place;
    for (let axis = last - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      start += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        at[axis] = next;
        break;
      }
      start -= next * (strides[axis] ?? 0);
      at[axis] = 0;
    }
  }
  return places;
}

/** The elements at `places` of `x`, in another shape; where a place is negative, the one element of `fill`, or 0. */
export function picked(x: Dense, shape: StaticShape, places: Int32Array, fill?: Values): Dense {
  const values = room(x.dtype, places.length);
  copy(x.values, values, places, fill);
  return { dtype: x.dtype, shape, values };
}

function copy(from: Values, to: Values, places: Int32Array, fill: Values | undefined): void {
  // All arrays are of one type, which the compiler cannot follow through the union.
  const [source, target, filling] = [from, to, fill] as [Float64Array, Float64Array, Float64Array | undefined];
  const other = filling?.[0];
  for (let k = 0; k < places.length; k++) {
    const place = places[k] ?? 0;
    const value = place < 0 ? other : source[place];
    if (value !== undefined) target[k] = value;
  }
}

/** The coordinates along each axis of `x` that the result has, as their outer product; -1 picks `fill`. */
export function pickedAlong(x: Dense, lists: readonly ArrayLike<number>[], fill?: Values): Dense {
  const shape = lists.map((list) => list.length);
  const strides = stridesOf(x.shape);
  // What is taken whole of inner axes, and in one stretch of the one around them, lies side by side.
  let axes = lists.length;
  while (axes > 0 && isStretch(lists[axes - 1]) && shape[axes - 1] === x.shape[axes - 1]) axes--;
  if (axes > 0 && isStretch(lists[axes - 1])) axes--;
  const offset = (lists[axes]?.[0] ?? 0) * (strides[axes] ?? 0);
  const places = placesAlong(lists.slice(0, axes), strides, offset);
  const run = elementCount(shape.slice(axes));
  if (run === 1) return picked(x, shape, places, fill);
  const values = room(x.dtype, places.length * run);
  copyRuns(x.values, values, places, run, fill);
  return { dtype: x.dtype, shape, values };
}

/** Whether coordinates follow one another. */
function isStretch(list: ArrayLike<number> = []): boolean {
  const first = list[0] ?? -1;
  if (first < 0) return false;
  for (let k = 1; k < list.length; k++) if (list[k] !== first + k) return false;
  return true;
}

/** Where the elements of these coordinates along the outer axes stand, from `offset` on; -1 for those that are nowhere. */
function placesAlong(lists: readonly ArrayLike<number>[], strides: readonly number[], offset: number): Int32Array {
  let places = Int32Array.of(offset);
  for (const [axis, list] of lists.entries()) {
    const next = new Int32Array(places.length * list.length);
    const stride = strides[axis] ?? 1;
    let k = 0;
    for (const place of places) {
      for (let j = 0; j < list.length; j++) {
        const at = list[j] ?? 0;
        next[k++] = place < 0 || at < 0 ? -1 : place + at * stride;
      }
    }
    places = next;
  }
  return places;
}

/** As `copy`, with so many elements side by side at each place. */
function copyRuns(from: Values, to: Values, places: Int32Array, run: number, fill: Values | undefined): void {
  const [source, target, filling] = [from, to, fill] as [Float64Array, Float64Array, Float64Array | undefined];
  const other = filling?.[0];
  for (let k = 0; k < places.length; k++) {
    const place = places[k] ?? 0;
    if (place >= 0) target.set(source.subarray(place, place + run), k * run);
    else if (other !== undefined) target.fill(other, k * run, (k + 1) * run);
  }
}

/** All coordinates along an axis. */
export function all(size: number): number[] {
  return Array.from({ length: size }, (_, k) => k);
}

/** The axes in another order. */
export function permuted(x: Dense, order: readonly number[]): Dense {
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  return picked(
    x,
    shape,
    placesOf(
      shape,
      order.map((axis) => strides[axis] ?? 1),
    ),
  );
}

/** Numpy's common shape; undefined where there is none. */
export function broadcastShape(...shapes: readonly StaticShape[]): StaticShape | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const common = Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [k, size] of shape.entries()) {
      const axis = k + rank - shape.length;
      if (size === 1 || size === common[axis]) continue;
      if (common[axis] !== 1) return undefined;
      common[axis] = size;
    }
  }
  return common;
}

/** Where the elements of a shape that was broadcast stand in the tensor of shape `from`. */
export function broadcastPlaces(from: StaticShape, shape: StaticShape): Int32Array {
  const strides = stridesOf(from);
  const lead = shape.length - from.length;
  return placesOf(
    shape,
    shape.map((_, k) => (k < lead || from[k - lead] === 1 ? 0 : (strides[k - lead] ?? 1))),
  );
}

/** `x` repeated to a shape that it broadcasts to. */
export function broadcast(x: Dense, shape: StaticShape): Dense {
  if (x.shape.length === shape.length && x.shape.every((size, k) => size === shape[k])) return x;
  return picked(x, shape, broadcastPlaces(x.shape, shape));
}
