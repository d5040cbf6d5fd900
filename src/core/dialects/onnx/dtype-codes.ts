/** The numbers by which ONNX attributes (`to`, `dtype`) name element types. Source: TensorProto.DataType of onnx.proto. */
import type { DataType } from '../../ir/dtype.ts';

const CODES: Readonly<Record<number, DataType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
  24: 'float8e8m0',
  25: 'uint2',
  26: 'int2',
  27: 'float6e2m3',
  28: 'float6e3m2',
};

const NUMBERS = new Map(Object.entries(CODES).map(([code, dtype]) => [dtype, Number(code)]));

/** The element type of a number; undefined where it names none (0) or one that is not known. */
export function dtypeOfCode(code: number | bigint): DataType | undefined {
  return CODES[Number(code)];
}

/** The number of an element type, as attributes hold it. */
export function codeOfDtype(dtype: DataType): number {
  return NUMBERS.get(dtype) ?? 0;
}

/** The name of an element type in TensorProto.DataType, by which Cast names it until opset 5. */
export function codeNameOf(dtype: DataType): string {
  if (dtype === 'float32') return 'FLOAT';
  return dtype === 'float64' ? 'DOUBLE' : dtype.toUpperCase();
}

/** Every element type with its number, in their order. */
export function dtypeCodes(): (readonly [dtype: DataType, code: number])[] {
  return Object.entries(CODES).map(([code, dtype]) => [dtype, Number(code)] as const);
}
