/** Reading and writing at places that tensors name. */

import type { Scalar } from '../../../dialects/aten/arguments.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axisFrom, commonType, operand, range, rankOf, refuseArgument, resultType, sizes } from '../support.ts';
import { expandTo } from './shape.ts';

interface Places {
  /** The axes that tensors index, in order. */
  readonly axes: readonly number[];
  /** [..., axes]: a place for each element of the broadcast index tensors. */
  readonly tuples: Value;
  /** The shape of the broadcast index tensors. */
  readonly shape: readonly number[];
}

/** Index tensors of several axes as one tensor of coordinates. */
function places(indices: readonly (Value | undefined)[], onnx: OnnxBuilder, node: Node): Places {
  const axes: number[] = [];
  const tensors: Value[] = [];
  for (const [axis, index] of indices.entries()) {
    if (!index) continue;
    if (index.dtype === 'bool' || index.dtype === 'uint8') {
      refuseArgument(node, 'a mask as index', 'how many elements it takes is only known at run time');
    }
    axes.push(axis);
    tensors.push(onnx.cast(index, 'int64'));
  }
  const shape = tensors.map((each) => sizes(each, node)).reduce(broadcast, []);
  const columns = tensors.map((each) => onnx.unsqueeze(expandTo(onnx, each, shape, node), [shape.length]));
  const [first] = columns;
  if (!first) throw new Error(`${node.operator} has no index`);
  return { axes, shape, tuples: columns.length === 1 ? first : onnx.Concat(...columns, { axis: shape.length }) };
}

function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return range(rank).map((k) => {
    const x = a[k - rank + a.length] ?? 1;
    return x === 1 ? (b[k - rank + b.length] ?? 1) : x;
  });
}

/** The order of axes that puts these first, and the order that puts them back. */
function toFront(axes: readonly number[], rank: number): { order: number[]; back: number[] } {
  const order = [...axes, ...range(rank).filter((axis) => !axes.includes(axis))];
  return { order, back: order.map((_, k) => order.indexOf(k)) };
}

function indexed(self: Value, indices: readonly (Value | undefined)[], onnx: OnnxBuilder, node: Node): Value {
  const used = indices.filter((each) => each !== undefined);
  const [only] = used;
  if (only && used.length === 1 && only.dtype !== 'bool' && only.dtype !== 'uint8') {
    return onnx.Gather(self, only, { axis: indices.indexOf(only) });
  }
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
  const { axes, tuples, shape } = places(indices, onnx, node);
  const { order, back } = toFront(axes, rank);
  const front = onnx.transpose(self, order);
  const rest = sizes(front, node).slice(axes.length);
  // The values stand as reading at these places would give them; ScatterND wants the axes of the indices first.
  const before = placeOfIndices(axes);
  const wanted = [...rest.slice(0, before), ...shape, ...rest.slice(before)];
  const indexAxes = range(shape.length, before);
  const updates = onnx.transpose(expandTo(onnx, values, wanted, node), toFront(indexAxes, wanted.length).order);
  const attributes = accumulate ? { reduction: 'add' } : {};
  return onnx.transpose(onnx.ScatterND(front, tuples, updates, attributes), back);
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
  if (rank === 0) refuseArgument(node, 'a scalar', 'ONNX scatters into axes only');
  const shape = sizes(index, node);
  // Only as many updates as there are indices count.
  const from = sizes(updates, node);
  const fits = from.every((size, k) => size === shape[k]);
  const taken = fits
    ? updates
    : onnx.Slice(updates, onnx.ints(shape.map(() => 0)), onnx.ints(shape), onnx.ints(range(rank)));
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
  'aten::index_put': indexPut,
  'aten::index_select': ({ self, dim, index }, onnx, node) => {
    const rank = rankOf(self, node);
    if (rank === 0) return self;
    // A scalar counts as a list of one.
    const list = rankOf(index, node) === 0 ? onnx.unsqueeze(index, [0]) : index;
    return onnx.Gather(self, list, { axis: axisFrom(dim, rank) });
  },
  'aten::gather': ({ self, dim, index }, onnx, node) => {
    const rank = rankOf(self, node);
    if (rank === 0) return self;
    return onnx.GatherElements(self, index, { axis: axisFrom(dim, rank) });
  },
  'aten::take_along_dim': ({ self, indices, dim }, onnx, node) => {
    const flat = dim === undefined;
    const x = flat ? onnx.reshape(self, [-1]) : self;
    const axis = axisFrom(dim ?? 0, rankOf(x, node));
    const index = flat ? onnx.reshape(indices, [-1]) : indices;
    // Both broadcast along the other axes.
    const [a, b] = [sizes(x, node), sizes(index, node)];
    const common = broadcast(
      a.map((size, k) => (k === axis ? 1 : size)),
      b.map((size, k) => (k === axis ? 1 : size)),
    );
    const at = (size: number | undefined) => common.map((each, k) => (k === axis ? (size ?? 1) : each));
    return onnx.GatherElements(expandTo(onnx, x, at(a[axis]), node), expandTo(onnx, index, at(b[axis]), node), {
      axis,
    });
  },
  'aten::take': ({ self, index }, onnx) => onnx.Gather(onnx.reshape(self, [-1]), index, { axis: 0 }),

  'aten::scatter': (args, onnx, node) => {
    const updates =
      args.src ?? expandTo(onnx, operand(onnx, args.value ?? 0, resultType(node)), sizes(args.index, node), node);
    return scatter(args, updates, args.reduce ? (REDUCTIONS[args.reduce] ?? 'none') : 'none', onnx, node);
  },
  'aten::scatter_add': (args, onnx, node) => scatter(args, args.src, 'add', onnx, node),
  'aten::scatter_reduce': (args, onnx, node) => {
    const reduction = REDUCTIONS[args.reduce];
    if (!reduction) refuseArgument(node, `reduce='${args.reduce}'`, 'ONNX has no such reduction');
    if (!args.include_self) refuseArgument(node, 'include_self=False', 'ONNX always counts what was there before');
    return scatter(args, args.src, reduction, onnx, node);
  },
  'aten::index_add': ({ self, dim, index, source, alpha }, onnx, node) => {
    const rank = rankOf(self, node);
    const axis = axisFrom(dim, rank);
    const { order, back } = toFront([axis], rank);
    const factor = Number(alpha) === 1 ? source : onnx.Mul(source, onnx.like(source, alpha));
    const updates = onnx.transpose(factor, order);
    const tuples = onnx.unsqueeze(onnx.cast(index, 'int64'), [1]);
    return onnx.transpose(onnx.ScatterND(onnx.transpose(self, order), tuples, updates, { reduction: 'add' }), back);
  },
  'aten::index_copy': ({ self, dim, index, source }, onnx, node) => {
    const rank = rankOf(self, node);
    const { order, back } = toFront([axisFrom(dim, rank)], rank);
    const tuples = onnx.unsqueeze(onnx.cast(index, 'int64'), [1]);
    return onnx.transpose(onnx.ScatterND(onnx.transpose(self, order), tuples, onnx.transpose(source, order)), back);
  },
  // How many of the sorted boundaries lie below.
  'aten::bucketize': ({ self, boundaries, right }, onnx, node) => position(boundaries, self, right, onnx, node),
  'aten::searchsorted': ({ sorted_sequence, self, right, side, sorter }, onnx, node) => {
    if (sorter) refuseArgument(node, 'sorter', 'the sequence must be in order already');
    return position(sorted_sequence, self, right || side === 'right', onnx, node);
  },
  'aten::index_fill': ({ self, dim, index, value }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const { order, back } = toFront([axis], rankOf(self, node));
    const front = onnx.transpose(self, order);
    const [count = 1] = sizes(index, node);
    const rest = sizes(front, node).slice(1);
    const updates = expandTo(onnx, operand(onnx, value, resultType(node)), [count, ...rest], node);
    const tuples = onnx.unsqueeze(onnx.cast(index, 'int64'), [1]);
    return onnx.transpose(onnx.ScatterND(front, tuples, updates), back);
  },
});

/** The place where a value would be put into a sorted list: behind its equals where `right`, else before them. */
function position(list: Value, value: Value | Scalar, right: boolean, onnx: OnnxBuilder, node: Node): Value {
  const dtype = commonType(list, value);
  const x = operand(onnx, value, dtype);
  const wide = onnx.unsqueeze(x, [rankOf(x, node)]);
  const rank = rankOf(list, node);
  // Lists of several rows have one for each row of the values.
  const rows = rank === 1 ? onnx.cast(list, dtype) : onnx.unsqueeze(onnx.cast(list, dtype), [rank - 1]);
  const below = right ? onnx.LessOrEqual(rows, wide) : onnx.Less(rows, wide);
  const count = onnx.ReduceSum(onnx.cast(below, 'int64'), onnx.ints([-1]), { keepdims: 0 });
  return onnx.cast(count, resultType(node));
}
