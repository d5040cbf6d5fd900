/** Shape arithmetic element by element. Rules: the ONNX operator specification. */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import {
  add,
  type Dim,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  sameDim,
  subtract,
} from '../../../ir/shape.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { broadcastShape, combined, type DataRules, expanded, input, mapped, perEntry, rounded } from './support.ts';

type Binary = (a: Dim, b: Dim, dtype: DataType) => Dim;

const flag = (value: boolean | undefined): Dim => (value === undefined ? undefined : Number(value));

/** Numbers only: expressions have no such meaning. */
const onNumbers =
  (operation: (a: number, b: number) => number): Binary =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? operation(a, b) : undefined;

/** Integers divide towards zero; sizes are not negative, so an expression over a positive number may floor. */
const divide: Binary = (a, b, dtype) => {
  if (typeof a === 'number' && typeof b === 'number') {
    if (isFloat(dtype)) return a / b;
    return b === 0 ? undefined : Math.trunc(a / b);
  }
  return !isFloat(dtype) && typeof b === 'number' && b > 0 ? floorDivide(a, b) : undefined;
};

const remainder =
  (node: Node): Binary =>
  (a, b) => {
    if (node.int('fmod', 0n) !== 0n) return onNumbers((x, y) => x % y)(a, b, 'int64');
    return b === 0 ? undefined : modulo(a, b);
  };

/** Comparing with a size that is an expression: sure only where the difference is a number. */
const compared =
  (test: (difference: number) => boolean): Binary =>
  (a, b) => {
    const difference = subtract(a, b);
    return typeof difference === 'number' ? Number(test(difference)) : undefined;
  };

const BINARY: Readonly<Record<string, Binary>> = {
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Max: maximum,
  Min: minimum,
  Pow: onNumbers((a, b) => a ** b),
  And: onNumbers((a, b) => a * b),
  Or: onNumbers((a, b) => Math.max(a, b)),
  Xor: onNumbers((a, b) => Number(a !== b)),
};

const COMPARISONS: Readonly<Record<string, Binary>> = {
  Equal: (a, b) => flag(sameDim(a, b)),
  Greater: compared((difference) => difference > 0),
  GreaterOrEqual: compared((difference) => difference >= 0),
  Less: compared((difference) => difference < 0),
  LessOrEqual: compared((difference) => difference <= 0),
};

const UNARY: Readonly<Record<string, (a: Dim) => Dim>> = {
  Neg: (a) => subtract(0, a),
  Not: (a) => subtract(1, a),
  Abs: (a) => (typeof a === 'number' ? Math.abs(a) : undefined),
  Floor: (a) => (typeof a === 'number' ? Math.floor(a) : undefined),
  Ceil: (a) => (typeof a === 'number' ? Math.ceil(a) : undefined),
  Sign: (a) => (typeof a === 'number' ? Math.sign(a) : undefined),
  Round: (a) => (typeof a === 'number' ? toEven(a) : undefined),
  Relu: (a) => maximum(a, 0),
  Sqrt: (a) => (typeof a === 'number' ? Math.sqrt(a) : undefined),
  Reciprocal: (a) => (typeof a === 'number' ? 1 / a : undefined),
};

const broadcasting: DataRules = {
  ...perEntry(BINARY, (operation) => (node) => combined(node, (dtype) => (a, b) => operation(a, b, dtype))),
  ...perEntry(
    COMPARISONS,
    (operation) => (node) => combined(node, (dtype) => (a, b) => operation(a, b, dtype), 'bool'),
  ),
  Sum: (node) => combined(node, () => add),
  Mod: (node) => combined(node, (dtype) => (a, b) => remainder(node)(a, b, dtype)),
  Where: (node) => {
    const [condition, a, b] = [input(node, 0), input(node, 1), input(node, 2)];
    if (!condition || !a || !b) return undefined;
    const shape = broadcastShape(broadcastShape(condition.shape, a.shape), b.shape);
    if (!shape) return undefined;
    const [c, x, y] = [expanded(condition, shape), expanded(a, shape), expanded(b, shape)];
    const pick = (test: Dim, k: number): Dim => {
      if (test === undefined || typeof test !== 'number') return sameDim(x[k], y[k]) ? x[k] : undefined;
      return test !== 0 ? x[k] : y[k];
    };
    return { dtype: a.dtype, shape, elements: c.map(pick) };
  },
};

const unary: DataRules = {
  ...perEntry(UNARY, (operation) => (node) => mapped(node, operation)),
  Identity: (node) => input(node, 0),
  CastLike: (node) => {
    const [from, dtype] = [input(node, 0), node.input(1)?.dtype];
    return from && dtype && { dtype, shape: from.shape, elements: from.elements.map((a) => cast(a, dtype)) };
  },
  // Bounds were attributes until version 10, and stand for floats there.
  Clip: (node) => {
    const [from, low, high] = [input(node, 0), bound(node, 1), bound(node, 2)];
    if (!from || low === 'unknown' || high === 'unknown' || node.attributes.size > 0) return undefined;
    const clipped = from.elements.map((a) => {
      const raised = low === undefined ? a : maximum(a, low);
      return high === undefined ? raised : minimum(raised, high);
    });
    return { ...from, elements: clipped };
  },
  Cast: (node) => {
    const from = input(node, 0);
    const to = node.attributes.get('to');
    const dtype = to?.type === 'int' ? dtypeOfCode(to.value) : undefined;
    if (!from || !dtype) return undefined;
    return { dtype, shape: from.shape, elements: from.elements.map((a) => cast(a, dtype)) };
  },
};

export const pointwise: DataRules = { ...broadcasting, ...unary };

function cast(value: Dim, dtype: DataType): Dim {
  if (typeof value !== 'number') return isFloat(dtype) || dtype === 'bool' ? undefined : value;
  if (dtype === 'bool') return Number(value !== 0);
  return isFloat(dtype) ? rounded(value, dtype) : Math.trunc(value);
}

/** A bound of Clip: undefined where there is none. */
function bound(node: Node, index: number): Dim | 'unknown' {
  if (!node.input(index)) return undefined;
  const data = input(node, index);
  return data?.elements.length === 1 ? (data.elements[0] ?? 'unknown') : 'unknown';
}

/** Halves go to the even neighbour. */
function toEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
