/** Adapters of TopK: integers of 64 bits, the smallest first, and how many there are as an attribute. */
import { intsOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld, up } from './adapter.ts';
import { halves } from './comparisons.ts';
import { counted } from './decompositions/counting.ts';
import { sizeOf } from './decompositions/forms.ts';
import { gatheredAlong } from './decompositions/gathering.ts';

/** The smallest came with 11, and any order; of equal ones the first comes first either way. */
const smallest = adapter(down(11, 'TopK'), (node, onnx) => {
  const gone = { largest: undefined, sorted: undefined };
  const x = operand(node);
  if (x.dtype === 'int64' || x.dtype === 'uint64') return wholeNumbers(node, onnx);
  if (node.int('largest', 1n) !== 0n) return onnx.same(node.inputs, gone);
  const [values, places] = onnx.same([onnx.Neg(x), operand(node, 1)], gone);
  return values && places ? [onnx.Neg(values), places] : undefined;
});

/**
 * Integers of 64 bits came with 11, too. Sorted by their lower halves, and then by the upper ones, equal ones stay in the
 * order that they have.
 */
function wholeNumbers(node: Node, onnx: OnnxBuilder): readonly Value[] {
  const x = operand(node);
  const rank = rankOf(node);
  const axis = normalAxis(node, node.int('axis', -1n), rank);
  const { upper, lower } = halves(onnx, x);
  const isLargest = node.int('largest', 1n) !== 0n;
  const placesOf = (keys: Value, count: Value): Value => {
    const [, places] = onnx.many('TopK', [isLargest ? keys : onnx.Neg(keys), count], { axis }, 2);
    if (!places) throw new Error('TopK gives places');
    return places;
  };
  const byLower = placesOf(lower, sizeOf(onnx, x, axis));
  const byBoth = placesOf(gatheredAlong(onnx, upper, byLower, axis, rank), operand(node, 1));
  const places = gatheredAlong(onnx, byLower, byBoth, axis, rank);
  return [gatheredAlong(onnx, x, places, axis, rank), places];
}

/** k is an attribute until 9: where it is computed, all are sorted, and the first k kept. */
const countDown = adapter(down(10, 'TopK'), (node, onnx) => {
  const given = operand(node, 1);
  const k = intsOf(given)?.[0];
  if (k !== undefined) return onnx.same([operand(node)], { k });
  const axis = normalAxis(node, node.int('axis', -1n), rankOf(node));
  const size = operand(node).shape?.[axis];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the size of its axis decides' });
  const kept = counted(onnx, onnx.Reshape(given, onnx.ints([])));
  return onnx.same([operand(node)], { k: size }).map((all) => onnx.Gather(all, kept, { axis }));
});

const countUp = adapter(up(10, 'TopK'), (node, onnx) => {
  const k = node.int('k') ?? tooOld(node, 9, 'it lacks k');
  return onnx.same([operand(node), onnx.ints([k])], { k: undefined });
});

export const ordering: readonly Adapter[] = [smallest, countDown, countUp];
