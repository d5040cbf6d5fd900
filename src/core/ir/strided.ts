/** Elements picked by strides, made contiguous. */
import { elementCount, type StaticShape } from './shape.ts';

/** Elements are copied as words of this kind; wider ones as several words. */
type Words = Uint8Array | Uint16Array | Uint32Array;

/**
 * The elements of a view of packed elements, in row-major order: `width` is the bytes of one, offset and strides count
 * elements. What lies outside of `from` counts as 0.
 */
export function gather(
  from: Uint8Array,
  width: number,
  shape: StaticShape,
  strides: readonly number[],
  offset: number,
): Uint8Array {
  const to = new Uint8Array(elementCount(shape) * width);
  if (to.length === 0) return to;
  const [source, target] = [wordsOf(from, width), wordsOf(to, width)];
  const words = width / source.BYTES_PER_ELEMENT;
  const last = shape.length - 1;
  const inner = (shape[last] ?? 1) * words;
  const innerStride = (strides[last] ?? 1) * words;
  let out = 0;
  const row = (start: number): void => {
    if (innerStride === words) {
      target.set(source.subarray(start, start + inner), out);
      out += inner;
      return;
    }
    for (let at = start, end = out + inner; out < end; at += innerStride)
      for (let word = 0; word < words; word++) target[out++] = source[at + word] ?? 0;
  };
  const walk = (axis: number, start: number): void => {
    const [size = 0, stride = 0] = [shape[axis], strides[axis]];
    if (axis >= last) row(start);
    else for (let k = 0; k < size; k++) walk(axis + 1, start + k * stride * words);
  };
  walk(0, offset * words);
  return to;
}

function wordsOf(bytes: Uint8Array, width: number): Words {
  if (width % 2 !== 0) return bytes;
  const size = width % 4 === 0 ? 4 : 2;
  // No `slice`: that of a Buffer shares its memory.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = Math.floor(aligned.byteLength / size);
  if (size === 2) return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, count);
}
