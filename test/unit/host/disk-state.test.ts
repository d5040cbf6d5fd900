/** States of a file, as an editor must tell them apart. */
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskState } from '../../../src/host/disk-state.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-'));
  file = join(folder, 'a.onnx');
  writeFileSync(file, 'bytes');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file that nobody touched is in the same state', async () => {
  const before = await diskState(file, undefined);
  expect(await diskState(file, before)).toBe(before);
  expect(await diskState(file, undefined)).toEqual(before);
});

test('other bytes of the same length are another, later state of another size', async () => {
  const before = await diskState(file, undefined);
  await new Promise((resolve) => setTimeout(resolve, 10));
  writeFileSync(file, 'BYTES');
  const after = await diskState(file, before);
  expect(after.mtime).toBeGreaterThan(before.mtime);
  expect(after.size).not.toBe(before.size);
});

test('a file with an older time that takes its place is a later state too', async () => {
  const before = await diskState(file, undefined);
  const other = join(folder, 'b.onnx');
  writeFileSync(other, 'other');
  utimesSync(other, 1000, 1000);
  renameSync(other, file);
  const after = await diskState(file, before);
  expect(after.mtime).toBeGreaterThan(before.mtime);
  expect(after.stamp).not.toBe(before.stamp);
});

test('what changes beside the file is a state of its own', async () => {
  const before = await diskState(file, undefined);
  expect((await diskState(file, before, 1)).size).not.toBe(before.size);
});

test('a file that is gone fails as it does for everybody', async () => {
  rmSync(file);
  await expect(diskState(file, undefined)).rejects.toMatchObject({ code: 'ENOENT' });
});
