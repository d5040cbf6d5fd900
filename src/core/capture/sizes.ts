/** Sizes of tensors as values of the program. */
import type { Dim, Shape } from '../ir/shape.ts';
import { type CapturedValue, ListValue, UNKNOWN } from './values.ts';

/** A size as an int. */
export function sizeOf(dim: Dim): CapturedValue {
  return typeof dim === 'number' ? BigInt(dim) : UNKNOWN;
}

export function sizesOf(shape: Shape): ListValue {
  return new ListValue(shape.map(sizeOf));
}
