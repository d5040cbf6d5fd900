/**
 * Kernels of two operands (or more) that go element by element, with numpy's broadcasting. Rules: the ONNX operator
 * specification. Integers wrap around; floats are rounded to their type after every operation.
 */
import { DATA_TYPES, type DataType, isFloat } from '../../../ir/dtype.ts';
import { elementCount } from '../../../ir/shape.ts';
import { type Dense, dense, isWide, type Narrow, room, type Wide } from './dense.ts';
import { areSizes, type Call, type Kernel, type Kernels, rows } from './kernel.ts';
import { broadcastPlaces, broadcastShape } from './picking.ts';

/** The same operation for each kind of elements; absent or undefined where it has no answer. */
interface Operation {
  readonly float?: (a: number, b: number) => number;
  /** Up to 32 bits; what lies beyond the type wraps around when it is stored. */
  readonly integer?: (a: number, b: number, dtype: DataType) => number | undefined;
  readonly wide?: (a: bigint, b: bigint, dtype: DataType) => bigint | undefined;
  readonly bool?: (a: number, b: number) => number;
}

const MIN: Operation = {
  float: smaller,
  integer: smaller,
  wide: smallerWide,
};
const MAX: Operation = {
  float: larger,
  integer: larger,
  wide: largerWide,
};

const ARITHMETIC: Readonly<Record<string, Operation>> = {
  Add: { float: (a, b) => a + b, integer: (a, b) => a + b, wide: (a, b) => a + b },
  Sub: { float: (a, b) => a - b, integer: (a, b) => a - b, wide: (a, b) => a - b },
  Mul: { float: (a, b) => a * b, integer: Math.imul, wide: (a, b) => a * b },
  // Integers divide towards zero. By 0, and the lowest by -1: what comes out is left open.
  Div: {
    float: (a, b) => a / b,
    integer: (a, b, dtype) => (b === 0 || (b === -1 && a === lowest(dtype)) ? undefined : Math.trunc(a / b)),
    wide: (a, b, dtype) => (b === 0n || (b === -1n && a === BigInt(lowest(dtype))) ? undefined : a / b),
  },
  Min: MIN,
  Max: MAX,
  And: { bool: (a, b) => a & b },
  Or: { bool: (a, b) => a | b },
  Xor: { bool: (a, b) => a ^ b },
  BitwiseAnd: { integer: (a, b) => a & b, wide: (a, b) => a & b },
  BitwiseOr: { integer: (a, b) => a | b, wide: (a, b) => a | b },
  BitwiseXor: { integer: (a, b) => a ^ b, wide: (a, b) => a ^ b },
  PRelu: {
    float: (a, b) => (a < 0 ? a * b : a),
    integer: (a, b) => (a < 0 ? Math.imul(a, b) : a),
    wide: (a, b) => (a < 0n ? a * b : a),
  },
};

/** The remainder takes the sign of the divisor; floats have none of this kind. */
const MOD: Operation = {
  integer: (a, b) => (b === 0 ? undefined : a - b * Math.floor(a / b)),
  wide: (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
};

/** The remainder takes the sign of the dividend, as C's fmod. */
const FMOD: Operation = {
  float: (a, b) => a % b,
  integer: (a, b) => (b === 0 ? undefined : a % b),
  wide: (a, b) => (b === 0n ? undefined : a % b),
};

/** Signed integers are shifted since opset 27 only, in ways of their own. */
const SHIFTS: Readonly<Record<string, Operation>> = {
  LEFT: {
    integer: (a, b, dtype) => (shifts(dtype, b) ? a << b : undefined),
    wide: (a, b, dtype) => (shifts(dtype, Number(b)) ? a << b : undefined),
  },
  RIGHT: {
    integer: (a, b, dtype) => (shifts(dtype, b) ? a >>> b : undefined),
    wide: (a, b, dtype) => (shifts(dtype, Number(b)) ? a >> b : undefined),
  },
};

const COMPARISONS: Readonly<Record<string, (a: number | bigint, b: number | bigint) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
};

function shifts(dtype: DataType, by: number): boolean {
  const { bits, kind } = DATA_TYPES[dtype];
  return kind === 'uint' && by < bits;
}

/** The larger of two; not a number where one is none. */
export function larger(a: number, b: number): number {
  return Math.max(a, b);
}

export function smaller(a: number, b: number): number {
  return Math.min(a, b);
}

export function largerWide(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

export function smallerWide(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/** The lowest number of a signed type. */
function lowest(dtype: DataType): number {
  return -(2 ** (DATA_TYPES[dtype].bits - 1));
}

function combine(operation: Operation): Kernel {
  return ({ inputs }) => {
    const [first, ...others] = inputs;
    let result = first;
    for (const next of others) {
      if (!result || !next || result.dtype !== next.dtype) return undefined;
      result = combineTwo(operation, result, next);
    }
    return result && [result];
  };
}

/** Two operands of one type; undefined where some element has no answer. */
export function combineTwo(operation: Operation, a: Dense, b: Dense): Dense | undefined {
  const shape = broadcastShape(a.shape, b.shape);
  if (!shape || !areSizes(shape)) return undefined;
  const count = elementCount(shape);
  const [x, y] = [broadcastPlaces(a.shape, shape), broadcastPlaces(b.shape, shape)];
  const values = room(a.dtype, count);
  const { dtype } = a;
  if (isWide(values)) {
    const [left, right, wide] = [a.values as Wide, b.values as Wide, operation.wide];
    if (!wide) return undefined;
    for (let k = 0; k < count; k++) {
      const value = wide(left[x[k] ?? 0] ?? 0n, right[y[k] ?? 0] ?? 0n, dtype);
      if (value === undefined) return undefined;
      values[k] = value;
    }
    return { dtype, shape, values };
  }
  const kind = dtype === 'bool' ? operation.bool : isFloat(dtype) ? operation.float : operation.integer;
  if (!kind) return undefined;
  const [left, right] = [a.values as Narrow, b.values as Narrow];
  for (let k = 0; k < count; k++) {
    const value = kind(left[x[k] ?? 0] ?? 0, right[y[k] ?? 0] ?? 0, dtype);
    if (value === undefined) return undefined;
    values[k] = value;
  }
  return dense(dtype, shape, values);
}

function compare(test: (a: number | bigint, b: number | bigint) => boolean): Kernel {
  return ({ inputs: [a, b] }) => {
    if (!a || !b || a.dtype !== b.dtype) return undefined;
    const shape = broadcastShape(a.shape, b.shape);
    if (!shape || !areSizes(shape)) return undefined;
    const [x, y] = [broadcastPlaces(a.shape, shape), broadcastPlaces(b.shape, shape)];
    const values = new Uint8Array(x.length);
    for (let k = 0; k < x.length; k++) {
      const [left = 0, right = 0] = [a.values[x[k] ?? 0], b.values[y[k] ?? 0]];
      values[k] = test(left, right) ? 1 : 0;
    }
    return [{ dtype: 'bool', shape, values }];
  };
}

/** The exponent may be of another type than the base, of which the result is. */
const pow: Kernel = ({ inputs: [base, exponent] }) => {
  const shape = base && exponent && broadcastShape(base.shape, exponent.shape);
  if (!shape || !areSizes(shape)) return undefined;
  const [x, y] = [broadcastPlaces(base.shape, shape), broadcastPlaces(exponent.shape, shape)];
  const values = room(base.dtype, x.length);
  const float = isFloat(base.dtype);
  for (let k = 0; k < x.length; k++) {
    const [a, b] = [Number(base.values[x[k] ?? 0]), Number(exponent.values[y[k] ?? 0])];
    const value = power(a, b);
    // Integers beyond what doubles hold are where implementations differ.
    if (!float && !(Number.isInteger(b) && b >= 0 && Number.isSafeInteger(value))) return undefined;
    if (isWide(values)) values[k] = BigInt(value);
    else values[k] = value;
    if (!float && Number(values[k]) !== value) return undefined;
  }
  return [dense(base.dtype, shape, values)];
};

/** As C's pow, which knows 1 to any power, and -1 to an infinite one. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

const mean: Kernel = (call) => {
  const [sum] = combine(ARITHMETIC.Add ?? {})(call) ?? [];
  const count = sum && isFloat(sum.dtype) ? { dtype: sum.dtype, shape: [], values: room(sum.dtype, 1) } : undefined;
  if (!sum || !count || isWide(count.values)) return undefined;
  count.values[0] = call.inputs.length;
  const quotient = combineTwo(ARITHMETIC.Div ?? {}, sum, count);
  return quotient && [quotient];
};

const where: Kernel = ({ inputs: [condition, yes, no] }) => {
  if (!condition || !yes || !no || yes.dtype !== no.dtype) return undefined;
  const shape = broadcastShape(condition.shape, yes.shape, no.shape);
  if (!shape || !areSizes(shape)) return undefined;
  const [c, x, y] = [condition, yes, no].map((each) => broadcastPlaces(each.shape, shape));
  const values = room(yes.dtype, c?.length ?? 0);
  for (let k = 0; k < values.length; k++) {
    const value = condition.values[c?.[k] ?? 0] ? yes.values[x?.[k] ?? 0] : no.values[y?.[k] ?? 0];
    // Both sides are of one type, and so is the room.
    if (value !== undefined) (values as Float64Array)[k] = value as number;
  }
  return [{ dtype: yes.dtype, shape, values }];
};

const choose =
  (pick: (call: Call) => Operation | undefined): Kernel =>
  (call) => {
    const operation = pick(call);
    return operation && combine(operation)(call);
  };

export const binary: Kernels = {
  ...rows(
    'exact',
    Object.fromEntries(Object.entries(ARITHMETIC).map(([op, operation]) => [op, combine(operation)] as const)),
  ),
  ...rows('exact', Object.fromEntries(Object.entries(COMPARISONS).map(([op, test]) => [op, compare(test)] as const))),
  ...rows('exact', {
    Sum: combine(ARITHMETIC.Add ?? {}),
    Mod: choose(({ node }) => (node.int('fmod', 0n) === 1n ? FMOD : MOD)),
    BitShift: choose(({ node }) => SHIFTS[node.string('direction', '')]),
    Where: where,
  }),
  ...rows('rounded', { Pow: pow, Mean: mean }),
};
