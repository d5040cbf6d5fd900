/** Views of packed elements by strides, as PyTorch stores channels_last weights: made contiguous while they are written. */
import { CHUNK_BYTES } from './bytes.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { DATA_TYPES, type DataType } from './dtype.ts';
import { Scratch } from './scratch.ts';
import type { StaticShape } from './shape.ts';
import { type Axis, gather, slabs, type View } from './strided.ts';
import { FileSource, type TensorSource } from './tensor.ts';

/** A view of packed elements. Offset and strides count elements. */
export function stridedSource(
  base: TensorSource,
  dtype: DataType,
  shape: StaticShape,
  strides: readonly number[],
  offset: number,
): TensorSource {
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis] ?? 0 }));
  return new StridedSource(base, DATA_TYPES[dtype].bits / 8, { axes, offset });
}

class StridedSource implements TensorSource {
  readonly kind = 'strided';

  constructor(
    private readonly base: TensorSource,
    /** Bytes of an element. */
    private readonly width: number,
    private readonly view: View,
  ) {}

  bytes(): Uint8Array {
    return gather(this.base.bytes(), this.width, this.view);
  }

  *chunks(memory: ChunkMemory): Iterable<Uint8Array> {
    for (const { bytes, view } of this.fetched()) {
      for (const piece of slabs(view, CHUNK_BYTES / this.width)) yield gather(bytes, this.width, piece, memory.take());
    }
  }

  /** What is viewed, in parts that can be held. */
  private *fetched(): Iterable<Fetched> {
    const { base, width, view } = this;
    if (!(base instanceof FileSource)) {
      yield { bytes: base.bytes(), view };
      return;
    }
    const parts = base.length > MOST_HELD ? [...slabs(view, MOST_HELD / width)] : [];
    if (parts.length === 0 || parts.some(({ axes }) => runsOf(axes).length * width < SHORTEST_RUN)) {
      const memory = HELD.take(base.length);
      yield { bytes: base.bytes(memory), view };
      HELD.give(memory);
      return;
    }
    const memory = HELD.take(MOST_HELD);
    for (const part of parts) yield readRuns(base, width, part, memory);
    HELD.give(memory);
  }
}

/** More of a file is not held at once. */
const MOST_HELD = 1 << 25;
/** Shorter runs are not read one by one. */
const SHORTEST_RUN = 512;
const HELD = new Scratch();

/** Packed elements, and a view of them. */
interface Fetched {
  readonly bytes: Uint8Array;
  readonly view: View;
}

/** How a view falls into runs of elements that lie side by side. */
interface Runs {
  /** Elements of each. */
  readonly length: number;
  /** The axes from run to run, from the largest step to the smallest. */
  readonly outer: readonly Axis[];
  /** The axes of the same view, once the runs lie one behind the other. */
  readonly packed: readonly Axis[];
}

function runsOf(axes: readonly Axis[]): Runs {
  let length = 1;
  let held = 0;
  const outer: Axis[] = [];
  const packed = [...axes];
  const inward = [...axes.entries()].sort(([, a], [, b]) => a.stride - b.stride);
  for (const [k, axis] of inward) {
    if (outer.length === 0 && axis.stride <= length) {
      length += (axis.size - 1) * axis.stride;
      held = length;
    } else {
      packed[k] = { size: axis.size, stride: held };
      outer.unshift(axis);
      held *= axis.size;
    }
  }
  return { length, outer, packed };
}

/** The elements that a view shows, read run by run: the rest of the file is not. */
function readRuns(base: FileSource, width: number, { axes, offset }: View, memory: Uint8Array): Fetched {
  const { length, outer, packed } = runsOf(axes);
  let end = 0;
  const read = (depth: number, from: number): void => {
    const axis = outer[depth];
    if (axis) for (let k = 0; k < axis.size; k++) read(depth + 1, from + k * axis.stride);
    else {
      base.file.read(base.offset + from * width, length * width, memory.subarray(end));
      end += length * width;
    }
  };
  read(0, offset);
  return { bytes: memory.subarray(0, end), view: { axes: packed, offset: 0 } };
}
