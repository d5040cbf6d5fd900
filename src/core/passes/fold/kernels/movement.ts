/** Kernels that put elements into other places: transposed, repeated, cut, joined. Rules: the ONNX operator specification. */
import { elementCount } from '../../../ir/shape.ts';
import { type Dense, room, type Values } from './dense.ts';
import { areSizes, around, axesFrom, axisFrom, type Call, intsAt, type Kernel, type Kernels, rows } from './kernel.ts';
import { all, broadcast, broadcastShape, permuted, picked, pickedAlong, placesOf } from './picking.ts';

const transpose: Kernel = ({ node, inputs: [x] }) => {
  if (!x) return undefined;
  const order = node.ints('perm')?.map(Number) ?? all(x.shape.length).reverse();
  const axes = axesFrom(order, x.shape.length);
  return axes?.length === x.shape.length ? [permuted(x, axes)] : undefined;
};

const expand: Kernel = (call) => {
  const [x] = call.inputs;
  const target = intsAt(call, 1, 'shape');
  const shape = x && target && broadcastShape(x.shape, target);
  return shape && areSizes(shape) ? [broadcast(x, shape)] : undefined;
};

const tile: Kernel = (call) => {
  const [x] = call.inputs;
  const repeats = intsAt(call, 1, 'repeats');
  if (!x || repeats?.length !== x.shape.length) return undefined;
  const shape = x.shape.map((size, k) => size * (repeats[k] ?? 1));
  if (!areSizes(shape)) return undefined;
  return [
    pickedAlong(
      x,
      shape.map((size, axis) => Array.from({ length: size }, (_, k) => k % (x.shape[axis] ?? 1))),
    ),
  ];
};

/** Arrays of one type, joined in turns: `runs` elements of each, again and again. */
export function joined(parts: readonly { readonly values: Values; readonly run: number }[], to: Values): void {
  const turns = parts.map(({ values, run }) => (run === 0 ? 0 : values.length / run));
  const most = Math.max(0, ...turns);
  let at = 0;
  for (let turn = 0; turn < most; turn++) {
    for (const { values, run } of parts) {
      // All are arrays of one element type, which the compiler cannot follow through the union.
      (to as Float64Array).set((values as Float64Array).subarray(turn * run, (turn + 1) * run), at);
      at += run;
    }
  }
}

const concat: Kernel = ({ node, inputs }) => {
  const given = inputs.filter((each) => each !== undefined);
  const [first] = given;
  if (!first || given.length < inputs.length) return undefined;
  const rank = first.shape.length;
  // Until opset 3 the axis may be left out.
  const axis = axisFrom(node.int('axis', 1n), rank);
  if (axis === undefined) return undefined;
  const fits = (each: Dense) =>
    each.dtype === first.dtype &&
    each.shape.length === rank &&
    each.shape.every((size, k) => k === axis || size === first.shape[k]);
  if (!given.every(fits)) return undefined;
  const size = given.reduce((sum, each) => sum + (each.shape[axis] ?? 0), 0);
  const shape = first.shape.map((each, k) => (k === axis ? size : each));
  if (!areSizes(shape)) return undefined;
  const values = room(first.dtype, elementCount(shape));
  const inner = elementCount(first.shape.slice(axis + 1));
  joined(
    given.map((each) => ({ values: each.values, run: (each.shape[axis] ?? 0) * inner })),
    values,
  );
  return [{ dtype: first.dtype, shape, values }];
};

const slice: Kernel = (call) => {
  const [x] = call.inputs;
  const starts = intsAt(call, 1, 'starts');
  const ends = intsAt(call, 2, 'ends');
  if (!x || !starts || !ends) return undefined;
  const axes = axesFrom(intsAt(call, 3, 'axes') ?? all(starts.length), x.shape.length);
  const steps = intsAt(call, 4, 'steps') ?? [];
  if (!axes) return undefined;
  const lists = x.shape.map(all);
  for (const [k, axis] of axes.entries()) {
    const step = steps[k] ?? 1;
    if (step === 0) return undefined;
    lists[axis] = sliced(x.shape[axis] ?? 0, starts[k] ?? 0, ends[k] ?? 0, step);
  }
  return [pickedAlong(x, lists)];
};

/** The coordinates from `start` to `end`, both clipped as ONNX says. */
function sliced(size: number, start: number, end: number, step: number): number[] {
  const clip = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  // Backwards one may stop before the first element, and start at the last at most.
  const from = step > 0 ? clip(start, 0, size) : clip(start, 0, size - 1);
  const to = step > 0 ? clip(end, 0, size) : clip(end, -1, size - 1);
  const count = size === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length: count }, (_, k) => from + k * step);
}

const split: Kernel = (call) => {
  const { node } = call;
  const [x] = call.inputs;
  const axis = x && axisFrom(node.int('axis', 0n), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const size = x.shape[axis] ?? 0;
  const count = node.outputs.length;
  const even = Math.ceil(size / count);
  const lengths = intsAt(call, 1, 'split') ?? all(count).map((k) => Math.max(0, Math.min(even, size - k * even)));
  if (lengths.length !== count || lengths.reduce((a, b) => a + b, 0) !== size) return undefined;
  // Until opset 17 the parts must be equal where no lengths are given.
  if (call.opset < 18 && !call.inputs[1] && !node.ints('split') && size % count !== 0) return undefined;
  let start = 0;
  return lengths.map((length) => {
    const from = start;
    start += length;
    const lists = x.shape.map((each, k) => (k === axis ? all(length).map((at) => at + from) : all(each)));
    return pickedAlong(x, lists);
  });
};

const PAD_MODES: Readonly<Record<string, (at: number, size: number) => number>> = {
  constant: (at, size) => (at < 0 || at >= size ? -1 : at),
  edge: (at, size) => Math.min(Math.max(at, 0), size - 1),
  reflect: (at, size) => {
    const period = Math.max(1, 2 * size - 2);
    const within = ((at % period) + period) % period;
    return within < size ? within : period - within;
  },
  wrap: (at, size) => ((at % size) + size) % size,
};

const pad: Kernel = (call) => {
  const { node, opset } = call;
  const [x, , fill] = call.inputs;
  const pads = intsAt(call, 1, 'pads');
  const mode = PAD_MODES[node.string('mode', 'constant')];
  if (!x || !pads || !mode) return undefined;
  const rank = x.shape.length;
  const axes = axesFrom(intsAt(call, 3, '') ?? all(rank), rank);
  if (!axes || pads.length !== 2 * axes.length) return undefined;
  const lists = x.shape.map(all);
  for (const [k, axis] of axes.entries()) {
    const [before = 0, after = 0] = [pads[k], pads[k + axes.length]];
    const size = x.shape[axis] ?? 0;
    const count = size + before + after;
    if (count < 0 || (size === 0 && node.string('mode', 'constant') !== 'constant' && count > 0)) return undefined;
    if (!areSizes([count])) return undefined;
    lists[axis] = Array.from({ length: count }, (_, at) => mode(at - before, size));
  }
  if (!areSizes(lists.map((list) => list.length))) return undefined;
  return [pickedAlong(x, lists, fill?.values ?? fillOf(call, x, opset))];
};

/** Until opset 10 what fills is an attribute. */
function fillOf({ node }: Call, x: Dense, opset: number): Values | undefined {
  const value = opset < 11 ? node.float('value', 0) : 0;
  if (value === 0) return undefined;
  const values = room(x.dtype, 1);
  (values as Float64Array)[0] = value;
  return values;
}

const trilu: Kernel = (call) => {
  const { node, inputs } = call;
  const [x, diagonal] = inputs;
  if (!x || x.shape.length < 2) return undefined;
  const shift = Number(diagonal?.values[0] ?? 0);
  const upper = node.int('upper', 1n) !== 0n;
  const [rows = 1, columns = 1] = x.shape.slice(-2);
  const places = Int32Array.from({ length: x.values.length }, (_, k) => {
    const distance = (k % columns) - (Math.floor(k / columns) % rows);
    return (upper ? distance >= shift : distance <= shift) ? k : -1;
  });
  return [picked(x, x.shape, places)];
};

/** Blocks of channels become pixels, in the order that the mode says. */
const depthToSpace: Kernel = ({ node, inputs: [x] }) => {
  const block = Number(node.int('blocksize', 1n));
  const [n = 0, c = 0, h = 0, w = 0] = x?.shape ?? [];
  if (x?.shape.length !== 4 || c % (block * block) !== 0) return undefined;
  const depth = c / (block * block);
  const rowsOfColumns = node.string('mode', 'DCR') === 'CRD';
  const inner = rowsOfColumns ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w];
  const order = rowsOfColumns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return [{ ...permuted({ ...x, shape: inner }, order), shape: [n, depth, h * block, w * block] }];
};

const spaceToDepth: Kernel = ({ node, inputs: [x] }) => {
  const block = Number(node.int('blocksize', 1n));
  const [n = 0, c = 0, h = 0, w = 0] = x?.shape ?? [];
  if (x?.shape.length !== 4 || h % block !== 0 || w % block !== 0) return undefined;
  const inner = [n, c, h / block, block, w / block, block];
  const order = node.string('mode', 'DCR') === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
  const result = permuted({ ...x, shape: inner }, order);
  return [{ ...result, shape: [n, c * block * block, h / block, w / block] }];
};

/** The first elements of each sequence run backwards, as many as its length. */
const reverseSequence: Kernel = ({ node, inputs: [x, lengths] }) => {
  const batch = Number(node.int('batch_axis', 1n));
  const time = Number(node.int('time_axis', 0n));
  if (!x || !lengths || x.shape.length < 2 || batch === time || batch > 1 || time > 1) return undefined;
  const [, , inner] = around(x.shape, 1);
  const [first = 0, second = 0] = x.shape;
  const places = placesOf(x.shape, [second * inner, inner, ...innerStrides(x)]);
  let k = 0;
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      const [b, t] = batch === 0 ? [i, j] : [j, i];
      const length = Number(lengths.values[b] ?? 0);
      const from = t < length ? length - 1 - t : t;
      const row = batch === 0 ? i * second + from : from * second + j;
      for (let at = 0; at < inner; at++) places[k++] = row * inner + at;
    }
  }
  return [picked(x, x.shape, places)];
};

function innerStrides(x: Dense): number[] {
  return x.shape.slice(2).map((_, k) => elementCount(x.shape.slice(k + 3)));
}

export const movement: Kernels = rows('exact', {
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Slice: slice,
  Split: split,
  Pad: pad,
  Trilu: trilu,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  ReverseSequence: reverseSequence,
});
