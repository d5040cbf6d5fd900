/** Numbers of big-endian archives: their bytes are swapped as they are handed out, so that nobody holds them all. */

import type { ChunkMemory } from '../../ir/chunk-memory.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import type { TensorSource } from '../../ir/tensor.ts';

const SWAPS: Readonly<Record<number, (bytes: Buffer) => void>> = {
  2: (bytes) => bytes.swap16(),
  4: (bytes) => bytes.swap32(),
  8: (bytes) => bytes.swap64(),
};

/** A source of big-endian elements as one of little-endian elements; itself for elements of one byte. */
export function littleEndian(source: TensorSource, dtype: DataType): TensorSource {
  const { bits, kind } = DATA_TYPES[dtype];
  const width = (kind === 'complex' ? bits / 2 : bits) / 8;
  const swap = SWAPS[width];
  return swap ? new SwappedSource(source, width, swap) : source;
}

class SwappedSource implements TensorSource {
  readonly kind = 'computed';

  constructor(
    private readonly base: TensorSource,
    private readonly width: number,
    private readonly swap: (bytes: Buffer) => void,
  ) {}

  bytes(): Uint8Array {
    return this.swapped(this.base.bytes());
  }

  *chunks(memory: ChunkMemory): Iterable<Uint8Array> {
    for (const chunk of this.base.chunks(memory)) {
      // Pieces are so long that no element lies across two of them.
      if (chunk.length % this.width !== 0)
        throw new RangeError(`${chunk.length} bytes are no elements of ${this.width}`);
      yield this.swapped(chunk);
    }
  }

  private swapped(bytes: Uint8Array): Uint8Array {
    const copy = Buffer.from(bytes);
    this.swap(copy);
    return copy;
  }
}
