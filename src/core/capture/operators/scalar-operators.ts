/**
 * Operators on numbers that only a run knows, as TorchScript has them (torch/csrc/jit/runtime/register_prim_ops.cpp):
 * on expressions as far as ints go, else as operators on tensors without axes.
 */
import { Expression } from '../../ir/expression.ts';
import { add, type Dim, floorDivide, maximum, minimum, modulo, multiply, subtract } from '../../ir/shape.ts';
import { numberType, SCALAR_DTYPES, type ScalarType, ScalarValue } from '../values/scalars.ts';
import type { TensorValue } from '../values/tensor.ts';
import type { CapturedValue } from '../values/values.ts';
import { callBuiltin } from './builtins.ts';
import type { Operators } from './operators.ts';

type Number = ScalarValue | bigint | number | boolean;
type Tensors = (operators: Operators, operands: readonly TensorValue[]) => TensorValue;

interface ScalarOperator {
  /** What it gives for numbers of these types; undefined where it takes none such. */
  readonly result: (types: readonly ScalarType[]) => ScalarType | undefined;
  /** The type that its operands are computed in, where that is not the widest of them. */
  readonly operands?: ScalarType;
  /** On ints, as expressions. */
  readonly ints?: (a: Dim, b: Dim) => Dim;
  readonly tensors: Tensors;
}

const WIDTH: Readonly<Record<ScalarType, number>> = { bool: 0, int: 1, float: 2 };

/** Arithmetic: bools count as ints. */
const widest = (types: readonly ScalarType[]): ScalarType => (types.includes('float') ? 'float' : 'int');
const always = (type: ScalarType) => () => type;
const named =
  (name: string): Tensors =>
  (operators, operands) =>
    operators.tensorCall(name, operands);

const arithmetic = (name: string, ints?: (a: Dim, b: Dim) => Dim): ScalarOperator => ({
  result: widest,
  tensors: named(name),
  ...(ints && { ints }),
});
const math = (name: string): ScalarOperator => ({ result: always('float'), operands: 'float', tensors: named(name) });
const comparison = (name: string): ScalarOperator => ({ result: always('bool'), tensors: named(name) });
/** `math.floor` and its kin give ints. */
const rounding = (name: string): ScalarOperator => ({
  result: always('int'),
  operands: 'float',
  tensors: named(name),
});
/** On bools logical, on ints bit by bit. */
const bitwise = (name: string): ScalarOperator => ({
  result: (types) => (types.includes('float') ? undefined : types.includes('int') ? 'int' : 'bool'),
  tensors: named(name),
});

const OPERATORS: Readonly<Record<string, ScalarOperator>> = {
  add: arithmetic('add', add),
  sub: arithmetic('sub', subtract),
  mul: arithmetic('mul', multiply),
  floordiv: {
    result: widest,
    ints: floorDivide,
    tensors: (operators, [a, b]) => {
      if (a?.info?.dtype === 'int64') return operators.tensorCall('floor_divide', [a, ...(b ? [b] : [])]);
      return operators.tensorCall('floor', [operators.tensorCall('div', [...(a ? [a] : []), ...(b ? [b] : [])])]);
    },
  },
  remainder: arithmetic('remainder', modulo),
  div: { result: always('float'), operands: 'float', tensors: named('div') },
  pow: math('pow'),
  neg: arithmetic('neg', (a) => subtract(0, a)),
  abs: arithmetic('abs'),
  min: arithmetic('minimum', minimum),
  max: arithmetic('maximum', maximum),
  ...Object.fromEntries(['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((name) => [name, comparison(name)])),
  ...Object.fromEntries(
    ['sqrt', 'exp', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'tanh'].map((name) => [name, math(name)]),
  ),
  ...Object.fromEntries(['floor', 'ceil', 'trunc'].map((name) => [name, rounding(name)])),
  round: math('round'),
  ...Object.fromEntries(
    ['isnan', 'isinf', 'isfinite'].map((name) => [
      name,
      { result: always('bool'), operands: 'float', tensors: named(name) } satisfies ScalarOperator,
    ]),
  ),
  __and__: bitwise('bitwise_and'),
  __or__: bitwise('bitwise_or'),
  __xor__: bitwise('bitwise_xor'),
  __not__: { result: always('bool'), operands: 'bool', tensors: named('logical_not') },
};

/** Conversions, by the type that they give. */
const CONVERSIONS: Readonly<Record<string, ScalarType>> = {
  Int: 'int',
  IntImplicit: 'int',
  Float: 'float',
  FloatImplicit: 'float',
  Bool: 'bool',
  sym_float: 'float',
  sym_int: 'int',
};

/** Those that go by another name where all numbers are known. */
const BUILTIN_CONVERSIONS: ReadonlyMap<string, string> = new Map([
  ['IntImplicit', 'Int'],
  ['FloatImplicit', 'Float'],
  ['sym_int', 'Int'],
  ['sym_float', 'Float'],
]);

/**
 * The result of an operator on numbers of which a run alone knows some; undefined where the arguments are not for this
 * table. Comparisons are plain where expressions and the ranges of their symbols decide them.
 */
export function callOnScalars(
  operators: Operators,
  name: string,
  given: readonly CapturedValue[],
): CapturedValue | undefined {
  if (!given.some((arg) => arg instanceof ScalarValue)) return undefined;
  const { facts } = operators.recorder;
  const args = facts.assumed ? given.map((arg) => facts.value(arg)) : given;
  if (!args.some((arg) => arg instanceof ScalarValue))
    return callBuiltin(BUILTIN_CONVERSIONS.get(name) ?? name, args, new Map());
  const [first, second] = args;
  if (name === '__is__' || name === '__isnot__') return args.includes(null) ? name === '__isnot__' : undefined;
  if ((name === 'eq' || name === 'ne') && args.includes(null)) return name === 'ne';
  if (name === '__range_length') return rangeLength(operators, args);
  if (name === '__derive_index') {
    const [index = null, start = null, step = null] = args;
    const offset = callOnNumbers(operators, 'mul', [index, step]);
    return offset === undefined ? undefined : callOnNumbers(operators, 'add', [start, offset]);
  }
  const types = args.flatMap((arg) => numberType(arg) ?? []);
  if (types.length !== args.length) return undefined;
  const numbers = args as readonly Number[];
  const to = Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined;
  if (to && first instanceof ScalarValue) return convert(operators, first, to);
  const found = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  const result = found?.result(types);
  if (!found || !result) return undefined;
  const decided = result === 'bool' && second !== undefined ? decide(operators, name, numbers) : undefined;
  if (decided !== undefined) return decided;
  const sized = result === 'int' && found.ints ? found.ints(sizeOf(numbers[0]), sizeOf(numbers[1])) : undefined;
  if (sized !== undefined) return operators.scalars.ofSize(sized);
  const common = found.operands ?? types.reduce((a, b) => (WIDTH[a] >= WIDTH[b] ? a : b), 'bool');
  const wide = common === 'bool' && found.result === widest ? 'int' : common;
  const tensors = numbers.map((each) => {
    const asType = wide === 'bool' && each instanceof ScalarValue ? convert(operators, each, 'bool') : each;
    return operators.scalars.as(operators.scalars.tensorOf(asType), SCALAR_DTYPES[wide]);
  });
  const answer = operators.scalars.ofTensor(result, found.tensors(operators, tensors));
  if (result === 'bool') note(operators, name, numbers, answer);
  return answer;
}

/** Notes what a bool says of ints, or of another bool. */
function note(operators: Operators, name: string, [a, b]: readonly Number[], answer: CapturedValue): void {
  const { facts } = operators.recorder;
  if (name === '__not__' && a instanceof ScalarValue) facts.note(answer, { not: a });
  const difference = b === undefined ? undefined : subtract(sizeOf(a), sizeOf(b));
  if (difference instanceof Expression) facts.note(answer, { comparison: name, difference });
}

/** As `callOnScalars`, also for numbers that are all known. */
export function callOnNumbers(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
): CapturedValue | undefined {
  return callOnScalars(operators, name, args) ?? callBuiltin(name, args, new Map());
}

/** How many numbers a range has: its step must be known. */
function rangeLength(operators: Operators, args: readonly CapturedValue[]): CapturedValue | undefined {
  const [start, end, step] = args.map((arg) => sizeOf(arg as Number));
  if (start === undefined || end === undefined || typeof step !== 'number' || step === 0) return undefined;
  const span = step > 0 ? subtract(end, start) : subtract(start, end);
  const by = Math.abs(step);
  const length = maximum(floorDivide(add(span, by - 1), by), 0);
  return length === undefined ? undefined : operators.scalars.ofSize(length);
}

function convert(operators: Operators, value: ScalarValue, to: ScalarType): Number {
  if (value.type === to) return value;
  const { scalars } = operators;
  const tensor = scalars.tensorOf(value);
  if (to === 'bool') {
    const zero = operators.knownTensor(value.type === 'int' ? 0n : 0, SCALAR_DTYPES[value.type]);
    const known = value.type === 'int' ? decide(operators, 'ne', [value, 0n]) : undefined;
    if (known !== undefined) return known;
    const answer = scalars.ofTensor('bool', operators.tensorCall('ne', [tensor, zero]));
    note(operators, 'ne', [value, 0n], answer);
    return answer;
  }
  return scalars.ofTensor(to, scalars.as(tensor, SCALAR_DTYPES[to]));
}

/** An int as a size; undefined for other numbers and for those too large for one. */
function sizeOf(value: Number | undefined): Dim {
  if (value instanceof ScalarValue) return value.type === 'int' ? value.size : undefined;
  if (typeof value !== 'bigint') return value === undefined ? 0 : undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
}

/** A comparison of ints, where it is the same for all that their symbols can stand for. */
function decide(operators: Operators, name: string, [a, b]: readonly Number[]): boolean | undefined {
  const difference = subtract(sizeOf(a), sizeOf(b));
  if (a === undefined || b === undefined || difference === undefined) return undefined;
  const unequal = difference instanceof Expression && operators.recorder.facts.areUnequal(difference);
  if (unequal && (name === 'eq' || name === 'ne')) return name === 'ne';
  const { least: low, most: high } = Expression.of(difference).bounds;
  switch (name) {
    case 'eq':
      return low > 0 || high < 0 ? false : low === 0 && high === 0 ? true : undefined;
    case 'ne':
      return low > 0 || high < 0 ? true : low === 0 && high === 0 ? false : undefined;
    case 'lt':
      return high < 0 ? true : low >= 0 ? false : undefined;
    case 'le':
      return high <= 0 ? true : low > 0 ? false : undefined;
    case 'gt':
      return low > 0 ? true : high <= 0 ? false : undefined;
    case 'ge':
      return low >= 0 ? true : high < 0 ? false : undefined;
    default:
      return undefined;
  }
}
