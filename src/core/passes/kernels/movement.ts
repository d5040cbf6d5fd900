/** Kernels that only move elements: shapes, slices, pieces. Rules: the ONNX operator specification. */
import { elementCount } from '../../ir/shape.ts';
import {
  axisFrom,
  broadcast,
  broadcastShape,
  type Elements,
  intsAt,
  type Kernel,
  type Kernels,
  moved,
} from './kernel.ts';

function reshaped(x: Elements | undefined, shape: readonly number[] | undefined): readonly Elements[] | undefined {
  if (!x || !shape || elementCount(shape) !== x.values.length) return undefined;
  return [{ ...x, shape }];
}

const reshape: Kernel = (node, inputs) => {
  const [x] = inputs;
  const target = intsAt(node, inputs, 1, 'shape');
  if (!x || !target) return undefined;
  const copies = node.int('allowzero', 0n) === 0n;
  const dims = target.map((size, k) => (size === 0 && copies ? (x.shape[k] ?? 0) : size));
  const known = dims.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  return reshaped(
    x,
    dims.map((size) => (size === -1 ? x.values.length / (known || 1) : size)),
  );
};

const squeeze: Kernel = (node, inputs) => {
  const [x] = inputs;
  if (!x) return undefined;
  const axes = intsAt(node, inputs, 1, 'axes')?.map((axis) => axisFrom(axis, x.shape.length));
  return reshaped(
    x,
    x.shape.filter((size, k) => (axes ? !axes.includes(k) : size !== 1)),
  );
};

const unsqueeze: Kernel = (node, inputs) => {
  const [x] = inputs;
  const axes = intsAt(node, inputs, 1, 'axes');
  if (!x || !axes) return undefined;
  const rank = x.shape.length + axes.length;
  const ones = new Set(axes.map((axis) => axisFrom(axis, rank)));
  const sizes = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, k) => (ones.has(k) ? 1 : (sizes.shift() ?? 1))),
  );
};

const flatten: Kernel = (node, [x]) => {
  if (!x) return undefined;
  const axis = axisFrom(node.int('axis', 1n), x.shape.length);
  return reshaped(x, [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))]);
};

const transpose: Kernel = (node, [x]) => {
  if (!x) return undefined;
  const order = node.ints('perm')?.map(Number) ?? x.shape.map((_, k) => x.shape.length - 1 - k);
  const back = order.map((_, k) => order.indexOf(k));
  return [
    moved(
      x,
      order.map((axis) => x.shape[axis] ?? 1),
      (at) => back.map((axis) => at[axis] ?? 0),
    ),
  ];
};

const expand: Kernel = (_, [x, target]) => {
  const shape = x && target && broadcastShape(x.shape, target.values.map(Number));
  return shape && [broadcast(x, shape)];
};

const tile: Kernel = (_, [x, repeats]) => {
  if (!x || repeats?.values.length !== x.shape.length) return undefined;
  const shape = x.shape.map((size, k) => size * Number(repeats.values[k] ?? 1));
  return [moved(x, shape, (at) => at.map((each, axis) => each % (x.shape[axis] ?? 1)))];
};

const concat: Kernel = (node, inputs) => {
  const given = inputs.filter((each) => each !== undefined);
  const [first] = given;
  const at = node.int('axis');
  if (!first || at === undefined || given.length < inputs.length) return undefined;
  const axis = axisFrom(at, first.shape.length);
  const inner = elementCount(first.shape.slice(axis + 1));
  const outer = elementCount(first.shape.slice(0, axis));
  const values = Array.from({ length: outer }, (_, k) =>
    given.flatMap((each) => {
      const run = (each.shape[axis] ?? 0) * inner;
      return each.values.slice(k * run, (k + 1) * run);
    }),
  ).flat();
  const size = given.reduce((sum, each) => sum + (each.shape[axis] ?? 0), 0);
  return [{ dtype: first.dtype, shape: first.shape.map((each, k) => (k === axis ? size : each)), values }];
};

const gather: Kernel = (node, [x, indices]) => {
  if (!x || !indices) return undefined;
  const axis = axisFrom(node.int('axis', 0n), x.shape.length);
  const size = x.shape[axis] ?? 0;
  const places = indices.values.map((each) => axisFrom(each, size));
  if (places.some((each) => each < 0 || each >= size)) return undefined;
  // The one axis is replaced by those of the indices.
  const flat = moved(
    x,
    x.shape.map((each, k) => (k === axis ? places.length : each)),
    (at) => at.map((each, k) => (k === axis ? (places[each] ?? 0) : each)),
  );
  return reshaped(flat, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
};

const slice: Kernel = (node, inputs) => {
  const [x] = inputs;
  const starts = intsAt(node, inputs, 1, 'starts');
  const ends = intsAt(node, inputs, 2, 'ends');
  if (!x || !starts || !ends) return undefined;
  const axes = intsAt(node, inputs, 3, 'axes') ?? starts.map((_, k) => k);
  const steps = inputs[4]?.values.map(Number) ?? [];
  const first = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  const shape = [...x.shape];
  for (const [k, each] of axes.entries()) {
    const axis = axisFrom(each, x.shape.length);
    const size = x.shape[axis] ?? 0;
    const by = steps[k] ?? 1;
    // Backwards one may stop before the first element, and start at the last at most.
    const clip = (at: number, low: number, high: number) => Math.min(Math.max(axisFrom(at, size), low), high);
    const from = by > 0 ? clip(starts[k] ?? 0, 0, size) : clip(starts[k] ?? 0, 0, size - 1);
    const to = by > 0 ? clip(ends[k] ?? 0, 0, size) : clip(ends[k] ?? 0, -1, size - 1);
    first[axis] = from;
    step[axis] = by;
    shape[axis] = Math.max(Math.ceil((to - from) / by), 0);
  }
  return [moved(x, shape, (at) => at.map((each, axis) => (first[axis] ?? 0) + each * (step[axis] ?? 1)))];
};

const split: Kernel = (node, inputs) => {
  const [x] = inputs;
  if (!x) return undefined;
  const axis = axisFrom(node.int('axis', 0n), x.shape.length);
  const size = x.shape[axis] ?? 0;
  const count = node.outputs.length;
  const even = Math.ceil(size / count);
  const lengths =
    intsAt(node, inputs, 1, 'split') ?? Array.from({ length: count }, (_, k) => Math.min(even, size - k * even));
  let start = 0;
  return lengths.map((length) => {
    const from = start;
    start += length;
    const shape = x.shape.map((each, k) => (k === axis ? length : each));
    return moved(x, shape, (at) => at.map((each, k) => (k === axis ? each + from : each)));
  });
};

const trilu: Kernel = (node, [x, diagonal]) => {
  if (!x) return undefined;
  const shift = Number(diagonal?.values[0] ?? 0);
  const upper = node.int('upper', 1n) === 1n;
  const [rows = 1, columns = 1] = x.shape.slice(-2);
  const zero = typeof x.values[0] === 'bigint' ? 0n : 0;
  const values = x.values.map((each, k) => {
    const distance = (k % columns) - (Math.floor(k / columns) % rows);
    return (upper ? distance >= shift : distance <= shift) ? each : zero;
  });
  return [{ ...x, values }];
};

export const movement: Kernels = {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Split: split,
  Trilu: trilu,
};
