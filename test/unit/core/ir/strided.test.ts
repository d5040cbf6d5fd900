import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from '../../../../src/core/ir/bytes.ts';
import { OneChunk } from '../../../../src/core/ir/chunk-memory.ts';
import { elementsOf, gather, slabs, type View } from '../../../../src/core/ir/strided.ts';
import { stridedSource } from '../../../../src/core/ir/strided-source.ts';
import { FileSource } from '../../../../src/core/ir/tensor.ts';

/** Where the elements of a view lie, one by one. */
function places({ axes: [first, ...rest], offset }: View): number[] {
  if (!first) return [offset];
  return Array.from({ length: first.size }, (_, k) => places({ axes: rest, offset: offset + k * first.stride })).flat();
}

/** Some order of some axes, a few of which repeat or skip elements. */
const views = fc
  .record({
    sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(63, 64, 67, 130)), { maxLength: 3 }),
    order: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    gap: fc.constantFrom(0, 1, 1, 1, 2),
    start: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ sizes, order, gap, start }): View => {
    const axes: { size: number; stride: number }[] = [];
    let stride = gap;
    for (const [k, size] of sizes.entries()) {
      axes.splice((order[k] ?? 0) % (axes.length + 1), 0, { size, stride });
      stride *= size;
    }
    return { axes, offset: start };
  })
  .filter(({ axes }) => elementsOf(axes) < 20_000);

test.each([1, 2, 4, 8, 16])('elements of %i bytes are those that the strides name', (width) => {
  fc.assert(
    fc.property(views, (view) => {
      const found = places(view);
      const from = Uint8Array.from({ length: (Math.max(...found) + 1) * width }, (_, k) => (k * 7 + (k >> 8)) & 255);
      const expected = Buffer.concat(found.map((place) => from.subarray(place * width, (place + 1) * width)));
      expect(expected.equals(gather(from, width, view))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('slabs follow one another and are no larger than asked', () => {
  fc.assert(
    fc.property(views, fc.integer({ min: 1, max: 300 }), (view, most) => {
      const found = [...slabs(view, most)];
      expect(found.flatMap(places)).toEqual(places(view));
      expect(Math.max(...found.map(({ axes }) => elementsOf(axes)))).toBeLessThanOrEqual(most);
    }),
    { numRuns: 60 },
  );
});

/** A file of float32 that are their own places; it tells what was read of it. */
class Counted implements ByteSource {
  readonly name = 'weights';
  readonly reads: number[] = [];
  readonly memories = new Set<ArrayBufferLike>();
  largest = 0;

  constructor(readonly size: number) {}

  read(offset: number, length: number, into?: Uint8Array): Uint8Array {
    this.reads.push(length);
    this.largest = Math.max(this.largest, length);
    const bytes = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
    this.memories.add(bytes.buffer);
    const words = new Float32Array(bytes.buffer, bytes.byteOffset, length / 4);
    for (let k = 0; k < words.length; k++) words[k] = offset / 4 + k;
    return bytes;
  }
}

test('a large weight is transposed without being held whole', () => {
  const [rows, columns] = [10_000, 1000];
  const file = new Counted(4 * rows * columns);
  const source = stridedSource(new FileSource(file, 0, file.size), 'float32', [columns, rows], [1, columns], 0);
  let at = 0;
  let isRight = true;
  for (const chunk of source.chunks(new OneChunk())) {
    const numbers = new Float32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4);
    for (const number of numbers) {
      isRight &&= number === (at % rows) * columns + Math.floor(at / rows);
      at++;
    }
    expect(chunk.length).toBeLessThanOrEqual(1 << 20);
  }
  expect([at, isRight]).toEqual([rows * columns, true]);
  expect(file.largest).toBeLessThan(5000);
  expect(file.reads.reduce((sum, length) => sum + length, 0)).toBe(file.size);
});

test('a small weight is read in one go, and a walk leaves its memory to the next', () => {
  const file = new Counted(4 * 600 * 500);
  const source = stridedSource(new FileSource(file, 0, file.size), 'float32', [500, 600], [1, 500], 0);
  const walk = () => Array.from(source.chunks(new OneChunk()), (chunk) => chunk.length);
  expect([walk(), walk()]).toEqual([
    [921_600, 278_400],
    [921_600, 278_400],
  ]);
  expect(file.reads).toEqual([file.size, file.size]);
  expect(file.memories.size).toBe(1);
});
