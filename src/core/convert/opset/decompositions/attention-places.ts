/** Which keys a query of Attention may see, by their positions: causal masks, windows, and numbers of valid keys. */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { countedAlong, naturals } from './counting.ts';
import { sizeOf } from './forms.ts';

/** All with heads: [batch, heads, positions, size]. */
export interface Places {
  readonly query: Value;
  /** With what came before. */
  readonly key: Value;
  readonly past: Value | undefined;
  /** How many keys of each sample are valid. */
  readonly valid: Value | undefined;
}

/** Larger masks are computed when the model runs. */
const MOST_WRITTEN = 1 << 20;

/** Conditions, all of which must hold; they spread over [batch, heads, queries, keys]. */
export function allowedPlaces(node: Node, onnx: OnnxBuilder, places: Places): readonly Value[] {
  const causal = node.int('is_causal', 0n) !== 0n;
  const [left, right] = ['left_window_size', 'right_window_size'].map((name) => Number(node.int(name, -1n)));
  const ahead = Math.min(causal ? 0 : Number.POSITIVE_INFINITY, bound(right));
  const back = bound(left);
  const limits = [back, ahead].some(Number.isFinite) ? limited(onnx, places, back, ahead) : [];
  return [...limits, ...(places.valid ? [onnx.Less(keysOf(onnx, places), validOf(onnx, places.valid))] : [])];
}

function bound(size = -1): number {
  return size < 0 ? Number.POSITIVE_INFINITY : size;
}

/** At most so many positions back and ahead of the query's own, which counts the keys before the block of queries. */
function limited(onnx: OnnxBuilder, places: Places, back: number, ahead: number): readonly Value[] {
  const constant = writtenLimits(onnx, places, back, ahead);
  if (constant) return [constant];
  const own = onnx.Add(
    onnx.unsqueeze(asNumbers(onnx, countedAlong(onnx, places.query, 2)), [1]),
    offsetOf(onnx, places),
  );
  const keys = keysOf(onnx, places);
  const shifted = (by: number) => (by === 0 ? own : onnx.Add(own, onnx.like(own, by)));
  const conditions: Value[] = [];
  if (Number.isFinite(ahead)) conditions.push(onnx.Not(onnx.Greater(keys, shifted(ahead))));
  if (Number.isFinite(back)) conditions.push(onnx.Not(onnx.Less(keys, shifted(-back))));
  return conditions;
}

/** A constant mask where all sizes are known. */
function writtenLimits(onnx: OnnxBuilder, places: Places, back: number, ahead: number): Value | undefined {
  const [queries, keys] = [places.query.shape?.[2], places.key.shape?.[2]];
  const before = places.past ? places.past.shape?.[2] : 0;
  if (places.valid || typeof queries !== 'number' || typeof keys !== 'number' || typeof before !== 'number') {
    return undefined;
  }
  if (queries * keys > MOST_WRITTEN) return undefined;
  const kept = naturals(queries * keys).map((at) => {
    const distance = (at % keys) - Math.floor(at / keys) - before;
    return distance <= ahead && distance >= -back;
  });
  return onnx.constant(Tensor.of('bool', [queries, keys], kept));
}

/** Of a cache outside of the operator the last queries stand at the last valid keys: [batch, 1, 1, 1]. */
function offsetOf(onnx: OnnxBuilder, { query, past, valid }: Places): Value {
  if (valid && !past) return onnx.Sub(validOf(onnx, valid), asNumbers(onnx, sizeOf(onnx, query, 2)));
  return asNumbers(onnx, past ? sizeOf(onnx, past, 2) : onnx.ints([0]));
}

function validOf(onnx: OnnxBuilder, valid: Value): Value {
  return onnx.unsqueeze(asNumbers(onnx, valid), [1, 2, 3]);
}

function keysOf(onnx: OnnxBuilder, { key }: Places): Value {
  return asNumbers(onnx, countedAlong(onnx, key, 2));
}

/** Until 8 floats alone were compared; positions are as exact as float64. */
function asNumbers(onnx: OnnxBuilder, x: Value): Value {
  return onnx.cast(x, 'float64');
}
