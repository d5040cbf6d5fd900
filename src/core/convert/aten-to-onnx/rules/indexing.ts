/** Reading and writing at places that tensors name. */

import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type Dim, type Shape, sameShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
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
import { added, broadcast, toFront } from './indices.ts';
import { expandTo } from './shape.ts';

/** The places of all elements but zeros, one a row. */
const nonzero: Lowering<{ readonly self: Value }> = ({ self }, onnx, node) => {
  // A scalar that is not zero has one place without axes: runtimes do not agree on it.
  if (rankOf(self, node) === 0) refuseArgument(node, 'a scalar', 'ONNX finds places along axes only');
  return onnx.transpose(onnx.NonZero(self), [1, 0]);
};

/** A scalar as a list of one. */
function listed(onnx: OnnxBuilder, x: Value, node: Node): Value {
  return rankOf(x, node) === 0 ? onnx.unsqueeze(x, [0]) : x;
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
  'aten::nonzero': nonzero,
  'aten::argwhere': nonzero,
  'aten::masked_select': ({ self, mask }, onnx, node) => {
    const shape = broadcast(dimsOf(self, node), dimsOf(mask, node));
    const [x, kept] = [self, mask].map((each) => onnx.reshape(expandTo(onnx, each, shape, node), [-1]));
    if (!x || !kept) throw new Error(`${node.operator} lacks an operand`);
    return onnx.Compress(x, kept, { axis: 0 });
  },
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
    // The sequence in the order that brings it about.
    const axis = rankOf(sorted_sequence, node) - 1;
    const list = sorter ? onnx.GatherElements(sorted_sequence, sorter, { axis }) : sorted_sequence;
    return position(list, self, right || side === 'right', onnx, node);
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
