/**
 * TensorProto to tensors. Elements are packed little-endian bytes in the graph: raw data and packed floats stand so in the
 * file already, integers of typed fields are unpacked when they are asked for (onnx.proto, TensorProto).
 */
import { onnx } from '../../../../generated/onnx.js';
import type { SparseTensor } from '../../ir/attribute.ts';
import type { ByteSource } from '../../ir/bytes.ts';
import { byteLength, crossesBytes, DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { InputError, type Place } from '../../ir/errors.ts';
import { packBits } from '../../ir/packing.ts';
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import {
  ComputedSource,
  FileSource,
  MemorySource,
  Tensor,
  type TensorInfo,
  type TensorSource,
} from '../../ir/tensor.ts';
import { decodeKeeping } from './decode.ts';
import { type ExternalFiles, externalTensorSource } from './external.ts';
import type { Faults } from './faults.ts';
import { sparseFault, tensorFault } from './faults-in-fields.ts';
import { int64ToNumber } from './int64.ts';
import type { Range, Spine } from './spine.ts';
import { dataTypeOfCode } from './types.ts';

/** What decoding within one file shares. */
export interface Decoding {
  readonly source: ByteSource;
  readonly files: ExternalFiles;
  /** Where reading is lenient: what is wrong and does not keep the rest from being read. */
  readonly faults?: Faults | undefined;
}

/** Where a message stands in its file. */
export function placeOf({ source }: Decoding, { offset }: Spine): Place {
  return { file: source.name, offset };
}

/** Field numbers of elements (proto/onnx.proto). */
const FLOAT_DATA = 4;
const INT32_DATA = 5;
const INT64_DATA = 7;
const RAW_DATA = 9;
const DOUBLE_DATA = 10;
const UINT64_DATA = 11;

/** The field that holds the elements of a type where they are not raw; every other type has its bits in int32_data. */
const FIELD_OF: Partial<Record<DataType, number>> = {
  float32: FLOAT_DATA,
  complex64: FLOAT_DATA,
  float64: DOUBLE_DATA,
  complex128: DOUBLE_DATA,
  int64: INT64_DATA,
  uint32: UINT64_DATA,
  uint64: UINT64_DATA,
};

/** Elements up to this size are read at once: shapes and axes are looked at everywhere. */
const SMALL_BYTES = 4096;

/** A tensor and its name. `user` names who holds it, for messages. */
export function decodeTensor(spine: Spine, decoding: Decoding, user: string): Tensor {
  const proto = decodeKeeping(onnx.TensorProto, spine.small, placeOf(decoding, spine));
  const name = proto.name ?? undefined;
  const who = name ? `the tensor '${name}'` : `a tensor of ${user}`;
  const fail = (message: string): InputError => malformed(decoding, spine, `${who} ${message}`);
  const dtype = dataTypeOfCode(proto.dataType);
  if (!dtype) throw fail(`has element type ${proto.dataType ?? 0}, which is not one that we know`);
  const shape = sizes(proto.dims, fail);
  const fault = decoding.faults && tensorFault(proto, spine, elementCount(shape) === 0);
  if (fault) throw fail(fault);
  const info = infoOf(proto, spine);
  if (dtype === 'string') {
    const count = elementCount(shape);
    if (proto.stringData.length !== count) throw fail(`has ${proto.stringData.length} texts, its shape needs ${count}`);
    return Tensor.ofStrings(shape, proto.stringData, info);
  }
  if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) {
    const entries = new Map(proto.externalData.map((entry) => [entry.key ?? '', entry.value ?? '']));
    const inFile = externalTensorSource(decoding.files, entries, dtype, elementCount(shape), name ?? user);
    return new Tensor(dtype, shape, inFile, info);
  }
  return new Tensor(dtype, shape, elementSource(spine, decoding, dtype, elementCount(shape), fail), info);
}

/** The name of a tensor that could not be read; empty where it has none. */
export function tensorName(spine: Spine): string {
  try {
    return decodeKeeping(onnx.TensorProto, spine.small, { file: '' }).name ?? '';
  } catch {
    return '';
  }
}

/** Coordinates that do not lie within the shape are refused here, so that nobody needs to ask again. */
export function decodeSparse(spine: Spine, decoding: Decoding, user: string): SparseTensor {
  const proto = decodeKeeping(onnx.SparseTensorProto, spine.small, placeOf(decoding, spine));
  const [values] = spine.messages.get(1) ?? [];
  const [indices] = spine.messages.get(2) ?? [];
  const fail = (message: string): InputError => malformed(decoding, spine, `a sparse tensor of ${user} ${message}`);
  if (!values) throw fail('has no values');
  const elements = decodeTensor(values, decoding, user);
  if (!indices && elements.count > 0) throw fail('has no indices');
  const sparse = {
    values: elements,
    indices: indices ? decodeTensor(indices, decoding, user) : Tensor.of('int64', [0], []),
    dims: sizes(proto.dims, fail),
  };
  const { shape, dtype } = sparse.indices;
  const count = sparse.values.count;
  const flat = shape.length === 1 && shape[0] === count;
  const coordinates = shape.length === 2 && shape[0] === count && shape[1] === sparse.dims.length;
  if (dtype !== 'int64' || sparse.values.shape.length !== 1 || !(flat || coordinates)) {
    throw fail('has indices that do not fit its values');
  }
  const limits = flat ? [elementCount(sparse.dims)] : sparse.dims;
  const within = sparse.indices.numbers().every((at, k) => at >= 0 && at < (limits[k % limits.length] ?? 0));
  if (!within) throw fail('has indices outside of its shape');
  const fault = decoding.faults && sparseFault(sparse);
  if (fault) throw fail(fault);
  return sparse;
}

function sizes(dims: readonly { low: number; high: number; unsigned: boolean }[], fail: (message: string) => Error) {
  const shape = dims.map((dim) => {
    const size = int64ToNumber(dim);
    if (size === undefined || size < 0) throw fail(`has a size that cannot be: ${size ?? 'beyond 2^53'}`);
    return size;
  });
  if (!Number.isSafeInteger(elementCount(shape))) throw fail(`has more elements than can be: [${shape.join(', ')}]`);
  return shape satisfies StaticShape;
}

function infoOf(proto: onnx.TensorProto, spine: Spine): TensorInfo {
  const metadata = new Map(proto.metadataProps.map((entry) => [entry.key ?? '', entry.value ?? '']));
  return {
    ...(proto.name !== null && { name: proto.name }),
    ...(proto.docString && { doc: proto.docString }),
    ...(metadata.size > 0 && { metadata }),
    ...(spine.unknown && { unknown: spine.unknown }),
  };
}

/** Where the elements are; throws where there are too few or too many. */
function elementSource(
  spine: Spine,
  decoding: Decoding,
  dtype: DataType,
  count: number,
  fail: (message: string) => Error,
): TensorSource {
  const needed = byteLength(dtype, count);
  const raw = spine.elements.get(RAW_DATA)?.at(-1);
  const typed = FIELD_OF[dtype] ?? INT32_DATA;
  const parts = spine.elements.get(typed) ?? [];
  if (raw && (parts.length === 0 || raw.end > raw.start)) {
    const length = raw.end - raw.start;
    if (length !== needed) throw fail(`has ${length} bytes of data, its type and shape need ${needed}`);
    return rangeSource(decoding.source, raw.start, needed);
  }
  const total = parts.reduce((sum, part) => sum + part.end - part.start, 0);
  if (typed === FLOAT_DATA || typed === DOUBLE_DATA) {
    if (total !== needed) throw fail(`has ${total} bytes of data, its type and shape need ${needed}`);
    const [only] = parts;
    if (parts.length <= 1) return rangeSource(decoding.source, only?.start ?? 0, needed);
    return computed(total, () => joined(decoding.source, parts));
  }
  const { bits } = DATA_TYPES[dtype];
  const unpack = (): Uint8Array => {
    const varints = joined(decoding.source, parts);
    if (crossesBytes(dtype)) return packBits(unpackIntegers(varints, dtype, count, fail), bits);
    return unpackIntegers(varints, dtype, needed, fail);
  };
  // Each element takes one byte at least, and ten at most.
  const entries = bits < 8 && !crossesBytes(dtype) ? needed : count;
  if (total < entries || total > 10 * entries) throw fail(`has ${total} bytes of data for ${entries} elements`);
  return computed(total, unpack);
}

function rangeSource(source: ByteSource, start: number, length: number): TensorSource {
  if (length > SMALL_BYTES) return new FileSource(source, start, length);
  // A copy: a source in memory would otherwise be held by its smallest part.
  return new MemorySource(length === 0 ? new Uint8Array(0) : source.read(start, length).slice());
}

function computed(cost: number, compute: () => Uint8Array): TensorSource {
  return cost > SMALL_BYTES ? new ComputedSource('computed', compute) : new MemorySource(compute());
}

function joined(source: ByteSource, parts: readonly Range[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return source.read(only.start, only.end - only.start);
  return new Uint8Array(Buffer.concat(parts.map((part) => source.read(part.start, part.end - part.start))));
}

/** Varints to packed elements: each gives the lowest bits of its element (a byte, where elements share one). */
function unpackIntegers(
  varints: Uint8Array,
  dtype: DataType,
  length: number,
  fail: (message: string) => Error,
): Uint8Array {
  const width = Math.max(1, DATA_TYPES[dtype].bits / 8);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let position = 0;
  while (position < varints.length) {
    let low = 0;
    let high = 0;
    let byte = 128;
    for (let shift = 0; byte >= 128; shift += 7) {
      byte = varints[position++] ?? 0;
      if (shift > 63 || (byte >= 128 && position >= varints.length)) throw fail('has an integer that does not end');
      if (shift < 28) low |= (byte & 127) << shift;
      else if (shift === 28) {
        low |= (byte & 127) << 28;
        high = (byte & 127) >> 4;
      } else high |= (byte & 127) << (shift - 32);
    }
    if (at + width > length) throw fail(`has more than the ${length / width} elements that its shape needs`);
    if (width === 1) bytes[at] = low;
    else if (width === 2) view.setUint16(at, low & 0xffff, true);
    else {
      view.setInt32(at, low, true);
      if (width === 8) view.setInt32(at + 4, high, true);
    }
    at += width;
  }
  if (at !== length) throw fail(`has ${at / width} elements, its shape needs ${length / width}`);
  return bytes;
}

function malformed(decoding: Decoding, spine: Spine, message: string): InputError {
  return new InputError(
    'file-malformed',
    message,
    placeOf(decoding, spine),
    'Save the model again with the tool that made it.',
  );
}
