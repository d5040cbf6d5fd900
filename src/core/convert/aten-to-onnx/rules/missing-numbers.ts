/** Reductions that leave out what is not a number, and quantiles, which such elements spoil. */
import type { Node } from '../../../ir/node.ts';
import { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import {
  axesFrom,
  axisFrom,
  operand,
  range,
  rankOf,
  refuseArgument,
  resultSizes,
  resultType,
  sizeAt,
} from '../support.ts';

/** The middle one of the known elements along an axis and its place; the lower of two. */
function nanMedian(self: Value, dim: number, keepdim: boolean, onnx: OnnxBuilder, node: Node): [Value, Value] {
  const axis = axisFrom(dim, rankOf(self, node));
  const size = sizeAt(self, axis, node);
  const unknown = onnx.IsNaN(self);
  // Those that are not known go last.
  const ordered = onnx.Where(unknown, onnx.like(self, Number.POSITIVE_INFINITY), self);
  const [values, places] = onnx.many('TopK', [ordered, onnx.ints([size])], { axis, largest: 0, sorted: 1 }, 2);
  const known = onnx.ReduceSum(onnx.cast(onnx.Not(unknown), 'int64'), onnx.ints([axis]));
  const middle = onnx.Max(onnx.Div(onnx.Sub(known, onnx.constant(1n)), onnx.constant(2n)), onnx.constant(0n));
  if (!values || !places) throw new Error('TopK has two outputs');
  const pick = (from: Value) => onnx.GatherElements(from, middle, { axis });
  const none = onnx.Equal(known, onnx.constant(0n));
  const median = onnx.Where(none, onnx.like(self, Number.NaN), pick(values));
  const both: [Value, Value] = [median, pick(places)];
  return keepdim ? both : [onnx.squeeze(both[0], [axis]), onnx.squeeze(both[1], [axis])];
}

type Interpolation = 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint';

interface Quantile {
  readonly self: Value;
  readonly q: Value | number;
  readonly dim: number | undefined;
  readonly keepdim: boolean;
  readonly interpolation: string;
}

const INTERPOLATIONS: ReadonlySet<string> = new Set<Interpolation>([
  'linear',
  'lower',
  'higher',
  'nearest',
  'midpoint',
]);

/** Between the two elements around the place that a share of all stands for. */
function quantile(args: Quantile, onnx: OnnxBuilder, node: Node): Value {
  const { self, keepdim, interpolation } = args;
  if (!INTERPOLATIONS.has(interpolation)) refuseArgument(node, interpolation, 'there is no such interpolation');
  const flat = args.dim === undefined ? onnx.reshape(self, [-1]) : self;
  const rank = rankOf(flat, node);
  const axis = axisFrom(args.dim ?? 0, rank);
  const size = sizeAt(flat, axis, node);
  const shares = args.q instanceof Value ? args.q : operand(onnx, args.q, dtypeOf(self));
  const single = shares.rank === 0;
  const list = single ? onnx.unsqueeze(shares, [0]) : shares;
  const result = (() => {
    const places = onnx.Mul(list, onnx.like(list, size - 1));
    const [below, above] = [onnx.Floor(places), onnx.Ceil(places)];
    const [sorted] = onnx.many('TopK', [flat, onnx.ints([size])], { axis, largest: 0, sorted: 1 }, 2);
    if (!sorted) throw new Error('TopK has two outputs');
    // The shares stand last, and go to the front.
    const along = onnx.transpose(sorted, [...range(rank).filter((each) => each !== axis), axis]);
    const at = (place: Value) => onnx.Gather(along, onnx.cast(place, 'int64'), { axis: rank - 1 });
    const values = between(onnx, interpolation as Interpolation, places, below, above, at);
    const unknown = onnx.ReduceMax(onnx.cast(onnx.IsNaN(along), 'int32'), onnx.ints([rank - 1]));
    const spoiled = onnx.Where(onnx.cast(unknown, 'bool'), onnx.like(values, Number.NaN), values);
    return onnx.transpose(spoiled, [rank - 1, ...range(rank - 1)]);
  })();
  const shape = resultSizes(node);
  return keepdim || single || args.dim === undefined ? onnx.reshape(result, shape) : result;
}

function between(
  onnx: OnnxBuilder,
  interpolation: Interpolation,
  places: Value,
  below: Value,
  above: Value,
  at: (place: Value) => Value,
): Value {
  if (interpolation === 'lower') return at(below);
  if (interpolation === 'higher') return at(above);
  if (interpolation === 'nearest') return at(onnx.Round(places));
  const [low, high] = [at(below), at(above)];
  const share = interpolation === 'midpoint' ? onnx.Ceil(onnx.Sub(places, below)) : onnx.Sub(places, below);
  const weight = interpolation === 'midpoint' ? onnx.Mul(share, onnx.like(share, 0.5)) : share;
  return onnx.Add(low, onnx.Mul(onnx.Sub(high, low), weight));
}

export const missingNumbers = lowerings({
  'aten::nanmean': ({ self, dim, keepdim }, onnx, node) => {
    const x = onnx.cast(self, resultType(node));
    const rank = rankOf(self, node);
    if (rank === 0) return x;
    const axes = onnx.ints(dim === undefined || dim.length === 0 ? range(rank) : axesFrom(dim, rank));
    const known = onnx.Not(onnx.IsNaN(x));
    const sum = onnx.ReduceSum(onnx.Where(known, x, onnx.like(x, 0)), axes, { keepdims: keepdim });
    return onnx.Div(sum, onnx.ReduceSum(onnx.cast(known, dtypeOf(x)), axes, { keepdims: keepdim }));
  },
  'aten::nanmedian': ({ self }, onnx, node) => nanMedian(onnx.reshape(self, [-1]), 0, false, onnx, node)[0],
  'aten::nanmedian.dim': ({ self, dim, keepdim }, onnx, node) => {
    if (rankOf(self, node) === 0) return [self, onnx.constant(0n)];
    return nanMedian(self, dim, keepdim, onnx, node);
  },
  'aten::quantile': (args, onnx, node) => quantile(args, onnx, node),
});
