/** Shape arithmetic by operator: how small integer data comes about. Rules: the ONNX operator specification. */
import type { DataType } from '../../ir/dtype.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import {
  add,
  type Dim,
  elementCount,
  floorDivide,
  isStatic,
  maximum,
  minimum,
  modulo,
  multiply,
  type Shape,
  type StaticShape,
  sameDim,
  subtract,
} from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { type Data, type DataRule, dataOf, intsOf, isReadable } from './data.ts';
import { dtypeOfCode } from './dtype-codes.ts';
import { slicedSize, sliceOf } from './infer/slice.ts';

type Rules = Readonly<Record<string, DataRule>>;
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
  Sqrt: (a) => (typeof a === 'number' ? Math.sqrt(a) : undefined),
  Reciprocal: (a) => (typeof a === 'number' ? 1 / a : undefined),
};

const REDUCTIONS: Readonly<Record<string, (elements: readonly Dim[]) => Dim>> = {
  ReduceSum: (elements) => elements.reduce(add, 0),
  ReduceProd: (elements) => elements.reduce(multiply, 1),
  ReduceMax: (elements) => elements.reduce(maximum),
  ReduceMin: (elements) => elements.reduce(minimum),
};

const broadcasting: Rules = {
  ...perEntry(BINARY, (operation) => (node) => combined(node, (dtype) => (a, b) => operation(a, b, dtype))),
  ...perEntry(
    COMPARISONS,
    (operation) => (node) => combined(node, (dtype) => (a, b) => operation(a, b, dtype), 'bool'),
  ),
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

const unary: Rules = {
  ...perEntry(UNARY, (operation) => (node) => mapped(node, operation)),
  Identity: (node) => input(node, 0),
  Cast: (node) => {
    const from = input(node, 0);
    const to = node.attributes.get('to');
    const dtype = to?.type === 'int' ? dtypeOfCode(to.value) : undefined;
    if (!from || !dtype) return undefined;
    return { dtype, shape: from.shape, elements: from.elements.map((a) => cast(a, dtype)) };
  },
};

const sources: Rules = {
  Shape: (node) => {
    const shape = node.input(0)?.shape;
    if (!shape) return undefined;
    const end = node.int('end');
    const part = shape.slice(Number(node.int('start', 0n)), end === undefined ? undefined : Number(end));
    return { dtype: 'int64', shape: [part.length], elements: part };
  },
  Size: (node) => {
    const shape = node.input(0)?.shape;
    return shape && { dtype: 'int64', shape: [], elements: [elementCount(shape)] };
  },
  ConstantOfShape: (node) => {
    const given = node.input(0);
    const shape = given && intsOf(given);
    const value = node.attribute('value', 'tensor') ?? Tensor.scalar('float32', 0);
    if (!shape?.every((size) => size >= 0) || elementCount(shape) > 1024 || !isReadable(value.dtype)) return undefined;
    return { dtype: value.dtype, shape, elements: Array<Dim>(elementCount(shape)).fill(value.numbers()[0]) };
  },
  Range: (node) => {
    const [start, limit, delta] = [input(node, 0), input(node, 1), input(node, 2)];
    const [a, b, step] = [start?.elements[0], limit?.elements[0], delta?.elements[0]];
    if (!start || typeof a !== 'number' || typeof b !== 'number' || typeof step !== 'number' || step === 0)
      return undefined;
    const count = Math.max(0, Math.ceil((b - a) / step));
    if (count > 1024) return undefined;
    return { dtype: start.dtype, shape: [count], elements: Array.from({ length: count }, (_, k) => a + k * step) };
  },
};

const movement: Rules = {
  ...Object.fromEntries(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].map((op) => [op, reshaped])),
  Expand: (node) => stretched(node, 0),
  Concat: (node) => {
    const parts = node.inputs.map((_, k) => input(node, k));
    const whole = parts.filter((part) => part !== undefined && part.shape.length === 1) as Data[];
    const [first] = whole;
    if (!first || whole.length !== parts.length) return undefined;
    const elements = whole.flatMap((part) => part.elements);
    return { dtype: first.dtype, shape: [elements.length], elements };
  },
  Gather: (node) => {
    const [from, indices] = [input(node, 0), input(node, 1)];
    if (from?.shape.length !== 1 || !indices) return undefined;
    const size = from.elements.length;
    const at = (k: Dim): Dim => (typeof k === 'number' ? from.elements[k < 0 ? k + size : k] : undefined);
    return { dtype: from.dtype, shape: indices.shape, elements: indices.elements.map(at) };
  },
  Slice: (node) => {
    const from = input(node, 0);
    const slices = from?.shape.length === 1 ? sliceOf(node, 1) : undefined;
    const [slice] = slices ?? [];
    if (!from || !slices || slices.length > 1) return undefined;
    if (!slice) return from;
    const size = slicedSize(from.elements.length, slice);
    if (typeof size !== 'number' || typeof slice.start !== 'number') return undefined;
    const { first, step } = { first: slice.first(from.elements.length), step: slice.step };
    const elements = Array.from({ length: size }, (_, k) => from.elements[first + k * step]);
    return { dtype: from.dtype, shape: [size], elements };
  },
  Split: (node, index) => {
    const from = input(node, 0);
    const sizes: Shape = node.outputs.map((output) => output.shape?.[0]);
    if (from?.shape.length !== 1 || !isStatic(sizes)) return undefined;
    const start = sizes.slice(0, index).reduce((a, b) => a + b, 0);
    const elements = from.elements.slice(start, start + (sizes[index] ?? 0));
    return { dtype: from.dtype, shape: [elements.length], elements };
  },
  Tile: (node) => {
    const [from, repeats] = [input(node, 0), input(node, 1)];
    const [times] = repeats?.elements ?? [];
    if (from?.shape.length !== 1 || typeof times !== 'number' || !(times >= 0 && times <= 1024)) return undefined;
    const elements = Array.from({ length: times }, () => from.elements).flat();
    return { dtype: from.dtype, shape: [elements.length], elements };
  },
  Transpose: (node) => {
    const from = input(node, 0);
    return from && from.shape.length <= 1 ? from : undefined;
  },
  ...perEntry(REDUCTIONS, (operation) => (node) => {
    const from = input(node, 0);
    const shape = node.output().shape;
    if (!from || from.shape.length > 1 || from.elements.length === 0 || !isStatic(shape)) return undefined;
    if (elementCount(shape) !== 1) return undefined;
    return { dtype: from.dtype, shape, elements: [rounded(operation(from.elements), from.dtype)] };
  }),
};

export const dataRules: Rules = { ...broadcasting, ...unary, ...sources, ...movement };

function perEntry<T>(table: Readonly<Record<string, T>>, rule: (entry: T) => DataRule): Rules {
  return Object.fromEntries(Object.entries(table).map(([op, entry]) => [op, rule(entry)]));
}

function input(node: Node, index: number): Data | undefined {
  const value = node.input(index);
  return value && dataOf(value);
}

function mapped(node: Node, operation: (a: Dim) => Dim): Data | undefined {
  const from = input(node, 0);
  return from && { ...from, elements: from.elements.map((a) => rounded(operation(a), from.dtype)) };
}

function combined(
  node: Node,
  operation: (dtype: DataType) => (a: Dim, b: Dim) => Dim,
  to?: DataType,
): Data | undefined {
  let result: Data | undefined = input(node, 0);
  if (!result) return undefined;
  const { dtype } = result;
  for (let k = 1; k < node.inputCount; k++) {
    const other = input(node, k);
    const shape: StaticShape | undefined = other && broadcastShape(result.shape, other.shape);
    if (!other || !shape) return undefined;
    const a = expanded(result, shape);
    const b = expanded(other, shape);
    const elements: Dim[] = a.map((x, at) => rounded(operation(dtype)(x, b[at]), to ?? dtype));
    result = { dtype: to ?? dtype, shape, elements };
  }
  return result;
}

/** Floats as wide as their type; integers beyond what doubles hold exactly are unknown. */
function rounded(value: Dim, dtype: DataType): Dim {
  if (typeof value !== 'number') return isFloat(dtype) ? undefined : value;
  if (isFloat(dtype)) return dtype === 'float32' ? Math.fround(value) : value;
  return Number.isSafeInteger(value) ? value : undefined;
}

function cast(value: Dim, dtype: DataType): Dim {
  if (typeof value !== 'number') return isFloat(dtype) || dtype === 'bool' ? undefined : value;
  if (dtype === 'bool') return Number(value !== 0);
  return isFloat(dtype) ? rounded(value, dtype) : Math.trunc(value);
}

function broadcastShape(a: StaticShape | undefined, b: StaticShape): StaticShape | undefined {
  if (!a) return undefined;
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, k) => {
    const [x, y] = [a[k - rank + a.length] ?? 1, b[k - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    return x === 1 ? y : x;
  });
  return isStatic(sizes) && elementCount(sizes) <= 1024 ? sizes : undefined;
}

/** The elements broadcast to a larger shape. */
function expanded(data: Data, shape: StaticShape): readonly Dim[] {
  if (data.elements.length === 1) return Array<Dim>(elementCount(shape)).fill(data.elements[0]);
  const strides = Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let k = data.shape.length - 1; k >= 0; k--) {
    const size = data.shape[k] ?? 1;
    strides[k + shape.length - data.shape.length] = size === 1 ? 0 : stride;
    stride *= size;
  }
  return Array.from({ length: elementCount(shape) }, (_, flat) => {
    let rest = flat;
    let from = 0;
    for (let k = shape.length - 1; k >= 0; k--) {
      const size = shape[k] ?? 1;
      from += (rest % size) * (strides[k] ?? 0);
      rest = Math.floor(rest / size);
    }
    return data.elements[from];
  });
}

/** The same elements in the shape that inference found for the output. */
function reshaped(node: Node): Data | undefined {
  const from = input(node, 0);
  const shape = node.output().shape;
  if (!from || !isStatic(shape) || elementCount(shape) !== from.elements.length) return undefined;
  return { ...from, shape };
}

function stretched(node: Node, index: number): Data | undefined {
  const from = input(node, index);
  const shape = node.output().shape;
  if (!from || !isStatic(shape) || elementCount(shape) > 1024) return undefined;
  return { ...from, shape, elements: expanded(from, shape) };
}
