/** Kernels that read or write at indices. Rules: the ONNX operator specification. An index outside has no answer. */
import { elementCount, stridesOf } from '../../../ir/shape.ts';
import { largerWide, smallerWide } from './binary.ts';
import { type Dense, dense, isWide, type Narrow, numbersOf, room } from './dense.ts';
import { areSizes, around, axisFrom, type Call, type Kernel, type Kernels, rows } from './kernel.ts';
import { all, picked, pickedAlong } from './picking.ts';

/** Indices counted from the front; undefined where one lies outside. */
function within(indices: Dense, size: number): Int32Array | undefined {
  const found = Int32Array.from(numbersOf(indices), (at) => (at < 0 ? at + size : at));
  return found.every((at) => at >= 0 && at < size) ? found : undefined;
}

const gather: Kernel = ({ node, inputs: [x, indices] }) => {
  const axis = x && axisFrom(node.int('axis', 0n), x.shape.length);
  if (!x || !indices || axis === undefined) return undefined;
  const places = within(indices, x.shape[axis] ?? 0);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (!places || !areSizes(shape)) return undefined;
  const lists = x.shape.map((size, k) => (k === axis ? places : all(size)));
  return [{ ...pickedAlong(x, lists), shape }];
};

/** For each element of `indices`, where it points to along an axis of a tensor of that shape. */
function elementPlaces(indices: Dense, into: Dense, axis: number): Int32Array | undefined {
  if (indices.shape.length !== into.shape.length) return undefined;
  const along = within(indices, into.shape[axis] ?? 0);
  if (!along) return undefined;
  const [strides, own] = [stridesOf(into.shape), stridesOf(indices.shape)];
  const places = new Int32Array(along.length);
  for (let k = 0; k < places.length; k++) {
    let place = 0;
    for (let d = 0; d < own.length; d++) {
      const at = d === axis ? (along[k] ?? 0) : Math.floor(k / (own[d] ?? 1)) % (indices.shape[d] ?? 1);
      if (at >= (into.shape[d] ?? 0)) return undefined;
      place += at * (strides[d] ?? 1);
    }
    places[k] = place;
  }
  return places;
}

const gatherElements: Kernel = ({ node, inputs: [x, indices] }) => {
  const axis = x && axisFrom(node.int('axis', 0n), x.shape.length);
  const places = x && indices && axis !== undefined ? elementPlaces(indices, x, axis) : undefined;
  return x && indices && places && [picked(x, indices.shape, places)];
};

/** For each row of indices, where the part begins that it points to, and how many elements that has. */
function partPlaces(indices: Dense, shape: readonly number[], batch: number) {
  const depth = indices.shape.at(-1) ?? 0;
  const numbers = numbersOf(indices);
  const strides = stridesOf(shape);
  const size = elementCount(shape.slice(batch + depth));
  const rowsOf = depth === 0 ? elementCount(indices.shape.slice(0, -1)) : numbers.length / depth;
  const perBatch = rowsOf / (elementCount(shape.slice(0, batch)) || 1);
  const starts = new Int32Array(rowsOf);
  const batchStride = batch === 0 ? 0 : (strides[batch - 1] ?? 1);
  for (let row = 0; row < rowsOf; row++) {
    let place = batch === 0 ? 0 : Math.floor(row / perBatch) * batchStride;
    for (let d = 0; d < depth; d++) {
      const limit = shape[batch + d] ?? 0;
      const given = numbers[row * depth + d] ?? 0;
      const at = given < 0 ? given + limit : given;
      if (!(at >= 0 && at < limit)) return undefined;
      place += at * (strides[batch + d] ?? 1);
    }
    starts[row] = place;
  }
  return { starts, size };
}

const gatherND: Kernel = ({ node, inputs: [x, indices] }) => {
  if (!x || !indices || indices.shape.length === 0) return undefined;
  const batch = Number(node.int('batch_dims', 0n));
  const parts = partPlaces(indices, x.shape, batch);
  const depth = indices.shape.at(-1) ?? 0;
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)];
  if (!parts || !areSizes(shape)) return undefined;
  const places = new Int32Array(elementCount(shape));
  parts.starts.forEach((start, row) => {
    for (let k = 0; k < parts.size; k++) places[row * parts.size + k] = start + k;
  });
  return [picked(x, shape, places)];
};

type Reduction = (a: number, b: number) => number;

const REDUCTIONS: Readonly<Record<string, readonly [Reduction, (a: bigint, b: bigint) => bigint] | undefined>> = {
  none: [(_, b) => b, (_, b) => b],
  add: [(a, b) => a + b, (a, b) => a + b],
  mul: [(a, b) => a * b, (a, b) => a * b],
  max: [Math.max, largerWide],
  min: [Math.min, smallerWide],
};

/** `x` with each update written to, or combined with, its place. */
function scattered({ node }: Call, x: Dense, places: Int32Array, updates: Dense): readonly Dense[] | undefined {
  const reduction = REDUCTIONS[node.string('reduction', 'none')];
  if (!reduction || x.dtype !== updates.dtype || updates.values.length !== places.length) return undefined;
  const values = x.values.slice();
  if (isWide(values)) {
    const given = updates.values as BigInt64Array;
    for (const [k, place] of places.entries()) values[place] = reduction[1](values[place] ?? 0n, given[k] ?? 0n);
    return [{ ...x, values }];
  }
  const given = updates.values as Narrow;
  for (const [k, place] of places.entries()) values[place] = reduction[0](values[place] ?? 0, given[k] ?? 0);
  return [dense(x.dtype, x.shape, values)];
}

const scatterElements: Kernel = (call) => {
  const [x, indices, updates] = call.inputs;
  const axis = x && axisFrom(call.node.int('axis', 0n), x.shape.length);
  if (!x || !indices || !updates || axis === undefined) return undefined;
  const places = elementPlaces(indices, x, axis);
  return places && scattered(call, x, places, updates);
};

const scatterND: Kernel = (call) => {
  const [x, indices, updates] = call.inputs;
  if (!x || !indices || !updates) return undefined;
  const parts = partPlaces(indices, x.shape, 0);
  if (!parts) return undefined;
  const { starts, size } = parts;
  const places = new Int32Array(starts.length * size);
  starts.forEach((start, row) => {
    for (let k = 0; k < size; k++) places[row * size + k] = start + k;
  });
  return scattered(call, x, places, updates);
};

const compress: Kernel = ({ node, inputs: [x, condition] }) => {
  if (!x || !condition) return undefined;
  const chosen = numbersOf(condition).flatMap((flag, k) => (flag ? [k] : []));
  const given = node.int('axis');
  const flat = given === undefined ? { ...x, shape: [x.values.length] } : x;
  const axis = axisFrom(given ?? 0n, flat.shape.length);
  if (axis === undefined || chosen.some((at) => at >= (flat.shape[axis] ?? 0))) return undefined;
  return [
    pickedAlong(
      flat,
      flat.shape.map((size, k) => (k === axis ? chosen : all(size))),
    ),
  ];
};

const nonZero: Kernel = ({ inputs: [x] }) => {
  if (!x || x.shape.length === 0) return undefined;
  const found: number[] = [];
  for (let k = 0; k < x.values.length; k++) if (Number(x.values[k]) !== 0) found.push(k);
  const strides = stridesOf(x.shape);
  const values = new BigInt64Array(strides.length * found.length);
  let at = 0;
  for (const [axis, stride] of strides.entries()) {
    const size = x.shape[axis] ?? 1;
    for (const place of found) values[at++] = BigInt(Math.floor(place / stride) % size);
  }
  return [{ dtype: 'int64', shape: [strides.length, found.length], values }];
};

/** The values are [off, on]; an index outside of the depth sets nothing. */
const oneHot: Kernel = ({ node, inputs: [indices, depth, pair] }) => {
  if (!indices || depth?.values.length !== 1 || pair?.values.length !== 2) return undefined;
  const size = Number(depth.values[0]);
  const axis = axisFrom(node.int('axis', -1n), indices.shape.length + 1);
  if (axis === undefined || !Number.isInteger(size) || size < 0) return undefined;
  const shape = [...indices.shape.slice(0, axis), size, ...indices.shape.slice(axis)];
  if (!areSizes(shape)) return undefined;
  const [, , inner] = around(shape, axis);
  const places = new Int32Array(elementCount(shape));
  numbersOf(indices).forEach((given, k) => {
    const at = given < 0 ? given + size : given;
    if (at >= 0 && at < size) places[(Math.floor(k / inner) * size + at) * inner + (k % inner)] = 1;
  });
  return [picked(pair, shape, places)];
};

const eyeLike: Kernel = ({ node, inputs: [x] }) => {
  const dtype = node.output().dtype ?? x?.dtype;
  const [rowsOf = 0, columns = 0] = x?.shape ?? [];
  if (!x || !dtype || x.shape.length !== 2) return undefined;
  const shift = Number(node.int('k', 0n));
  const values = room(dtype, rowsOf * columns);
  for (let row = 0; row < rowsOf; row++) {
    const column = row + shift;
    if (column < 0 || column >= columns) continue;
    if (isWide(values)) values[row * columns + column] = 1n;
    else values[row * columns + column] = 1;
  }
  return [{ dtype, shape: x.shape, values }];
};

export const indexing: Kernels = rows('exact', {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  Compress: compress,
  NonZero: nonZero,
  OneHot: oneHot,
  EyeLike: eyeLike,
});
