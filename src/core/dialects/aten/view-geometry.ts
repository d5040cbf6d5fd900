/** How the basic views lie in memory: each from a tensor and plain numbers. Rules: ATen/native/TensorShape.cpp, ExpandUtils.cpp. */
import {
  add,
  atMost,
  boundsOf,
  ceilDivide,
  type Dim,
  elementCount,
  exactQuotient,
  maximum,
  minimum,
  multiply,
  type Shape,
  sameDim,
  shapeText,
  subtract,
} from '../../ir/shape.ts';
import { contiguousStrides, viewStrides } from './layout.ts';
import { axisOf, inferSize, mismatch, numberOf, sizeAt, sizeText, type TensorInfo, undecided } from './rule.ts';
import type { View } from './view.ts';

export function same(self: TensorInfo): View {
  return { aliasing: 'same', info: self, offset: 0, step: { kind: 'alias' } };
}

/** The same elements in another shape: a view wherever PyTorch demands one. */
export function viewed(self: TensorInfo, shape: Shape): View {
  const to = inferSize(shape, elementCount(self.shape));
  const strides = self.strides && viewStrides(self.shape, self.strides, to);
  if (strides === null) mismatch(`a view as ${shapeText(to)} of memory that does not lie that way`);
  return {
    aliasing: 'view',
    info: { ...self, shape: to, strides },
    offset: 0,
    step: { kind: 'reshape', from: self.shape, to },
  };
}

/** The same elements in another shape: a view where the memory lies that way, else a copy. */
export function reshaped(self: TensorInfo, shape: Shape): View {
  const to = inferSize(shape, elementCount(self.shape));
  const step = { kind: 'reshape', from: self.shape, to } as const;
  const info = { ...self, shape: to };
  const strides = self.strides && viewStrides(self.shape, self.strides, to);
  if (strides === undefined) return { aliasing: 'maybe', info: { ...info, strides }, offset: 0, step };
  if (strides) return { aliasing: 'view', info: { ...info, strides }, offset: 0, step };
  return { aliasing: 'copy', info: { ...info, strides: contiguousStrides(to) }, offset: 0, step };
}

export function permuted(self: TensorInfo, axes: readonly number[]): View {
  const dims = axes.map((axis) => axisOf(axis, self.shape.length));
  if (new Set(dims).size !== self.shape.length)
    mismatch(`axes [${axes.join(', ')}] of a tensor of ${self.shape.length} axes`);
  const shape = dims.map((axis) => self.shape[axis]);
  const strides = self.strides && dims.map((axis) => self.strides?.[axis]);
  return { aliasing: 'view', info: { ...self, shape, strides }, offset: 0, step: { kind: 'permute', dims } };
}

export function swapped(self: TensorInfo, a: number, b: number): View {
  const rank = self.shape.length;
  const [x, y] = [axisOf(a, rank), axisOf(b, rank)];
  return permuted(
    self,
    self.shape.map((_, axis) => (axis === x ? y : axis === y ? x : axis)),
  );
}

export function without(self: TensorInfo, axes: ReadonlySet<number>): View {
  const keep = (size: Dim, axis: number) => {
    if (!axes.has(axis)) return true;
    const single = sameDim(self.shape[axis], 1);
    if (single === undefined) undecided(`an axis of ${sizeText(size)} goes only where it is 1`, subtract(size, 1));
    return !single;
  };
  const shape = self.shape.filter(keep);
  const info = { ...self, shape, strides: self.strides?.filter(keep) };
  return { aliasing: 'view', info, offset: 0, step: { kind: 'reshape', from: self.shape, to: shape } };
}

export function unsqueezed(self: TensorInfo, dim: number): View {
  const axis = axisOf(dim, self.shape.length + 1);
  const insert = <T>(items: readonly T[], item: T) => [...items.slice(0, axis), item, ...items.slice(axis)];
  const stride = axis < self.shape.length ? multiply(self.shape[axis], self.strides?.[axis]) : 1;
  const shape = insert<Dim>(self.shape, 1);
  const info = { ...self, shape, strides: self.strides && insert(self.strides, stride) };
  return { aliasing: 'view', info, offset: 0, step: { kind: 'reshape', from: self.shape, to: shape } };
}

export function selected(self: TensorInfo, dim: number, index: Dim): View {
  const axis = axisOf(dim, self.shape.length);
  const size = sizeAt(self.shape, axis);
  const at = boundsOf(index).most < 0 ? add(index, size) : index;
  if (atMost(0, at) === false || atMost(size, at)) mismatch(`index ${sizeText(index)} of an axis of ${sizeText(size)}`);
  const others = (_: unknown, k: number) => k !== axis;
  const info = { ...self, shape: self.shape.filter(others), strides: self.strides?.filter(others) };
  // Where only the data says from which end it counts, the place in memory is not known.
  if (!atMost(0, at)) return { aliasing: 'view', info, offset: undefined, step: { kind: 'opaque' } };
  const offset = multiply(at, self.strides ? self.strides[axis] : 0);
  return { aliasing: 'view', info, offset, step: { kind: 'select', dim: axis, index: at } };
}

/**
 * Python's slicing: bounds count from the end where negative, and are clamped. `counted` gives the size where only the data
 * says from which end a bound counts, or how long a step is. Throws ShapeError for steps of 0 or less, as PyTorch does.
 */
export function sliced(
  self: TensorInfo,
  dim: number,
  from: Dim,
  to: Dim,
  step: Dim,
  counted: () => Dim = () => undecided(`from which end the slice ${sizeText(from)} to ${sizeText(to)} counts`),
): View {
  const axis = axisOf(dim, self.shape.length);
  const size = sizeAt(self.shape, axis);
  if (atMost(step, 0)) mismatch(`a slice by steps of ${sizeText(step)}`);
  const change = (items: Shape, item: Dim) => items.map((old, k) => (k === axis ? item : old));
  const opaque = (length: Dim): View => {
    const strides = self.strides && change(self.strides, multiply(self.strides[axis], step));
    const info = { ...self, shape: change(self.shape, length), strides };
    return { aliasing: 'view', info, offset: undefined, step: { kind: 'opaque' } };
  };
  if (!atMost(1, step) || [from, to].some((bound) => isEitherEnd(bound))) return opaque(counted());
  const start = clamped(from ?? 0, size);
  const end = maximum(clamped(to ?? size, size), start);
  if (typeof step !== 'number') return opaque(ceilDivide(subtract(end, start), step));
  const stride = self.strides ? self.strides[axis] : 0;
  const info = {
    ...self,
    shape: change(self.shape, ceilDivide(subtract(end, start), step)),
    strides: self.strides && change(self.strides, multiply(stride, step)),
  };
  return {
    aliasing: 'view',
    info,
    offset: multiply(start, stride),
    step: { kind: 'slice', dim: axis, start, end, step },
  };
}

/** `narrow`: so many elements from a place on. Fewer than that are an error in PyTorch, so that the size is certain. */
export function narrowed(self: TensorInfo, dim: number, start: Dim, length: Dim): View {
  const axis = axisOf(dim, self.shape.length);
  const size = sizeAt(self.shape, axis);
  if (isEitherEnd(start)) undecided(`from which end the start ${sizeText(start)} counts`);
  const from = boundsOf(start).most < 0 ? add(start, size) : start;
  const end = add(from, length);
  if (atMost(0, length) === false || atMost(end, size) === false)
    mismatch(`${sizeText(length)} elements from ${sizeText(start)} on of an axis of ${sizeText(size)}`);
  const shape = self.shape.map((old, k) => (k === axis ? length : old));
  return {
    aliasing: 'view',
    info: { ...self, shape },
    offset: multiply(from, self.strides ? self.strides[axis] : 0),
    step: { kind: 'slice', dim: axis, start: from, end, step: 1 },
  };
}

/** Whether a bound of a slice may be negative, and may not. */
function isEitherEnd(bound: Dim): boolean {
  const { least, most } = boundsOf(bound ?? 0);
  return least < 0 && most >= 0;
}

/** A bound of a slice as a place within an axis. */
function clamped(bound: Dim, size: Dim): Dim {
  // INT64_MAX, "to the end", is no number that expressions hold.
  if (typeof bound === 'number' && !Number.isSafeInteger(bound)) return bound > 0 ? size : 0;
  if (atMost(0, bound)) return minimum(bound, size);
  return maximum(add(bound, size), 0);
}

export function expanded(self: TensorInfo, size: Shape): View {
  const added = size.length - self.shape.length;
  if (added < 0) mismatch(`expanding a tensor of ${self.shape.length} axes to ${size.length}`);
  const texts = `expanding ${shapeText(self.shape)} to ${shapeText(size)}`;
  const shape = new Array<Dim>(size.length);
  const strides = new Array<Dim>(size.length);
  for (let k = size.length - 1; k >= 0; k--) {
    const own = k < added ? 1 : self.shape[k - added];
    const wanted = size[k] === -1 && k >= added ? own : size[k];
    const keeps = sameDim(own, wanted);
    if (typeof wanted === 'number' && wanted < 0) mismatch(texts);
    if (own !== 1 && keeps === false) mismatch(texts);
    if (own !== 1 && !keeps) undecided(`${texts} needs ${sizeText(own)} to be ${sizeText(wanted)}`);
    const packed = k + 1 < size.length ? multiply(shape[k + 1], strides[k + 1]) : 1;
    const stride = k < added ? packed : self.strides ? self.strides[k - added] : 1;
    shape[k] = wanted;
    strides[k] = keeps ? stride : 0;
  }
  return {
    aliasing: 'view',
    info: { ...self, shape, strides: self.strides && strides },
    offset: 0,
    step: sameDim(elementCount(shape), elementCount(self.shape))
      ? { kind: 'reshape', from: self.shape, to: shape }
      : { kind: 'expand', to: shape },
  };
}

/** Cuts an axis at the ends of pieces. */
export function cut(self: TensorInfo, dim: number, sizes: Shape): View[] {
  let start: Dim = 0;
  return sizes.map((size) => {
    const end = add(start, size);
    const piece = sliced(self, dim, start, end, 1);
    start = end;
    return piece;
  });
}

/** Pieces of one size, the last of which may be smaller. How many there are must be certain, or what the program `wants`. */
export function equalPieces(total: Dim, size: Dim, wants?: number): Dim[] {
  if (total === 0 || atMost(size, 0)) return [total];
  const count = ceilDivide(total, size);
  const { least, most } = boundsOf(count);
  return piecesOf(
    total,
    size,
    least === most ? least : (wants ?? numberOf(count, `the number of pieces of ${sizeText(size)}`)),
  );
}

/** So many pieces of one size, of which the last takes what is left. */
function piecesOf(total: Dim, size: Dim, count: number): Dim[] {
  return Array.from({ length: count }, (_, k) => (k < count - 1 ? size : subtract(total, multiply(k, size))));
}

/** More pieces than these are not counted for every size that a symbol may be. */
const MOST_CHUNKS = 64;

/**
 * The pieces of `torch.chunk`: all of one size but the last. They may be fewer than were asked for: 4 elements in 3 are two
 * pieces of 2. Where their number is not the same for all that a symbol may be, it is what the program `wants`: PyTorch fails
 * for any other.
 */
export function chunksOf(total: Dim, chunks: number, wants?: number): Dim[] {
  const size = ceilDivide(total, chunks);
  const { least, most } = boundsOf(total);
  if (typeof total === 'number' || least < 1 || chunks > MOST_CHUNKS) return equalPieces(total, size, wants);
  // From chunks * (chunks - 1) + 1 elements on there is one piece for each chunk.
  const all = chunks * (chunks - 1) + 1;
  const counts = new Set<number>();
  for (let n = least; n <= Math.max(least, Math.min(most, all)); n++) {
    counts.add(Math.ceil(n / Math.ceil(n / chunks)));
  }
  const [count, other] = counts;
  if (other === undefined) return piecesOf(total, size, count ?? chunks);
  if (exactQuotient(total, chunks) !== undefined) return piecesOf(total, size, chunks);
  return piecesOf(
    total,
    size,
    wants ?? undecided(`how many pieces ${chunks} chunks of ${sizeText(total)} are depends on it: ${listText(counts)}`),
  );
}

/** `1, 2 or 3`; of many the first and the last. */
function listText(counts: ReadonlySet<number>): string {
  const sorted = [...counts].sort((a, b) => a - b);
  const last = sorted.pop();
  return sorted.length > 5 ? `${sorted[0]} to ${last}` : `${sorted.join(', ')} or ${last}`;
}
