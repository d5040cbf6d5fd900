/** Kernels that go element by element, with numpy's broadcasting. Rules: the ONNX operator specification. */
import { dtypeOfCode } from '../../dialects/onnx/dtype-codes.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import {
  broadcast,
  broadcastShape,
  type Element,
  type Elements,
  isComputed,
  isWide,
  type Kernel,
  type Kernels,
} from './kernel.ts';

/** The same operation for both kinds of elements. An integer operation may have no answer. */
interface Operation {
  readonly number: (a: number, b: number, dtype: DataType) => number | undefined;
  readonly wide: (a: bigint, b: bigint) => bigint | undefined;
}

const ARITHMETIC: Readonly<Record<string, Operation>> = {
  Add: { number: (a, b) => a + b, wide: (a, b) => a + b },
  Sub: { number: (a, b) => a - b, wide: (a, b) => a - b },
  Mul: { number: (a, b) => a * b, wide: (a, b) => a * b },
  // Integers divide towards zero; what dividing by zero gives is left open.
  Div: {
    number: (a, b, dtype) => (isFloat(dtype) ? a / b : b === 0 ? undefined : Math.trunc(a / b)),
    wide: (a, b) => (b === 0n ? undefined : a / b),
  },
  Pow: { number: (a, b) => a ** b, wide: (a, b) => (b < 0n || b > 64n ? undefined : a ** b) },
  Max: { number: larger, wide: larger },
  Min: { number: smaller, wide: smaller },
  And: { number: (a, b) => a * b, wide: () => undefined },
  Or: { number: (a, b) => Math.max(a, b), wide: () => undefined },
  Xor: { number: (a, b) => (a === b ? 0 : 1), wide: () => undefined },
};

const FMOD: Operation = {
  number: (a, b, dtype) => (b === 0 && !isFloat(dtype) ? undefined : a % b),
  wide: (a, b) => (b === 0n ? undefined : a % b),
};

/** The remainder takes the sign of the divisor. */
const MOD: Operation = {
  number: (a, b, dtype) => (b === 0 || isFloat(dtype) ? undefined : a - b * Math.floor(a / b)),
  wide: (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
};

const COMPARISONS: Readonly<Record<string, (a: Element, b: Element) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
};

const UNARY: Readonly<Record<string, (a: Element) => Element>> = {
  Identity: (a) => a,
  Neg: (a) => -a,
  Abs: (a) => (a < 0 ? -a : a),
  Sign: (a) => (typeof a === 'bigint' ? (a > 0n ? 1n : a < 0n ? -1n : 0n) : Math.sign(a)),
  Not: (a) => (a ? 0 : 1),
  Floor: (a) => Math.floor(Number(a)),
  Ceil: (a) => Math.ceil(Number(a)),
  Sqrt: (a) => Math.sqrt(Number(a)),
  Reciprocal: (a) => 1 / Number(a),
};

/** The larger of two of a kind; not a number where one is none. */
export function larger<E extends Element>(a: E, b: E): E {
  if (Number.isNaN(a) || a > b) return a;
  return b;
}

export function smaller<E extends Element>(a: E, b: E): E {
  if (Number.isNaN(a) || a < b) return a;
  return b;
}

/** Two operands or, for Max and Min, any number of them. */
function combine(operation: Operation): Kernel {
  return (_, inputs) => {
    const [first, ...rest] = inputs;
    let result = first;
    for (const next of rest) {
      result = result && next && combineTwo(operation, result, next);
      if (!result) return undefined;
    }
    return result && [result];
  };
}

function combineTwo(operation: Operation, a: Elements, b: Elements): Elements | undefined {
  const shape = broadcastShape(a.shape, b.shape);
  if (!shape) return undefined;
  const [x, y] = [broadcast(a, shape).values, broadcast(b, shape).values];
  const values: Element[] = [];
  for (const [k, left] of x.entries()) {
    const right = y[k] ?? 0;
    const value =
      typeof left === 'bigint' ? operation.wide(left, BigInt(right)) : operation.number(left, Number(right), a.dtype);
    if (value === undefined || !isExact(value, a.dtype)) return undefined;
    values.push(value);
  }
  return { dtype: a.dtype, shape, values };
}

/** Whether the number stands for itself: integers within their type, so that none wraps around unseen. */
function isExact(value: Element, dtype: DataType): boolean {
  if (isFloat(dtype)) return true;
  const { bits, kind } = DATA_TYPES[dtype];
  if (typeof value === 'bigint')
    return value === (kind === 'uint' ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
  return Number.isSafeInteger(value);
}

function compare(test: (a: Element, b: Element) => boolean): Kernel {
  return (_, [a, b]) => {
    const shape = a && b && broadcastShape(a.shape, b.shape);
    if (!shape) return undefined;
    const y = broadcast(b, shape).values;
    return [
      { dtype: 'bool', shape, values: broadcast(a, shape).values.map((each, k) => (test(each, y[k] ?? 0) ? 1 : 0)) },
    ];
  };
}

function map(change: (a: Element) => Element): Kernel {
  return (_, [x]) => x && [{ ...x, values: x.values.map(change) }];
}

const cast: Kernel = (node, [x]) => {
  const dtype = dtypeOfCode(node.int('to', 0n));
  if (!x || !dtype || !isComputed(dtype)) return undefined;
  const values = x.values.map((each) => converted(each, dtype));
  const whole = values.filter((each) => each !== undefined);
  return whole.length === values.length ? [{ dtype, shape: x.shape, values: whole }] : undefined;
};

/** Fractions are cut off; a float that does not fit an integer type has no answer. */
function converted(value: Element, dtype: DataType): Element | undefined {
  if (dtype === 'bool') return Number.isNaN(value) || value ? 1 : 0;
  if (isFloat(dtype)) return Number(value);
  if (typeof value === 'bigint') return isWide(dtype) ? value : Number(BigInt.asIntN(32, value));
  if (!Number.isFinite(value)) return undefined;
  const whole = Math.trunc(value);
  if (isWide(dtype)) return BigInt(whole);
  return Math.abs(whole) < 2 ** 31 ? whole : undefined;
}

const where: Kernel = (_, [condition, yes, no]) => {
  if (!condition || !yes || !no) return undefined;
  const inner = broadcastShape(yes.shape, no.shape);
  const shape = inner && broadcastShape(condition.shape, inner);
  if (!shape) return undefined;
  const [a, b] = [broadcast(yes, shape).values, broadcast(no, shape).values];
  const values = broadcast(condition, shape).values.map((each, k) => (each ? a[k] : b[k]) ?? 0);
  return [{ dtype: yes.dtype, shape, values }];
};

const clip: Kernel = (node, [x, low, high]) => {
  // Before opset 11 the bounds are attributes.
  if (!x || node.attributes.size > 0) return undefined;
  const [least, most] = [low?.values[0], high?.values[0]];
  const raised = x.values.map((each) => (least !== undefined && each < least ? least : each));
  return [{ ...x, values: raised.map((each) => (most !== undefined && each > most ? most : each)) }];
};

/** Before opset 7 these had their own kind of broadcasting. */
function sinceBroadcasting(kernel: Kernel): Kernel {
  return (node, inputs) =>
    node.attributes.has('broadcast') || node.attributes.has('axis') ? undefined : kernel(node, inputs);
}

export const elementwise: Kernels = {
  ...Object.fromEntries(Object.entries(ARITHMETIC).map(([op, each]) => [op, sinceBroadcasting(combine(each))])),
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([op, each]) => [op, sinceBroadcasting(compare(each))])),
  ...Object.fromEntries(Object.entries(UNARY).map(([op, each]) => [op, map(each)])),
  Mod: (node, inputs) => combine(node.int('fmod', 0n) === 1n ? FMOD : MOD)(node, inputs),
  Cast: cast,
  Where: where,
  Clip: clip,
};
