/** Tensors to TensorProto and SparseTensorProto: their elements stay where they are until the message is written. */
import { onnx } from '../../../../generated/onnx.js';
import type { SparseTensor } from '../../ir/attribute.ts';
import type { Tensor, TensorInfo } from '../../ir/tensor.ts';
import type { ExternalPlace } from './external.ts';
import { toInt64 } from './int64.ts';
import { Pieces } from './pieces.ts';
import { dataTypeCode } from './types.ts';

/** Field numbers of the messages that are put together from pieces (proto/onnx.proto). */
const RAW_DATA = 9;
const SPARSE_VALUES = 1;
const SPARSE_INDICES = 2;

/** Which tensors go to the data file; undefined for those that stay in the model. */
export type PlaceTensor = (tensor: Tensor) => ExternalPlace | undefined;

/** A tensor under a name. Text stands in the message; other elements are one piece, or in the data file. */
export function encodeTensor(tensor: Tensor, name: string | undefined, place?: PlaceTensor): Pieces {
  const external = tensor.dtype === 'string' ? undefined : place?.(tensor);
  const { doc, metadata, unknown }: TensorInfo = tensor.info;
  const pieces = new Pieces();
  pieces.add(
    onnx.TensorProto.encode({
      dims: tensor.shape.map((size) => toInt64(BigInt(size))),
      dataType: dataTypeCode(tensor.dtype),
      ...(name !== undefined && { name }),
      ...(doc !== undefined && { docString: doc }),
      ...(metadata && { metadataProps: encodeEntries(metadata) }),
      ...(tensor.dtype === 'string' && { stringData: [...tensor.strings()] }),
      ...(external && {
        dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
        externalData: encodeEntries([
          ['location', external.location],
          ['offset', String(external.offset)],
          ['length', String(tensor.byteLength)],
        ]),
      }),
    }).finish(),
  );
  if (tensor.dtype !== 'string' && !external) pieces.addTensor(RAW_DATA, tensor);
  pieces.add(unknown);
  return pieces;
}

/** The name of a sparse initializer is that of its values. */
export function encodeSparse({ values, indices, dims }: SparseTensor, name = values.info.name): Pieces {
  const pieces = new Pieces();
  pieces.addMessage(SPARSE_VALUES, encodeTensor(values, name));
  pieces.addMessage(SPARSE_INDICES, encodeTensor(indices, indices.info.name));
  pieces.add(onnx.SparseTensorProto.encode({ dims: dims.map((size) => toInt64(BigInt(size))) }).finish());
  return pieces;
}

export function encodeEntries(entries: Iterable<readonly [string, string]>): onnx.StringStringEntryProto.$Properties[] {
  return Array.from(entries, ([key, value]) => ({ key, value }));
}
