/** Places that a run finds, as many as there are: NonZero and Compress (9). Until then a Loop alone makes lists of any length. */
import { intsOf } from '../../../dialects/onnx/data.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { countedAlong, loop, naturals } from './counting.ts';
import { reduced, stridesOf } from './forms.ts';

/** The places of a list of bools that are true, in their order (int64): each round finds the next. */
export function placesOf(onnx: OnnxBuilder, condition: Value): Value {
  const places = countedAlong(onnx, condition, 0);
  const holds = onnx.cast(condition, 'int32');
  const size = onnx.Size(condition);
  // The first place weighs most, and no two the same.
  const weights = onnx.Mul(holds, onnx.cast(onnx.Sub(size, places), 'int32'));
  const count = onnx.cast(reduced(onnx, 'ReduceSum', holds, [0]), 'int64');
  const [, found] = loop(onnx, count, [weights], (inner, _, [left = weights]) => {
    const next = inner.ArgMax(left, { axis: 0, keepdims: 1 });
    const others = inner.cast(inner.Not(inner.Equal(places, next)), 'int32');
    return [inner.Mul(left, others), inner.squeeze(next, [0])];
  });
  if (!found) throw new Error('a loop gives what its rounds make');
  return found;
}

const compress = adapter(down(9, 'Compress'), (node, onnx) => {
  const axis = node.int('axis');
  const x = axis === undefined ? onnx.Reshape(operand(node), onnx.ints([-1])) : operand(node);
  const at = axis === undefined ? 0 : Number(axis);
  return onnx.Gather(x, keptBy(node, onnx), { axis: at < 0 ? at + rankOf(node) : at });
});

/** What a constant condition keeps are places that are known. */
function keptBy(node: Node, onnx: OnnxBuilder): Value {
  const condition = operand(node, 1);
  const known = condition.constant?.numbers();
  return known ? onnx.ints(known.flatMap((each, k) => (each === 0 ? [] : [k]))) : placesOf(onnx, condition);
}

/** The places of a flat list, as numbers of rows, columns, and so on. */
const nonZero = adapter(down(9, 'NonZero'), (node, onnx) => {
  const x = operand(node);
  const rank = rankOf(node);
  const flat = placesOf(onnx, onnx.cast(onnx.Reshape(x, onnx.ints([-1])), 'bool'));
  if (rank < 2) return onnx.unsqueeze(flat, [0]);
  const strides = stridesOf(onnx, x, rank);
  let rest = flat;
  const rows = naturals(rank).map((axis) => {
    const stride = strides[axis];
    if (axis === rank - 1 || !stride) return onnx.unsqueeze(rest, [0]);
    const step = atLeastOne(onnx, stride);
    const row = onnx.Div(rest, step);
    rest = onnx.Sub(rest, onnx.Mul(row, step));
    return onnx.unsqueeze(row, [0]);
  });
  return onnx.Concat(...rows, { axis: 0 });
});

/** Where nothing is there nothing is found, but not even nothing may be divided by 0. */
function atLeastOne(onnx: OnnxBuilder, stride: Value): Value {
  const known = intsOf(stride)?.[0];
  if (known !== undefined && known > 0) return stride;
  return onnx.Add(stride, onnx.cast(onnx.Equal(stride, onnx.ints([0])), 'int64'));
}

export const finding: readonly Adapter[] = [compress, nonZero];
