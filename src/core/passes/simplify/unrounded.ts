/** Constants that rules made, as they would be without rounding: a rule that goes on with one rounds once for both. */
import type { Tensor } from '../../ir/tensor.ts';

const kept = new WeakMap<Tensor, () => Float64Array>();

/** Keeps what a tensor holds but for rounding: its elements in order, a new array whenever they are asked for. */
export function keepUnrounded(tensor: Tensor, elements: () => Float64Array): Tensor {
  if (tensor.dtype !== 'float64') kept.set(tensor, elements);
  return tensor;
}

/** The elements of a tensor that a rule made, in double precision; undefined where it is as it was given. */
export function unrounded(tensor: Tensor): Float64Array | undefined {
  return kept.get(tensor)?.();
}
