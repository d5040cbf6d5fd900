/** Views and other changes of shape. Shapes come from what capture recorded, so that nothing is computed at run time. */
import { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import { add, atMost, boundsOf, type Dim, isStatic, type Shape, sameDim, sameShape } from '../../../ir/shape.ts';
import { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
  axesFrom,
  axisFrom,
  commonType,
  dimAt,
  dimsOf,
  range,
  rankOf,
  refuseArgument,
  resultDims,
  resultType,
  sizeAt,
} from '../support.ts';

type OfSelf = Lowering<{ readonly self: Value }>;

/** Only the shape changes: the elements stay in their order. */
const reshaped: OfSelf = ({ self }, onnx, node) => onnx.reshape(self, flexible(self, node));

/**
 * The target shape of a reshape. The first axis stays open where it can: a batch of another size then passes too.
 */
function flexible(self: Value, node: Node): Shape {
  const target = resultDims(node);
  const from = dimsOf(self, node);
  const [first, ...rest] = target;
  if (!isStatic(target) || from[0] !== first || target.includes(0) || from.length === target.length) return target;
  return target.length === 0 ? target : [-1, ...rest];
}

/** Nothing changes for ONNX: memory, gradients and aliases have no place there. */
const unchanged: OfSelf = ({ self }) => self;

/** To the recorded shape, by repeating along axes of size 1. */
const expanded: OfSelf = ({ self }, onnx, node) => expandTo(onnx, self, resultDims(node), node);

export function expandTo(onnx: OnnxBuilder, x: Value, shape: Shape, node: Node): Value {
  const from = dimsOf(x, node);
  if (sameShape(from, shape)) return x;
  const added = shape.length - from.length;
  // A 1 keeps the size that there is.
  const target = shape.map((size, k) => (size instanceof Expression && sameDim(from[k - added], size) ? 1 : size));
  return onnx.Expand(x, onnx.sizes(target));
}

function permuted(onnx: OnnxBuilder, self: Value, order: readonly number[]): Value {
  return onnx.transpose(self, order);
}

const swapped: Lowering<{ readonly self: Value; readonly dim0: number; readonly dim1: number }> = (
  { self, dim0, dim1 },
  onnx,
  node,
) => swapAxes(onnx, self, dim0, dim1, node);

export function swapAxes(onnx: OnnxBuilder, self: Value, dim0: number, dim1: number, node: Node): Value {
  const rank = rankOf(self, node);
  const order = range(rank);
  const [a, b] = [axisFrom(dim0, rank), axisFrom(dim1, rank)];
  if (rank === 0) return self;
  [order[a], order[b]] = [b, a];
  return permuted(onnx, self, order);
}

/** Every axis reversed. */
const turned: OfSelf = ({ self }, onnx, node) => permuted(onnx, self, range(rankOf(self, node)).reverse());

interface Slice {
  readonly start: Dim;
  readonly end: Dim;
  readonly step?: Dim;
}

/** A slice of one axis; no node where it takes everything. A step that is not above 0 fails in a run, as in PyTorch. */
export function sliced(onnx: OnnxBuilder, self: Value, axis: number, slice: Slice, node: Node): Value {
  const { start, end, step = 1 } = slice;
  if (start === 0 && step === 1 && atMost(dimAt(self, axis, node), end)) return self;
  // Steps of one are the default.
  const inputs = [onnx.sizes([start]), onnx.sizes([end]), onnx.ints([axis])];
  if (step === 1) return onnx.Slice(self, ...inputs);
  // ONNX would count backwards by steps below 0; it takes none of 0.
  const steps = onnx.sizes([step]);
  return onnx.Slice(self, ...inputs, atMost(1, step) ? steps : onnx.Max(steps, onnx.ints([0])));
}

/**
 * Start and end as PyTorch counts them: from the end where negative, and never beyond. ONNX counts alike, so that bounds of
 * an axis whose size is no number stay as they are.
 */
export function bounded(start: Dim, end: Dim, size: Dim): { start: Dim; end: Dim } {
  if (typeof size !== 'number' || typeof start === 'object' || typeof end === 'object') {
    const to = end === undefined || Number(end) >= FAR ? END : end;
    return { start: start ?? 0, end: to };
  }
  const clip = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const from = clip(start ?? 0);
  return { start: from, end: Math.max(clip(end ?? size), from) };
}

/** No axis is this long: "to the end". */
const END = 2 ** 53 - 1;
const FAR = END;

/** Pieces of an axis of these sizes. */
function pieces(onnx: OnnxBuilder, self: Value, lengths: Shape, axis: number): readonly Value[] {
  if (lengths.length === 1) return [self];
  // A runtime counts pieces of nothing only where their sizes are listed.
  const equal = typeof lengths[0] === 'number' && lengths[0] !== 0 && lengths.every((each) => each === lengths[0]);
  return equal
    ? onnx.many('Split', [self], { axis, num_outputs: lengths.length }, lengths.length)
    : onnx.many('Split', [self, onnx.sizes(lengths)], { axis }, lengths.length);
}

/** Pieces as large as the outputs that capture recorded. */
const split: Lowering<{ readonly self: Value; readonly dim: number }> = ({ self, dim }, onnx, node) => {
  const axis = axisFrom(dim, rankOf(self, node));
  return pieces(
    onnx,
    self,
    node.outputs.map((each) => dimAt(each, axis, node)),
    axis,
  );
};

function joined(onnx: OnnxBuilder, tensors: readonly Value[], dim: number, node: Node): Value {
  const dtype = resultType(node);
  // PyTorch skips empty lists of rank 1 whatever the rank of the others.
  const kept = tensors.filter((each) => !(each.rank === 1 && each.shape?.[0] === 0 && node.output().rank !== 1));
  const parts = (kept.length > 0 ? kept : tensors).map((each) => onnx.cast(each, dtype));
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  return onnx.Concat(...parts, { axis: axisFrom(dim, rankOf(node.output(), node)) });
}

export const shape = lowerings({
  'aten::view': reshaped,
  'aten::_unsafe_view': reshaped,
  'aten::reshape': reshaped,
  'aten::_reshape_alias': reshaped,
  'aten::view_as': reshaped,
  'aten::reshape_as': reshaped,
  'aten::unflatten': reshaped,
  'aten::ravel': reshaped,
  'aten::flatten': ({ self, start_dim, end_dim }, onnx, node) => {
    const rank = rankOf(self, node);
    // ONNX's Flatten makes a matrix: only that of the last axes behind one other is the same.
    if (rank >= 2 && axisFrom(start_dim, rank) === 1 && axisFrom(end_dim, rank) === rank - 1 && rank > 2) {
      return onnx.Flatten(self, { axis: 1 });
    }
    return onnx.reshape(self, flexible(self, node));
  },

  'aten::sym_size.int': ({ self, dim }, onnx) => onnx.squeeze(onnx.Shape(self, { start: dim, end: dim + 1 }), [0]),

  'aten::contiguous': unchanged,
  'aten::clone': unchanged,
  'aten::detach': unchanged,
  'aten::alias': unchanged,
  'aten::lift_fresh': unchanged,
  'aten::lift_fresh_copy': unchanged,
  'aten::lift': unchanged,
  'aten::resolve_conj': unchanged,
  'aten::resolve_neg': unchanged,

  'aten::squeeze': ({ self, dim }, onnx, node) => {
    const shape = dimsOf(self, node);
    const asked = dim === undefined ? range(shape.length) : typeof dim === 'number' ? [dim] : dim;
    return onnx.squeeze(
      self,
      axesFrom(asked, shape.length).filter((axis) => shape[axis] === 1),
    );
  },
  'aten::unsqueeze': ({ self, dim }, onnx, node) => onnx.unsqueeze(self, [axisFrom(dim, rankOf(self, node) + 1)]),

  'aten::expand': expanded,
  'aten::expand_as': expanded,
  'aten::broadcast_to': expanded,
  'aten::broadcast_tensors': ({ tensors }, onnx, node) =>
    tensors.map((each, k) => expandTo(onnx, each, resultDims(node, k), node)),
  'aten::meshgrid': ({ tensors }, onnx, node) => {
    const shape = resultDims(node);
    const swap = node.string('indexing') === 'xy' && tensors.length > 1;
    return tensors.map((each, k) => {
      const axis = swap && k < 2 ? 1 - k : k;
      const ones = shape.map((_, at) => (at === axis ? -1 : 1));
      return expandTo(onnx, onnx.reshape(each, ones), shape, node);
    });
  },

  'aten::transpose': swapped,
  'aten::swapaxes': ({ self, axis0, axis1 }, onnx, node) => swapAxes(onnx, self, axis0, axis1, node),
  'aten::t': turned,
  'aten::numpy_T': turned,
  'aten::mT': ({ self }, onnx, node) => swapAxes(onnx, self, -2, -1, node),
  'aten::adjoint': ({ self }, onnx, node) => swapAxes(onnx, self, -2, -1, node),
  'aten::permute': ({ self, dims }, onnx, node) => permuted(onnx, self, axesFrom(dims, rankOf(self, node))),
  'aten::movedim': ({ self, source, destination }, onnx, node) => {
    const rank = rankOf(self, node);
    const from = axesFrom(typeof source === 'number' ? [source] : source, rank);
    const to = axesFrom(typeof destination === 'number' ? [destination] : destination, rank);
    const rest = range(rank).filter((axis) => !from.includes(axis));
    const order = range(rank).map((axis) => from[to.indexOf(axis)] ?? rest.shift() ?? 0);
    return permuted(onnx, self, order);
  },

  'aten::repeat': ({ self, repeats }, onnx, node) => {
    const x = onnx.unsqueeze(self, range(repeats.length - rankOf(self, node)));
    return repeats.every((each) => each === 1) ? x : onnx.Tile(x, onnx.sizes(repeats));
  },
  'aten::tile': ({ self, dims }, onnx, node) => {
    const rank = Math.max(rankOf(self, node), dims.length);
    const x = onnx.unsqueeze(self, range(rank - rankOf(self, node)));
    return onnx.Tile(x, onnx.sizes([...Array<number>(rank - dims.length).fill(1), ...dims]));
  },
  'aten::slice': ({ self, dim, start, end, step }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const within = bounded(start, end, dimAt(self, axis, node));
    return sliced(onnx, self, axis, { ...within, step }, node);
  },
  'aten::narrow': ({ self, dim, start, length }, onnx, node) => {
    if (start instanceof Value) refuseArgument(node, 'start as a tensor', 'the start is only known at run time');
    const axis = axisFrom(dim, rankOf(self, node));
    const from = boundsOf(start).most < 0 ? add(start, dimAt(self, axis, node)) : start;
    return sliced(onnx, self, axis, { start: from, end: add(from, length) }, node);
  },
  'aten::select': ({ self, dim, index }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    return onnx.Gather(self, onnx.size(index), { axis });
  },
  'aten::split': split,
  'aten::split_with_sizes': split,
  'aten::unsafe_split': split,
  'aten::unsafe_split_with_sizes': split,
  'aten::chunk': split,
  'aten::unsafe_chunk': split,
  'aten::tensor_split': split,
  'aten::hsplit': ({ self }, onnx, node) => split({ self, dim: rankOf(self, node) === 1 ? 0 : 1 }, onnx, node),
  'aten::vsplit': ({ self }, onnx, node) => split({ self, dim: 0 }, onnx, node),
  'aten::dsplit': ({ self }, onnx, node) => split({ self, dim: 2 }, onnx, node),
  'aten::unbind': ({ self, dim }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const count = sizeAt(self, axis, node);
    // Few of many: each by itself.
    const read = node.outputs.filter((each) => each.useCount > 0).length;
    if (read === 1 && count > 1) {
      return node.outputs.map((_, k) => onnx.Gather(self, onnx.constant(k, 'int64'), { axis }));
    }
    return pieces(onnx, self, Array<number>(count).fill(1), axis).map((each) => onnx.squeeze(each, [axis]));
  },
  'aten::cat': ({ tensors, dim }, onnx, node) => joined(onnx, tensors, dim, node),
  'aten::stack': ({ tensors, dim }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(node.output(), node));
    const dtype = commonType(...tensors);
    return onnx.Concat(...tensors.map((each) => onnx.unsqueeze(onnx.cast(each, dtype), [axis])), { axis });
  },
  'aten::hstack': ({ tensors }, onnx, node) => {
    const rows = tensors.map((each) => (rankOf(each, node) === 0 ? onnx.unsqueeze(each, [0]) : each));
    return joined(onnx, rows, node.output().rank === 1 ? 0 : 1, node);
  },
  'aten::column_stack': ({ tensors }, onnx, node) => {
    const columns = tensors.map((each) => (rankOf(each, node) < 2 ? onnx.reshape(each, [-1, 1]) : each));
    return joined(onnx, columns, 1, node);
  },
  'aten::dstack': ({ tensors }, onnx, node) => {
    const deep = tensors.map((each) => {
      const rank = rankOf(each, node);
      if (rank < 2) return onnx.reshape(each, [1, -1, 1]);
      return rank === 2 ? onnx.unsqueeze(each, [2]) : each;
    });
    return joined(onnx, deep, 2, node);
  },

  'aten::atleast_1d': ({ self, tensors }, onnx, node) => raised(self, tensors, onnx, node),
  'aten::atleast_2d': ({ self, tensors }, onnx, node) => raised(self, tensors, onnx, node),
  'aten::atleast_3d': ({ self, tensors }, onnx, node) => raised(self, tensors, onnx, node),
  'aten::vstack': ({ tensors }, onnx, node) => {
    const rows = tensors.map((each) => (rankOf(each, node) < 2 ? onnx.reshape(each, [1, -1]) : each));
    return joined(onnx, rows, 0, node);
  },
});

/** Axes of size 1 put in front or behind: one tensor, or each of a list. */
function raised(
  self: Value | undefined,
  tensors: readonly Value[] | undefined,
  onnx: OnnxBuilder,
  node: Node,
): readonly Value[] {
  const all = self ? [self] : (tensors ?? []);
  return all.map((each, k) => onnx.reshape(each, resultDims(node, k)));
}
