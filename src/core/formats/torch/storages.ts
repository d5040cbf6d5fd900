/**
 * Tensors of PyTorch's pickles: views of storages that lie in other entries of the archive. Storage classes and dtypes:
 * torch/storage.py and c10/core/ScalarType.h; `_rebuild_tensor_v2`: torch/_utils.py.
 */
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { stridedSource } from '../../ir/strided-source.ts';
import { Tensor, type TensorSource } from '../../ir/tensor.ts';
import type { PickledTensor, Quantization, TensorStorage } from './archive.ts';

/** Storage classes by name, and the type of their elements. Quantised ones hold plain integers. */
export const STORAGE_TYPES: Readonly<Record<string, DataType>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  CharStorage: 'int8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  UInt16Storage: 'uint16',
  UInt32Storage: 'uint32',
  UInt64Storage: 'uint64',
  Float8_e4m3fnStorage: 'float8e4m3fn',
  Float8_e4m3fnuzStorage: 'float8e4m3fnuz',
  Float8_e5m2Storage: 'float8e5m2',
  Float8_e5m2fnuzStorage: 'float8e5m2fnuz',
  Float8_e8m0fnuStorage: 'float8e8m0',
  QInt8Storage: 'int8',
  QUInt8Storage: 'uint8',
  QInt32Storage: 'int32',
  /** Bytes without a type: the tensor brings one. */
  UntypedStorage: 'uint8',
};

/** dtypes by their names in Python. */
export const TORCH_DTYPES: Readonly<Record<string, DataType>> = {
  float32: 'float32',
  float: 'float32',
  float64: 'float64',
  double: 'float64',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  int8: 'int8',
  int16: 'int16',
  short: 'int16',
  int32: 'int32',
  int: 'int32',
  int64: 'int64',
  long: 'int64',
  uint8: 'uint8',
  uint16: 'uint16',
  uint32: 'uint32',
  uint64: 'uint64',
  bool: 'bool',
  complex64: 'complex64',
  complex128: 'complex128',
  float8_e4m3fn: 'float8e4m3fn',
  float8_e4m3fnuz: 'float8e4m3fnuz',
  float8_e5m2: 'float8e5m2',
  float8_e5m2fnuz: 'float8e5m2fnuz',
  float8_e8m0fnu: 'float8e8m0',
};

/** A storage that can hand out its parts without reading the rest. */
export interface PartedStorage extends TensorStorage {
  /** `length` bytes from `offset`, elements of `dtype`, as a source of little-endian ones. */
  part(offset: number, length: number, dtype: DataType): TensorSource;
}

export interface TensorView {
  readonly dtype: DataType;
  readonly shape: StaticShape;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly requiresGrad: boolean;
  readonly isParameter?: boolean;
  readonly quantization?: Quantization;
}

/** A broadcast view has more elements than its storage: honest ones are few, others a way to exhaust the memory. */
const MOST_BROADCAST = 1 << 26;

/** A view of a storage as a tensor; returns what is wrong where the view does not lie within the storage. */
export function viewStorage(storage: PartedStorage, view: TensorView): PickledTensor | string {
  const { dtype, shape, strides, offset } = view;
  if (shape.length !== strides.length) return `${shape.length} sizes but ${strides.length} strides`;
  if (![...shape, ...strides, offset].every((n) => Number.isSafeInteger(n) && n >= 0))
    return 'a size or stride is negative';
  const count = elementCount(shape);
  const width = DATA_TYPES[dtype].bits / 8;
  const room = Math.floor((storage.count * DATA_TYPES[storage.dtype].bits) / DATA_TYPES[dtype].bits);
  const reach = count === 0 ? 0 : offset + shape.reduce((sum, size, k) => sum + (size - 1) * (strides[k] ?? 0), 0) + 1;
  if (!(count <= Number.MAX_SAFE_INTEGER / width && reach <= room)) {
    return `the tensor reaches to element ${reach} of a storage of ${room}`;
  }
  if (count > Math.max(room, MOST_BROADCAST)) return `the tensor has ${count} elements over a storage of ${room}`;
  const source = isPacked(shape, strides)
    ? storage.part(offset * width, count * width, dtype)
    : stridedSource(storage.part(offset * width, Math.max(reach - offset, 0) * width, dtype), dtype, shape, strides, 0);
  return {
    kind: 'tensor',
    dtype,
    shape,
    strides,
    offset,
    storage,
    requiresGrad: view.requiresGrad,
    isParameter: view.isParameter ?? false,
    tensor: new Tensor(dtype, shape, source),
    quantization: view.quantization,
  };
}

/** Row-major without gaps; strides of axes with one element do not matter. */
function isPacked(shape: StaticShape, strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}
