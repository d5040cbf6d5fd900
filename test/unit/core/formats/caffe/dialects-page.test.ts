/** Writes docs/caffe-dialects.md, with -u: dialects, their layer types and the numbers of their fields, from the tables. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FRAMEWORKS } from '../../../../../src/core/dialects/caffe/frameworks.ts';
import { CAFFE_LAYERS } from '../../../../../src/core/dialects/caffe/layers.ts';
import { CAFFE_DIALECTS, schemaOf, vocabularyOf } from '../../../../../src/core/formats/caffe/dialects.ts';

const DIALECTS = CAFFE_DIALECTS.map(vocabularyOf);

/** What the head of a schema says of it. */
function sourceOf(dialect: string): string {
  const text = readFileSync(new URL(`../../../../../proto/caffe/${dialect}.proto`, import.meta.url), 'utf8');
  const [head = ''] = text.split('\nsyntax');
  const words = head.replaceAll(/^\/\/ ?/gm, '').replaceAll('\n', ' ');
  return /Numbers: (.*?)\.(?= |$)/.exec(words)?.[1] ?? '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const dialects = table(
  ['`--from`', 'schema', 'layer types'],
  CAFFE_DIALECTS.map((id) => [`\`caffe:${id}\``, sourceOf(id), FRAMEWORKS[id].source]),
);

const types = [...new Set(DIALECTS.flatMap(({ layers }) => [...layers]))]
  .filter((type) => !CAFFE_LAYERS[type]?.training)
  .sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en'));
const layers = table(
  ['type', ...CAFFE_DIALECTS],
  types.map((type) => [type, ...DIALECTS.map(({ layers: own }) => (own.has(type) ? 'x' : ''))]),
);

/** Fields of layers that not all dialects have under one number. */
const fields = [...new Set(DIALECTS.flatMap(({ schema }) => [...schema.layer.fields.keys()]))];
const numbers = fields
  .map((field) => [field, ...CAFFE_DIALECTS.map((id) => String(schemaOf(id).layer.fields.get(field)?.number ?? ''))])
  .filter(([, ...cells]) => new Set(cells).size > 1)
  .sort(([a = ''], [b = '']) => a.localeCompare(b, 'en'));

const byNumber = new Map<number, Set<string>>();
for (const { schema } of DIALECTS) {
  for (const [number, { name }] of schema.layer.byNumber) {
    byNumber.set(number, (byNumber.get(number) ?? new Set()).add(name));
  }
}
const meanings = [...byNumber].filter(([, names]) => names.size > 1).sort(([a], [b]) => a - b);

test('the page lists what the tables say', async () => {
  const page = `# Caffe dialects

What the tables of Graphwright say; [caffe.md](caffe.md) says how they are used. This page is written by
\`npx vitest run test/unit/core/formats/caffe/dialects-page -u\`.

## Where the facts come from

${dialects}

## Layer types

Without those that only train.

${layers}

## Fields of layers that not all have, or not under one number

${table(['field', ...CAFFE_DIALECTS], numbers)}

## Numbers that mean several things

${byNumber.size} numbers are used for fields of layers; ${meanings.length} of them mean different things in different dialects.

${table(
  ['number', 'means'],
  meanings.map(([number, names]) => [String(number), [...names].join(', ')]),
)}
`;
  await expect(page).toMatchFileSnapshot('../../../../../docs/caffe-dialects.md');
});

test('every schema names its source', () => {
  for (const id of CAFFE_DIALECTS) expect(sourceOf(id), id).toMatch(/\w+\/\w+.*\((BSD|Apache|MIT)/);
});
