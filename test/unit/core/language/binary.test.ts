/** Binaries that are edited as text: what the text leaves out comes back, whatever happened to the file. */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readOnnx } from '../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { EditedBinary } from '../../../../src/core/language/binary.ts';
import { silent } from '../../../../src/core/progress.ts';

let folder: string;
let file: string;
let binary: EditedBinary;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-'));
  file = join(folder, 'm.onnx');
  write(0);
  binary = new EditedBinary(file);
});
afterEach(() => {
  binary.close();
  rmSync(folder, { recursive: true });
});

/** A model with one large constant, whose elements begin with a number; into the file that is there, if there is one. */
function write(first: number): void {
  const graph = new Graph('net');
  const numbers = Array.from({ length: 2000 }, (_, k) => first + k);
  graph.addInitializer({ name: 'w', constant: Tensor.of('float32', [2000], numbers) });
  writeFileSync(file, encodeOnnx(makeModel('onnx', graph, { irVersion: 10, opsetImports: [['', 21]] })));
}

/** The first element of each constant in the file. */
function constants(): number[] {
  const bytes = new FileBytes(file);
  try {
    return [...readOnnx(bytes).graph.initializers].map(({ constant }) => constant?.numbers()[0] ?? Number.NaN);
  } finally {
    bytes.close();
  }
}

const open = () => binary.text(silent);
const save = (text: string) => binary.save(text, silent);
/** Times of files are no finer on some disks. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 10));

test('a file that is saved within the same moment, and as large, is read again', async () => {
  const { atime, mtime } = statSync(file);
  utimesSync(file, atime, mtime);
  const text = (await open()).replace('net', 'ten');
  await save(text);
  utimesSync(file, atime, mtime);
  expect(await open()).toBe(text);
});

test('a text is written back with the constants that it leaves out', async () => {
  const text = (await open()).replace('net', 'other');
  expect(text).toContain('sha256');
  expect(await save(text)).toBe(readFileSync(file).length);
  expect(await open()).toBe(text);
});

test('a constant that was cut out and saved without comes back by an undo', async () => {
  const text = await open();
  await save(text.replace(/<\n {2}float[^>]*>\n/, ''));
  expect(constants()).toEqual([]);
  await save(text);
  expect(constants()).toEqual([0]);
});

test('constants of the file that was are written over a file that took its place', async () => {
  const text = await open();
  rmSync(file);
  write(7);
  await save(text);
  expect(constants()).toEqual([0]);
});

test('constants are found in the very file when somebody wrote into it', async () => {
  const text = await open();
  await aMoment();
  write(0);
  await save(text);
  expect(constants()).toEqual([0]);
});

test('a text that was read again after somebody wrote into the file is saved', async () => {
  await open();
  await aMoment();
  // A documentation, which stands behind all else.
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([0x32, 1, 0x78])]));
  await save((await open()).replace('net', 'other'));
  expect(constants()).toEqual([0]);
});

test('constants that somebody wrote over are said to be gone, and the file stays', async () => {
  const text = await open();
  await aMoment();
  write(7);
  await expect(save(text)).rejects.toMatchObject({ code: 'external-data-missing', place: { file } });
  expect(constants()).toEqual([7]);
});

test('a text that is none is not written', async () => {
  const text = await open();
  const before = readFileSync(file);
  await expect(save(text.replace('{', '{ ((('))).rejects.toMatchObject({ code: 'syntax-error', place: { file } });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a hash that nothing has is said with its line', async () => {
  const text = (await open()).replace(/[0-9a-f]{32}/, '0'.repeat(32));
  await expect(save(text)).rejects.toMatchObject({ code: 'external-data-missing', place: { line: 7 } });
});

test('a model that reads what nothing defines opens as it is, and can be mended', async () => {
  const source =
    '<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { made = Relu (x) y = Neg (made) }';
  const bytes = Buffer.from(encodeOnnx(parseModel(source, 'm')));
  bytes.write('lost', bytes.lastIndexOf('made'));
  writeFileSync(file, bytes);
  const text = await open();
  expect(text).toContain('made = Relu (x)');
  expect(text).toContain('y = Neg (lost)');
  await expect(save(text)).rejects.toMatchObject({ code: 'syntax-error' });
  await save(text.replace('lost', 'made'));
  expect(await open()).toBe(text.replace('lost', 'made'));
});

test('names that are defined twice stay as they are', async () => {
  const source =
    '<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { aaa = Relu (x) bbb = Neg (x) y = Add (aaa, bbb) }';
  const bytes = Buffer.from(encodeOnnx(parseModel(source, 'm')));
  bytes.write('aaa', bytes.indexOf('bbb'));
  writeFileSync(file, bytes);
  const text = await open();
  expect(text).toContain('aaa = Relu (x)');
  expect(text).toContain('aaa = Neg (x)');
});

test('a file with faults that no text can show does not open', async () => {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 3000));
  await expect(open()).rejects.toMatchObject({ name: 'InputError' });
});
