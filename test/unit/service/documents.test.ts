/** Texts that are edited: followed by changes, and the binary of one written back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx, writeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { FileBytes } from '../../../src/core/ir/bytes.ts';
import { Documents } from '../../../src/service/documents.ts';
import type { TextEdit } from '../../../src/shared/language.ts';

const TEXT = `<ir_version: 8, opset_import: ["" : 17]>
g (float[1000] x) => (float[1000] y) <float[1000] w = {${Array.from({ length: 1000 }, (_, k) => k).join(', ')}}>
{
  a = Add (x, w)
  y = Relu (a)
}
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-documents-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function writeBinary(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, encodeOnnx(parseModel(TEXT, path)));
  return path;
}

const replaced = (line: number, start: number, end: number, text: string): TextEdit => ({
  range: { start: { line, character: start }, end: { line, character: end } },
  text,
});

test('problems are those of the version that was sent last', async () => {
  const documents = new Documents();
  await documents.openDocument('a', { text: TEXT, path: join(folder, 'a.onnxtxt') }, 1);
  expect(await documents.textProblems('a')).toEqual({ version: 1, isModel: true, problems: [] });
  await documents.changeDocument('a', [replaced(4, 6, 10, 'Rleu')], 2);
  const { version, problems } = await documents.textProblems('a');
  expect(version).toBe(2);
  expect(problems.map(({ code, range }) => [code, range.start])).toEqual([
    ['no-such-operator', { line: 4, character: 6 }],
  ]);
});

test('a text that nobody opened, or that was closed, is told', async () => {
  const documents = new Documents();
  await expect(documents.textProblems('b')).rejects.toMatchObject({ code: 'document-unknown' });
  await documents.openDocument('b', { text: TEXT, path: join(folder, 'b.onnxtxt') }, 1);
  await documents.closeDocument('b');
  await expect(documents.hover('b', { line: 0, character: 0 })).rejects.toMatchObject({ code: 'document-unknown' });
});

test('what a target does not take stands in the text; nothing is said of a text with errors', async () => {
  const documents = new Documents();
  await documents.openDocument('c', { text: TEXT.replace('Relu', 'Bernoulli'), path: join(folder, 'c.onnxtxt') }, 1);
  const found = await documents.targetProblems('c', { target: 'caffe:bvlc' });
  expect(found.problems.map(({ code, range }) => [code, range.start.line])).toEqual([['unsupported-operator', 4]]);
  await documents.changeDocument('c', [replaced(4, 6, 15, 'Clue')], 2);
  expect(await documents.targetProblems('c', { target: 'caffe:bvlc' })).toEqual({
    version: 2,
    isModel: true,
    problems: [],
  });
});

test('the binary of a text: large constants stand by their hash and come back', async () => {
  const path = writeBinary('model.onnx');
  const before = readFileSync(path);
  const documents = new Documents();
  const text = await documents.binaryText(path);
  expect(text).toMatch(/float\[1000\] w = \["sha256": "[0-9a-f]{32}"\]/);
  await documents.openDocument('d', { text, path }, 1);
  expect((await documents.textProblems('d')).problems).toEqual([]);
  const { size } = await documents.saveBinary('d', text);
  expect(readFileSync(path)).toEqual(before);
  expect(size).toBe(before.length);
});

test('after a save without a constant, undone and saved again, its bytes are those of the first file', async () => {
  const path = writeBinary('undone.onnx');
  const before = readFileSync(path);
  const documents = new Documents();
  const text = await documents.binaryText(path);
  await documents.openDocument('e', { text, path }, 1);
  const without = text
    .replace(/float\[1000\] w = [^\]]*\]/, 'float[1000] w = ["sha256": "gone"]')
    .replace(/<\s*float\[1000\] w[^>]*>/, '')
    .replace('(x, w)', '(x, x)');
  await documents.saveBinary('e', without);
  expect(readFileSync(path).length).toBeLessThan(before.length);
  expect(await documents.binaryText(path)).not.toContain('sha256');
  await documents.saveBinary('e', text);
  expect(readFileSync(path)).toEqual(before);
});

test('an engine that was restarted finds the constants again', async () => {
  const path = writeBinary('again.onnx');
  const text = await new Documents().binaryText(path);
  const documents = new Documents();
  await documents.openDocument('f', { text, path }, 7);
  expect((await documents.textProblems('f')).problems).toEqual([]);
  const before = readFileSync(path);
  await documents.saveBinary('f', text);
  expect(readFileSync(path)).toEqual(before);
});

test('text that does not parse is not saved and says why; the file stays', async () => {
  const path = writeBinary('broken.onnx');
  const before = readFileSync(path);
  const documents = new Documents();
  const text = await documents.binaryText(path);
  await documents.openDocument('g', { text, path }, 1);
  await expect(documents.saveBinary('g', text.replace('Relu (a)', 'Relu (a'))).rejects.toMatchObject({
    code: 'syntax-error',
  });
  expect(readFileSync(path)).toEqual(before);
});

test('constants in a data file of their own stay there', async () => {
  const path = join(folder, 'external.onnx');
  await writeOnnx(parseModel(TEXT, path), path, { force: true, largestFile: 1024 });
  const data = readFileSync(`${path}.data`);
  const documents = new Documents();
  const text = await documents.binaryText(path);
  await documents.openDocument('h', { text, path }, 1);
  await documents.saveBinary('h', text.replace('Relu', 'Neg'));
  expect(readFileSync(`${path}.data`)).toEqual(data);
  expect(readFileSync(path).length).toBeLessThan(1024);
  const file = new FileBytes(path);
  const [w] = readOnnx(file).graph.initializers;
  expect(w?.constant?.numbers().at(-1)).toBe(999);
  file.close();
});

test('a model of another format is not edited as text', async () => {
  const path = join(folder, 'text.onnxtxt');
  writeFileSync(path, TEXT);
  await expect(new Documents().binaryText(path)).rejects.toMatchObject({ code: 'format-unsupported' });
});
