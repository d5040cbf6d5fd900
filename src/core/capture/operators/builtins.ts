/**
 * Operators of TorchScript on plain values: numbers, text, lists, dicts, None. Rules:
 * torch/csrc/jit/runtime/register_prim_ops.cpp; numbers follow Python.
 */

import {
  equal,
  getItem,
  isNumber,
  type Numeric,
  numeric,
  ProgramError,
  raise,
  text,
  truth,
} from '../values/plain-values.ts';
import {
  type CapturedValue,
  DeviceValue,
  DictValue,
  isTensor,
  itemsOf,
  ListValue,
  TupleValue,
} from '../values/values.ts';
import { type Builtin, CONTAINER_BUILTINS } from './container-builtins.ts';
import { floorDivide } from './known.ts';
import { callOnText } from './text-builtins.ts';

/** Arithmetic of two numbers: ints stay ints, a float makes floats. */
function arithmetic(ints: (a: bigint, b: bigint) => bigint, floats: (a: number, b: number) => number): Builtin {
  return ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a === undefined || b === undefined) return undefined;
    return typeof a === 'bigint' && typeof b === 'bigint' ? ints(a, b) : floats(Number(a), Number(b));
  };
}

function divisor(b: Numeric): void {
  if (Number(b) === 0) throw new ProgramError('division by zero');
}

const comparison =
  (numbers: (a: Numeric, b: Numeric) => boolean, texts: (a: string, b: string) => boolean): Builtin =>
  ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a !== undefined && b !== undefined) return numbers(a, b);
    return typeof x === 'string' && typeof y === 'string' ? texts(x, y) : undefined;
  };

const math =
  (compute: (x: number) => number): Builtin =>
  ([x]) => {
    const value = numeric(x);
    return value === undefined ? undefined : compute(Number(value));
  };

const rounding =
  (compute: (x: number) => number): Builtin =>
  ([x]) => {
    if (typeof x === 'bigint') return x;
    return typeof x === 'number' ? BigInt(compute(x)) : undefined;
  };

/** Rounds halves to even, as Python does. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** Whether two values are one; undefined where they may be. */
function identical(a: CapturedValue | undefined, b: CapturedValue | undefined): boolean | undefined {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isTensor(a) && isTensor(b)) return a.storage.perhaps.has(b.storage) ? undefined : false;
  return typeof a === 'boolean' && typeof b === 'boolean' ? false : undefined;
}

function extremum(better: (a: Numeric, b: Numeric) => boolean): Builtin {
  return (args) => {
    const numbers = (args.length === 1 ? (itemsOf(args[0]) ?? []) : args).map(numeric);
    let best: Numeric | undefined;
    for (const each of numbers) {
      if (each === undefined) return undefined;
      if (best === undefined || better(each, best)) best = each;
    }
    if (best === undefined) return undefined;
    // Two numbers of different types give a float.
    return numbers.some((each) => typeof each === 'number') && args.length > 1 ? Number(best) : best;
  };
}

function sum([value]: readonly CapturedValue[]): CapturedValue | undefined {
  const numbers = itemsOf(value)?.map(numeric);
  if (!numbers || numbers.includes(undefined)) return undefined;
  return numbers.every((each) => typeof each === 'bigint')
    ? numbers.reduce((total, each) => total + each, 0n)
    : numbers.reduce((total: number, each) => total + Number(each), 0);
}

/** By name, for namespaces `aten` and `prim` alike. `undefined` says that the arguments are not for this table. */
const BUILTINS: Readonly<Record<string, Builtin>> = {
  add: (args, keywords) => {
    const [a, b] = args;
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (a instanceof ListValue && b instanceof ListValue) return new ListValue([...a.items, ...b.items]);
    if (a instanceof TupleValue && b instanceof TupleValue) return new TupleValue([...a.items, ...b.items]);
    return arithmetic(
      (x, y) => x + y,
      (x, y) => x + y,
    )(args, keywords);
  },
  // `a += b` changes the list itself.
  add_: ([a, b]) => {
    if (!(a instanceof ListValue) || !(b instanceof ListValue)) return undefined;
    a.items.push(...b.items);
    return a;
  },
  sub: arithmetic(
    (x, y) => x - y,
    (x, y) => x - y,
  ),
  mul: (args, keywords) => {
    const [a, b] = args;
    if (a instanceof ListValue && typeof b === 'bigint')
      return new ListValue(Array.from({ length: Math.max(Number(b), 0) }, () => a.items).flat());
    if (typeof a === 'string' && typeof b === 'bigint') return a.repeat(Math.max(Number(b), 0));
    return arithmetic(
      (x, y) => x * y,
      (x, y) => x * y,
    )(args, keywords);
  },
  div: ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a === undefined || b === undefined) return undefined;
    divisor(b);
    return Number(a) / Number(b);
  },
  floordiv: ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a === undefined || b === undefined) return undefined;
    divisor(b);
    return floorDivide(a, b);
  },
  remainder: ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a === undefined || b === undefined) return undefined;
    divisor(b);
    if (typeof a === 'bigint' && typeof b === 'bigint') return ((a % b) + b) % b;
    return Number(a) - Number(b) * Math.floor(Number(a) / Number(b));
  },
  // TorchScript's pow of two ints gives an int only where PyTorch prints it as such; it is computed as a float.
  pow: ([x, y]) => {
    const [a, b] = [numeric(x), numeric(y)];
    if (a === undefined || b === undefined) return undefined;
    return typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n ? Number(a ** b) : Number(a) ** Number(b);
  },
  neg: ([x]) => (typeof x === 'bigint' ? -x : typeof x === 'number' ? -x : undefined),
  abs: ([x]) => (typeof x === 'bigint' ? (x < 0n ? -x : x) : typeof x === 'number' ? Math.abs(x) : undefined),
  eq: ([a = null, b = null]) => equal(a, b),
  ne: ([a = null, b = null]) => negated(equal(a, b)),
  lt: comparison(
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  le: comparison(
    (a, b) => a <= b,
    (a, b) => a <= b,
  ),
  gt: comparison(
    (a, b) => a > b,
    (a, b) => a > b,
  ),
  ge: comparison(
    (a, b) => a >= b,
    (a, b) => a >= b,
  ),
  __and__: ([a, b]) =>
    typeof a === 'boolean' && typeof b === 'boolean'
      ? a && b
      : typeof a === 'bigint' && typeof b === 'bigint'
        ? a & b
        : undefined,
  __or__: ([a, b]) =>
    typeof a === 'boolean' && typeof b === 'boolean'
      ? a || b
      : typeof a === 'bigint' && typeof b === 'bigint'
        ? a | b
        : undefined,
  __xor__: ([a, b]) =>
    typeof a === 'boolean' && typeof b === 'boolean'
      ? a !== b
      : typeof a === 'bigint' && typeof b === 'bigint'
        ? a ^ b
        : undefined,
  __lshift__: ([a, b]) => (typeof a === 'bigint' && typeof b === 'bigint' ? a << b : undefined),
  __rshift__: ([a, b]) => (typeof a === 'bigint' && typeof b === 'bigint' ? a >> b : undefined),
  __not__: ([a = null]) => negated(truth(a)),
  __is__: ([a, b]) => identical(a, b),
  __isnot__: ([a, b]) => negated(identical(a, b)),
  __contains__: ([container = null, item = null]) => {
    if (container instanceof DictValue) return container.entries.has(item);
    if (typeof container === 'string') return typeof item === 'string' ? container.includes(item) : undefined;
    const each = itemsOf(container)?.map((one) => equal(one, item));
    return each && (each.includes(true) ? true : each.includes(undefined) ? undefined : false);
  },
  Int: ([x]) => {
    if (typeof x === 'boolean') return BigInt(x);
    if (typeof x === 'number') return BigInt(Math.trunc(x));
    if (typeof x === 'string' && /^\s*[-+]?\d+\s*$/.test(x)) return BigInt(x.trim());
    return typeof x === 'bigint' ? x : undefined;
  },
  Float: ([x]) => (typeof x === 'string' ? Number(x) : math((value) => value)([x ?? null], new Map())),
  Bool: ([x]) => (isNumber(x) || typeof x === 'boolean' ? truth(x) : undefined),
  str: ([x = null]) => (isTensor(x) ? undefined : text(x)),
  sqrt: math(Math.sqrt),
  exp: math(Math.exp),
  log: ([x, base]) => {
    const value = numeric(x);
    if (value === undefined) return undefined;
    return isNumber(base) ? Math.log(Number(value)) / Math.log(Number(base)) : Math.log(Number(value));
  },
  log2: math(Math.log2),
  log10: math(Math.log10),
  log1p: math(Math.log1p),
  sin: math(Math.sin),
  cos: math(Math.cos),
  tan: math(Math.tan),
  tanh: math(Math.tanh),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  trunc: rounding(Math.trunc),
  round: ([x]) => (typeof x === 'bigint' ? Number(x) : typeof x === 'number' ? roundHalfEven(x) : undefined),
  isnan: ([x]) => (typeof x === 'number' ? Number.isNaN(x) : undefined),
  isinf: ([x]) => (typeof x === 'number' ? Math.abs(x) === Number.POSITIVE_INFINITY : undefined),
  isfinite: ([x]) => (typeof x === 'number' ? Number.isFinite(x) : undefined),
  gcd: ([a, b]) => (typeof a === 'bigint' && typeof b === 'bigint' ? gcd(a, b) : undefined),
  max: extremum((a, b) => a > b),
  min: extremum((a, b) => a < b),
  sum,
  len: ([x]) => {
    if (typeof x === 'string') return BigInt(x.length);
    if (x instanceof DictValue) return BigInt(x.entries.size);
    const items = itemsOf(x);
    return items && BigInt(items.length);
  },
  all: ([x]) => everyTruth(x, (each) => !each.includes(false)),
  any: ([x]) => everyTruth(x, (each) => each.includes(true)),
  __getitem__: ([container = null, index = null]) => getItem(container, index),
  ...CONTAINER_BUILTINS,
  chr: ([x]) => (typeof x === 'bigint' ? String.fromCodePoint(Number(x)) : undefined),
  // Attributes of a device.
  type: ([x]) => (x instanceof DeviceValue ? x.device.split(':')[0] : undefined),
  // What is forked has run already.
  wait: ([x]) => x,
  awaitable_wait: ([x]) => x,
  unchecked_unwrap_optional: ([x]) => x,
  _unwrap_optional: ([x]) => (x === null ? raise('a None was unwrapped') : x),
};

function everyTruth(
  value: CapturedValue | undefined,
  decide: (each: readonly (boolean | undefined)[]) => boolean,
): boolean | undefined {
  const each = itemsOf(value)?.map(truth);
  return each && !each.includes(undefined) ? decide(each) : undefined;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const KEEPS_UNKNOWN = new Set([
  'append',
  'insert',
  'extend',
  '_set_item',
  'list',
  'tuple',
  'unchecked_unwrap_optional',
  '_unwrap_optional',
]);

/** Whether an operator only moves values that the capture does not know, so that what it gives is not unknown as a whole. */
export function keepsUnknown(name: string): boolean {
  return KEEPS_UNKNOWN.has(name);
}

/** The result of an operator on plain values; undefined where the arguments are not for this table. */
export function callBuiltin(
  name: string,
  args: readonly CapturedValue[],
  keywords: ReadonlyMap<string, CapturedValue>,
): CapturedValue | undefined {
  const ofText = callOnText(name, args);
  if (ofText !== undefined) return ofText;
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name]?.(args, keywords) : undefined;
}
