/** Whether two tensors are the same but for rounding. */
import { isFloat } from '../../../../../src/core/ir/dtype.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';

/** float32 keeps 1.2e-7; sums of some tens of products in another order lose two digits of that at worst. */
const TOLERANCE = 1e-5;
/** float16 keeps 1e-3. */
const HALF_TOLERANCE = 1e-3;

export function isClose(got: Tensor | undefined, wanted: Tensor): boolean {
  if (got?.dtype !== wanted.dtype || got.shape.join() !== wanted.shape.join()) return false;
  const [a, b] = [got.numbers(), wanted.numbers()];
  const largest = b.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1e-3);
  const relative = wanted.dtype === 'float16' ? HALF_TOLERANCE : TOLERANCE;
  const tolerance = isFloat(wanted.dtype) ? relative * largest : 0;
  return b.every((each, k) => close(a[k] ?? Number.NaN, each, tolerance));
}

function close(a: number, b: number, tolerance: number): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  return Number.isFinite(b) ? Math.abs(a - b) <= tolerance : a === b;
}
