/**
 * PyTorch's type promotion. Rules: c10/core/ScalarType.cpp (promoteTypes), ATen/native/TypeProperties.cpp (result_type):
 * tensors with axes decide before tensors without, and those before plain numbers, unless a later one is of a higher
 * category (bool < integer < float < complex).
 */
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Shape } from '../../ir/shape.ts';
import type { Scalar } from './arguments.ts';

/** What floats without a type are: `torch.get_default_dtype()` of a fresh PyTorch. */
export const DEFAULT_FLOAT: DataType = 'float32';

const CATEGORY = { bool: 0, uint: 1, int: 1, float: 2, complex: 3, string: 4 } as const;

export function category(dtype: DataType): number {
  return CATEGORY[DATA_TYPES[dtype].kind];
}

/** The smallest type that holds both. */
export function promoteTypes(a: DataType, b: DataType): DataType {
  if (a === b) return a;
  const [low, high] = category(a) <= category(b) ? [a, b] : [b, a];
  if (category(high) === 3) {
    return high === 'complex128' || low === 'complex128' || low === 'float64' ? 'complex128' : 'complex64';
  }
  if (category(low) !== category(high)) return high;
  const bits = Math.max(DATA_TYPES[a].bits, DATA_TYPES[b].bits);
  if (category(high) === 2) {
    if (DATA_TYPES[a].bits !== DATA_TYPES[b].bits) return DATA_TYPES[a].bits > DATA_TYPES[b].bits ? a : b;
    // float16 and bfloat16 hold different numbers.
    return 'float32';
  }
  const unsigned = DATA_TYPES[a].kind === 'uint' ? a : b;
  const signed = unsigned === a ? b : a;
  if (DATA_TYPES[a].kind === DATA_TYPES[b].kind) return DATA_TYPES[a].bits > DATA_TYPES[b].bits ? a : b;
  if (DATA_TYPES[signed].bits > DATA_TYPES[unsigned].bits) return signed;
  return bits === 8 ? 'int16' : bits === 16 ? 'int32' : 'int64';
}

export type Operand = { readonly dtype: DataType; readonly shape: Shape } | Scalar | Expression;

/** The type that operands are computed in. */
export function resultType(operands: readonly Operand[]): DataType {
  let dimensioned: DataType | undefined;
  let scalarTensor: DataType | undefined;
  let number: DataType | undefined;
  for (const operand of operands) {
    if (typeof operand !== 'object' || operand instanceof Expression) number = promote(number, scalarType(operand));
    else if (operand.shape.length === 0) scalarTensor = promote(scalarTensor, operand.dtype);
    else dimensioned = promote(dimensioned, operand.dtype);
  }
  return combine(dimensioned, combine(scalarTensor, number)) ?? DEFAULT_FLOAT;
}

/** The type that a plain number has among tensors. */
export function scalarType(value: Scalar | Expression): DataType {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? DEFAULT_FLOAT : 'int64';
}

/** Floats stay; everything below becomes the default float. */
export function floatType(dtype: DataType): DataType {
  return isFloat(dtype) || category(dtype) > 2 ? dtype : DEFAULT_FLOAT;
}

function promote(a: DataType | undefined, b: DataType): DataType {
  return a === undefined ? b : promoteTypes(a, b);
}

function combine(first: DataType | undefined, second: DataType | undefined): DataType | undefined {
  if (first === undefined) return second;
  if (second === undefined) return first;
  if (category(first) === 3) return first;
  if (category(first) === 2) {
    if (category(second) === 3) return first === 'float64' ? 'complex128' : 'complex64';
    return first;
  }
  return first === 'bool' || category(second) >= 2 ? promoteTypes(first, second) : first;
}
