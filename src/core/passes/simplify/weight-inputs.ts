/** Constant weights and biases at the inputs of an operator, scaled and shifted channel by channel. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { isBounded, isComputable, numbersOf, tensorOf } from './numbers.ts';
import type { Site } from './rule.ts';
import { scaledOnce } from './shared-weights.ts';
import type { Layout } from './weights.ts';

export const MOST_CHANNELS = 1 << 16;

export function weightOf(node: Node, index: number): Tensor | undefined {
  const value = node.input(index);
  const constant = value && constantOf(value);
  return constant && isComputable(constant.dtype) ? constant : undefined;
}

/** An input whose constant is scaled, also where others read it if the file `mayGrow`; as it is where all factors are 1. */
export function scaledInput(
  node: Node,
  index: number,
  layout: Layout,
  factors: Float64Array,
  site: Site,
  mayGrow = true,
): Value | undefined {
  const value = node.input(index);
  const weight = weightOf(node, index);
  if (!value || !weight) return undefined;
  if (factors.every((factor) => factor === 1)) return value;
  return scaledOnce(value, weight, layout, factors, site, mayGrow);
}

/** The bias at an input, scaled and shifted; no value where there was none and none is needed. */
export function shifted(
  node: Node,
  index: number,
  scale: Float64Array,
  shift: Float64Array,
  like: Tensor,
  site: Site,
): { readonly value: Value | undefined } | undefined {
  const before = node.input(index) && numbersOf(node.input(index), MOST_CHANNELS);
  if (node.input(index) && !before) return undefined;
  const values = shift.map((each, k) => (before?.values[k] ?? 0) * (scale[k] ?? 1) + each);
  const whole = { shape: [values.length], values };
  if (!isBounded(whole, like.dtype)) return undefined;
  if (!before && values.every((value) => value === 0)) return { value: undefined };
  return { value: site.onnx.constant(tensorOf(whole, like.dtype)) };
}
