/** Reductions over axes. No axes, or an empty list of them, mean all. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, elementCount, floorDivide, subtract } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowered, type Lowering, lowerings } from '../lowering.ts';
import {
  axesFrom,
  axisFrom,
  dimAt,
  dimsOf,
  filled,
  range,
  rankOf,
  refuseArgument,
  resultDims,
  resultType,
  sizeAt,
} from '../support.ts';

type ReduceOperator = 'ReduceMean' | 'ReduceSum' | 'ReduceProd' | 'ReduceMax' | 'ReduceMin' | 'ReduceLogSumExp';
type Dims = readonly number[] | number | undefined;

interface ReduceArguments {
  readonly self: Value;
  readonly dim?: Dims;
  readonly keepdim?: boolean | undefined;
}

function axesOf(dim: Dims, rank: number): number[] {
  const list = dim === undefined ? [] : typeof dim === 'number' ? [dim] : dim;
  return list.length === 0 ? range(rank) : axesFrom(list, rank);
}

/** Reduces `x`, which has the rank of `self`. A scalar is its own mean, sum and maximum. */
function reduced(onnx: OnnxBuilder, op: ReduceOperator, x: Value, args: ReduceArguments, node: Node): Value {
  const rank = rankOf(x, node);
  if (rank === 0) return x;
  return onnx[op](x, onnx.ints(axesOf(args.dim, rank)), { keepdims: args.keepdim ?? false });
}

const inResultType =
  (op: ReduceOperator): Lowering<ReduceArguments> =>
  (args, onnx, node) =>
    reduced(onnx, op, onnx.cast(args.self, resultType(node)), args, node);

/** How many elements each result is made of. */
function countOf(self: Value, dim: Dims, node: Node): Dim {
  const shape = dimsOf(self, node);
  return elementCount(axesOf(dim, shape.length).map((axis) => shape[axis]));
}

/** A result of nothing: runtimes do not agree on what ONNX gives there. */
function ofNothing(onnx: OnnxBuilder, value: Scalar, node: Node, output = 0): Value {
  return filled(onnx, resultDims(node, output), value, resultType(node, output));
}

const mean: Lowering<ReduceArguments> = (args, onnx, node) =>
  countOf(args.self, args.dim, node) === 0
    ? ofNothing(onnx, Number.NaN, node)
    : inResultType('ReduceMean')(args, onnx, node);

/** Largest or smallest. ONNX compares no booleans: they count as 0 and 1. */
const extreme =
  (op: 'ReduceMax' | 'ReduceMin'): Lowering<ReduceArguments> =>
  (args, onnx, node) => {
    const dtype = resultType(node);
    return onnx.cast(reduced(onnx, op, onnx.cast(args.self, dtype === 'bool' ? 'int32' : dtype), args, node), dtype);
  };

/** Whether any, or all, are other than zero. An empty list of axes asks of each element alone. */
const truth =
  (op: 'ReduceMax' | 'ReduceMin'): Lowering<ReduceArguments> =>
  (args, onnx, node) => {
    const truths = onnx.cast(args.self, 'bool');
    if (typeof args.dim === 'object' && args.dim.length === 0) return onnx.cast(truths, resultType(node));
    if (countOf(args.self, args.dim, node) === 0) return ofNothing(onnx, op === 'ReduceMin', node);
    const ones = onnx.cast(truths, 'int32');
    return onnx.cast(reduced(onnx, op, ones, args, node), resultType(node));
  };

/** Values and places along an axis. */
const extremeAlong =
  (
    op: 'ReduceMax' | 'ReduceMin',
    place: 'ArgMax' | 'ArgMin',
  ): Lowering<{ self: Value; dim: number; keepdim: boolean }> =>
  ({ self, dim, keepdim }, onnx, node) => {
    const values = reduced(onnx, op, self, { self, dim, keepdim }, node);
    const places = node.outputs[1]?.useCount ? arg(onnx, place, self, dim, keepdim, node) : undefined;
    return places ? [values, places] : [values];
  };

function arg(
  onnx: OnnxBuilder,
  op: 'ArgMax' | 'ArgMin',
  self: Value,
  dim: number | undefined,
  keepdim: boolean,
  node: Node,
): Value {
  const rank = rankOf(self, node);
  if (rank === 0) return onnx.constant(0n);
  const x = self.dtype === 'bool' ? onnx.cast(self, 'int32') : self;
  if (dim !== undefined) return onnx[op](x, { axis: axisFrom(dim, rank), keepdims: keepdim });
  // Without an axis PyTorch counts through the flattened tensor.
  const place = onnx[op](onnx.reshape(x, [-1]), { axis: 0, keepdims: 0 });
  return keepdim ? onnx.reshape(place, Array<number>(rank).fill(1)) : place;
}

interface Spread extends ReduceArguments {
  readonly correction?: Scalar | undefined;
  readonly unbiased?: boolean | undefined;
}

/** Mean of the squared distances from the mean, over the count less the correction (1 unless told). */
function variance(args: Spread, onnx: OnnxBuilder, node: Node): { mean: Value; variance: Value } {
  if (countOf(args.self, args.dim, node) === 0) {
    const nothing = ofNothing(onnx, Number.NaN, node);
    return { mean: nothing, variance: nothing };
  }
  if (rankOf(args.self, node) === 0) {
    const found = variance({ ...args, self: onnx.unsqueeze(args.self, [0]), keepdim: false }, onnx, node);
    return found;
  }
  const { self } = args;
  const axes = axesOf(args.dim, rankOf(self, node));
  const list = onnx.ints(axes);
  const count = countOf(self, args.dim, node);
  const correction = Number(args.correction ?? (args.unbiased === false ? 0 : 1));
  const mean = onnx.ReduceMean(self, list);
  const distance = onnx.Sub(self, mean);
  const attributes = { keepdims: args.keepdim ?? false };
  const spread = onnx.ReduceMean(onnx.Mul(distance, distance), list, attributes);
  return {
    mean: args.keepdim ? mean : onnx.squeeze(mean, axes),
    variance: correction === 0 ? spread : onnx.Mul(spread, corrected(onnx, count, correction, dtypeOf(spread))),
  };
}

/** What turns the mean over `count` numbers into a sum over so many less `correction`. */
function corrected(onnx: OnnxBuilder, count: Dim, correction: number, dtype: DataType): Value {
  if (typeof count === 'number') return onnx.constant(count / Math.max(count - correction, 0), dtype);
  const all = onnx.cast(onnx.size(count), dtype);
  return onnx.Div(all, onnx.Max(onnx.Sub(all, onnx.constant(correction, dtype)), onnx.constant(0, dtype)));
}

interface NormArguments extends ReduceArguments {
  readonly order: number;
}

/** The p-norm; infinite orders take the largest or smallest size, order 0 counts. */
export function norm({ order, ...args }: NormArguments, onnx: OnnxBuilder, node: Node): Value {
  const self = onnx.cast(args.self, resultType(node));
  const rank = rankOf(self, node);
  if (rank === 0) return order === 0 ? onnx.cast(onnx.cast(self, 'bool'), resultType(node)) : onnx.Abs(self);
  const axes = onnx.ints(axesOf(args.dim, rank));
  const attributes = { keepdims: args.keepdim ?? false };
  if (order === 2) return onnx.ReduceL2(self, axes, attributes);
  if (order === 1) return onnx.ReduceL1(self, axes, attributes);
  const size = onnx.Abs(self);
  if (order === Number.POSITIVE_INFINITY) return onnx.ReduceMax(size, axes, attributes);
  if (order === Number.NEGATIVE_INFINITY) return onnx.ReduceMin(size, axes, attributes);
  if (order === 0) return onnx.ReduceSum(onnx.cast(onnx.cast(self, 'bool'), resultType(node)), axes, attributes);
  const sum = onnx.ReduceSum(onnx.Pow(size, onnx.like(size, order)), axes, attributes);
  return onnx.Pow(sum, onnx.like(size, 1 / order));
}

/** The order of a norm as PyTorch gives it: a number, or `fro` for 2. */
function orderOf(p: Scalar | string | undefined): number {
  return p === undefined || p === 'fro' ? 2 : Number(p);
}

interface TopK {
  readonly self: Value;
  readonly k: Dim;
  readonly dim: number;
  readonly largest: boolean;
  readonly sorted?: boolean;
}

function topk({ self, k, dim, largest }: TopK, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const rank = rankOf(self, node);
  if (rank === 0) return [self, onnx.constant(0n)];
  return onnx.many(
    'TopK',
    [self, onnx.sizes([k])],
    { axis: axisFrom(dim, rank), largest: largest ? 1 : 0, sorted: 1 },
    2,
  );
}

function sorted(self: Value, dim: number, descending: boolean, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const k = rankOf(self, node) === 0 ? 1 : dimAt(self, axisFrom(dim, rankOf(self, node)), node);
  return topk({ self, k, dim, largest: descending }, onnx, node);
}

/** The k-th smallest along an axis, counted from 1, and its place. */
function nth(self: Value, k: Dim, dim: number, keepdim: boolean, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const rank = rankOf(self, node);
  if (rank === 0) return [self, onnx.constant(0n)];
  const axis = axisFrom(dim, rank);
  return topk({ self, k, dim, largest: false }, onnx, node).map((each) => {
    const last = onnx.Slice(each, onnx.sizes([subtract(k, 1)]), onnx.sizes([k]), onnx.ints([axis]));
    return keepdim ? last : onnx.squeeze(last, [axis]);
  });
}

function middle(size: Dim): Dim {
  return floorDivide(add(size, 1), 2);
}

export const reduction = lowerings({
  'aten::mean': mean,
  'aten::sum': inResultType('ReduceSum'),
  'aten::prod': inResultType('ReduceProd'),
  'aten::logsumexp': inResultType('ReduceLogSumExp'),
  'aten::amax': extreme('ReduceMax'),
  'aten::amin': extreme('ReduceMin'),
  'aten::max': extreme('ReduceMax'),
  'aten::min': extreme('ReduceMin'),
  'aten::max.dim': extremeAlong('ReduceMax', 'ArgMax'),
  'aten::min.dim': extremeAlong('ReduceMin', 'ArgMin'),
  'aten::aminmax': ({ self, dim, keepdim }, onnx, node) => [
    reduced(onnx, 'ReduceMin', self, { self, dim, keepdim }, node),
    reduced(onnx, 'ReduceMax', self, { self, dim, keepdim }, node),
  ],
  'aten::argmax': ({ self, dim, keepdim }, onnx, node) => arg(onnx, 'ArgMax', self, dim, keepdim, node),
  'aten::argmin': ({ self, dim, keepdim }, onnx, node) => arg(onnx, 'ArgMin', self, dim, keepdim, node),
  'aten::all': truth('ReduceMin'),
  'aten::any': truth('ReduceMax'),
  'aten::count_nonzero': ({ self, dim }, onnx, node) =>
    reduced(onnx, 'ReduceSum', onnx.cast(onnx.cast(self, 'bool'), 'int64'), { self, dim }, node),

  'aten::var': (args, onnx, node) => variance(args, onnx, node).variance,
  'aten::std': (args, onnx, node) => onnx.Sqrt(variance(args, onnx, node).variance),
  'aten::var_mean': (args, onnx, node) => {
    const found = variance(args, onnx, node);
    return [found.variance, found.mean];
  },
  'aten::std_mean': (args, onnx, node) => {
    const found = variance(args, onnx, node);
    return [onnx.Sqrt(found.variance), found.mean];
  },
  'aten::norm': ({ self, p, dim, keepdim }, onnx, node) => norm({ self, dim, keepdim, order: orderOf(p) }, onnx, node),
  'aten::linalg_vector_norm': ({ self, ord, dim, keepdim }, onnx, node) =>
    norm({ self, dim, keepdim, order: Number(ord) }, onnx, node),
  'aten::frobenius_norm': ({ self, dim, keepdim }, onnx, node) => norm({ self, dim, keepdim, order: 2 }, onnx, node),

  'aten::cumsum': ({ self, dim }, onnx, node): Lowered => {
    const x = onnx.cast(self, resultType(node));
    const rank = rankOf(self, node);
    return rank === 0 ? x : onnx.CumSum(x, onnx.constant(axisFrom(dim, rank), 'int64'));
  },
  'aten::topk': topk,
  'aten::sort': ({ self, dim, descending, stable }, onnx, node) => {
    if (stable && descending)
      refuseArgument(node, 'stable=True', 'TopK of ONNX keeps equal elements in order from the front only');
    return sorted(self, dim, descending, onnx, node);
  },
  'aten::argsort': ({ self, dim, descending }, onnx, node) => sorted(self, dim, descending, onnx, node).slice(1),
  'aten::msort': ({ self }, onnx, node) => sorted(self, 0, false, onnx, node).slice(0, 1),
  'aten::kthvalue': ({ self, k, dim, keepdim }, onnx, node) => nth(self, k, dim, keepdim, onnx, node),
  // Of an even number of elements PyTorch takes the lower of the middle ones.
  'aten::median': ({ self }, onnx, node) => {
    if (countOf(self, undefined, node) === 0) return ofNothing(onnx, Number.NaN, node);
    const flat = onnx.reshape(self, [-1]);
    return nth(flat, middle(elementCount(dimsOf(self, node))), 0, false, onnx, node).slice(0, 1);
  },
  'aten::median.dim': ({ self, dim, keepdim }, onnx, node) => {
    const size = rankOf(self, node) === 0 ? 1 : dimAt(self, axisFrom(dim, rankOf(self, node)), node);
    return nth(self, middle(size), dim, keepdim, onnx, node);
  },
  'aten::nansum': ({ self, dim, keepdim }, onnx, node) => {
    const x = onnx.cast(self, resultType(node));
    const known = isFloat(resultType(node)) ? onnx.Where(onnx.IsNaN(x), onnx.like(x, 0), x) : x;
    return reduced(onnx, 'ReduceSum', known, { self, dim, keepdim }, node);
  },
  'aten::trace': ({ self }, onnx, node) => {
    const columns = sizeAt(self, 1, node);
    const places = range(Math.min(sizeAt(self, 0, node), columns)).map((k) => k * (columns + 1));
    const diagonal = onnx.Gather(onnx.reshape(self, [-1]), onnx.ints(places), { axis: 0 });
    return onnx.ReduceSum(onnx.cast(diagonal, resultType(node)), onnx.ints([0]), { keepdims: 0 });
  },
  'aten::dist': ({ self, other, p }, onnx, node) =>
    norm({ self: onnx.Sub(self, other), dim: undefined, order: Number(p) }, onnx, node),
  'aten::diff': ({ self, n, dim, prepend, append }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const parts = [prepend, self, append].flatMap((each) => each ?? []);
    let x = parts.length === 1 ? self : onnx.Concat(...parts, { axis });
    for (let k = 0; k < n; k++) {
      const part = (start: number, end: number | bigint) =>
        onnx.Slice(x, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis]));
      const [later, earlier] = [part(1, 2n ** 63n - 1n), part(0, -1)];
      x = x.dtype === 'bool' ? onnx.Xor(later, earlier) : onnx.Sub(later, earlier);
    }
    return x;
  },
  'aten::cosine_similarity': ({ x1, x2, dim, eps }, onnx, node) => {
    const rank = Math.max(rankOf(x1, node), rankOf(x2, node));
    const axes = onnx.ints([axisFrom(dim, rank)]);
    const unit = (own: Value): Value => {
      const x = onnx.unsqueeze(own, range(rank - rankOf(own, node)));
      const length = onnx.ReduceL2(x, axes);
      return onnx.Div(x, onnx.Max(length, onnx.like(x, eps)));
    };
    return onnx.ReduceSum(onnx.Mul(unit(x1), unit(x2)), axes, { keepdims: 0 });
  },
  'aten::pairwise_distance': ({ x1, x2, p, eps, keepdim }, onnx, node) => {
    const distance = onnx.Add(onnx.Sub(x1, x2), onnx.like(x1, eps));
    return norm({ self: distance, dim: [-1], keepdim, order: p }, onnx, node);
  },
  'aten::cdist': distances,
  'aten::_cdist_forward': distances,
  'aten::_euclidean_dist': ({ x1, x2 }, onnx, node) => distances({ x1, x2, p: 2 }, onnx, node),
  'aten::pdist': pairDistances,
  'aten::_pdist_forward': pairDistances,
});

function distances({ x1, x2, p }: Distances, onnx: OnnxBuilder, node: Node): Value {
  const distance = onnx.Sub(onnx.unsqueeze(x1, [rankOf(x1, node) - 1]), onnx.unsqueeze(x2, [rankOf(x2, node) - 2]));
  const flat = norm({ self: distance, dim: [-1], keepdim: false, order: p }, onnx, node);
  return onnx.reshape(flat, resultDims(node));
}

interface Distances {
  readonly x1: Value;
  readonly x2: Value;
  readonly p: number;
}

/** Of every row to every later one. */
function pairDistances(
  { self, p }: { readonly self: Value; readonly p: number },
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const count = sizeAt(self, 0, node);
  const pairs = range(count).flatMap((first) => range(count - first - 1, first + 1).map((second) => [first, second]));
  const row = (which: 0 | 1) => onnx.Gather(self, onnx.ints(pairs.map((pair) => pair[which] ?? 0)), { axis: 0 });
  return norm({ self: onnx.Sub(row(0), row(1)), dim: [-1], keepdim: false, order: p }, onnx, node);
}
