import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { encodeOnnx, writeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';

const fixture = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const schema = JSON.parse(readFileSync(fixture('docs/cli-output.schema.json'), 'utf8')) as object;
const valid = new Ajv({ allowUnionTypes: true }).compile(schema);

/** Three large constants, two of them in one; one small. */
const MODEL = `<ir_version: 10, opset_import: ["" : 21]>
#@ {"doc":"what it does"}
g (float[100] x) => (float[100] y)
<float[100] w = {${Array.from({ length: 100 }, (_, k) => k / 8).join(', ')}}, int64[1] small = {1}>
{
  #@ {"doc":"a node"}
  k = Constant <value = int64[100] {${Array.from({ length: 100 }, (_, k) => k).join(', ')}}> ()
  f = Cast <to = 1> (k)
  a = Add (w, f)
  y = Add (a, x)
}`;

let folder = '';
let printed = '';
let said = '';
let [binary, text, data, again]: [string, string, string, string] = ['', '', '', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'text-'));
  mkdirSync(join(folder, 'in'));
  [binary, text, again] = [join(folder, 'm.onnx'), join(folder, 'in', 'm.onnxtxt'), join(folder, 'again.onnx')];
  data = `${text}.data`;
  writeFileSync(binary, encodeOnnx(parseModel(MODEL, 'm.onnxtxt')));
  [printed, said] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((more) => {
    printed += String(more);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((more) => {
    said += String(more);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs with --json; the one object that it prints, checked against the published schema. */
async function json(...args: string[]) {
  const status = await run([...args, '--json']);
  const report = JSON.parse(printed) as Record<string, never>;
  expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
  printed = '';
  return { exit: status, ...report };
}

test('large constants go to a file beside the text, and the binary comes back', async () => {
  expect(await json('text', binary, '-o', text)).toMatchObject({ exit: 0, output: [text, data] });
  const written = readFileSync(text, 'utf8');
  expect(written).toMatch(
    /float\[100\] w = \["location": "m.onnxtxt.data", "offset": "0", "length": "400", "sha256": "[0-9a-f]{32}"\]/,
  );
  expect(written).toContain('int64[1] small = {1}');
  expect(written).toContain('#@ {"doc":"a node"}');
  expect(readFileSync(data).length).toBe(400 + 800);
  expect(await json('assemble', text, '-o', again)).toMatchObject({ exit: 0, output: [again] });
  expect(readFileSync(again).equals(readFileSync(binary))).toBe(true);
});

test('a text may hold all constants, or none of them', async () => {
  expect(await json('text', binary, '-o', text, '--inline')).toMatchObject({ exit: 0, output: [text] });
  expect(readdirSync(join(folder, 'in'))).toEqual(['m.onnxtxt']);
  expect(await json('assemble', text, '-o', again)).toMatchObject({ exit: 0 });
  expect(readFileSync(again).equals(readFileSync(binary))).toBe(true);
  expect(await run(['text', binary])).toBe(0);
  expect(printed).toMatch(/float\[100\] w = \["sha256": "[0-9a-f]{32}"\]/);
  expect(said).toContain('2 large constants left out');
  writeFileSync(text, printed);
  printed = '';
  const refused = await json('assemble', text, '-o', again, '--force');
  expect(refused).toMatchObject({ exit: 2, error: { code: 'external-data-missing', place: { file: text, line: 8 } } });
});

test('constants in a data file of their own stay there, as long as the text and its binary stay beside that', async () => {
  const outside = join(folder, 'm.onnx.data');
  const large = MODEL.replace(/float\[100\] w = \{/, `float[400] w = {${'1, '.repeat(300)}`).replace(
    ' a = Add (w, f)',
    ' a = Neg (f)',
  );
  await writeOnnx(parseModel(large, 'm.onnxtxt'), binary, { force: true, largestFile: 2000 });
  const beside = join(folder, 'm.onnxtxt');
  expect(await json('text', binary, '-o', beside)).toMatchObject({ exit: 0, output: [beside, `${beside}.data`] });
  const written = readFileSync(beside, 'utf8');
  expect(written).toContain('["location": "m.onnx.data", "offset": "0", "length": "1600"]');
  const bytes = readFileSync(outside);
  expect(await json('assemble', beside, '-o', join(folder, 'n.onnx'))).toMatchObject({ exit: 0 });
  expect(readFileSync(join(folder, 'n.onnx')).equals(readFileSync(binary))).toBe(true);
  expect(readFileSync(outside).equals(bytes)).toBe(true);
  // In another folder nobody finds them: there they go into the binary.
  const elsewhere = join(folder, 'in', 'n.onnx');
  expect(await json('assemble', beside, '-o', elsewhere)).toMatchObject({ exit: 0, output: [elsewhere] });
  expect(readFileSync(elsewhere).length).toBeGreaterThan(1600);
});

test('files that are there are kept, or replaced together', async () => {
  writeFileSync(data, 'mine');
  expect(await json('text', binary, '-o', text)).toMatchObject({ exit: 2, error: { code: 'file-exists' } });
  expect(readdirSync(join(folder, 'in'))).toEqual(['m.onnxtxt.data']);
  expect(await json('text', binary, '-o', text, '--force')).toMatchObject({ exit: 0 });
  // The text itself can be printed over itself: its constants are read before anything moves.
  expect(await json('text', text, '-o', text, '--force')).toMatchObject({ exit: 0 });
  await json('assemble', text, '-o', again);
  expect(readFileSync(again).equals(readFileSync(binary))).toBe(true);
  expect(await json('assemble', text, '-o', again)).toMatchObject({ exit: 2, error: { code: 'file-exists' } });
});

test('constants beside the text that are not what they were are refused, with their line', async () => {
  await json('text', binary, '-o', text);
  const [written, bytes] = [readFileSync(text, 'utf8'), readFileSync(data)];
  const cases: readonly (readonly [code: string, line: number, message: string, spoil: () => void])[] = [
    [
      'file-malformed',
      8,
      'are others than the text was made with',
      () => writeFileSync(data, Buffer.from(bytes).fill(1, 0, 1)),
    ],
    ['file-truncated', 13, 'needs bytes 400 to 1200', () => truncateSync(data, 1199)],
    ['external-data-missing', 8, 'there is no such file', () => rmSync(data)],
    ['external-data-outside', 8, 'not below the folder', () => writeFileSync(text, written.replace('m.o', '../m.o'))],
    ['file-malformed', 8, 'has 396 bytes', () => writeFileSync(text, written.replace('"400", "sha', '"396", "sha'))],
    ['file-malformed', 8, "is '-1'", () => writeFileSync(text, written.replace('"offset": "0"', '"offset": "-1"'))],
    [
      'syntax-error',
      8,
      '32 hexadecimal digits',
      () => writeFileSync(text, written.replace('"sha256": "', '"sha256": "x')),
    ],
  ];
  for (const [code, line, message, spoil] of cases) {
    writeFileSync(text, written);
    writeFileSync(data, bytes);
    spoil();
    const report = await json('assemble', text, '-o', again);
    expect(report).toMatchObject({ exit: 2, error: { code, place: { file: text, line } } });
    expect(JSON.stringify(report)).toContain(message);
    expect(readdirSync(folder).sort()).toEqual(['in', 'm.onnx']);
  }
});

test('only a text of ONNX is assembled', async () => {
  writeFileSync(text, '<dialect: "aten">\ng (x) => (y) { y = aten.relu (x) }');
  expect(await json('assemble', text, '-o', again)).toMatchObject({ exit: 2, error: { code: 'format-unsupported' } });
  expect(await json('assemble', text)).toMatchObject({ exit: 2, error: { code: 'bad-argument' } });
});
