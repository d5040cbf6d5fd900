/**
 * Unique (11): equal slices are neighbours once all are sorted, column by column from the last to the first, where equal ones
 * keep their order. Definition: the ONNX operator specification.
 */
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { halves } from '../comparisons.ts';
import { counted, loop, naturals } from './counting.ts';
import { reduced, sizeOf, sliced } from './forms.ts';
import { cumulativeAlong } from './ranges.ts';

const NEEDED = 11;
/** Behind the end of every axis. */
const END = 2 ** 31 - 1;

const unique = adapter(down(NEEDED, 'Unique'), (node, onnx) => {
  const given = node.int('axis');
  const x = given === undefined ? onnx.Reshape(operand(node), onnx.ints([-1])) : operand(node);
  const rank = given === undefined ? 1 : rankOf(node);
  const axis = normalAxis(node, given ?? 0n, rank);
  const keys = keysOf(node, onnx, x, rank, axis);
  const count = sizeOf(onnx, x, axis);
  const order = sortedRows(onnx, keys, count);
  const starts = startsOf(onnx, onnx.Gather(keys, order));
  const isStart = onnx.squeeze(onnx.NonZero(starts), [0]);
  // Of equal slices the first stands first: its place, and for each slice the number of those that equal it.
  const firsts = onnx.Gather(order, isStart);
  const numbers = onnx.Sub(cumulativeAlong(onnx, node, starts, 0, 'Add'), onnx.constant(1n));
  const groups = onnx.Gather(numbers, sortedPlaces(onnx, onnx.cast(order, 'float64'), count));
  const ends = onnx.Concat(sliced(onnx, isStart, 0, 1, END), count, { axis: 0 });
  const counts = onnx.Sub(ends, isStart);
  const results = { firsts, groups, counts };
  const {
    firsts: places,
    groups: inverse,
    counts: often,
  } = node.int('sorted', 1n) !== 0n ? results : inTheirOrder(node, onnx, count, results);
  return [onnx.Gather(x, places, { axis }), places, inverse, often];
});

interface Found {
  /** Of each slice that is kept the place. */
  readonly firsts: Value;
  /** Of each slice the number of that which is kept for it. */
  readonly groups: Value;
  readonly counts: Value;
}

/** The same in the order in which slices come for the first time. */
function inTheirOrder(node: Node, onnx: OnnxBuilder, count: Value, { firsts, groups, counts }: Found): Found {
  const first = onnx.Gather(firsts, groups);
  const isFirst = onnx.cast(onnx.Equal(first, counted(onnx, onnx.squeeze(count, [0]))), 'int64');
  const places = onnx.squeeze(onnx.NonZero(isFirst), [0]);
  const numbers = onnx.Sub(cumulativeAlong(onnx, node, isFirst, 0, 'Add'), onnx.constant(1n));
  const own = onnx.Gather(groups, places);
  return { firsts: places, groups: onnx.Gather(numbers, first), counts: onnx.Gather(counts, own) };
}

/** A row of doubles for each slice, which are equal, and ordered, as the slices are. */
function keysOf(node: Node, onnx: OnnxBuilder, x: Value, rank: number, axis: number): Value {
  const dtype = dtypeOf(x);
  if (dtype === 'string' || dtype.startsWith('complex')) tooOld(node, NEEDED, `older opsets do not order ${dtype}`);
  const moved = onnx.transpose(x, [axis, ...naturals(rank).filter((k) => k !== axis)]);
  const isLong = dtype === 'int64' || dtype === 'uint64';
  const parts = isLong ? Object.values(halves(onnx, moved)) : [onnx.cast(moved, 'float64')];
  const columns = parts.map((part) => onnx.unsqueeze(part, [rank]));
  const [only] = columns;
  const all = columns.length === 1 && only ? only : onnx.Concat(...columns, { axis: rank });
  return onnx.Reshape(all, onnx.Concat(sizeOf(onnx, x, axis), onnx.ints([-1]), { axis: 0 }));
}

/** The places of rows in ascending order. */
function sortedRows(onnx: OnnxBuilder, keys: Value, count: Value): Value {
  const places = counted(onnx, onnx.squeeze(count, [0]));
  const columns = onnx.squeeze(sizeOf(onnx, keys, 1), [0]);
  const [order = places] = loop(onnx, columns, [places], (inner, round, [before = places]) => {
    const column = inner.Sub(inner.Sub(columns, inner.constant(1n)), round);
    const own = inner.Gather(inner.Gather(keys, column, { axis: 1 }), before);
    return [inner.Gather(before, sortedPlaces(inner, own, count))];
  });
  return order;
}

/** Where the numbers of a list stand in ascending order; of equal ones the first comes first. */
function sortedPlaces(onnx: OnnxBuilder, list: Value, count: Value): Value {
  const [, places] = onnx.many('TopK', [onnx.Neg(list), count], {}, 2);
  if (!places) throw new Error('TopK gives places');
  return places;
}

/** 1 where a row differs from the one before, and for the first. */
function startsOf(onnx: OnnxBuilder, rows: Value): Value {
  const [own, before] = [sliced(onnx, rows, 0, 1, END), sliced(onnx, rows, 0, 0, -1)];
  const differs = onnx.cast(onnx.Or(onnx.Less(own, before), onnx.Greater(own, before)), 'int32');
  const any = onnx.cast(reduced(onnx, 'ReduceMax', differs, [1]), 'int64');
  return onnx.Concat(onnx.ints([1]), any, { axis: 0 });
}

export const uniqueness: readonly Adapter[] = [unique];
