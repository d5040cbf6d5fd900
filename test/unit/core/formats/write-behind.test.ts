import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WriteBehind } from '../../../../src/core/formats/write-behind.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'write-behind-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MB = 1 << 20;

/** Numbers that differ from piece to piece. */
function fill(bytes: Uint8Array, piece: number): Uint8Array {
  for (let k = 0; k < bytes.length; k++) bytes[k] = (piece * 31 + k * 7 + (k >> 8)) & 255;
  return bytes;
}

test('pieces of every size come in order, whoever has their memory', async () => {
  // Small ones are gathered, large ones lie in memory that is used again or in memory of their own.
  const sizes = [3, MB, 1000, MB, MB - 1, 300_000, 0, 200_000, 100_000, MB, MB, MB, MB, 5 * MB, 7];
  const file = path.join(folder, 'pieces');
  const descriptor = openSync(file, 'w');
  const writer = new WriteBehind(descriptor, (error) => error);
  const memories = new Set<ArrayBufferLike>();
  for (const [k, size] of sizes.entries()) {
    const lent = size <= MB && size !== 1000;
    const memory = lent ? writer.take().subarray(0, size) : new Uint8Array(size);
    if (lent) memories.add(memory.buffer);
    await writer.put(fill(memory, k));
  }
  await writer.end();
  closeSync(descriptor);
  const expected = Buffer.concat(sizes.map((size, k) => fill(new Uint8Array(size), k)));
  expect(readFileSync(file).equals(expected)).toBe(true);
  expect(memories.size).toBeLessThanOrEqual(5);
});

test('what the system refuses is thrown in our words, and nothing is left under way', async () => {
  const descriptor = openSync(path.join(folder, 'pieces'), 'r');
  const writer = new WriteBehind(descriptor, (error) => new Error(`no: ${(error as NodeJS.ErrnoException).code}`));
  const writing = async () => {
    for (let k = 0; k < 10; k++) await writer.put(fill(writer.take(), k));
    await writer.end();
  };
  await expect(writing()).rejects.toThrow('no: EBADF');
  await writer.settled();
  closeSync(descriptor);
});
