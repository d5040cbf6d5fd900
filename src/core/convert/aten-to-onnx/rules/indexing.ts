/** Reading and writing at places that tensors name. */

import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type Dim, multiply, type Shape, sameShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
  asNumber,
  axisFrom,
  commonType,
  dimAt,
  dimsOf,
  filled,
  neutral,
  operand,
  range,
  rankOf,
  refuseArgument,
  resultDims,
  resultType,
} from '../support.ts';
import { expandTo } from './shape.ts';

interface Places {
  /** The axes that tensors index, in order. */
  readonly axes: readonly number[];
  /** [..., axes]: a place for each element of the broadcast index tensors. */
  readonly tuples: Value;
  /** The shape of the broadcast index tensors. */
  readonly shape: Shape;
}

/** Index tensors of several axes as one tensor of coordinates. */
function places(indices: readonly (Value | undefined)[], onnx: OnnxBuilder, node: Node): Places {
  const axes: number[] = [];
  const tensors: Value[] = [];
  for (const [axis, index] of indices.entries()) {
    if (!index) continue;
    if (isMask(index)) {
      refuseArgument(node, 'a mask as index', 'how many elements it takes is only known at run time');
    }
    axes.push(axis);
    tensors.push(onnx.cast(index, 'int64'));
  }
  const shape = tensors.map((each) => dimsOf(each, node)).reduce(broadcast, []);
  const columns = tensors.map((each) => onnx.unsqueeze(expandTo(onnx, each, shape, node), [shape.length]));
  const [first] = columns;
  if (!first) throw new Error(`${node.operator} has no index`);
  return { axes, shape, tuples: columns.length === 1 ? first : onnx.Concat(...columns, { axis: shape.length }) };
}

/** `uint8` is an old spelling of masks. */
function isMask(index: Value): boolean {
  return index.dtype === 'bool' || index.dtype === 'uint8';
}

export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, k: number) => (k - rank + shape.length in shape ? shape[k - rank + shape.length] : 1);
  return range(rank).map((k) => (at(a, k) === 1 ? at(b, k) : at(a, k)));
}

/** The order of axes that puts these first, and the order that puts them back. */
function toFront(axes: readonly number[], rank: number): { order: number[]; back: number[] } {
  const order = [...axes, ...range(rank).filter((axis) => !axes.includes(axis))];
  return { order, back: order.map((_, k) => order.indexOf(k)) };
}

function indexed(self: Value, indices: readonly (Value | undefined)[], onnx: OnnxBuilder, node: Node): Value {
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

/** The places of all elements but zeros, one a row. */
const nonzero: Lowering<{ readonly self: Value }> = ({ self }, onnx, node) => {
  // A scalar that is not zero has one place without axes: runtimes do not agree on it.
  if (rankOf(self, node) === 0) refuseArgument(node, 'a scalar', 'ONNX finds places along axes only');
  return onnx.transpose(onnx.NonZero(self), [1, 0]);
};

/** The axes of the indices stand where the first indexed axis stood, if those were neighbours; else in front. */
function placeOfIndices(axes: readonly number[]): number {
  const [first = 0] = axes;
  return axes.every((axis, k) => axis === first + k) ? first : 0;
}

interface IndexPut {
  readonly self: Value;
  readonly indices: readonly (Value | undefined)[];
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
  if (mask && isMask(mask) && indices.every((each, k) => k === 0 || !each) && !accumulate)
    return maskPut(self, onnx.cast(mask, 'bool'), values, onnx, node);
  const { axes, tuples, shape } = places(indices, onnx, node);
  const { order, back } = toFront(axes, rank);
  const front = onnx.transpose(self, order);
  const rest = dimsOf(front, node).slice(axes.length);
  // The values stand as reading at these places would give them; ScatterND wants the axes of the indices first.
  const before = placeOfIndices(axes);
  const wanted = [...rest.slice(0, before), ...shape, ...rest.slice(before)];
  const indexAxes = range(shape.length, before);
  const updates = onnx.transpose(expandTo(onnx, values, wanted, node), toFront(indexAxes, wanted.length).order);
  const changed = accumulate ? added(onnx, front, tuples, updates, node) : onnx.ScatterND(front, tuples, updates);
  return onnx.transpose(changed, back);
}

/** Values at the places where a mask over the first axes is true, in their order. */
function maskPut(self: Value, mask: Value, values: Value, onnx: OnnxBuilder, node: Node): Value {
  const tuples = onnx.transpose(onnx.NonZero(mask), [1, 0]);
  const rest = dimsOf(self, node).slice(rankOf(mask, node));
  const count = onnx.Slice(onnx.Shape(tuples), onnx.ints([0]), onnx.ints([1]));
  const wanted = rest.length === 0 ? count : onnx.Concat(count, onnx.sizes(rest), { axis: 0 });
  return onnx.ScatterND(self, tuples, onnx.Expand(values, wanted));
}

/** A scalar as a list of one. */
function listed(onnx: OnnxBuilder, x: Value, node: Node): Value {
  return rankOf(x, node) === 0 ? onnx.unsqueeze(x, [0]) : x;
}

/**
 * `front` with `updates` added at places that `tuples` name along its first axes. They are counted along one axis:
 * where places occur twice, ScatterND of onnxruntime adds from several threads at once and loses summands.
 */
function added(onnx: OnnxBuilder, front: Value, tuples: Value, updates: Value, node: Node): Value {
  const shape = dimsOf(front, node);
  const places = dimsOf(tuples, node);
  const width = asNumber(places.at(-1), node);
  const product = (dims: Shape) => dims.reduce(multiply, 1);
  const indexed = shape.slice(0, width);
  const strides = indexed.map((_, k) => product(indexed.slice(k + 1)));
  const [rest, count] = [product(shape.slice(width)), product(places.slice(0, -1))];
  const fromFront = onnx.Where(onnx.Less(tuples, onnx.constant(0n)), onnx.Add(tuples, onnx.sizes(indexed)), tuples);
  const flat = onnx.ReduceSum(onnx.Mul(fromFront, onnx.sizes(strides)), onnx.ints([-1]));
  const summed = onnx.ScatterElements(
    onnx.reshape(front, [product(indexed), rest]),
    expandTo(onnx, onnx.reshape(flat, [count, 1]), [count, rest], node),
    onnx.reshape(updates, [count, rest]),
    { axis: 0, reduction: 'add' },
  );
  return onnx.reshape(summed, shape);
}

type ScatterReduction = 'none' | 'add' | 'mul' | 'max' | 'min';

interface Scatter {
  readonly self: Value;
  readonly dim: number;
  readonly index: Value;
}

function scatter(
  { self, dim, index }: Scatter,
  updates: Value,
  reduction: ScatterReduction,
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const rank = rankOf(self, node);
  if (rank === 0) {
    // A scalar counts as a list of one.
    const [list, places, more] = [self, index, updates].map((each) => listed(onnx, each, node));
    if (!list || !places || !more) throw new Error(`${node.operator} lacks an operand`);
    return onnx.squeeze(scatter({ self: list, dim, index: places }, more, reduction, onnx, node), [0]);
  }
  if (rankOf(index, node) < rank) {
    const one = { self, dim, index: listed(onnx, index, node) };
    return scatter(one, listed(onnx, updates, node), reduction, onnx, node);
  }
  const shape = dimsOf(index, node);
  // Only as many updates as there are indices count.
  const taken = sameShape(dimsOf(updates, node), shape)
    ? updates
    : onnx.Slice(updates, onnx.ints(shape.map(() => 0)), onnx.sizes(shape), onnx.ints(range(rank)));
  return onnx.ScatterElements(self, index, taken, { axis: axisFrom(dim, rank), reduction });
}

const REDUCTIONS: Readonly<Record<string, ScatterReduction>> = {
  sum: 'add',
  add: 'add',
  prod: 'mul',
  multiply: 'mul',
  amax: 'max',
  amin: 'min',
};

export const indexing = lowerings({
  'aten::index': ({ self, indices }, onnx, node) => indexed(self, indices, onnx, node),
  'aten::nonzero': nonzero,
  'aten::argwhere': nonzero,
  'aten::masked_select': ({ self, mask }, onnx, node) => {
    const shape = broadcast(dimsOf(self, node), dimsOf(mask, node));
    const [x, kept] = [self, mask].map((each) => onnx.reshape(expandTo(onnx, each, shape, node), [-1]));
    if (!x || !kept) throw new Error(`${node.operator} lacks an operand`);
    return onnx.Compress(x, kept, { axis: 0 });
  },
  'aten::index_put': indexPut,
  'aten::index_select': ({ self, dim, index }, onnx, node) => {
    const rank = rankOf(self, node);
    if (rank === 0) return self;
    // A scalar counts as a list of one.
    return onnx.Gather(self, listed(onnx, index, node), { axis: axisFrom(dim, rank) });
  },
  'aten::gather': ({ self, dim, index }, onnx, node) => {
    const rank = rankOf(self, node);
    if (rank > 1 || (rank === 1 && rankOf(index, node) === 1))
      return onnx.GatherElements(self, index, { axis: axisFrom(dim, rank) });
    return onnx.Gather(listed(onnx, self, node), index, { axis: 0 });
  },
  'aten::take_along_dim': ({ self, indices, dim }, onnx, node) => {
    const flat = dim === undefined;
    const x = flat ? onnx.reshape(self, [-1]) : self;
    const axis = axisFrom(dim ?? 0, rankOf(x, node));
    const index = flat ? onnx.reshape(indices, [-1]) : indices;
    // Both broadcast along the other axes.
    const [a, b] = [dimsOf(x, node), dimsOf(index, node)];
    const common = broadcast(
      a.map((size, k) => (k === axis ? 1 : size)),
      b.map((size, k) => (k === axis ? 1 : size)),
    );
    const at = (size: Dim) => common.map((each, k) => (k === axis ? size : each));
    return onnx.GatherElements(expandTo(onnx, x, at(a[axis]), node), expandTo(onnx, index, at(b[axis]), node), {
      axis,
    });
  },
  'aten::take': ({ self, index }, onnx) => onnx.Gather(onnx.reshape(self, [-1]), index, { axis: 0 }),

  'aten::scatter': (args, onnx, node) => {
    const updates =
      args.src ?? expandTo(onnx, operand(onnx, args.value ?? 0, resultType(node)), dimsOf(args.index, node), node);
    return scatter(args, updates, args.reduce ? (REDUCTIONS[args.reduce] ?? 'none') : 'none', onnx, node);
  },
  'aten::scatter_add': (args, onnx, node) => scatter(args, args.src, 'add', onnx, node),
  'aten::scatter_reduce': scatterReduced,
  'aten::index_add': (args, onnx, node) => {
    const { source, alpha } = args;
    const factor = Number(alpha) === 1 ? source : onnx.Mul(source, onnx.like(source, alpha));
    return placed(args, () => factor, 'add', onnx, node);
  },
  'aten::index_copy': (args, onnx, node) => placed(args, () => args.source, 'none', onnx, node),
  // How many of the sorted boundaries lie below.
  'aten::bucketize': ({ self, boundaries, right }, onnx, node) => position(boundaries, self, right, onnx, node),
  'aten::searchsorted': ({ sorted_sequence, self, right, side, sorter }, onnx, node) => {
    if (sorter) refuseArgument(node, 'sorter', 'the sequence must be in order already');
    return position(sorted_sequence, self, right || side === 'right', onnx, node);
  },
  'aten::index_fill': (args, onnx, node) =>
    placed(
      args,
      (shape) => expandTo(onnx, operand(onnx, args.value, resultType(node)), shape, node),
      'none',
      onnx,
      node,
    ),
});

/** `self` with the slices that `index` lists along an axis replaced or added to; a scalar counts as a list of one. */
function placed(
  { self, dim, index }: Scatter,
  updatesOf: (shape: Shape) => Value,
  reduction: 'none' | 'add',
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const list = listed(onnx, self, node);
  const places = listed(onnx, index, node);
  const rank = rankOf(list, node);
  const axis = axisFrom(dim, rank);
  const { order, back } = toFront([axis], rank);
  const count = dimAt(places, 0, node);
  const wanted = dimsOf(list, node).map((size, k) => (k === axis ? count : size));
  const updates = onnx.transpose(onnx.reshape(updatesOf(wanted), wanted), order);
  const tuples = onnx.unsqueeze(onnx.cast(places, 'int64'), [1]);
  const front = onnx.transpose(list, order);
  const changed =
    reduction === 'add' ? added(onnx, front, tuples, updates, node) : onnx.ScatterND(front, tuples, updates);
  return onnx.reshape(onnx.transpose(changed, back), dimsOf(self, node));
}

interface ScatterReduce extends Scatter {
  readonly src: Value;
  readonly reduce: string;
  readonly include_self: boolean;
}

/** What a reduction begins with, so that the first element counts alone. */
const NEUTRAL: Readonly<Record<ScatterReduction, number>> = {
  none: 0,
  add: 0,
  mul: 1,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

/** Places that are reduced into; where `self` does not count, they hold what is neutral first. A mean is a sum over a count. */
export function scatterReduced(args: ScatterReduce, onnx: OnnxBuilder, node: Node): Value {
  const { self, src, reduce, include_self } = args;
  const reduction = reduce === 'mean' ? 'add' : REDUCTIONS[reduce];
  if (!reduction) refuseArgument(node, `reduce='${reduce}'`, 'there is no such reduction');
  const shape = dimsOf(args.index, node);
  const filling = (x: Value, value: number) => expandTo(onnx, neutral(onnx, x, value), shape, node);
  const cleared = (x: Value, value: number) =>
    include_self ? x : scatter({ ...args, self: x }, filling(x, value), 'none', onnx, node);
  const result = scatter({ ...args, self: cleared(self, NEUTRAL[reduction]) }, src, reduction, onnx, node);
  if (reduce !== 'mean') return result;
  const ones = expandTo(onnx, onnx.like(self, 1), dimsOf(self, node), node);
  const counted = scatter({ ...args, self: cleared(ones, 0) }, filling(self, 1), 'add', onnx, node);
  if (isFloat(dtypeOf(self))) return onnx.Div(result, counted);
  // Means of integers are rounded down.
  return onnx.Div(onnx.Sub(result, onnx.Mod(result, counted)), counted);
}

/** The place where a value would be put into a sorted list: behind its equals where `right`, else before them. */
function position(list: Value, value: Value | Scalar, right: boolean, onnx: OnnxBuilder, node: Node): Value {
  const dtype = commonType(list, value);
  const x = operand(onnx, value, dtype);
  if (dimsOf(list, node).at(-1) === 0) return filled(onnx, resultDims(node), 0, resultType(node));
  const wide = onnx.unsqueeze(x, [rankOf(x, node)]);
  const rank = rankOf(list, node);
  // Lists of several rows have one for each row of the values.
  const rows = rank === 1 ? onnx.cast(list, dtype) : onnx.unsqueeze(onnx.cast(list, dtype), [rank - 1]);
  const below = right ? onnx.LessOrEqual(rows, wide) : onnx.Less(rows, wide);
  const count = onnx.ReduceSum(onnx.cast(below, 'int64'), onnx.ints([-1]), { keepdims: 0 });
  return onnx.cast(count, resultType(node));
}
