/**
 * Weights that several nodes read. Scaled alike for several of them they stay one; otherwise they are written once more,
 * where they are small or the file may still grow by them.
 */
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { takeRoom } from '../fold/growth.ts';
import { ALL_CONSTANTS } from '../fold/limits.ts';
import type { Site } from './rule.ts';
import { type Layout, scaledWeight } from './weights.ts';

/** So many bytes are written twice at any time. */
const MOST_BYTES_TWICE = 1 << 14;
/** Factors are compared where there are not more. */
const MOST_FACTORS = 1 << 16;

/** What became of a weight while others still read it, by how it was scaled. */
const scaledOf = new WeakMap<Tensor, Map<string, Value>>();

/** The weight of a value, scaled, as an initializer; undefined where it would overflow or make the file too large. */
export function scaledOnce(
  value: Value,
  weight: Tensor,
  layout: Layout,
  factors: Float64Array,
  site: Site,
  mayGrow: boolean,
): Value | undefined {
  const { graph } = site.onnx;
  const isShared = value.useCount > 1 && weight.byteLength > MOST_BYTES_TWICE;
  const before = scaledOf.get(weight);
  const key = before || isShared ? keyOf(layout, factors) : undefined;
  const same = key === undefined ? undefined : before?.get(key);
  if (same && graph.initializers.has(same)) return same;
  if (isShared && !mayGrow) return undefined;
  const scaled = scaledWeight(weight, layout, factors);
  if (!scaled || (isShared && !takeRoom(site.model, weight.byteLength, ALL_CONSTANTS))) return undefined;
  const made = site.onnx.initializer(value.name, scaled);
  if (isShared && key !== undefined) scaledOf.set(weight, (before ?? new Map<string, Value>()).set(key, made));
  return made;
}

/** The factors of all elements in order. */
function keyOf({ rows, columns, at }: Layout, factors: Float64Array): string | undefined {
  if (rows * columns > MOST_FACTORS) return undefined;
  const found = new Float64Array(rows * columns);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let column = 0, first = at(row); column < columns; column++) found[k++] = factors[first + column] ?? 1;
  }
  return `${rows}|${Buffer.from(found.buffer).toString('latin1')}`;
}
