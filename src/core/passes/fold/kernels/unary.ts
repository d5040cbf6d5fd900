/** Kernels of one operand that go element by element. Rules: the ONNX operator specification. */
import { isFloat } from '../../../ir/dtype.ts';
import { type Dense, dense, isWide, type Narrow, numbersOf, room } from './dense.ts';
import { type Call, type Kernel, type Kernels, rows } from './kernel.ts';

interface Operation {
  readonly float?: (a: number) => number;
  readonly integer?: (a: number) => number;
  readonly wide?: (a: bigint) => bigint;
  readonly bool?: (a: number) => number;
}

const EXACT: Readonly<Record<string, Operation>> = {
  Identity: { float: (a) => a, integer: (a) => a, wide: (a) => a, bool: (a) => a },
  Neg: { float: (a) => -a, integer: (a) => -a, wide: (a) => -a },
  Abs: { float: Math.abs, integer: Math.abs, wide: (a) => (a < 0n ? -a : a) },
  Sign: { float: Math.sign, integer: Math.sign, wide: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n) },
  Not: { bool: (a) => 1 - a },
  BitwiseNot: { integer: (a) => ~a, wide: (a) => ~a },
  Floor: { float: Math.floor },
  Ceil: { float: Math.ceil },
  Round: { float: toEven },
  Sqrt: { float: Math.sqrt },
  Reciprocal: { float: (a) => 1 / a },
  Relu: { float: (a) => Math.max(a, 0), integer: (a) => Math.max(a, 0), wide: (a) => (a < 0n ? 0n : a) },
};

const ROUNDED: Readonly<Record<string, (a: number) => number>> = {
  Exp: Math.exp,
  Log: Math.log,
  Sin: Math.sin,
  Cos: Math.cos,
  Tan: Math.tan,
  Asin: Math.asin,
  Acos: Math.acos,
  Atan: Math.atan,
  Sinh: Math.sinh,
  Cosh: Math.cosh,
  Tanh: Math.tanh,
  Asinh: Math.asinh,
  Acosh: Math.acosh,
  Atanh: Math.atanh,
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  Softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  Softsign: (a) => a / (1 + Math.abs(a)),
};

const TESTS: Readonly<Record<string, (a: number, call: Call) => boolean>> = {
  IsNaN: (a) => Number.isNaN(a),
  IsInf: (a, { node }) =>
    (a === Number.POSITIVE_INFINITY && node.int('detect_positive', 1n) === 1n) ||
    (a === Number.NEGATIVE_INFINITY && node.int('detect_negative', 1n) === 1n),
};

/** Halves go to the even neighbour. */
export function toEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function mapped(operation: Operation, x: Dense): Dense | undefined {
  const { dtype, shape } = x;
  const values = room(dtype, x.values.length);
  if (isWide(values)) {
    const { wide } = operation;
    if (!wide || !isWide(x.values)) return undefined;
    for (const [k, value] of x.values.entries()) values[k] = wide(value);
    return { dtype, shape, values };
  }
  const kind = dtype === 'bool' ? operation.bool : isFloat(dtype) ? operation.float : operation.integer;
  if (!kind) return undefined;
  const given = x.values as Narrow;
  for (let k = 0; k < given.length; k++) values[k] = kind(given[k] ?? 0);
  return dense(dtype, shape, values);
}

function map(operation: Operation): Kernel {
  return ({ inputs: [x] }) => {
    const result = x && mapped(operation, x);
    return result && [result];
  };
}

function check(test: (a: number, call: Call) => boolean): Kernel {
  return (call) => {
    const [x] = call.inputs;
    if (!x || isWide(x.values)) return undefined;
    const values = Uint8Array.from(x.values, (value) => Number(test(value, call)));
    return [{ dtype: 'bool', shape: x.shape, values }];
  };
}

const clip: Kernel = (call) => {
  const { node, inputs } = call;
  const [x, low, high] = inputs;
  if (!x) return undefined;
  // Until opset 10 the bounds are attributes.
  const least = low ? low.values[0] : attributeOf(call, 'min');
  const most = high ? high.values[0] : attributeOf(call, 'max');
  if ((node.input(1) && least === undefined) || (node.input(2) && most === undefined)) return undefined;
  // A bound that is left out is the largest number of the type: whether that holds for infinities, too, is told in two ways.
  const unbounded = least === undefined || most === undefined;
  if (unbounded && isFloat(x.dtype) && numbersOf(x).some((value) => Math.abs(value) === Number.POSITIVE_INFINITY))
    return undefined;
  const values = x.values.slice();
  // Elements and bounds are of one type.
  const numbers = values as Float64Array;
  numbers.forEach((value, k) => {
    const raised = least !== undefined && value < least ? (least as number) : value;
    numbers[k] = most !== undefined && raised > most ? (most as number) : raised;
  });
  return [{ ...x, values }];
};

function attributeOf({ node, opset }: Call, name: string): number | undefined {
  return opset < 11 ? node.float(name) : undefined;
}

/** Functions of one number with numbers as attributes. */
const WITH_ATTRIBUTES: Readonly<Record<string, (call: Call) => (a: number) => number>> = {
  LeakyRelu: ({ node }) => {
    const alpha = Math.fround(node.float('alpha', 0.01));
    return (a) => (a < 0 ? a * alpha : a);
  },
  ThresholdedRelu: ({ node }) => {
    const alpha = Math.fround(node.float('alpha', 1));
    return (a) => (a > alpha ? a : 0);
  },
  Elu: ({ node }) => {
    const alpha = Math.fround(node.float('alpha', 1));
    return (a) => (a < 0 ? alpha * Math.expm1(a) : a);
  },
  HardSigmoid: ({ node }) => {
    const [alpha, beta] = [Math.fround(node.float('alpha', 0.2)), Math.fround(node.float('beta', 0.5))];
    return (a) => Math.min(1, Math.max(0, alpha * a + beta));
  },
  HardSwish: () => (a) => a * Math.min(1, Math.max(0, a / 6 + 0.5)),
};

const identity: Kernel = ({ inputs: [x] }) => x && [x];

export const unary: Kernels = {
  ...rows('exact', Object.fromEntries(Object.entries(EXACT).map(([op, each]) => [op, map(each)] as const))),
  ...rows('rounded', Object.fromEntries(Object.entries(ROUNDED).map(([op, float]) => [op, map({ float })] as const))),
  ...rows(
    'rounded',
    Object.fromEntries(
      Object.entries(WITH_ATTRIBUTES).map(([op, of]) => [op, (call: Call) => map({ float: of(call) })(call)] as const),
    ),
  ),
  ...rows('exact', Object.fromEntries(Object.entries(TESTS).map(([op, test]) => [op, check(test)] as const))),
  ...rows('exact', { Identity: identity, Clip: clip }),
};
