/** Constant tensors: a type, a shape, and where the bytes are. Bytes are touched only when they are asked for. */
import { type ByteSource, CHUNK_BYTES } from './bytes.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { byteLength, type DataType } from './dtype.ts';
import { elementCount, type StaticShape } from './shape.ts';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf } from './small-floats.ts';

/** Where a tensor's elements are: packed, row-major, little-endian unless it says otherwise. */
export interface TensorSource {
  /** What it costs to look at: `memory` is free, `file` is a copy, the others need work. */
  readonly kind: 'memory' | 'file' | 'inflated' | 'strided' | 'computed';
  /** All bytes, packed. What must be fetched may go `into` the memory given, where that is long enough. */
  bytes(into?: Uint8Array): Uint8Array;
  /**
   * The same bytes in order, a piece at a time, so that nobody holds them all. What must be fetched is put into `memory`,
   * where a piece stays until the next is asked for; others stay.
   */
  chunks(memory: ChunkMemory): Iterable<Uint8Array>;
}

export interface TensorInfo {
  readonly name?: string;
  readonly doc?: string;
  readonly metadata?: ReadonlyMap<string, string>;
  /** Protobuf fields that we do not know, written back as they were. */
  readonly unknown?: Uint8Array;
}

export class Tensor {
  constructor(
    readonly dtype: DataType,
    readonly shape: StaticShape,
    readonly source: TensorSource,
    readonly info: TensorInfo = {},
  ) {}

  /** Number of elements. */
  get count(): number {
    return elementCount(this.shape);
  }

  /** Bytes of all elements, packed. Text tensors have none: see `strings`. */
  get byteLength(): number {
    return byteLength(this.dtype, this.count);
  }

  /** The elements of a text tensor; throws for other types. */
  strings(): readonly Uint8Array[] {
    if (this.source instanceof StringSource) return this.source.items;
    throw new TypeError(`a tensor of ${this.dtype} has no strings`);
  }

  bytes(): Uint8Array {
    return this.source.bytes();
  }

  /** Elements as numbers: exact for every type but 64-bit integers beyond 2^53, for which see `bigints`. */
  numbers(): number[] {
    return readNumbers(this.dtype, this.bytes(), this.count);
  }

  /** Elements of an integer or bool tensor, exactly. */
  bigints(): bigint[] {
    if (this.dtype !== 'int64' && this.dtype !== 'uint64') return this.numbers().map((value) => BigInt(value));
    const view = viewOf(this.bytes());
    const read = this.dtype === 'int64' ? view.getBigInt64 : view.getBigUint64;
    return Array.from({ length: this.count }, (_, k) => read.call(view, 8 * k, true));
  }

  /** The same elements in another shape of the same count. */
  reshaped(shape: StaticShape): Tensor {
    if (elementCount(shape) !== this.count)
      throw new RangeError(`${this.count} elements do not fill [${shape.join(', ')}]`);
    return new Tensor(this.dtype, shape, this.source, this.info);
  }

  static ofBytes(dtype: DataType, shape: StaticShape, bytes: Uint8Array, info?: TensorInfo): Tensor {
    if (bytes.byteLength !== byteLength(dtype, elementCount(shape))) {
      throw new RangeError(`${bytes.byteLength} bytes do not fill ${dtype}[${shape.join(', ')}]`);
    }
    return new Tensor(dtype, shape, new MemorySource(bytes), info);
  }

  /** From numbers (or bigints) of any count that fills the shape. */
  static of(dtype: DataType, shape: StaticShape, values: readonly (number | bigint | boolean)[]): Tensor {
    return Tensor.ofBytes(dtype, shape, writeNumbers(dtype, values));
  }

  static ofStrings(shape: StaticShape, items: readonly Uint8Array[], info?: TensorInfo): Tensor {
    return new Tensor('string', shape, new StringSource(items), info);
  }

  static scalar(dtype: DataType, value: number | bigint | boolean): Tensor {
    return Tensor.of(dtype, [], [value]);
  }
}

export class MemorySource implements TensorSource {
  readonly kind = 'memory';
  constructor(private readonly data: Uint8Array) {}

  bytes(): Uint8Array {
    return this.data;
  }

  chunks(): Iterable<Uint8Array> {
    return [this.data];
  }
}

/** A byte range of a file. */
export class FileSource implements TensorSource {
  readonly kind = 'file';
  constructor(
    readonly file: ByteSource,
    readonly offset: number,
    readonly length: number,
  ) {}

  bytes(into?: Uint8Array): Uint8Array {
    return this.file.read(this.offset, this.length, into);
  }

  *chunks(memory: ChunkMemory): Iterable<Uint8Array> {
    for (let done = 0; done < this.length; done += CHUNK_BYTES) {
      yield this.file.read(this.offset + done, Math.min(CHUNK_BYTES, this.length - done), memory.take());
    }
  }
}

/** Up to so many bytes are kept once they were computed. */
const MOST_KEPT = 1 << 16;

/** Bytes that a function makes, each time where they are many: an inflated archive entry, folded arithmetic. */
export class ComputedSource implements TensorSource {
  private kept: Uint8Array | undefined;

  constructor(
    readonly kind: 'inflated' | 'computed',
    private readonly compute: () => Uint8Array,
  ) {}

  bytes(): Uint8Array {
    if (this.kept) return this.kept;
    const bytes = this.compute();
    if (bytes.byteLength <= MOST_KEPT) this.kept = bytes;
    return bytes;
  }

  chunks(): Iterable<Uint8Array> {
    return [this.bytes()];
  }
}

class StringSource implements TensorSource {
  readonly kind = 'memory';
  constructor(readonly items: readonly Uint8Array[]) {}

  bytes(): Uint8Array {
    throw new TypeError('a text tensor has no packed bytes');
  }

  chunks(): Iterable<Uint8Array> {
    return this.items;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const READERS: Partial<Record<DataType, (view: DataView, at: number) => number>> = {
  float32: (v, at) => v.getFloat32(4 * at, true),
  float64: (v, at) => v.getFloat64(8 * at, true),
  float16: (v, at) => halfToNumber(v.getUint16(2 * at, true)),
  bfloat16: (v, at) => bfloatToNumber(v.getUint16(2 * at, true)),
  int8: (v, at) => v.getInt8(at),
  int16: (v, at) => v.getInt16(2 * at, true),
  int32: (v, at) => v.getInt32(4 * at, true),
  int64: (v, at) => Number(v.getBigInt64(8 * at, true)),
  uint8: (v, at) => v.getUint8(at),
  uint16: (v, at) => v.getUint16(2 * at, true),
  uint32: (v, at) => v.getUint32(4 * at, true),
  uint64: (v, at) => Number(v.getBigUint64(8 * at, true)),
  bool: (v, at) => (v.getUint8(at) ? 1 : 0),
};

function readNumbers(dtype: DataType, bytes: Uint8Array, count: number): number[] {
  const read = READERS[dtype];
  if (!read) throw new TypeError(`the elements of a tensor of ${dtype} cannot be read as numbers`);
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, k) => read(view, k));
}

const WRITERS: Partial<Record<DataType, (view: DataView, at: number, value: number) => void>> = {
  float32: (v, at, x) => v.setFloat32(4 * at, x, true),
  float64: (v, at, x) => v.setFloat64(8 * at, x, true),
  float16: (v, at, x) => v.setUint16(2 * at, numberToHalf(x), true),
  bfloat16: (v, at, x) => v.setUint16(2 * at, numberToBfloat(x), true),
  int8: (v, at, x) => v.setInt8(at, x),
  int16: (v, at, x) => v.setInt16(2 * at, x, true),
  int32: (v, at, x) => v.setInt32(4 * at, x, true),
  uint8: (v, at, x) => v.setUint8(at, x),
  uint16: (v, at, x) => v.setUint16(2 * at, x, true),
  uint32: (v, at, x) => v.setUint32(4 * at, x, true),
  bool: (v, at, x) => v.setUint8(at, x ? 1 : 0),
};

function writeNumbers(dtype: DataType, values: readonly (number | bigint | boolean)[]): Uint8Array {
  const bytes = new Uint8Array(byteLength(dtype, values.length));
  const view = viewOf(bytes);
  if (dtype === 'int64' || dtype === 'uint64') {
    values.forEach((value, k) => {
      view.setBigInt64(8 * k, BigInt.asIntN(64, BigInt(value)), true);
    });
    return bytes;
  }
  const write = WRITERS[dtype];
  if (!write) throw new TypeError(`a tensor of ${dtype} cannot be made from numbers`);
  values.forEach((value, k) => {
    write(view, k, Number(value));
  });
  return bytes;
}
