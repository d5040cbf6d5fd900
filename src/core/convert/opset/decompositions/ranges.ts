/** Range, CumSum (11), CumProd (26) and Trilu (14). */
import { constantOf } from '../../../dialects/onnx/data.ts';
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { DataType } from '../../../ir/dtype.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { counted, countedAlong, loop, naturals } from './counting.ts';
import { reduced, sizeOf, sliced, typed } from './forms.ts';

/** Longer ranges are computed when the model runs. */
const MOST_WRITTEN = 1 << 16;

const range = adapter(down(11, 'Range'), (node, onnx) => {
  const { dtype } = typed(node);
  const constant = writtenRange(node, dtype);
  if (constant) return onnx.constant(constant);
  const within: DataType = isFloat(dtype) || dtype === 'int64' ? dtype : 'int32';
  const [start, limit, delta] = [0, 1, 2].map((k) =>
    onnx.cast(onnx.squeeze(operand(node, k), axesOf(node, k)), within),
  );
  if (!start || !limit || !delta) throw new Error('a range has a start, an end and a step');
  const numbers = onnx.cast(counted(onnx, countOf(onnx, node, onnx.Sub(limit, start), delta)), within);
  return onnx.cast(onnx.Add(start, onnx.Mul(numbers, delta)), dtype);
});

/** Scalars may be given as lists of one. */
function axesOf(node: Node, index: number): readonly number[] {
  return naturals(operand(node, index).rank ?? 0);
}

/** How many steps lie between; none where it is negative. */
function countOf(onnx: OnnxBuilder, node: Node, way: Value, delta: Value): Value {
  const step = stepOf(node);
  if (!isFloat(dtypeOf(way)) && step !== undefined) {
    // Division cuts off towards zero.
    const whole = step === 1 ? way : onnx.Div(onnx.Add(way, onnx.like(way, step - Math.sign(step))), delta);
    return onnx.cast(whole, 'int64');
  }
  const [length, each] = [onnx.cast(way, 'float64'), onnx.cast(delta, 'float64')];
  return onnx.cast(onnx.Ceil(onnx.Div(length, each)), 'int64');
}

function stepOf(node: Node): number | undefined {
  const step = constantOf(operand(node, 2));
  return step?.numbers()[0];
}

function writtenRange(node: Node, dtype: DataType): Tensor | undefined {
  const [start, limit, delta] = [0, 1, 2].map((k) => constantOf(operand(node, k)));
  if (!start || !limit || !delta) return undefined;
  if (dtype === 'int64') {
    const [from = 0n, to = 0n, by = 1n] = [start, limit, delta].map((each) => each.bigints()[0]);
    const count = Math.max(0, Math.ceil(Number(to - from) / Number(by)));
    return count > MOST_WRITTEN ? undefined : Tensor.of(dtype, [count], bigNaturals(count, from, by));
  }
  const [from = 0, to = 0, by = 1] = [start, limit, delta].map((each) => each.numbers()[0]);
  const count = Math.max(0, Math.ceil((to - from) / by));
  if (count > MOST_WRITTEN) return undefined;
  return Tensor.of(
    dtype,
    [count],
    naturals(count).map((k) => from + k * by),
  );
}

function bigNaturals(count: number, from: bigint, by: bigint): bigint[] {
  return naturals(count).map((k) => from + BigInt(k) * by);
}

/**
 * Sums (or products) up to each place of an axis. Each place takes in what stands 1, 2, 4, ... places before it, so
 * that nothing but neighbours meets.
 */
const cumulative =
  (op: 'Add' | 'Mul'): Adapter['rule'] =>
  (node, onnx) => {
    const { value: x } = typed(node);
    const along = (axis: number) => cumulativeAlong(onnx, node, x, axis, op);
    return alongAxis(onnx, node, operand(node, 1), rankOf(node), along);
  };

/** What a function makes for the axis that an input names; that of the right one of all axes where it is computed. */
function alongAxis(onnx: OnnxBuilder, node: Node, axis: Value, rank: number, make: (axis: number) => Value): Value {
  const known = constantOf(axis)?.numbers()[0];
  if (known !== undefined) return make(normalAxis(node, known, rank));
  if (rank === 1) return make(0);
  const every = naturals(rank).map((each) => onnx.unsqueeze(make(each), [0]));
  // Counted from the front: Gather did not count from the end before 11.
  const [count, given] = [onnx.constant(BigInt(rank)), onnx.reshape(onnx.cast(axis, 'int64'), [])];
  const positive = onnx.Add(given, count);
  const index = onnx.Sub(positive, onnx.Mul(onnx.Div(positive, count), count));
  return onnx.Gather(onnx.Concat(...every, { axis: 0 }), index);
}

/** Sums (or products) up to each place of an axis; `reverse` and `exclusive` are read from the node. */
export function cumulativeAlong(onnx: OnnxBuilder, node: Node, x: Value, axis: number, op: 'Add' | 'Mul'): Value {
  const backwards = node.int('reverse', 0n) !== 0n;
  const size = x.shape?.[axis];
  if (typeof size !== 'number') return accumulated(onnx, node, x, axis, op);
  const joined = (parts: readonly Value[]) => onnx.Concat(...(backwards ? parts.toReversed() : parts), { axis });
  /** Without `count` places at the end, or at the beginning, seen in its direction. */
  const withoutLast = (value: Value, count: number) =>
    backwards ? sliced(onnx, value, axis, count, size) : sliced(onnx, value, axis, 0, size - count);
  const withoutFirst = (value: Value, count: number) =>
    backwards ? sliced(onnx, value, axis, 0, size - count) : sliced(onnx, value, axis, count, size);
  let sums = x;
  for (let step = 1; step < size; step *= 2) {
    const more = onnx[op](withoutFirst(sums, step), withoutLast(sums, step));
    sums = joined([withoutLast(sums, size - step), more]);
  }
  if (node.int('exclusive', 0n) === 0n || size === 0) return sums === x ? onnx.Identity(x) : sums;
  const neutral = filledLike(onnx, withoutLast(x, size - 1), op === 'Add' ? 0 : 1);
  return size === 1 ? neutral : joined([neutral, withoutLast(sums, 1)]);
}

/** Along an axis of a size that a run decides: a Loop takes one place after the other. */
function accumulated(onnx: OnnxBuilder, node: Node, x: Value, axis: number, op: 'Add' | 'Mul'): Value {
  const [backwards, exclusive] = ['reverse', 'exclusive'].map((name) => node.int(name, 0n) !== 0n);
  const count = onnx.squeeze(sizeOf(onnx, x, axis), [0]);
  const start = filledLike(onnx, reduced(onnx, 'ReduceSum', x, [axis]), op === 'Add' ? 0 : 1);
  const mirrored = (inner: OnnxBuilder, place: Value) =>
    backwards ? inner.Sub(inner.Sub(count, inner.constant(1n)), place) : place;
  const [, all] = loop(onnx, count, [start], (inner, round, [state = start]) => {
    const next = inner[op](state, inner.Gather(x, mirrored(inner, round), { axis }));
    return [next, exclusive ? state : next];
  });
  if (!all) throw new Error('a loop gives all its places');
  const ordered = backwards ? onnx.Gather(all, mirrored(onnx, counted(onnx, count)), { axis: 0 }) : all;
  const others = naturals(x.rank ?? 1).filter((each) => each !== axis);
  const order = [axis, ...others];
  return onnx.transpose(
    ordered,
    order.map((_, k) => order.indexOf(k)),
  );
}

/** 0 or 1 in the shape of x: no element is greater than itself. */
function filledLike(onnx: OnnxBuilder, x: Value, number: 0 | 1): Value {
  const dtype = dtypeOf(x);
  const wide = isFloat(dtype) ? x : onnx.cast(x, 'float64');
  const none = onnx.Greater(wide, wide);
  return onnx.cast(number === 0 ? none : onnx.Not(none), dtype);
}

/** A matrix with all on one side of a diagonal set to 0, by comparing the numbers of rows and columns. */
const trilu = adapter(down(14, 'Trilu'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  if (dtype === 'string') tooOld(node, 14, 'its elements are texts');
  const kept = triangle(onnx, node, x);
  return dtype === 'bool' ? onnx.And(kept, x) : onnx.Where(kept, x, onnx.like(x, 0));
});

/** Where a matrix is kept: a constant where its size and the diagonal are known. */
function triangle(onnx: OnnxBuilder, node: Node, x: Value): Value {
  const upper = node.int('upper', 1n) !== 0n;
  const offset = node.input(1);
  const by = offset ? constantOf(offset)?.numbers()[0] : 0;
  const [rows, columns] = [x.shape?.at(-2), x.shape?.at(-1)];
  if (by !== undefined && typeof rows === 'number' && typeof columns === 'number' && rows * columns <= MOST_WRITTEN) {
    const kept = naturals(rows * columns).map((at) => {
      const beyond = (at % columns) - Math.floor(at / columns) - by;
      return upper ? beyond >= 0 : beyond <= 0;
    });
    return onnx.constant(Tensor.of('bool', [rows, columns], kept));
  }
  const [row, column] = [countedAlong(onnx, x, -2), countedAlong(onnx, x, -1)];
  // Until 8 floats alone were compared; these numbers are as exact as float64.
  const shifted = onnx.cast(
    onnx.unsqueeze(offset ? onnx.Add(row, onnx.squeeze(offset, naturals(offset.rank ?? 0))) : row, [1]),
    'float64',
  );
  const across = onnx.cast(onnx.unsqueeze(column, [0]), 'float64');
  return onnx.Not(upper ? onnx.Less(across, shifted) : onnx.Greater(across, shifted));
}

export const ranges: readonly Adapter[] = [
  range,
  adapter(down(26, 'CumProd'), cumulative('Mul')),
  adapter(down(11, 'CumSum'), cumulative('Add')),
  trilu,
];
