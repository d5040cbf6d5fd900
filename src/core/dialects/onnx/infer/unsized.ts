/** Types of which nothing is known but the kind and the element type. */
import type { DataType } from '../../../ir/dtype.ts';
import type { ValueType } from '../../../ir/type.ts';

/** Tensors of each element type of which nothing else is known: they are asked for again and again. */
const UNSIZED = new Map<DataType, ValueType>();

function unsized(dtype: DataType): ValueType {
  const known = UNSIZED.get(dtype) ?? { kind: 'tensor', dtype, shape: undefined };
  UNSIZED.set(dtype, known);
  return known;
}

/** The same type with nothing known of sizes. */
export function withoutSizes(type: ValueType): ValueType {
  switch (type.kind) {
    case 'tensor':
      return type.shape ? unsized(type.dtype) : type;
    case 'sparse-tensor':
      return type.shape ? { ...type, shape: undefined } : type;
    case 'sequence':
    case 'optional':
      return { ...type, element: type.element && withoutSizes(type.element) };
    default:
      return type;
  }
}
