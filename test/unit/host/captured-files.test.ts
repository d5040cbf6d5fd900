import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CapturedFiles, KEPT_CAPTURES } from '../../../src/host/capture/captured-files.ts';

let storage = '';
let open = '';
let files: CapturedFiles;
beforeEach(() => {
  storage = mkdtempSync(path.join(tmpdir(), 'gw-captures-'));
  open = '';
  files = new CapturedFiles(storage, (folder) => folder === open);
});
afterEach(() => rmSync(storage, { recursive: true, force: true }));

/** A capture of a class, made so many minutes after the first one. */
async function captured(name: string, minutes: number): Promise<string> {
  const archive = `${await files.placeFor('file:///w/net.py', name)}.pt2`;
  writeFileSync(archive, name);
  const seconds = 1_000_000 + minutes * 60;
  utimesSync(path.dirname(archive), seconds, seconds);
  return archive;
}

test('the last few captures are kept', async () => {
  const made: string[] = [];
  for (let k = 0; k < KEPT_CAPTURES + 3; k++) made.push(await captured(`Net${k}`, k));
  await files.clean();
  expect(made.map((file) => existsSync(file))).toEqual(made.map((_, k) => k >= 3));
});

test('a capture that an editor shows is kept, however old it is', async () => {
  const first = await captured('First', 0);
  open = path.dirname(first);
  for (let k = 1; k < KEPT_CAPTURES + 3; k++) await captured(`Net${k}`, k);
  await files.clean();
  expect(existsSync(first)).toBe(true);
  expect(readdirSync(path.join(storage, 'captures'))).toHaveLength(KEPT_CAPTURES + 1);
});

test('a class has one place, which is empty when it is captured again', async () => {
  const first = await captured('Net', 0);
  const again = await files.placeFor('file:///w/net.py', 'Net');
  expect(`${again}.pt2`).toBe(first);
  expect(existsSync(first)).toBe(false);
  expect(await files.placeFor('file:///w/other.py', 'Net')).not.toBe(again);
});

test('where nothing was captured there is nothing to clean', async () => {
  await files.clean();
  expect(existsSync(path.join(storage, 'captures'))).toBe(false);
});
