/**
 * Faults of messages that a graph does not show, since it holds one value where a file can hold several: for lenient
 * reading (onnx/checker.cc, check_attribute, check_tensor, check_sparse_tensor, check_value_info). Each gives what is wrong,
 * in words that follow on the name of the thing; undefined where nothing is.
 */
import type { onnx } from '../../../../generated/onnx.js';
import type { SparseTensor } from '../../ir/attribute.ts';
import { fromInt64 } from './int64.ts';
import type { Range, Spine } from './spine.ts';
import { dataTypeOfCode } from './types.ts';

/** The fields of AttributeProto that hold a value, with the type that each is for. */
const VALUE_FIELDS: readonly (readonly [type: number, has: (proto: onnx.AttributeProto, spine: Spine) => boolean])[] = [
  [1, (proto) => proto.f !== null],
  [2, (proto) => proto.i !== null],
  [3, (proto) => proto.s !== null],
  [4, (_, spine) => spine.messages.has(5)],
  [5, (_, spine) => spine.messages.has(6)],
  [6, (proto) => proto.floats.length > 0],
  [7, (proto) => proto.ints.length > 0],
  [8, (proto) => proto.strings.length > 0],
  [9, (_, spine) => spine.messages.has(10)],
  [10, (_, spine) => spine.messages.has(11)],
  [11, (_, spine) => spine.messages.has(22)],
  [12, (_, spine) => spine.messages.has(23)],
  [13, (proto) => proto.tp !== null],
  [14, (proto) => proto.typeProtos.length > 0],
];

export function attributeFault(proto: onnx.AttributeProto, spine: Spine): string | undefined {
  const used = VALUE_FIELDS.filter(([, has]) => has(proto, spine)).map(([type]) => type);
  if (used.length > 1) return 'has more than one value';
  if (!proto.type) return 'does not say of which type it is';
  if (used[0] !== undefined && used[0] !== proto.type) return 'has a value of another type than it says';
  if (proto.refAttrName && used.length > 0) return `has a value and refers to '${proto.refAttrName}', too`;
  return undefined;
}

/** Whether the file leaves a single number or text out, as some writers do where it is 0 or empty. */
export function leavesOut({ type, i, f, s, refAttrName }: onnx.AttributeProto): boolean {
  if (refAttrName) return false;
  return (type === 1 && f === null) || (type === 2 && i === null) || (type === 3 && s === null);
}

/** Field numbers of TensorProto that hold elements; texts are field 6. */
const ELEMENT_FIELDS = [4, 5, 7, 9, 10, 11];
const RAW_DATA = 9;

export function tensorFault(proto: onnx.TensorProto, spine: Spine, isEmpty: boolean): string | undefined {
  const used = ELEMENT_FIELDS.filter((field) => (spine.elements.get(field) ?? []).some(isFilled));
  const fields = used.length + (proto.stringData.length > 0 ? 1 : 0);
  // TensorProto.DataLocation: EXTERNAL is 1.
  if (proto.dataLocation === 1) return fields > 0 ? 'has data in the file and in another one' : undefined;
  if (fields > 1) return 'has data in more than one field';
  if (isEmpty && fields > 0) return 'has no elements, but data';
  // TensorProto.DataType: STRING is 8.
  if (proto.dataType === 8 && used.includes(RAW_DATA)) return 'is of texts, which cannot be raw bytes';
  return undefined;
}

function isFilled({ start, end }: Range): boolean {
  return end > start;
}

/** Positions are in order, each once, and no dimension is empty. */
export function sparseFault({ values, indices, dims }: SparseTensor): string | undefined {
  if (values.shape.length !== 1) return 'has values that are no list';
  if (dims.length === 0) return 'has no dimensions';
  if (dims.some((size) => size === 0)) return 'has a dimension of size 0';
  const rank = indices.shape.length === 2 ? dims.length : 1;
  const numbers = indices.numbers();
  let before = -1;
  for (let k = 0; k < numbers.length; k += rank) {
    let position = 0;
    for (let axis = 0; axis < rank; axis++)
      position = position * (rank === 1 ? 1 : (dims[axis] ?? 1)) + (numbers[k + axis] ?? 0);
    if (position <= before) return 'has indices that are not in order';
    before = position;
  }
  return undefined;
}

/** A size below 0, or beyond what can be counted, in a type; also in the types within. */
export function badSize(type: onnx.TypeProto | null | undefined): string | undefined {
  if (!type) return undefined;
  const shape = type.tensorType?.shape ?? type.sparseTensorType?.shape;
  for (const { dimValue } of shape?.dim ?? []) {
    const size = dimValue ? fromInt64(dimValue) : 0n;
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) return String(size);
  }
  return badSize(type.sequenceType?.elemType ?? type.optionalType?.elemType ?? type.mapType?.valueType);
}

/** An element type in a type, also in those within, that has a number but no meaning. */
export function strangeElement(type: onnx.TypeProto | null | undefined): number | undefined {
  if (!type) return undefined;
  const code = type.tensorType?.elemType ?? type.sparseTensorType?.elemType;
  if (code && !dataTypeOfCode(code)) return code;
  return strangeElement(type.sequenceType?.elemType ?? type.optionalType?.elemType ?? type.mapType?.valueType);
}

/** What a declared type lacks without which it says nothing: the keys of a map, the elements of a sparse tensor. */
export function openPart(type: onnx.TypeProto | null): 'key type' | 'element type' | undefined {
  if (type?.mapType && !type.mapType.keyType) return 'key type';
  return type?.sparseTensorType && !type.sparseTensorType.elemType ? 'element type' : undefined;
}

/** What a declared type lacks that the model's inputs and outputs have to say. */
export function missingInType(type: onnx.TypeProto | null): 'type' | 'shape' | undefined {
  if (!type) return 'type';
  const tensor = type.tensorType ?? type.sparseTensorType;
  return tensor && !tensor.shape ? 'shape' : undefined;
}

/** Whether a declared type contradicts the constant of that name. */
export function contradicts(type: onnx.TypeProto | null, dtypeCode: number, shape: readonly number[]): boolean {
  const tensor = type?.tensorType;
  if (!tensor) return false;
  if (tensor.elemType && tensor.elemType !== dtypeCode) return true;
  const dims = tensor.shape?.dim;
  if (!dims) return false;
  const sizes = dims.map(({ dimValue }) => (dimValue ? Number(fromInt64(dimValue)) : undefined));
  return sizes.length !== shape.length || sizes.some((size, k) => size !== undefined && size !== shape[k]);
}
