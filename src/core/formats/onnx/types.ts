/** Types of values in ONNX files: element type numbers (TensorProto.DataType, IR version 14) and TypeProto. */
import type { onnx } from '../../../../generated/onnx.js';
import type { DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import type { ValueType } from '../../ir/type.ts';
import { fromInt64, toInt64 } from './int64.ts';

const DATA_TYPE_CODES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
  float6e2m3: 27,
  float6e3m2: 28,
} as const satisfies Record<DataType, number>;

const DATA_TYPE_OF = new Map<number, DataType>(
  (Object.keys(DATA_TYPE_CODES) as DataType[]).map((dtype) => [DATA_TYPE_CODES[dtype], dtype]),
);

/** The number of an element type in a file. */
export function dataTypeCode(dtype: DataType): number {
  return DATA_TYPE_CODES[dtype];
}

/** The element type of a number; undefined for 0, which files use for "not known", and for numbers that we do not know. */
export function dataTypeOfCode(code: number | null | undefined): DataType | undefined {
  return DATA_TYPE_OF.get(code ?? 0);
}

/** A type that a file gives, and whether it says more than a graph can hold (denotations, fields that we do not know). */
export interface DecodedType {
  readonly type: ValueType | undefined;
  readonly saysMore: boolean;
}

/** Undefined where the file leaves the type open, or where the element type is not known to us. */
export function decodeType(proto: onnx.TypeProto): DecodedType {
  const rest = { more: false };
  return { type: decode(proto, rest), saysMore: rest.more };
}

interface Rest {
  more: boolean;
}

function decode(proto: onnx.TypeProto | null | undefined, rest: Rest): ValueType | undefined {
  if (!proto) return undefined;
  note(rest, proto.denotation, proto.$unknowns);
  if (proto.tensorType) return decodeTensorType('tensor', proto.tensorType, rest);
  if (proto.sparseTensorType) return decodeTensorType('sparse-tensor', proto.sparseTensorType, rest);
  if (proto.sequenceType) return { kind: 'sequence', element: decodeElement(proto.sequenceType, rest) };
  if (proto.optionalType) return { kind: 'optional', element: decodeElement(proto.optionalType, rest) };
  if (proto.opaqueType) {
    note(rest, '', proto.opaqueType.$unknowns);
    return { kind: 'opaque', domain: proto.opaqueType.domain ?? '', name: proto.opaqueType.name ?? '' };
  }
  if (!proto.mapType) return undefined;
  const key = dataTypeOfCode(proto.mapType.keyType);
  note(rest, '', proto.mapType.$unknowns);
  return key && { kind: 'map', key, value: decode(proto.mapType.valueType, rest) };
}

function decodeElement(proto: onnx.TypeProto.Sequence, rest: Rest): ValueType | undefined {
  note(rest, '', proto.$unknowns);
  return decode(proto.elemType, rest);
}

function decodeTensorType(
  kind: 'tensor' | 'sparse-tensor',
  proto: onnx.TypeProto.Tensor,
  rest: Rest,
): ValueType | undefined {
  const dtype = dataTypeOfCode(proto.elemType);
  note(rest, dtype ? '' : 'an element type that is not known', proto.$unknowns);
  return dtype && { kind, dtype, shape: proto.shape ? decodeShape(proto.shape, rest) : undefined };
}

function decodeShape(proto: onnx.TensorShapeProto, rest: Rest): Shape {
  note(rest, '', proto.$unknowns);
  return (proto.dim ?? []).map((dim) => {
    note(rest, dim.denotation, dim.$unknowns);
    return decodeDim(dim, rest);
  });
}

/** Sizes below 0 stand for "not known", as in onnxruntime. */
function decodeDim(dim: onnx.TensorShapeProto.Dimension, rest: Rest): Dim {
  if (dim.dimParam) return Expression.symbol(dim.dimParam);
  if (!dim.dimValue) return undefined;
  const size = Number(fromInt64(dim.dimValue));
  if (size >= 0 && Number.isSafeInteger(size)) return size;
  rest.more = true;
  return undefined;
}

function note(rest: Rest, text: string | null | undefined, unknowns: readonly Uint8Array[] | undefined): void {
  if (text || (unknowns && unknowns.length > 0)) rest.more = true;
}

export function encodeType(type: ValueType | undefined): onnx.TypeProto.$Properties {
  switch (type?.kind) {
    case 'tensor':
      return { tensorType: encodeTensorType(type.dtype, type.shape) };
    case 'sparse-tensor':
      return { sparseTensorType: encodeTensorType(type.dtype, type.shape) };
    case 'sequence':
      return { sequenceType: { elemType: encodeType(type.element) } };
    case 'optional':
      return { optionalType: { elemType: encodeType(type.element) } };
    case 'map':
      return { mapType: { keyType: dataTypeCode(type.key), valueType: encodeType(type.value) } };
    case 'opaque':
      return { opaqueType: { domain: type.domain, name: type.name } };
    case undefined:
      return {};
  }
}

function encodeTensorType(dtype: DataType, shape: Shape | undefined): onnx.TypeProto.Tensor.$Properties {
  return { elemType: dataTypeCode(dtype), ...(shape && { shape: { dim: shape.map(encodeDim) } }) };
}

/** An expression is written as its text; so is a name, which is the simplest expression. */
function encodeDim(dim: Dim): onnx.TensorShapeProto.Dimension.$Properties {
  if (dim === undefined) return {};
  return typeof dim === 'number' ? { dimValue: toInt64(BigInt(dim)) } : { dimParam: dim.toString() };
}
