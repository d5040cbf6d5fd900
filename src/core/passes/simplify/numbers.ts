/** Small arrays of numbers that broadcast: constants computed in double precision and rounded once. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { DataType } from '../../ir/dtype.ts';
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { keepUnrounded, unrounded } from './unrounded.ts';

export interface Numbers {
  readonly shape: StaticShape;
  readonly values: Float64Array;
}

/** Smallest and greatest number of each type that keeps its full precision. */
const RANGES: Partial<Record<DataType, { readonly least: number; readonly most: number }>> = {
  float64: { least: 2.2250738585072014e-308, most: Number.MAX_VALUE },
  float32: { least: 2 ** -126, most: (2 - 2 ** -23) * 2 ** 127 },
  float16: { least: 2 ** -14, most: 65504 },
  bfloat16: { least: 2 ** -126, most: (2 - 2 ** -7) * 2 ** 127 },
};

/** Types whose numbers rules compute with. */
export function isComputable(dtype: DataType | undefined): dtype is DataType {
  return dtype !== undefined && RANGES[dtype] !== undefined;
}

/** The greatest number of a type; infinity for others than those of floating point. */
export function greatestOf(dtype: DataType): number {
  return RANGES[dtype]?.most ?? Number.POSITIVE_INFINITY;
}

/** The numbers of a constant of at most `most` elements. */
export function numbersOf(value: Value | undefined, most: number): Numbers | undefined {
  const constant = value && constantOf(value);
  return constant && constant.count <= most ? numbersIn(constant) : undefined;
}

/** The same of a tensor; what a rule made is read as it was before it was rounded. */
export function numbersIn(tensor: Tensor): Numbers | undefined {
  if (!isComputable(tensor.dtype)) return undefined;
  const before = read.get(tensor);
  if (before) return before;
  const numbers = { shape: tensor.shape, values: unrounded(tensor) ?? Float64Array.from(tensor.numbers()) };
  if (tensor.count <= MOST_KEPT) read.set(tensor, numbers);
  return numbers;
}

/** Small constants are read once: many rules ask for them. */
const read = new WeakMap<Tensor, Numbers>();
const MOST_KEPT = 1 << 13;

export function single(value: number): Numbers {
  return { shape: [], values: Float64Array.of(value) };
}

/** Element by element, broadcasting; undefined where the shapes do not broadcast, or give more than `most` elements. */
export function combined(
  a: Numbers,
  b: Numbers,
  compute: (x: number, y: number) => number,
  most = Number.POSITIVE_INFINITY,
): Numbers | undefined {
  const shape = broadcastShape(a.shape, b.shape);
  if (!shape || elementCount(shape) > most) return undefined;
  const [x, y] = [spread(a, shape), spread(b, shape)];
  return { shape, values: Float64Array.from({ length: x.length }, (_, k) => compute(x[k] ?? 0, y[k] ?? 0)) };
}

export function mapped(a: Numbers, compute: (x: number) => number): Numbers {
  return { shape: a.shape, values: a.values.map(compute) };
}

export function broadcastShape(a: StaticShape, b: StaticShape): StaticShape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let k = 0; k < rank; k++) {
    const [x, y] = [a[k - rank + a.length] ?? 1, b[k - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    shape.push(x === 1 ? y : x);
  }
  return shape;
}

/** The numbers in a larger shape that they broadcast to. */
export function spread({ shape, values }: Numbers, to: StaticShape): Float64Array {
  if (values.length === elementCount(to)) return values;
  const offset = to.length - shape.length;
  let result = new Float64Array(elementCount(to));
  const strides = to.map((_, k) => {
    const size = shape[k - offset] ?? 1;
    return size === 1 ? 0 : shape.slice(k - offset + 1).reduce((product, each) => product * each, 1);
  });
  const index = Array<number>(to.length).fill(0);
  let at = 0;
  result = result.map(() => {
    const value = values[at] ?? 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      at += stride;
      if ((index[axis] ?? 0) < (to[axis] ?? 1)) break;
      at -= stride * (to[axis] ?? 1);
      index[axis] = 0;
    }
    return value;
  });
  return result;
}

/** Whether a type holds every number: none infinite, none NaN, none lost to being too small (0 itself is held). */
export function isHeld({ values }: Numbers, dtype: DataType): boolean {
  const range = RANGES[dtype];
  if (!range) return false;
  return values.every((value) => {
    const size = Math.abs(value);
    return size === 0 || (size >= range.least && size <= range.most);
  });
}

/** Whether a type holds every number, those that are too small for it as 0. */
export function isBounded({ values }: Numbers, dtype: DataType): boolean {
  const most = RANGES[dtype]?.most ?? 0;
  return values.every((value) => Math.abs(value) <= most);
}

export function isAllOf({ values }: Numbers, number: number): boolean {
  return values.every((value) => value === number);
}

export function tensorOf({ shape, values }: Numbers, dtype: DataType): Tensor {
  return keepUnrounded(Tensor.of(dtype, shape, Array.from(values)), () => values.slice());
}
