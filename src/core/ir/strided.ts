/** Elements picked by strides, made contiguous: all of a view, or a slab of it at a time. */

/** One axis of a view: how many places it has, and how many stored elements lie from one to the next. */
export interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** A view of packed elements, read in row-major order. The offset counts elements, as the strides do. */
export interface View {
  readonly axes: readonly Axis[];
  readonly offset: number;
}

/** Elements are copied as words of this kind; wider ones as several words. Integers: a float may change its bits on the way. */
type Words = Uint8Array | Uint16Array | Int32Array;

/** How many elements a view shows. */
export function elementsOf(axes: readonly Axis[]): number {
  return axes.reduce((count, { size }) => count * size, 1);
}

/** The parts of a view, in order, of at most so many elements each: they follow one another in the result. */
export function* slabs(view: View, most: number): Iterable<View> {
  const [first, ...rest] = view.axes;
  const row = elementsOf(rest);
  if (!first || first.size * row <= most) {
    yield view;
    return;
  }
  const at = (place: number) => view.offset + place * first.stride;
  if (row > most) {
    for (let place = 0; place < first.size; place++) yield* slabs({ axes: rest, offset: at(place) }, most);
    return;
  }
  const rows = wholeTiles(Math.floor(most / row));
  for (let place = 0; place < first.size; place += rows) {
    const size = Math.min(rows, first.size - place);
    yield { axes: [{ size, stride: first.stride }, ...rest], offset: at(place) };
  }
}

/**
 * The elements of a view, in order: `width` is the bytes of one. They are put `into` the memory given, where that is long
 * enough. What lies outside of `from` counts as 0.
 */
export function gather(from: Uint8Array, width: number, view: View, into?: Uint8Array): Uint8Array {
  const length = elementsOf(view.axes) * width;
  const to = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
  if (length === 0) return to;
  const source = wordsOf(from, width);
  const words = width / source.BYTES_PER_ELEMENT;
  const scaled = view.axes.map(({ size, stride }) => ({ size, stride: stride * words }));
  copy(source, wordsOf(to, width), merged([...scaled, { size: words, stride: 1 }]), view.offset * words);
  return to;
}

/** The same walk over fewer axes: those of one place are left out, and two that lie as one are one. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const axis of axes) {
    const outer = result.at(-1);
    if (axis.size === 1) continue;
    if (outer?.stride === axis.size * axis.stride) result.pop();
    else if (outer) {
      result.push(axis);
      continue;
    }
    result.push({ size: (outer?.size ?? 1) * axis.size, stride: axis.stride });
  }
  return result;
}

/** An axis of the copy: `step` is its stride in the result. */
interface Walked extends Axis {
  readonly step: number;
}

function copy(source: Words, target: Words, axes: readonly Axis[], offset: number): void {
  const walked = withSteps(axes);
  const last = walked.pop() ?? ONE;
  // Of the other axes, that whose neighbours lie nearest: with the last it spans planes that caches hold.
  const near = walked.reduce((best, axis) => (axis.stride < best.stride ? axis : best), walked[0] ?? ONE);
  const outer = last.stride === 1 ? walked : walked.filter((axis) => axis !== near);
  const walk = (depth: number, from: number, to: number): void => {
    const axis = outer[depth];
    if (axis) {
      for (let k = 0; k < axis.size; k++) walk(depth + 1, from + k * axis.stride, to + k * axis.step);
    } else if (last.stride === 1) copyRun(source, target, from, to, last.size);
    else copyPlane(source, target, from, to, near, last);
  };
  walk(0, offset, 0);
}

const ONE: Walked = { size: 1, stride: 1, step: 1 };

function withSteps(axes: readonly Axis[]): Walked[] {
  let step = elementsOf(axes);
  return axes.map((axis) => {
    step /= axis.size;
    return { ...axis, step };
  });
}

/** Shorter runs are copied faster word by word than by a call. */
const LONG_RUN = 32;

function copyRun(source: Words, target: Words, from: number, to: number, count: number): void {
  if (count >= LONG_RUN) target.set(source.subarray(from, from + count), to);
  else for (let k = 0; k < count; k++) target[to + k] = source[from + k] ?? 0;
}

/** Words to a side of a tile: few enough that the rows of one stay in the fastest cache on both sides. */
const TILE = 64;

function wholeTiles(rows: number): number {
  return rows > TILE ? rows - (rows % TILE) : rows;
}

function copyPlane(source: Words, target: Words, from: number, to: number, near: Walked, last: Axis): void {
  for (let row = 0; row < near.size; row += TILE)
    for (let column = 0; column < last.size; column += TILE) {
      const start = from + row * near.stride + column * last.stride;
      const rows = { ...near, size: Math.min(TILE, near.size - row) };
      const columns = { ...last, size: Math.min(TILE, last.size - column) };
      copyTile(source, target, start, to + row * near.step + column, rows, columns);
    }
}

/** Four rows at a time, as each line of memory that is fetched has their elements side by side. */
function copyTile(source: Words, target: Words, from: number, to: number, rows: Walked, columns: Axis): void {
  const { size, stride, step } = rows;
  const across = columns.stride;
  let row = 0;
  for (; row + 4 <= size; row += 4) {
    let at = from + row * stride;
    let a = to + row * step;
    let b = a + step;
    let c = b + step;
    let d = c + step;
    for (const end = a + columns.size; a < end; at += across) {
      target[a++] = source[at] ?? 0;
      target[b++] = source[at + stride] ?? 0;
      target[c++] = source[at + 2 * stride] ?? 0;
      target[d++] = source[at + 3 * stride] ?? 0;
    }
  }
  for (; row < size; row++) {
    let at = from + row * stride;
    let a = to + row * step;
    for (const end = a + columns.size; a < end; at += across) target[a++] = source[at] ?? 0;
  }
}

function wordsOf(bytes: Uint8Array, width: number): Words {
  if (width % 2 !== 0) return bytes;
  const size = width % 4 === 0 ? 4 : 2;
  // No `slice`: that of a Buffer shares its memory.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = Math.floor(aligned.byteLength / size);
  if (size === 2) return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return new Int32Array(aligned.buffer, aligned.byteOffset, count);
}
