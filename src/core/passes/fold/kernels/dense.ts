/**
 * Tensors as kernels compute with them. Each element type has an array that holds its numbers exactly; where the array is
 * the type's own, storing rounds and wraps around as the type does.
 */
import { byteLength, DATA_TYPES, type DataType } from '../../../ir/dtype.ts';
import { packBits, unpackBits } from '../../../ir/packing.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf, SmallFloat } from '../../../ir/small-floats.ts';
import { Tensor } from '../../../ir/tensor.ts';

export type Wide = BigInt64Array | BigUint64Array;
export type Narrow =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;
export type Values = Narrow | Wide;

export interface Dense<V extends Values = Values> {
  readonly dtype: DataType;
  readonly shape: StaticShape;
  /** Row-major. Never changed once they are an input. */
  readonly values: V;
}

interface ArrayOf {
  new (length: number): Values;
  new (buffer: ArrayBuffer): Values;
}

/** The array of each type. Floats narrower than 32 bits stand as doubles, so that they are rounded once. */
const ARRAYS: Partial<Record<DataType, ArrayOf>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float64Array,
  bfloat16: Float64Array,
  float8e4m3fn: Float64Array,
  float8e4m3fnuz: Float64Array,
  float8e5m2: Float64Array,
  float8e5m2fnuz: Float64Array,
  float6e2m3: Float64Array,
  float6e3m2: Float64Array,
  float4e2m1: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  int4: Int8Array,
  int2: Int8Array,
  uint4: Uint8Array,
  uint2: Uint8Array,
};

/** Whether kernels can hold the elements of a type: all but text, complex numbers and float8e8m0. */
export function isHeld(dtype: DataType): boolean {
  return ARRAYS[dtype] !== undefined;
}

export function isWide(values: Values): values is Wide {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

/** Room for that many elements, all 0. Throws TypeError for a type that kernels do not hold. */
export function room(dtype: DataType, count: number): Values {
  const ArrayType = ARRAYS[dtype];
  if (!ArrayType) throw new TypeError(`kernels do not hold ${dtype}`);
  return new ArrayType(count);
}

/** Elements as numbers: of 64-bit integers the nearest double. */
export function numbersOf({ values }: Dense): number[] {
  return isWide(values) ? Array.from(values, Number) : Array.from(values);
}

/** A result: narrow floats are rounded to their type, and narrow integers wrapped around, here and nowhere else. */
export function dense(dtype: DataType, shape: StaticShape, values: Values): Dense {
  const round = NARROWING[dtype];
  if (round && !isWide(values)) for (let k = 0; k < values.length; k++) values[k] = round(values[k] ?? 0);
  return { dtype, shape, values };
}

export function load(tensor: Tensor): Dense {
  const { dtype, shape, count } = tensor;
  const bytes = tensor.bytes();
  const { bits } = DATA_TYPES[dtype];
  const ArrayType = ARRAYS[dtype];
  if (!ArrayType) throw new TypeError(`kernels do not hold ${dtype}`);
  if (isPlain(dtype)) {
    const size = bits / 8;
    // Typed arrays want their start aligned. No `slice`: that of a Buffer shares its memory.
    const own = bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
    const View = ArrayType as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => Values;
    return { dtype, shape, values: new View(own.buffer, own.byteOffset, count) };
  }
  const values = room(dtype, count) as Narrow;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'float16') for (let k = 0; k < count; k++) values[k] = halfToNumber(view.getUint16(2 * k, true));
  else if (dtype === 'bfloat16')
    for (let k = 0; k < count; k++) values[k] = bfloatToNumber(view.getUint16(2 * k, true));
  else if (dtype === 'bool') for (let k = 0; k < count; k++) values[k] = bytes[k] ? 1 : 0;
  else {
    const codes = bits === 8 ? bytes : unpackBits(bytes, bits, count);
    const numbers = SmallFloat.of(dtype)?.numbers;
    const signed = DATA_TYPES[dtype].kind === 'int';
    for (let k = 0; k < count; k++) {
      const code = codes[k] ?? 0;
      values[k] = numbers ? (numbers[code] ?? 0) : signed ? signExtended(code, bits) : code;
    }
  }
  return { dtype, shape, values };
}

export function store({ dtype, shape, values }: Dense): Tensor {
  const count = elementCount(shape);
  if (isPlain(dtype) || dtype === 'bool') {
    return Tensor.ofBytes(dtype, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const bytes = new Uint8Array(byteLength(dtype, count));
  const view = new DataView(bytes.buffer);
  const numbers = values as Narrow;
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const bitsOf = dtype === 'float16' ? numberToHalf : numberToBfloat;
    for (let k = 0; k < count; k++) view.setUint16(2 * k, bitsOf(numbers[k] ?? 0), true);
    return Tensor.ofBytes(dtype, shape, bytes);
  }
  const { bits } = DATA_TYPES[dtype];
  const small = SmallFloat.of(dtype);
  const codes = Uint8Array.from(numbers, (value) => (small ? (small.code(value, false) ?? 0) : value));
  return Tensor.ofBytes(dtype, shape, bits === 8 ? codes : packBits(codes, bits));
}

/** Whether the array of a type holds its bytes as a file does. */
function isPlain(dtype: DataType): boolean {
  const { kind, bits } = DATA_TYPES[dtype];
  return kind === 'float' ? bits >= 32 : (kind === 'int' || kind === 'uint') && bits >= 8;
}

function signExtended(code: number, bits: number): number {
  return (code << (32 - bits)) >> (32 - bits);
}

const NARROWING: Partial<Record<DataType, (value: number) => number>> = {
  float16: (value) => halfToNumber(numberToHalf(value)),
  bfloat16: (value) => bfloatToNumber(numberToBfloat(value)),
  int4: (value) => signExtended(value, 4),
  int2: (value) => signExtended(value, 2),
  uint4: (value) => value & 15,
  uint2: (value) => value & 3,
  bool: (value) => (value ? 1 : 0),
};
