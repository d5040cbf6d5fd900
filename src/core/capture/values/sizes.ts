/** Sizes of tensors as values of the program. */
import type { Dim, Shape } from '../../ir/shape.ts';
import { ScalarValue } from './scalars.ts';
import { type CapturedValue, ListValue, UNKNOWN } from './values.ts';

/** A size as an int. */
export function sizeOf(dim: Dim): CapturedValue {
  if (dim === undefined) return UNKNOWN;
  return typeof dim === 'number' ? BigInt(dim) : new ScalarValue('int', dim);
}

export function sizesOf(shape: Shape): ListValue {
  return new ListValue(shape.map(sizeOf));
}
