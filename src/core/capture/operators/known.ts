/**
 * Arithmetic on tensors without axes whose element is known: traced programs compute sizes with them
 * (`prim::NumToTensor(aten::size(x, 1))`, `aten::floor_divide`, `aten::Int`).
 */
import { isScalar, type Scalar } from '../../dialects/aten/arguments.ts';
import { floatType, resultType } from '../../dialects/aten/promotion.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import { DATA_TYPES, type DataType, isDataType, isInteger } from '../../ir/dtype.ts';
import type { Shape } from '../../ir/shape.ts';
import { TensorValue } from '../values/tensor.ts';
import type { Bound } from './bind.ts';

interface Known {
  readonly value: Scalar;
  readonly dtype: DataType;
}

type Compute = (a: number | bigint, b: number | bigint, args: Bound) => number | bigint | boolean;

/** Both operands come as bigints where the common type is an integer, as numbers where it is a float. */
const BINARY: Readonly<Record<string, Compute>> = {
  add: (a, b, args) => plus(a, times(b, alpha(args, b))),
  sub: (a, b, args) => minus(a, times(b, alpha(args, b))),
  rsub: (a, b, args) => minus(b, times(a, alpha(args, a))),
  mul: times,
  floor_divide: floorDivide,
  remainder: (a, b) => minus(a, times(b, floorDivide(a, b))),
  maximum: larger,
  minimum: smaller,
  max: larger,
  min: smaller,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

const COMPARISONS = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

const UNARY: Readonly<Record<string, (a: number | bigint) => number | bigint>> = {
  neg: (a) => (typeof a === 'bigint' ? -a : -a),
  abs: (a) => (a < 0 ? (typeof a === 'bigint' ? -a : -a) : a),
  floor: (a) => (typeof a === 'bigint' ? a : Math.floor(a)),
  ceil: (a) => (typeof a === 'bigint' ? a : Math.ceil(a)),
  trunc: (a) => (typeof a === 'bigint' ? a : Math.trunc(a)),
  clone: (a) => a,
};

/** The result of a call on known elements; undefined where something is not known or the operator is none of these. */
export function foldKnown(schema: Schema, bound: Bound): Known | undefined {
  const self = operand(bound.get('self'));
  if (!self || !anyTensor(bound)) return undefined;
  if (schema.name === 'to') return folded(targetOf(bound) ?? self.dtype, self.value);
  if (schema.name.startsWith('clamp')) return clamped(self, bound);
  const unary = Object.hasOwn(UNARY, schema.name) ? UNARY[schema.name] : undefined;
  if (unary && self.dtype !== 'bool') return folded(self.dtype, unary(numeric(self)));
  const other = operand(bound.get('other'));
  if (!other) return undefined;
  const common = resultType([self.info, other.info]);
  if (schema.name === 'div') return divide(self, other, common, bound.get('rounding_mode'));
  const compute = Object.hasOwn(BINARY, schema.name) ? BINARY[schema.name] : undefined;
  if (!compute || common === 'bool') return undefined;
  const [a, b] = [self, other].map((each) => inType(common, each.value));
  if (a === undefined || b === undefined || (b === 0n && DIVISIONS.has(schema.name))) return undefined;
  return folded(COMPARISONS.has(schema.name) ? 'bool' : common, compute(a, b, bound));
}

/** Between bounds that may be tensors or numbers; the upper one wins. */
function clamped(self: KnownOperand, bound: Bound): Known | undefined {
  const given = [bound.get('min'), bound.get('max')].filter((each) => each !== undefined);
  const bounds = given.map(operand);
  const common = resultType([self, ...bounds].flatMap((each) => each?.info ?? []));
  if (bounds.includes(undefined) || common === 'bool') return undefined;
  const [x, low, high] = [self, operand(bound.get('min')), operand(bound.get('max'))].map(
    (each) => each && inType(common, each.value),
  );
  if (x === undefined) return undefined;
  const raised = low === undefined ? x : larger(x, low);
  return folded(common, high === undefined ? raised : smaller(raised, high));
}

const DIVISIONS = new Set(['floor_divide', 'remainder']);

interface KnownOperand extends Known {
  readonly info: Scalar | { readonly dtype: DataType; readonly shape: Shape };
}

function operand(value: unknown): KnownOperand | undefined {
  if (isScalar(value)) return { value, dtype: resultType([value]), info: value };
  if (!(value instanceof TensorValue) || !value.info) return undefined;
  const known = value.info.shape.length === 0 ? value.element : undefined;
  return known === undefined ? undefined : { value: known, dtype: value.info.dtype, info: value.info };
}

function anyTensor(bound: Bound): boolean {
  return [...bound.values()].some((value) => value instanceof TensorValue);
}

function targetOf(bound: Bound): DataType | undefined {
  const other = bound.get('other');
  if (other instanceof TensorValue) return other.info?.dtype;
  const dtype = bound.get('dtype');
  return typeof dtype === 'string' && isDataType(dtype) ? dtype : undefined;
}

function divide(a: KnownOperand, b: KnownOperand, common: DataType, rounding: unknown): Known | undefined {
  if (rounding === undefined) {
    const dtype = floatType(common);
    return folded(dtype, round(dtype, Number(a.value)) / round(dtype, Number(b.value)));
  }
  const [x, y] = [inType(common, a.value), inType(common, b.value)];
  if (x === undefined || y === undefined || y === 0n) return undefined;
  if (rounding === 'floor') return folded(common, floorDivide(x, y));
  return folded(common, typeof x === 'bigint' && typeof y === 'bigint' ? x / y : Math.trunc(Number(x) / Number(y)));
}

function folded(dtype: DataType, value: number | bigint | boolean): Known | undefined {
  if (dtype === 'bool') return { dtype, value: Boolean(value) };
  if (isInteger(dtype)) {
    const whole = typeof value === 'number' ? Math.trunc(value) : value;
    return Number.isFinite(Number(whole)) ? { dtype, value: wrap(dtype, BigInt(whole)) } : undefined;
  }
  return DATA_TYPES[dtype].kind === 'float' ? { dtype, value: round(dtype, Number(value)) } : undefined;
}

function wrap(dtype: DataType, value: bigint): bigint {
  const { bits, kind } = DATA_TYPES[dtype];
  return kind === 'uint' ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
}

function numeric({ value }: Known): number | bigint {
  return typeof value === 'boolean' ? BigInt(value) : value;
}

function inType(dtype: DataType, value: Scalar): number | bigint {
  return isInteger(dtype) ? BigInt(typeof value === 'number' ? Math.trunc(value) : value) : round(dtype, Number(value));
}

/** Floats are kept as wide as their type. */
function round(dtype: DataType, value: number): number {
  return dtype === 'float64' ? value : Math.fround(value);
}

function alpha(args: Bound, like: number | bigint): number | bigint {
  const value = args.get('alpha') ?? 1n;
  return typeof like === 'bigint' && isScalar(value) ? BigInt(Math.trunc(Number(value))) : Number(value);
}

function plus(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b);
}

function larger(a: number | bigint, b: number | bigint): number | bigint {
  return a > b ? a : b;
}

function smaller(a: number | bigint, b: number | bigint): number | bigint {
  return a < b ? a : b;
}

function minus(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' && typeof b === 'bigint' ? a - b : Number(a) - Number(b);
}

function times(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' && typeof b === 'bigint' ? a * b : Number(a) * Number(b);
}

export function floorDivide(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return Math.floor(Number(a) / Number(b));
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
