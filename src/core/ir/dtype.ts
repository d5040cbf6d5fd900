/** Element types, by numpy's names, and how wide each is. */

interface TypeFacts {
  /** Bits of one element; 0 for text. */
  readonly bits: number;
  readonly kind: 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'string';
}

export const DATA_TYPES = {
  float32: { bits: 32, kind: 'float' },
  float64: { bits: 64, kind: 'float' },
  float16: { bits: 16, kind: 'float' },
  bfloat16: { bits: 16, kind: 'float' },
  float8e4m3fn: { bits: 8, kind: 'float' },
  float8e4m3fnuz: { bits: 8, kind: 'float' },
  float8e5m2: { bits: 8, kind: 'float' },
  float8e5m2fnuz: { bits: 8, kind: 'float' },
  float8e8m0: { bits: 8, kind: 'float' },
  float4e2m1: { bits: 4, kind: 'float' },
  float6e2m3: { bits: 6, kind: 'float' },
  float6e3m2: { bits: 6, kind: 'float' },
  int8: { bits: 8, kind: 'int' },
  int16: { bits: 16, kind: 'int' },
  int32: { bits: 32, kind: 'int' },
  int64: { bits: 64, kind: 'int' },
  int4: { bits: 4, kind: 'int' },
  int2: { bits: 2, kind: 'int' },
  uint8: { bits: 8, kind: 'uint' },
  uint16: { bits: 16, kind: 'uint' },
  uint32: { bits: 32, kind: 'uint' },
  uint64: { bits: 64, kind: 'uint' },
  uint4: { bits: 4, kind: 'uint' },
  uint2: { bits: 2, kind: 'uint' },
  bool: { bits: 8, kind: 'bool' },
  complex64: { bits: 64, kind: 'complex' },
  complex128: { bits: 128, kind: 'complex' },
  string: { bits: 0, kind: 'string' },
} as const satisfies Record<string, TypeFacts>;

export type DataType = keyof typeof DATA_TYPES;

export function isDataType(name: string): name is DataType {
  return Object.hasOwn(DATA_TYPES, name);
}

/** Bytes that `count` elements take when packed (elements of 6, 4 and 2 bits share bytes). */
export function byteLength(dtype: DataType, count: number): number {
  return Math.ceil((DATA_TYPES[dtype].bits * count) / 8);
}

/**
 * Whether an element may lie across two bytes. Where ONNX lists elements as numbers, each of these has its own; narrower
 * ones stand as the byte that they share.
 */
export function crossesBytes(dtype: DataType): boolean {
  return DATA_TYPES[dtype].bits === 6;
}

export function isFloat(dtype: DataType): boolean {
  return DATA_TYPES[dtype].kind === 'float';
}

export function isInteger(dtype: DataType): boolean {
  return DATA_TYPES[dtype].kind === 'int' || DATA_TYPES[dtype].kind === 'uint';
}
