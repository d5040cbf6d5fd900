/** BlobProto to a tensor: the numbers stay where they are, the shape is new (`shape`) or old (`num`, `channels`, ...). */
import { byteLength, type DataType } from '../../ir/dtype.ts';
import type { StaticShape } from '../../ir/shape.ts';
import { elementCount } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Tree, TreeValue, UnknownField } from './tree.ts';

/** Fields beyond this are no additions, but other numbers. */
const MOST_UNKNOWN = 1 << 24;

/**
 * Undefined where the numbers do not fill the shape. An old shape always has four sizes: those in front that say nothing
 * go, down to `rank`.
 */
export function blobTensor(blob: Tree, rank: number | undefined): Tensor | undefined {
  const numbers = numbersOf(blob);
  const shape = blobShape(blob, numbers.count, rank);
  if (!Number.isInteger(numbers.count) || elementCount(shape) !== numbers.count) return undefined;
  const unknown = unknownBytes(blob.unknown);
  return new Tensor(numbers.dtype, shape, numbers.source, unknown ? { unknown } : {});
}

const OLD_SIZES = ['num', 'channels', 'height', 'width'];

/** The shape that a blob says it has. */
export function blobShape(blob: Tree, count: number, rank: number | undefined): StaticShape {
  if (!OLD_SIZES.some((name) => blob.number(name) !== undefined))
    return blob.trees('shape').at(-1)?.numbers('dim') ?? [count];
  let shape = OLD_SIZES.map((name) => blob.number(name) ?? 0);
  while (shape.length > (rank ?? 4) && shape[0] === 1) shape = shape.slice(1);
  return shape;
}

/** Fields of numbers, and what these are. `raw_data` says so itself. */
const NUMBERS: Readonly<Record<string, DataType>> = {
  double_data: 'float64',
  data: 'float32',
  int8_data: 'int8',
  int32_data: 'int32',
  uint64_data: 'uint64',
};

function numbersOf(blob: Tree): Tensor {
  const raw = blob
    .all('raw_data')
    .map(bytesOf)
    .find((value) => value !== undefined);
  if (raw) return rawNumbers(blob, raw);
  for (const [name, dtype] of Object.entries(NUMBERS)) {
    const values = blob.all(name);
    const bytes = values[0] === undefined ? undefined : bytesOf(values[0]);
    if (bytes) return ofBytes(dtype, bytes);
    // Weights may stand in a prototxt too.
    if (values.length > 0) return Tensor.of(dtype, [values.length], values.filter(isNumber));
  }
  return Tensor.of('float32', [0], []);
}

/** Numbers that stand as bytes in a file, or between quotes in a text. */
function bytesOf(value: TreeValue): Tensor | undefined {
  if (value instanceof Uint8Array) return Tensor.ofBytes('uint8', [value.length], value);
  return value instanceof Tensor ? value : undefined;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** NVIDIA/caffe, src/caffe/proto/caffe.proto, enum Type. */
const RAW_TYPES: Readonly<Record<string, DataType>> = {
  DOUBLE: 'float64',
  FLOAT: 'float32',
  FLOAT16: 'float16',
  INT: 'int32',
  UINT: 'uint32',
};

function rawNumbers(blob: Tree, bytes: Tensor): Tensor {
  const dtype = RAW_TYPES[blob.string('raw_data_type') ?? 'DOUBLE'] ?? 'float64';
  return ofBytes(dtype, bytes);
}

/** Its count is no whole number where the bytes are no numbers of the type. */
function ofBytes(dtype: DataType, { byteLength: bytes, source }: Tensor): Tensor {
  return new Tensor(dtype, [bytes / byteLength(dtype, 1)], source);
}

/** The bytes of unknown fields, where they are not too many to be held. */
export function unknownBytes(fields: readonly UnknownField[]): Uint8Array | undefined {
  const tensors = fields.flatMap((field) => ('bytes' in field ? [field.bytes] : []));
  const length = tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0);
  return length > 0 && length <= MOST_UNKNOWN ? Buffer.concat(tensors.map((tensor) => tensor.bytes())) : undefined;
}
