/**
 * Arithmetic on tensors without axes that hold sizes: traced programs compute with them
 * (`aten::floor_divide(prim::NumToTensor(aten::size(x, 2)), 2)`), and what it gives is a size again.
 */
import type { Schema } from '../../dialects/aten/schema.ts';
import { Expression } from '../../ir/expression.ts';
import { add, type Dim, floorDivide, maximum, minimum, modulo, multiply, subtract } from '../../ir/shape.ts';
import { TensorValue } from '../values/tensor.ts';
import type { Bound } from './bind.ts';

const BINARY: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  add,
  sub: subtract,
  rsub: (a, b) => subtract(b, a),
  mul: multiply,
  floor_divide: floorDivide,
  remainder: modulo,
  maximum,
  minimum,
};

const UNARY: Readonly<Record<string, (a: Dim) => Dim>> = {
  neg: (a) => subtract(0, a),
  clone: (a) => a,
  detach: (a) => a,
};

/** The size that a call on sizes gives; undefined where an operand is none or the operator is none of these. */
export function foldSizes(schema: Schema, bound: Bound): Dim {
  const [self, other] = [sizeOf(bound.get('self')), sizeOf(bound.get('other'))];
  if (self === undefined || ![...bound.values()].some(isSize)) return undefined;
  if (schema.name === 'to') return bound.get('dtype') === 'int64' ? self : undefined;
  const unary = Object.hasOwn(UNARY, schema.name) ? UNARY[schema.name] : undefined;
  if (unary) return unary(self);
  if (other === undefined || (bound.get('alpha') ?? 1n) !== 1n) return undefined;
  if (schema.name === 'div') return bound.get('rounding_mode') === 'floor' ? floorDivide(self, other) : undefined;
  return Object.hasOwn(BINARY, schema.name) ? BINARY[schema.name]?.(self, other) : undefined;
}

function isSize(value: unknown): value is TensorValue {
  return value instanceof TensorValue && value.scalar?.type === 'int' && value.info?.dtype === 'int64';
}

function sizeOf(value: unknown): Dim {
  if (isSize(value)) return value.scalar?.size;
  if (value instanceof Expression) return value;
  const known = value instanceof TensorValue && value.info?.dtype === 'int64' ? value.element : value;
  return typeof known === 'bigint' && Number.isSafeInteger(Number(known)) ? Number(known) : undefined;
}
