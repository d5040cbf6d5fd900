/** Whether an output is the stored one: type and shape, and each element as near as numpy.testing.assert_allclose asks. */
import { DATA_TYPES } from '../../../src/core/ir/dtype.ts';
import { shapeText } from '../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';

export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
}

/** How `given` differs from `wanted`, in words; undefined where it does not. Whole numbers, bools and texts are equal. */
export function difference(given: Tensor, wanted: Tensor, { rtol, atol }: Tolerances): string | undefined {
  if (given.dtype !== wanted.dtype) return `is of ${given.dtype}, not of ${wanted.dtype}`;
  if (shapeText(given.shape) !== shapeText(wanted.shape)) {
    return `is of ${shapeText(given.shape)}, not of ${shapeText(wanted.shape)}`;
  }
  if (given.dtype === 'string') return textDifference(given, wanted);
  const isFloat = DATA_TYPES[given.dtype].kind === 'float';
  if (!isFloat) {
    return Buffer.compare(given.bytes(), wanted.bytes()) === 0 ? undefined : firstOther(given, wanted, 0, 0);
  }
  return firstOther(given, wanted, rtol, atol);
}

function firstOther(given: Tensor, wanted: Tensor, rtol: number, atol: number): string | undefined {
  const [a, b] = [given.numbers(), wanted.numbers()];
  for (const [k, right] of b.entries()) {
    const left = a[k] ?? Number.NaN;
    const same = Object.is(left, right) || left === right || Math.abs(left - right) <= atol + rtol * Math.abs(right);
    if (!same) return `has ${left} at ${k}, not ${right}`;
  }
  return undefined;
}

function textDifference(given: Tensor, wanted: Tensor): string | undefined {
  const others = wanted.strings();
  const at = given.strings().findIndex((text, k) => Buffer.compare(text, others[k] ?? new Uint8Array()) !== 0);
  return at < 0 ? undefined : `has another text at ${at}`;
}
