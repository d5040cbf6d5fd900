/** Quick fixes of prototxts: what the text is afterwards, and what they do beside it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixesIn, type TextFix } from '../../../../../src/core/language/prototxt/fixes.ts';
import { problemsOf } from '../../../../../src/core/language/prototxt/problems.ts';
import { CURSOR } from '../texts.ts';
import { documentOf, inNet } from './texts.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-fixes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fixesAt(marked: string, dialect = 'bvlc', path?: string) {
  const offset = marked.indexOf(CURSOR);
  const document = documentOf(marked.replace(CURSOR, ''), dialect, path);
  const position = document.text.positionAt(offset);
  return { document, fixes: fixesIn(document, { start: position, end: position }) };
}

/** The text after the fix of that title. */
function fixed(marked: string, title: string, dialect?: string): string {
  const { document, fixes } = fixesAt(marked, dialect);
  const fix = fixes.find((each) => each.title === title);
  expect(fix, fixes.map((each) => each.title).join(', ')).toBeDefined();
  const edits = (fix?.edits ?? []).map(({ range, text }) => ({ ...document.text.spanOf(range), by: text }));
  let text = document.text.text;
  for (const { start, end, by } of edits.sort((a, b) => b.start - a.start))
    text = text.slice(0, start) + by + text.slice(end);
  return text.slice(inNet('').length);
}

const titles = ({ fixes }: { readonly fixes: readonly TextFix[] }) => fixes.map(({ title }) => title);

test.each([
  [
    'layer { type: "Re‸lu" bottom: "data" top: "r" }',
    'Change to ReLU',
    'layer { type: "ReLU" bottom: "data" top: "r" }',
  ],
  [
    'layer { type: "ReLU" bottom: "dat‸" top: "r" }',
    'Change to data',
    'layer { type: "ReLU" bottom: "data" top: "r" }',
  ],
  [
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { pool: MX‸A } }',
    'Change to MAX',
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { pool: MAX } }',
  ],
  [
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_si‸se: 2 } }',
    'Change to kernel_size',
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 } }',
  ],
  [
    'layer {\n  type: "ReLU"\n  bottom: "data"\n  top: "r"\n  pooling_par‸am {\n    pool: MAX\n  }\n}',
    'Remove pooling_param',
    'layer {\n  type: "ReLU"\n  bottom: "data"\n  top: "r"\n}',
  ],
  [
    'layer { type: "ReLU" bottom: "data" pooling_par‸am { pool: MAX } top: "r" }',
    'Remove pooling_param',
    'layer { type: "ReLU" bottom: "data" top: "r" }',
  ],
])('%s: %s', (marked, title, expected) => {
  expect(fixed(inNet(marked), title)).toBe(expected);
});

test('another dialect is offered where it knows the field, the best first', () => {
  const pooling = inNet(
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 ceil_mo‸de: false } }',
  );
  const { fixes } = fixesAt(pooling);
  const switching = fixes.find(({ title }) => title === 'Switch dialect to opencv');
  expect(switching).toMatchObject({ edits: [], effects: { dialect: 'opencv' }, mends: [{ code: 'field-unknown' }] });
  expect(titles({ fixes })).toContain('Switch dialect…');
  const permute = fixesAt(inNet('layer { type: "Perm‸ute" bottom: "data" top: "p" }'));
  expect(titles(permute)[0]).toBe('Switch dialect to ssd');
});

test('the note on the dialect offers the next ones', () => {
  const document = documentOf(inNet('layer { type: "Permute" bottom: "data" top: "p" permute_param { order: 1 } }'));
  const start = { line: 0, character: 0 };
  const offered = titles({ fixes: fixesIn(document, { start, end: start }) });
  expect(document.network?.scores.slice(0, 3).map(({ id }) => id)).toEqual(['ssd', 'opencv', 'nvcaffe']);
  expect(offered).toEqual(['Switch dialect to opencv', 'Switch dialect to nvcaffe', 'Switch dialect…']);
});

test.each([
  ['false', 'round_mode: FLOOR'],
  ['true', ''],
])('ceil_mode: %s is rewritten for BVLC', (value, expected) => {
  const marked = `layer {\n  type: "Pooling"\n  bottom: "data"\n  top: "p"\n  pooling_param {\n    kernel_size: 2  # two\n    ceil_mo‸de: ${value}\n  }\n}`;
  const text = fixed(inNet(marked), 'Rewrite for bvlc');
  const own = expected === '' ? '' : `    ${expected}\n`;
  expect(text).toBe(
    `layer {\n  type: "Pooling"\n  bottom: "data"\n  top: "p"\n  pooling_param {\n    kernel_size: 2  # two\n${own}  }\n}`,
  );
});

test('round_mode is rewritten for OpenCV', () => {
  const marked =
    'layer { type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 2 round_mo‸de: FLOOR } }';
  expect(fixed(inNet(marked), 'Rewrite for opencv', 'opencv')).toContain('{ kernel_size: 2 ceil_mode: false }');
});

test('what no other dialect can say in ours is not rewritten', () => {
  // A convolution of Intel with ReLU in it.
  const marked =
    'layer { type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: 1 re‸lu: true } }';
  const offered = titles(fixesAt(inNet(marked)));
  expect(offered).toContain('Switch dialect to intel');
  expect(offered).not.toContain('Rewrite for bvlc');
});

test('a custom layer: an entry, a schema, and the dialect that they make', () => {
  const path = join(folder, 'net.prototxt');
  const layer = `layer {
  name: "m"
  type: "Mish"
  bottom: "data"
  top: "m"
  mish_param { beta: 0.5 mode: FAST steps: 1 steps: 2 inner { on: true name: "x" } }
}`;
  const { fixes } = fixesAt(inNet(layer.replace('"Mish"', '"Mi‸sh"')), 'bvlc', path);
  const fix = fixes.find(({ title }) => title === 'Define custom layer Mish');
  expect(fix?.effects?.dialect).toBe('custom');
  for (const file of fix?.effects?.files ?? []) writeFileSync(file.path, file.text);
  expect(readFileSync(join(folder, 'custom.proto'), 'utf8')).toContain('optional MishParameter mish_param = 10001;');
  const document = documentOf(inNet(layer), 'custom', path);
  expect(document.dialect?.id).toBe('custom');
  expect(problemsOf(document)).toEqual([]);

  // A second one goes into the same dialect.
  const second = inNet('layer { name: "s" type: "Sw‸ish9" bottom: "data" top: "s" swish9_param { beta: 2 } }');
  const more = fixesAt(second, 'custom', path).fixes.find(({ title }) => title === 'Define custom layer Swish9');
  expect(more?.effects?.dialect).toBe('custom');
  for (const file of more?.effects?.files ?? []) writeFileSync(file.path, file.text);
  const both = inNet(`${layer}\n${second.replace(CURSOR, '').slice(inNet('').length)}`);
  expect(problemsOf(documentOf(both, 'custom', path))).toEqual([]);
});

test('a field of known parameters becomes one of a dialect of its own', () => {
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  writeFileSync(join(inner, 'graphwright.caffe.json'), '{ "version": 1, "backends": [] /* mine */ }');
  const path = join(inner, 'net.prototxt');
  const marked = inNet('layer { type: "ReLU" bottom: "data" top: "r" relu_param { upper_bou‸nd: 6.5 } }');
  const { fixes } = fixesAt(marked, 'bvlc', path);
  const fix = fixes.find(({ title }) => title === 'Define the field upper_bound in a dialect of your own');
  for (const file of fix?.effects?.files ?? []) writeFileSync(file.path, file.text);
  expect(readFileSync(join(inner, 'graphwright.caffe.json'), 'utf8')).toContain('/* mine */');
  expect(problemsOf(documentOf(marked.replace(CURSOR, ''), 'custom', path))).toEqual([]);
});

test('nothing is written beside a file of backends that is broken', () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'graphwright.caffe.json'), '{ "version": 1, ');
  const marked = inNet('layer { type: "Mi‸shmash" bottom: "data" top: "r" }');
  expect(titles(fixesAt(marked, 'bvlc', join(broken, 'net.prototxt')))).toEqual([]);
});

test('problems elsewhere offer nothing here', () => {
  expect(fixesAt(inNet('layer { type: "Relu" bottom: "dat‸a" top: "r" }')).fixes).toEqual([]);
});
