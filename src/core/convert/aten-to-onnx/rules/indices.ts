/** Reading and writing at places that index tensors and masks name (`x[i, mask]`, `x[i] = y`). */
import type { Node } from '../../../ir/node.ts';
import { multiply, type Shape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { asNumber, dimsOf, range, rankOf } from '../support.ts';
import { expandTo } from './shape.ts';

interface Places {
  /** The axes that tensors index, in order. */
  readonly axes: readonly number[];
  /** [..., axes]: a place for each element of the broadcast index tensors. */
  readonly tuples: Value;
  /** The shape of the broadcast index tensors; undefined sizes where masks choose. */
  readonly shape: Shape;
}

type Indices = readonly (Value | undefined)[];

/** `uint8` is an old spelling of masks. */
function isMask(index: Value): boolean {
  return index.dtype === 'bool' || index.dtype === 'uint8';
}

/** The index of each axis: a mask over several is the places of its true elements, a list for each axis. */
function indexOfEachAxis(indices: Indices, onnx: OnnxBuilder, node: Node): (Value | undefined)[] {
  return indices.flatMap((index) => {
    if (!index || !isMask(index)) return [index && onnx.cast(index, 'int64')];
    const found = onnx.NonZero(onnx.cast(index, 'bool'));
    const rank = rankOf(index, node);
    if (rank === 1) return [onnx.squeeze(found, [0])];
    return range(rank).map((axis) => onnx.Gather(found, onnx.constant(BigInt(axis)), { axis: 0 }));
  });
}

/** Index tensors of several axes as one tensor of coordinates. */
function places(indices: Indices, onnx: OnnxBuilder, node: Node): Places {
  const masked = indices.some((index) => index && isMask(index));
  const [only, ...more] = indices.filter((index) => index !== undefined);
  if (only && more.length === 0 && isMask(only)) {
    const tuples = onnx.transpose(onnx.NonZero(onnx.cast(only, 'bool')), [1, 0]);
    return { axes: range(rankOf(only, node), indices.indexOf(only)), tuples, shape: [undefined] };
  }
  const each = indexOfEachAxis(indices, onnx, node);
  const tensors = each.flatMap((index) => index ?? []);
  const axes = each.flatMap((index, axis) => (index ? [axis] : []));
  const spread = masked ? alike(tensors, onnx, node) : broadcastAll(tensors, onnx, node);
  const { shape } = spread;
  const columns = spread.tensors.map((tensor) => onnx.unsqueeze(tensor, [shape.length]));
  const [first] = columns;
  if (!first) throw new Error(`${node.operator} has no index`);
  return { axes, shape, tuples: columns.length === 1 ? first : onnx.Concat(...columns, { axis: shape.length }) };
}

interface Spread {
  readonly tensors: readonly Value[];
  readonly shape: Shape;
}

function broadcastAll(tensors: readonly Value[], onnx: OnnxBuilder, node: Node): Spread {
  const shape = tensors.map((each) => dimsOf(each, node)).reduce(broadcast, []);
  return { shape, tensors: tensors.map((each) => expandTo(onnx, each, shape, node)) };
}

/** In the shape that a run gives them all: each plus the others times zero. */
function alike(tensors: readonly Value[], onnx: OnnxBuilder, node: Node): Spread {
  const rank = Math.max(...tensors.map((each) => rankOf(each, node)));
  const shape = Array<undefined>(rank).fill(undefined);
  const [first, ...others] = tensors;
  if (!first || others.length === 0) return { tensors, shape };
  const sum = others.reduce((total, each) => onnx.Add(total, each), first);
  const zeros = onnx.Mul(sum, onnx.constant(0n));
  return { shape, tensors: tensors.map((each) => onnx.Add(each, zeros)) };
}

export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, k: number) => (k - rank + shape.length in shape ? shape[k - rank + shape.length] : 1);
  return range(rank).map((k) => (at(a, k) === 1 ? at(b, k) : at(a, k)));
}

/** The order of axes that puts these first, and the order that puts them back. */
export function toFront(axes: readonly number[], rank: number): { order: number[]; back: number[] } {
  const order = [...axes, ...range(rank).filter((axis) => !axes.includes(axis))];
  return { order, back: order.map((_, k) => order.indexOf(k)) };
}

function indexed(self: Value, indices: Indices, onnx: OnnxBuilder, node: Node): Value {
  const used = indices.filter((each) => each !== undefined);
  const [only] = used;
  if (only && used.length === 1 && !isMask(only)) {
    return onnx.Gather(self, only, { axis: indices.indexOf(only) });
  }
  if (only && used.length === 1) return masked(self, onnx.cast(only, 'bool'), indices.indexOf(only), onnx, node);
  const { axes, tuples, shape } = places(indices, onnx, node);
  const rank = rankOf(self, node);
  const gathered = onnx.GatherND(onnx.transpose(self, toFront(axes, rank).order), tuples);
  const before = placeOfIndices(axes);
  const order = [
    ...range(before, shape.length),
    ...range(shape.length),
    ...range(rank - axes.length - before, shape.length + before),
  ];
  return onnx.transpose(gathered, order);
}

/** The elements where a mask is true; its axes are neighbours of which the first is `axis`. */
function masked(self: Value, mask: Value, axis: number, onnx: OnnxBuilder, node: Node): Value {
  const [rank, count] = [rankOf(self, node), rankOf(mask, node)];
  const { order } = toFront(range(count, axis), rank);
  const found = onnx.GatherND(onnx.transpose(self, order), onnx.transpose(onnx.NonZero(mask), [1, 0]));
  // Behind the elements come the axes before the mask, then those behind it.
  return onnx.transpose(found, [...range(axis, 1), 0, ...range(rank - count - axis, axis + 1)]);
}

/** The axes of the indices stand where the first indexed axis stood, if those were neighbours; else in front. */
function placeOfIndices(axes: readonly number[]): number {
  const [first = 0] = axes;
  return axes.every((axis, k) => axis === first + k) ? first : 0;
}

interface IndexPut {
  readonly self: Value;
  readonly indices: Indices;
  readonly values: Value;
  readonly accumulate: boolean;
}

function indexPut({ self, indices, values, accumulate }: IndexPut, onnx: OnnxBuilder, node: Node): Value {
  const [mask] = indices;
  const rank = rankOf(self, node);
  if (mask?.dtype === 'bool' && indices.length === 1 && values.rank === 0 && !accumulate) {
    const wide = onnx.unsqueeze(mask, range(rank - rankOf(mask, node), rankOf(mask, node)));
    return onnx.Where(wide, values, self);
  }
  const { axes, tuples, shape } = places(indices, onnx, node);
  const { order, back } = toFront(axes, rank);
  const front = onnx.transpose(self, order);
  const rest = dimsOf(front, node).slice(axes.length);
  // The values stand as reading at these places would give them; ScatterND wants the axes of the indices first.
  const before = placeOfIndices(axes);
  const wide = shape.includes(undefined)
    ? onnx.Expand(values, sizesAround(rest, before, tuples, shape.length, onnx))
    : expandTo(onnx, values, [...rest.slice(0, before), ...shape, ...rest.slice(before)], node);
  const indexAxes = range(shape.length, before);
  const updates = onnx.transpose(wide, toFront(indexAxes, rest.length + shape.length).order);
  const changed = accumulate ? added(onnx, front, tuples, updates, node) : onnx.ScatterND(front, tuples, updates);
  return onnx.transpose(changed, back);
}

/** The sizes of `rest` with those of the chosen places, which only a run knows, before one of them. */
function sizesAround(rest: Shape, before: number, tuples: Value, count: number, onnx: OnnxBuilder): Value {
  const chosen = onnx.Slice(onnx.Shape(tuples), onnx.ints([0]), onnx.ints([count]));
  const parts = [rest.slice(0, before), rest.slice(before)].map((sizes) =>
    sizes.length > 0 ? onnx.sizes(sizes) : undefined,
  );
  const [front, back] = parts;
  const all = [front, chosen, back].flatMap((part) => part ?? []);
  return all.length === 1 ? chosen : onnx.Concat(...all, { axis: 0 });
}

/**
 * `front` with `updates` added at places that `tuples` name along its first axes. They are counted along one axis:
 * where places occur twice, ScatterND of onnxruntime adds from several threads at once and loses summands.
 */
export function added(onnx: OnnxBuilder, front: Value, tuples: Value, updates: Value, node: Node): Value {
  const shape = dimsOf(front, node);
  const places = dimsOf(tuples, node);
  const width = asNumber(places.at(-1), node);
  const product = (dims: Shape) => dims.reduce(multiply, 1);
  const indexed = shape.slice(0, width);
  const strides = indexed.map((_, k) => product(indexed.slice(k + 1)));
  const [rest, count] = [product(shape.slice(width)), product(places.slice(0, -1))];
  const fromFront = onnx.Where(onnx.Less(tuples, onnx.constant(0n)), onnx.Add(tuples, onnx.sizes(indexed)), tuples);
  const flat = onnx.ReduceSum(onnx.Mul(fromFront, onnx.sizes(strides)), onnx.ints([-1]));
  const rows = onnx.reshape(updates, [count ?? -1, rest]);
  const column = onnx.reshape(flat, [count ?? -1, 1]);
  const summed = onnx.ScatterElements(
    onnx.reshape(front, [product(indexed), rest]),
    count === undefined ? onnx.Expand(column, onnx.Shape(rows)) : expandTo(onnx, column, [count, rest], node),
    rows,
    { axis: 0, reduction: 'add' },
  );
  return onnx.reshape(summed, shape);
}

export const indices = lowerings({
  'aten::index': ({ self, indices: given }, onnx, node) => indexed(self, given, onnx, node),
  'aten::index_put': indexPut,
});
