/** Sparse constants of a graph: to everybody else they are dense, and they are written back as they came. */
import type { SparseTensor } from '../../ir/attribute.ts';
import { byteLength, DATA_TYPES } from '../../ir/dtype.ts';
import { elementCount } from '../../ir/shape.ts';
import type { TensorSource } from '../../ir/tensor.ts';

/** The elements of a coordinate list, put in place among zeros when they are asked for. */
export class SparseSource implements TensorSource {
  readonly kind = 'computed';

  constructor(readonly sparse: SparseTensor) {}

  bytes(): Uint8Array {
    const { values, indices, dims } = this.sparse;
    const width = DATA_TYPES[values.dtype].bits / 8;
    const dense = new Uint8Array(byteLength(values.dtype, elementCount(dims)));
    const packed = values.bytes();
    const flat = flatPositions(indices.numbers(), indices.shape.length === 2 ? dims : [elementCount(dims)]);
    flat.forEach((position, k) => {
      dense.set(packed.subarray(k * width, (k + 1) * width), position * width);
    });
    return dense;
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
