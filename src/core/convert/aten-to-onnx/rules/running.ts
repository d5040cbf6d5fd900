/**
 * Running results along an axis for which ONNX has no operator: every element is taken over all before it, under a
 * triangle. That costs size times size.
 */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowered, lowerings } from '../lowering.ts';
import { axisFrom, dimAt, filled, neutral, placesOf, rankOf, refuseArgument, resultType } from '../support.ts';

/** A running result of n elements is written out as n * n. */
const MOST = 256;

/** `take` reduces the last axis of [..., size, size], whose row k holds the elements up to k and `filling` behind them. */
function running(
  x: Value,
  dim: number,
  filling: number,
  take: (rows: Value, last: number) => Value,
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const rank = rankOf(x, node);
  const axis = axisFrom(dim, rank);
  const size = dimAt(x, axis, node);
  if (typeof size === 'number' && size > MOST)
    refuseArgument(node, 'dim', `ONNX has no such running result, and ${size} elements are too many`);
  return onnx.movedToLast(x, axis, (moved) => {
    const below = onnx.Trilu(filled(onnx, [size, size], true, 'bool'), { upper: 0 });
    return take(onnx.Where(below, onnx.unsqueeze(moved, [rank - 1]), neutral(onnx, moved, filling)), rank);
  });
}

/** The largest or smallest so far, and the last place of it. */
function extreme(
  { self, dim }: { readonly self: Value; readonly dim: number },
  most: boolean,
  onnx: OnnxBuilder,
  node: Node,
): Lowered {
  if (rankOf(self, node) === 0) return [self, onnx.constant(0n)];
  const x = self.dtype === 'bool' ? onnx.cast(self, 'int32') : self;
  const filling = most ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const [reduce, place] = most ? (['ReduceMax', 'ArgMax'] as const) : (['ReduceMin', 'ArgMin'] as const);
  const values = running(
    x,
    dim,
    filling,
    (rows, last) => onnx[reduce](rows, onnx.ints([last]), { keepdims: 0 }),
    onnx,
    node,
  );
  // Behind the triangle stands what no element exceeds: a place there would be a fault, so it is looked for from the front.
  const places = running(x, dim, filling, (rows, last) => lastPlace(rows, last, place, onnx, node), onnx, node);
  return [onnx.cast(values, resultType(node)), places];
}

function lastPlace(rows: Value, last: number, op: 'ArgMax' | 'ArgMin', onnx: OnnxBuilder, node: Node): Value {
  const found = onnx[op](rows, { axis: last, keepdims: 0, select_last_index: 1 });
  // Where every element so far is as far as can be, what stands behind the triangle is no farther: its place is cut off.
  return onnx.Min(found, placesOf(onnx, dimAt(rows, last, node)));
}

export const runningResults = lowerings({
  'aten::cumprod': ({ self, dim }, onnx, node) => {
    const x = onnx.cast(self, resultType(node));
    if (rankOf(self, node) === 0) return x;
    const product = (rows: Value, last: number) => onnx.ReduceProd(rows, onnx.ints([last]), { keepdims: 0 });
    return running(x, dim, 1, product, onnx, node);
  },
  'aten::logcumsumexp': ({ self, dim }, onnx, node) => {
    if (rankOf(self, node) === 0) return self;
    const sum = (rows: Value, last: number) => onnx.ReduceLogSumExp(rows, onnx.ints([last]), { keepdims: 0 });
    return running(self, dim, Number.NEGATIVE_INFINITY, sum, onnx, node);
  },
  'aten::cummax': (args, onnx, node) => extreme(args, true, onnx, node),
  'aten::cummin': (args, onnx, node) => extreme(args, false, onnx, node),
});
