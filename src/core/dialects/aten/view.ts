/** What a view of a tensor is: how it lies in the memory of its base, and how a write to it becomes a new value of the base. */
import type { Dim, Shape } from '../../ir/shape.ts';
import type { TensorInfo } from './rule.ts';

/** A step from a tensor to a view of it, as an operation on values that can be replayed, and mostly undone. */
export type ViewStep =
  /** The same elements in the same shape. */
  | { readonly kind: 'alias' }
  /** The same elements in the same order. */
  | { readonly kind: 'reshape'; readonly from: Shape; readonly to: Shape }
  | { readonly kind: 'permute'; readonly dims: readonly number[] }
  | { readonly kind: 'select'; readonly dim: number; readonly index: Dim }
  | {
      readonly kind: 'slice';
      readonly dim: number;
      readonly start: Dim;
      readonly end: Dim;
      readonly step: number;
    }
  | { readonly kind: 'diagonal'; readonly offset: number; readonly dim1: number; readonly dim2: number }
  /** Elements repeat: it can be replayed, a write to it has no meaning. */
  | { readonly kind: 'expand'; readonly to: Shape }
  /** Known only as the call that made it: what it shows after its base was written cannot be said. */
  | { readonly kind: 'opaque' };

/** How the result of a view operator relates to its input. */
export type Aliasing =
  /** The input itself. */
  | 'same'
  /** Other geometry, same memory. */
  | 'view'
  /** New memory. */
  | 'copy'
  /** One or the other: a layout that we do not know decides. */
  | 'maybe';

export interface View {
  readonly aliasing: Aliasing;
  readonly info: TensorInfo;
  /** Elements from the first element of the input to that of the view; meaningful where strides are known. */
  readonly offset: Dim;
  readonly step: ViewStep;
}

/** The axes order that undoes a permutation. */
export function inversePermutation(dims: readonly number[]): number[] {
  const inverse = new Array<number>(dims.length);
  dims.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}
