/** The shape that a Reshape is given, so that as little as can be of it is computed when the model runs. */
import { boundsOf, type Dim, multiply, type Shape, sameDim } from '../ir/shape.ts';

interface Target {
  readonly shape: Shape;
  /** Whether a 0 in it is a size, and does not stand for the input's size at that place. */
  readonly empty: boolean;
}

/**
 * Of the sizes that are expressions those that the input has at the same place become 0 ("as it is"), and one more may be
 * left open with -1: all elements that there are tell it, unless there may be none.
 */
export function reshapeTarget(from: Shape | undefined, to: Shape): Target {
  const empty = to.includes(0);
  const copied = to.map((dim, k): Dim => (typeof dim === 'object' && !empty && sameDim(from?.[k], dim) ? 0 : dim));
  const varying = copied.flatMap((dim, k) => (typeof dim === 'number' ? [] : [k]));
  const open = varying.at(-1);
  if (open === undefined || to.includes(-1)) return { shape: copied, empty };
  const others = to.reduce((product: Dim, dim, k) => (k === open ? product : multiply(product, dim)), 1);
  if (boundsOf(others).least < 1) return { shape: to, empty: true };
  return { shape: copied.map((dim, k) => (k === open ? -1 : dim)), empty };
}
