/**
 * Plain ints, floats and bools of a program that only a run knows. An int is an expression over symbols; every one of
 * them is a tensor without axes as well, made when something first needs it.
 */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import { fresh } from '../../dialects/aten/rule.ts';
import { int } from '../../ir/attribute.ts';
import type { Bounds } from '../../ir/bounds.ts';
import { DATA_TYPES, type DataType, isInteger } from '../../ir/dtype.ts';
import { Expression, type FunctionName } from '../../ir/expression.ts';
import { shapeText } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { ProgramError } from './plain-values.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, ListValue } from './values.ts';

export type ScalarType = 'int' | 'float' | 'bool';

/** The element type of the tensor that stands for a number. */
export const SCALAR_DTYPES: Readonly<Record<ScalarType, DataType>> = { int: 'int64', float: 'float64', bool: 'bool' };

export class ScalarValue {
  readonly kind = 'scalar';

  constructor(
    readonly type: ScalarType,
    /** Over symbols that the recorder knows; those of floats and bools stand for nothing but the number itself. */
    readonly size: Expression,
  ) {}
}

/** Makes numbers of tensors and tensors of numbers. */
export class Scalars {
  private readonly sizes = new WeakMap<Value, Map<number, Value>>();

  constructor(private readonly operators: Operators) {}

  /** The number that a tensor of one element holds now: a plain one where it is known. `symbol` is its name in sizes. */
  ofTensor(
    type: ScalarType,
    tensor: TensorValue,
    bounds?: Bounds,
    symbol?: string,
  ): ScalarValue | bigint | number | boolean {
    const { recorder } = this.operators;
    const { scalar } = tensor;
    if (scalar?.type === type) return scalar;
    if (scalar?.type === 'bool' && type === 'int') return this.ofTensor('int', this.tensorOf(scalar), bounds);
    const value = this.operators.read(this.as(this.withoutAxes(tensor), SCALAR_DTYPES[type]));
    const known = bounds ?? (type === 'int' && isCount(value) ? COUNT : undefined);
    const { symbols } = recorder;
    const name = symbol ?? symbols.unused(type === 'int' ? 'u' : (type[0] ?? ''));
    return new ScalarValue(
      type,
      symbols.declare(name, () => value, known),
    );
  }

  /** An int as a plain number where it is one. */
  ofSize(size: number | Expression): ScalarValue | bigint {
    const simple = size instanceof Expression ? size.simplified() : size;
    return typeof simple === 'number' ? BigInt(simple) : new ScalarValue('int', simple);
  }

  /** The size of a value along an axis, in a run. */
  sizeOf(value: Value, axis: number): Value {
    const { recorder } = this.operators;
    const known = this.sizes.get(value)?.get(axis);
    if (known && recorder.sees(known)) return known;
    const size = recorder.value({
      op: 'sym_size',
      overload: 'int',
      inputs: [value],
      attributes: { dim: int(axis) },
      output: fresh('int64', []),
    });
    this.sizes.set(value, (this.sizes.get(value) ?? new Map<number, Value>()).set(axis, size));
    return size;
  }

  /** A number as a tensor without axes: int64, float64 or bool. */
  tensorOf(number: ScalarValue | bigint | number | boolean): TensorValue {
    if (typeof number === 'bigint') return this.operators.knownTensor(number, 'int64');
    if (typeof number === 'number') return this.operators.knownTensor(number, 'float64');
    if (typeof number === 'boolean') return this.operators.knownTensor(number, 'bool');
    const dtype = SCALAR_DTYPES[number.type];
    const tensor = this.operators.fresh(this.valueOf(number.size, dtype), fresh(dtype, []));
    tensor.scalar = number;
    return tensor;
  }

  /** A tensor in another type; it may be the same. */
  as(tensor: TensorValue, dtype: DataType): TensorValue {
    if (tensor.info?.dtype === dtype) return tensor;
    const { element } = tensor;
    if (element !== undefined) return this.operators.knownTensor(converted(dtype, element), dtype);
    return this.operators.cast(tensor, dtype);
  }

  private withoutAxes(tensor: TensorValue): TensorValue {
    const { info } = tensor;
    if (!info || info.shape.length === 0) return tensor;
    if (info.shape.some((size) => typeof size === 'number' && size !== 1)) {
      throw new ProgramError(`a tensor of shape ${shapeText(info.shape)} is no single number`);
    }
    return this.operators.tensorCall('reshape', [tensor, new ListValue([])]);
  }

  /** The 0-d value of an expression in the graph. */
  private valueOf(size: Expression, dtype: DataType): Value {
    const { recorder } = this.operators;
    const binary = (name: string, a: Value, b: Value) => {
      const operands = [a, b].map((each) => this.operators.fresh(each, fresh(dtype, [])));
      return this.operators.read(this.operators.tensorCall(name, operands));
    };
    return size.evaluate<Value>({
      number: (value) => recorder.constant('constant', 'int64', BigInt(value)),
      symbol: (name) => recorder.symbols.provider(name),
      plus: (a, b) => binary('add', a, b),
      times: (a, b) => binary('mul', a, b),
      apply: (fn, a, b) => binary(FUNCTIONS[fn], a, b),
    });
  }
}

const COUNT: Bounds = { least: 0, most: Number.POSITIVE_INFINITY };

/** Operators that count, or tell places: by the output that does. */
const COUNTING: Readonly<Record<string, number>> = {
  argmax: 0,
  argmin: 0,
  argsort: 0,
  bucketize: 0,
  count_nonzero: 0,
  max: 1,
  min: 1,
  nonzero: 0,
  searchsorted: 0,
  sort: 1,
  sym_size: 0,
  topk: 1,
};

/** Those that pass numbers on as they are. */
const PASSING = new Set(['to', 'reshape', 'view', 'select', 'squeeze', 'unsqueeze', 'clone', 'slice', 'index_select']);

/** Whether an integer can be seen to be none below 0, from the operator that makes it. */
function isCount(value: Value): boolean {
  if (value.dtype === 'bool' || value.dtype === 'uint8') return true;
  const { producer } = value;
  if (producer?.domain !== 'aten') return false;
  const [input] = producer.inputs;
  if (PASSING.has(producer.op)) return input !== undefined && isCount(input);
  if (producer.op === 'sum') return input?.dtype === 'bool';
  return Object.hasOwn(COUNTING, producer.op) && COUNTING[producer.op] === value.outputIndex;
}

const FUNCTIONS: Readonly<Record<FunctionName, string>> = {
  floordiv: 'floor_divide',
  mod: 'remainder',
  min: 'minimum',
  max: 'maximum',
};

/** A known number as the element of a tensor of that type. */
export function converted(dtype: DataType, value: Scalar): Scalar {
  if (dtype === 'bool') return Boolean(value);
  if (isInteger(dtype)) return BigInt(typeof value === 'number' ? Math.trunc(value) : value);
  return dtype === 'float64' ? Number(value) : Math.fround(Number(value));
}

/** The kind of number that a tensor's element is. */
export function scalarTypeOfElement(dtype: DataType): ScalarType {
  const { kind } = DATA_TYPES[dtype];
  return kind === 'float' ? 'float' : dtype === 'bool' ? 'bool' : 'int';
}

/** The kind of a plain number, known or not; undefined for other values. */
export function numberType(value: CapturedValue | undefined): ScalarType | undefined {
  if (value instanceof ScalarValue) return value.type;
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return typeof value === 'boolean' ? 'bool' : undefined;
}
