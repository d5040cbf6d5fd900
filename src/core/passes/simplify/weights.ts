/** Weights made from others: scaled where they are written, in double precision and rounded once; looked over before. */
import { OneChunk } from '../../ir/chunk-memory.ts';
import type { DataType } from '../../ir/dtype.ts';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf } from '../../ir/small-floats.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import { isComputable } from './numbers.ts';
import { keepUnrounded, unrounded } from './unrounded.ts';

/** How the bits of a 16-bit float read as a number, and back. */
interface Half {
  readonly read: Float32Array;
  readonly write: (value: number) => number;
}

const halves = new Map<DataType, Half>();

function halfOf(dtype: DataType): Half | undefined {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return undefined;
  let half = halves.get(dtype);
  if (!half) {
    const [decode, write] = dtype === 'float16' ? [halfToNumber, numberToHalf] : [bfloatToNumber, numberToBfloat];
    half = { read: Float32Array.from({ length: 1 << 16 }, (_, bits) => decode(bits)), write };
    halves.set(dtype, half);
  }
  return half;
}

/** A copy of all elements, unrounded where a rule made them; undefined for types whose numbers rules do not compute with. */
export function elementsOf(tensor: Tensor): Float32Array | Float64Array | undefined {
  if (!isComputable(tensor.dtype)) return undefined;
  const made = unrounded(tensor);
  if (made) return made;
  // The bytes may stand at any offset of a larger buffer.
  const { buffer } = new Uint8Array(tensor.bytes());
  if (tensor.dtype === 'float64') return new Float64Array(buffer);
  if (tensor.dtype === 'float32') return new Float32Array(buffer);
  const { read } = halfOf(tensor.dtype) ?? {};
  return Float32Array.from(new Uint16Array(buffer), (bits) => read?.[bits] ?? 0);
}

function bytesOf(values: Float32Array | Float64Array, dtype: DataType): Uint8Array {
  const half = halfOf(dtype);
  const is = half ? Uint16Array : dtype === 'float64' ? Float64Array : Float32Array;
  const typed = half ? Uint16Array.from(values, half.write) : values instanceof is ? values : Float32Array.from(values);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

/**
 * A tensor whose elements are computed where somebody asks for them: unrounded for rules that go on with them, and `rounded`
 * where they are written, if that is quicker.
 */
function computedTensor(
  dtype: DataType,
  shape: readonly number[],
  elements: () => Float64Array,
  rounded: () => Float32Array | Float64Array = elements,
): Tensor {
  const source = new ComputedSource('computed', () => bytesOf(rounded(), dtype));
  return keepUnrounded(new Tensor(dtype, shape, source), elements);
}

/** The greatest absolute value among the elements; infinite where one is infinite or NaN. Each tensor is looked over once. */
export function greatest(tensor: Tensor): number {
  let found = known.get(tensor);
  if (found === undefined) {
    found = lookedOver(tensor);
    known.set(tensor, found);
  }
  return found;
}

const known = new WeakMap<Tensor, number>();

/** Floats of one sign are in the order of their bits. */
function lookedOver(tensor: Tensor): number {
  if (tensor.dtype === 'float64') {
    let most = 0;
    for (const value of elementsOf(tensor) ?? []) most = Math.max(most, Math.abs(value));
    return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most;
  }
  const half = halfOf(tensor.dtype);
  const width = half ? 2 : 4;
  const sign = half ? 0x7fff : 0x7fffffff;
  let most = 0;
  for (const chunk of piecesOf(tensor, width)) {
    const words = half
      ? new Uint16Array(chunk.buffer, chunk.byteOffset, chunk.byteLength / width)
      : new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.byteLength / width);
    for (let k = 0; k < words.length; k++) {
      const bits = (words[k] ?? 0) & sign;
      if (bits > most) most = bits;
    }
  }
  const value = half ? (half.read[most] ?? 0) : new Float32Array(Uint32Array.of(most).buffer)[0];
  return value === undefined || !Number.isFinite(value) ? Number.POSITIVE_INFINITY : value;
}

const CHUNK = new OneChunk();

/** The bytes in pieces of whole elements that typed arrays can look at. */
function* piecesOf(tensor: Tensor, width: number): Iterable<Uint8Array> {
  for (const chunk of tensor.source.chunks(CHUNK)) {
    if (chunk.byteLength % width !== 0) {
      yield new Uint8Array(tensor.bytes());
      return;
    }
    yield chunk.byteOffset % width === 0 ? chunk : new Uint8Array(chunk);
  }
}

/** How factors lie along a weight, seen as rows of columns of equally scaled elements. */
export interface Layout {
  readonly rows: number;
  readonly columns: number;
  /** Which factor scales the first column of a row; those of the others follow. */
  readonly at: (row: number) => number;
}

/** Each element of a weight times the factor of its place; undefined where a result may be too large for the type. */
export function scaledWeight(weight: Tensor, layout: Layout, factors: Float64Array): Tensor | undefined {
  const most = factors.reduce((before, each) => Math.max(before, Math.abs(each)), 0) * greatest(weight);
  const scaled = <T extends Float32Array | Float64Array>(values: T): T => {
    const { rows, columns } = layout;
    const inner = values.length / (rows * columns);
    for (let row = 0, at = 0; row < rows; row++) {
      const first = layout.at(row);
      for (let factor = first; factor < first + columns; factor++) {
        const by = factors[factor] ?? 1;
        for (const end = at + inner; at < end; at++) values[at] = (values[at] ?? 0) * by;
      }
    }
    return values;
  };
  const elements = () => scaled(Float64Array.from(elementsOf(weight) ?? []));
  // A product that is stored in single precision is rounded there.
  const rounded = weight.dtype === 'float32' ? () => scaled(elementsOf(weight) ?? new Float32Array()) : elements;
  return boundedTensor(weight.dtype, weight.shape, most, elements, rounded);
}

/** A tensor of which no element is above `most`; undefined where that is too large for the type. Computed when asked for. */
export function boundedTensor(
  dtype: DataType,
  shape: readonly number[],
  most: number,
  elements: () => Float64Array,
  rounded?: () => Float32Array | Float64Array,
): Tensor | undefined {
  if (!(most <= MOST[dtype as keyof typeof MOST])) return undefined;
  const tensor = computedTensor(dtype, shape, elements, rounded);
  known.set(tensor, most);
  return tensor;
}

const MOST = {
  float64: Number.MAX_VALUE / 4,
  float32: 2 ** 127,
  float16: 65504,
  bfloat16: 2 ** 127,
} as const;
