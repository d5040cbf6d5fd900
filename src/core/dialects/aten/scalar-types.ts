/** The numbers that TorchScript passes for element types, memory formats and layouts: c10/core/ScalarType.h, MemoryFormat.h, Layout.h. */
import type { DataType } from '../../ir/dtype.ts';

const SCALAR_TYPES: readonly (readonly [bigint, DataType])[] = [
  [0n, 'uint8'],
  [1n, 'int8'],
  [2n, 'int16'],
  [3n, 'int32'],
  [4n, 'int64'],
  [5n, 'float16'],
  [6n, 'float32'],
  [7n, 'float64'],
  [9n, 'complex64'],
  [10n, 'complex128'],
  [11n, 'bool'],
  [15n, 'bfloat16'],
  [23n, 'float8e5m2'],
  [24n, 'float8e4m3fn'],
  [25n, 'float8e5m2fnuz'],
  [26n, 'float8e4m3fnuz'],
  [27n, 'uint16'],
  [28n, 'uint32'],
  [29n, 'uint64'],
  [44n, 'float8e8m0'],
];

const byNumber = new Map(SCALAR_TYPES);
const byName = new Map(SCALAR_TYPES.map(([number, dtype]) => [dtype, number]));

/** The element type of a number; undefined for those that have no name here (quantised and bit types). */
export function dtypeOf(scalarType: bigint): DataType | undefined {
  return byNumber.get(scalarType);
}

/** The number of an element type; undefined for those that PyTorch does not have. */
export function scalarTypeOf(dtype: DataType): bigint | undefined {
  return byName.get(dtype);
}

export const MEMORY_FORMAT = { contiguous: 0n, preserve: 1n, channelsLast: 2n, channelsLast3d: 3n } as const;
