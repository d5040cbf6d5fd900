/** What a value holds: a tensor, a sequence, an optional, a map, or something opaque to us. */
import type { DataType } from './dtype.ts';
import { type Shape, shapeText } from './shape.ts';

export interface TensorType {
  readonly kind: 'tensor' | 'sparse-tensor';
  readonly dtype: DataType;
  /** Undefined where even the rank is unknown. */
  readonly shape: Shape | undefined;
}

export type ValueType =
  | TensorType
  | { readonly kind: 'sequence' | 'optional'; readonly element: ValueType | undefined }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: ValueType | undefined }
  | { readonly kind: 'opaque'; readonly domain: string; readonly name: string };

export function tensorType(dtype: DataType, shape?: Shape): TensorType {
  return { kind: 'tensor', dtype, shape };
}

/** `float32[1, 3, h, w]`, `sequence(int64[?])`. */
export function typeText(type: ValueType | undefined): string {
  if (!type) return 'unknown type';
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return `${type.kind === 'tensor' ? '' : 'sparse '}${type.dtype}${type.shape ? shapeText(type.shape) : ''}`;
    case 'sequence':
    case 'optional':
      return `${type.kind}(${typeText(type.element)})`;
    case 'map':
      return `map(${type.key}, ${typeText(type.value)})`;
    case 'opaque':
      return `opaque(${type.domain}.${type.name})`;
  }
}
