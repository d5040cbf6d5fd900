/** Adapters of comparisons and extremes: element types that came late, and broadcasting. Floats: NaN compares with nothing. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { type DataType, isFloat } from '../../ir/dtype.ts';
import { elementCount, isStatic, sameShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, sameUp } from './adapter.ts';
import { floatThatHolds } from './wider-types.ts';

/** NaN is neither above, below nor equal: Not(Less) would be wrong. */
const orEqual = adapter(down(12, 'GreaterOrEqual', 'LessOrEqual'), (node, onnx) => {
  const [a, b] = [operand(node), operand(node, 1)];
  return onnx.Or(node.op === 'GreaterOrEqual' ? onnx.Greater(a, b) : onnx.Less(a, b), onnx.Equal(a, b));
});

/** Floats came with 11: equal is what is neither less, nor greater, nor NaN. */
const equalFloats = adapter(down(11, 'Equal'), (node, onnx) => {
  const [a, b] = [operand(node), operand(node, 1)];
  if (!a.dtype || !isFloat(a.dtype)) return undefined;
  const differs = onnx.Or(onnx.Less(a, b), onnx.Greater(a, b));
  return onnx.Not(onnx.Or(differs, onnx.Or(onnx.IsNaN(a), onnx.IsNaN(b))));
});

const WIDE: ReadonlySet<DataType | undefined> = new Set<DataType>(['int64', 'uint64']);

/**
 * Integers came with 9. Those of 64 bits fit no float: their upper and lower halves do, cut towards zero, and compare in that
 * order.
 */
const lessIntegers = adapter(down(9, 'Less', 'Greater'), (node, onnx) => {
  const [x, y] = [operand(node), operand(node, 1)];
  if (!WIDE.has(x.dtype)) return undefined;
  const [a, b] = node.op === 'Less' ? [halves(onnx, x), halves(onnx, y)] : [halves(onnx, y), halves(onnx, x)];
  const sameUpper = onnx.Equal(onnx.cast(a.upper, 'int64'), onnx.cast(b.upper, 'int64'));
  return onnx.Or(onnx.Less(a.upper, b.upper), onnx.And(sameUpper, onnx.Less(a.lower, b.lower)));
});

/** Doubles that hold `upper * 2^32 + lower` exactly; both have the sign of the number. */
export function halves(onnx: OnnxBuilder, x: Value): { readonly upper: Value; readonly lower: Value } {
  const base = onnx.like(x, 2n ** 32n);
  const upper = onnx.Div(x, base);
  const lower = onnx.Sub(x, onnx.Mul(upper, base));
  return { upper: onnx.cast(upper, 'float64'), lower: onnx.cast(lower, 'float64') };
}

/** Integers came with 12; those of 64 bits fit no float. */
const extremesOfIntegers = adapter(down(12, 'Max', 'Min'), (node, onnx) => {
  const [first, ...others] = node.inputs.filter((value) => value !== undefined);
  if (!first || !WIDE.has(first.dtype)) return undefined;
  return others.reduce((kept, each) => extreme(onnx, node.op === 'Max', kept, each), first);
});

/** Smaller ones are clipped as floats, of which none is NaN: by the larger and the smaller where bounds are computed. */
const clippedIntegers = adapter(down(12, 'Clip'), (node, onnx) => {
  const [x, least, most] = node.inputs;
  if (!x?.dtype || isFloat(x.dtype)) return undefined;
  const wide = WIDE.has(x.dtype) ? undefined : floatThatHolds(x.dtype);
  if (wide) {
    const value = onnx.cast(x, wide);
    const [low, high] = [least, most].map((each) => each && asType(onnx, each, wide));
    if ([least, most].every((bound) => !bound || constantOf(bound))) {
      const [clipped = value] = onnx.same([value, low, high]);
      return onnx.cast(clipped, x.dtype);
    }
    const raised = low ? onnx.Max(value, low) : value;
    return onnx.cast(high ? onnx.Min(raised, high) : raised, x.dtype);
  }
  const raised = least ? extreme(onnx, true, x, least) : x;
  // Where the bounds contradict each other the upper one wins.
  return most ? extreme(onnx, false, raised, most) : raised;
});

/** What is constant stays so. */
function asType(onnx: OnnxBuilder, value: Value, dtype: DataType): Value {
  const constant = constantOf(value);
  return constant ? onnx.constant(Tensor.of(dtype, constant.shape, constant.numbers())) : onnx.cast(value, dtype);
}

function extreme(onnx: OnnxBuilder, greatest: boolean, a: Value, b: Value): Value {
  return onnx.Where(greatest ? onnx.Less(a, b) : onnx.Greater(a, b), b, a);
}

/** Until 7 all inputs had to have one shape: adding zeros of that shape gives it to them. */
const withoutBroadcasting = adapter(down(8, 'Max', 'Mean', 'Min', 'Sum'), (node, onnx) => {
  const values = node.inputs.filter((value) => value !== undefined);
  const [first, ...others] = values.map(({ shape }) => shape);
  if (first && others.every((shape) => shape && sameShape(first, shape) === true)) return undefined;
  const { dtype, shape } = node.output();
  if (!dtype) refuse('type-unknown', node, { value: node.output().name || 'its output' });
  if (!isStatic(shape)) return onnx.same(values.map((value) => spreadLike(onnx, value, values)));
  const zeros = onnx.constant(Tensor.of(dtype, shape, Array<number>(elementCount(shape)).fill(0)));
  return onnx.same(values.map((value) => (sameShape(value.shape, shape) === true ? value : onnx.Add(value, zeros))));
});

/** With zeros of the shapes of others, which only a run tells: nothing is greater than itself. */
function spreadLike(onnx: OnnxBuilder, value: Value, all: readonly Value[]): Value {
  const others = all.filter((each) => each !== value && each.rank !== 0);
  return others.reduce((sum, each) => onnx.Add(sum, onnx.cast(onnx.Greater(each, each), dtypeOf(value))), value);
}

export const comparisons: readonly Adapter[] = [
  orEqual,
  equalFloats,
  lessIntegers,
  extremesOfIntegers,
  clippedIntegers,
  withoutBroadcasting,
  sameUp(8, 'Max', 'Mean', 'Min', 'Sum'),
];
