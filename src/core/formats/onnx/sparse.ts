/** Sparse constants of a graph: to everybody else they are dense, and they are written back as they came. */
import type { SparseTensor } from '../../ir/attribute.ts';
import { byteLength, DATA_TYPES } from '../../ir/dtype.ts';
import { packBits, unpackBits } from '../../ir/packing.ts';
import { elementCount } from '../../ir/shape.ts';
import type { TensorSource } from '../../ir/tensor.ts';

/** The elements of a coordinate list, put in place among zeros when they are asked for. */
export class SparseSource implements TensorSource {
  readonly kind = 'computed';

  constructor(readonly sparse: SparseTensor) {}

  bytes(): Uint8Array {
    const { values, indices, dims } = this.sparse;
    const { bits } = DATA_TYPES[values.dtype];
    const narrow = bits > 0 && bits < 8;
    const width = narrow ? 1 : bits / 8;
    const count = elementCount(dims);
    const dense = new Uint8Array(narrow ? count : byteLength(values.dtype, count));
    const elements = narrow ? unpackBits(values.bytes(), bits, values.count) : values.bytes();
    const flat = flatPositions(indices.numbers(), indices.shape.length === 2 ? dims : [elementCount(dims)]);
    flat.forEach((position, k) => {
      dense.set(elements.subarray(k * width, (k + 1) * width), position * width);
    });
    return narrow ? packBits(dense, bits) : dense;
  }

  chunks(): Iterable<Uint8Array> {
    return [this.bytes()];
  }
}

/** Coordinates, one after the other, to positions in row-major order. */
function flatPositions(coordinates: readonly number[], dims: readonly number[]): number[] {
  const rank = dims.length;
  return Array.from({ length: coordinates.length / rank }, (_, k) =>
    dims.reduce((position, size, axis) => position * size + (coordinates[k * rank + axis] ?? 0), 0),
  );
}
