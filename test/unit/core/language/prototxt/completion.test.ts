/** What is offered at the cursor of a prototxt. */
import { expect, test } from 'vitest';
import type { CompletionItem } from '../../../../../src/core/language/completion.ts';
import { completionsAt } from '../../../../../src/core/language/prototxt/completion.ts';
import { atCursor, inNet, textAt } from './texts.ts';

function items(marked: string, dialect = 'bvlc'): CompletionItem[] {
  const { document, position } = atCursor(marked, dialect);
  const found = completionsAt(document, position);
  return found.sort((a, b) => ((a.order ?? a.label) < (b.order ?? b.label) ? -1 : 1));
}

function labels(marked: string, dialect?: string): string[] {
  return items(marked, dialect).map(({ label }) => label);
}

test('at the top, what a network has', () => {
  expect(labels('‸').slice(0, 3)).toEqual(['layer', 'name', 'input']);
  expect(items('la‸')[0]).toMatchObject({
    label: 'layer',
    kind: 'key',
    snippet: expect.stringContaining('type: "$2"'),
  });
  expect(labels('name: "n"\n‸')).not.toContain('name');
});

test('within a layer its fields, and the parameters that its type reads', () => {
  const found = labels(inNet('layer { type: "Convolution" bottom: "data" ‸ }'));
  expect(found[0]).toBe('bottom');
  expect(found).toContain('convolution_param');
  expect(found).toContain('include');
  expect(found).not.toContain('pooling_param');
  expect(found).not.toContain('type');
  expect(labels('layer { ‸')).toContain('pooling_param');
});

test('within parameters their fields, but for those that are there', () => {
  const found = labels(inNet('layer { type: "Pooling" pooling_param { pool: MAX\n ke‸ } }'));
  expect(found).toContain('kernel_size');
  expect(found).toContain('round_mode');
  expect(found).not.toContain('pool');
  expect(labels(inNet('layer { type: "Pooling" pooling_param { ‸ } }'), 'opencv')).toContain('ceil_mode');
  const convolution = 'layer { type: "Convolution" convolution_param { pad: 1 ‸ } }';
  expect(labels(inNet(convolution))).toContain('pad');
});

test.each([
  ['layer { type: ‸', true],
  ['layer { type: "‸', false],
  ['layer { type: "Con‸" }', false],
])('types of layers of the dialect: %s', (text, quotes) => {
  const found = items(inNet(text)).find(({ label }) => label === 'Convolution');
  expect(found?.snippet).toBe(quotes ? '"Convolution"' : undefined);
  expect(found?.markdown).toContain('convolution_param');
  expect(labels(inNet(text))).not.toContain('Permute');
  expect(labels(inNet(text), 'ssd')).toContain('Permute');
});

test('a word is replaced as far as it is written', () => {
  const marked = inNet('layer { type: "Con‸" }');
  const { document, position } = atCursor(marked, 'bvlc');
  const [first] = completionsAt(document, position);
  expect(first && textAt(document, first.range)).toBe('Con');
});

test('types of layers from before 2014', () => {
  expect(labels('layers { type: CON‸')).toContain('CONVOLUTION');
  expect(labels('layers { type: ‸')).not.toContain('Convolution');
});

test('blobs that are made above, the nearest first', () => {
  const text = inNet(`layer { name: "c" type: "Convolution" bottom: "data" top: "c" }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "p" type: "Pooling" bottom: "‸" }
layer { name: "z" type: "ReLU" bottom: "p" top: "z" }`);
  expect(items(text).map(({ label, detail }) => [label, detail])).toEqual([
    ['c', 'ReLU'],
    ['data', 'Input'],
  ]);
  expect(items(inNet('layer { bottom: ‸ }'))[0]?.snippet).toBe('"data"');
});

test('tops: the name of the layer, or what it reads', () => {
  expect(
    items(inNet('layer { name: "r" bottom: "data" top: "‸" }')).map(({ label, detail }) => [label, detail]),
  ).toEqual([
    ['r', undefined],
    ['data', 'in place'],
  ]);
});

test('values of enums, booleans and fillers', () => {
  expect(labels(inNet('layer { type: "Pooling" pooling_param { pool: ‸ } }'))).toEqual(['AVE', 'MAX', 'STOCHASTIC']);
  expect(labels(inNet('layer { type: "LRN" lrn_param < norm_region: A‸ > }'))).toContain('ACROSS_CHANNELS');
  expect(labels(inNet('layer { convolution_param { bias_term: ‸ } }'))).toEqual(['false', 'true']);
  expect(labels(inNet('layer { convolution_param { weight_filler { type: "‸" } } }'))).toContain('xavier');
  expect(labels(inNet('layer { include { phase: ‸ } }'))).toEqual(['TEST', 'TRAIN']);
});

test('a field that has its colon already is a name alone', () => {
  expect(
    items(inNet('layer { type: "Pooling" pooling_param { po‸: MAX } }')).find(({ label }) => label === 'pool')?.snippet,
  ).toBeUndefined();
});

test('a bracket that is missing above spoils nothing', () => {
  expect(labels('layer {\n  name: "a"\n  type: "ReLU"\nlayer {\n  name: "b"\n  type: "‸"\n}')).toContain('Convolution');
});

test('nothing in comments, numbers, names, and texts that are no networks', () => {
  for (const text of ['# la‸', 'layer { } # ‸', 'layer { convolution_param { pad: 1‸ } }', 'layer { name: "a‸" }'])
    expect(labels(inNet(text)), text).toEqual([]);
  expect(labels('item { na‸ }')).toEqual([]);
});
