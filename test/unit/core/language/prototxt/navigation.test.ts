/** Blobs as symbols: definitions, references and new names; layers by their names. */
import { expect, test } from 'vitest';
import { layerNameAt, rangeOfLayer } from '../../../../../src/core/language/prototxt/layer-places.ts';
import {
  definitionAt,
  referencesAt,
  renameAt,
  renameTargetAt,
} from '../../../../../src/core/language/prototxt/navigation.ts';
import { CURSOR } from '../texts.ts';
import { atCursor, documentOf, textAt } from './texts.ts';

const NET = `input: "data"
layer { name: "conv" type: "Convolution" bottom: "data" top: "c" }
layer { name: "relu" type: "ReLU" bottom: "c" top: "c" }
layer { name: "pool" type: "Pooling" bottom: "c" top: "p" }
layer { name: "sum" type: "Eltwise" bottom: "p" bottom: "data" top: "s" }
`;

/** The net with the cursor on the n-th place that reads so. */
function on(text: string, index: number, net = NET) {
  let at = -1;
  for (let k = 0; k <= index; k++) at = net.indexOf(text, at + 1);
  return atCursor(`${net.slice(0, at + 1)}${CURSOR}${net.slice(at + 1)}`);
}

/** `line:text`, of what is made with a star. */
function references(text: string, index: number, net = NET): string[] {
  const { document, position } = on(text, index, net);
  return referencesAt(document, position).map(({ range, kind }) => `${range.start.line}${kind === 'write' ? '*' : ''}`);
}

test.each([
  ['"data"', 1, 0],
  ['"data"', 2, 0],
  ['"c"', 1, 1],
  // What writes in place is the nearest maker.
  ['"c"', 3, 2],
  ['"p"', 1, 3],
  ['"p"', 0, 3],
])('the maker of %s (%i) is in line %i', (text, index, line) => {
  const { document, position } = on(text, index);
  expect(definitionAt(document, position)?.start.line).toBe(line);
});

test('references are those of one blob, also where it is written in place', () => {
  expect(references('"c"', 3)).toEqual(['1*', '2', '2*', '3']);
  expect(references('"data"', 0)).toEqual(['0*', '1', '4']);
  expect(references('"conv"', 0)).toEqual(['1*']);
  expect(references('"Pooling"', 0)).toEqual([]);
});

test('a name that is made anew is another blob', () => {
  const net = `layer { type: "Input" top: "x" }
layer { type: "ReLU" bottom: "x" top: "y" }
layer { type: "Input" top: "x" }
layer { type: "ReLU" bottom: "x" top: "z" }`;
  expect(references('"x"', 0, net)).toEqual(['0*', '1']);
  expect(references('"x"', 3, net)).toEqual(['2*', '3']);
});

test('layers of different phases make the same blob', () => {
  const net = `layer { type: "Data" top: "x" include { phase: TRAIN } }
layer { type: "Data" top: "x" include { phase: TEST } }
layer { type: "ReLU" bottom: "x" top: "y" }
layer { type: "Accuracy" bottom: "x" include { phase: TRAIN } }`;
  expect(references('"x"', 2, net)).toEqual(['0*', '1*', '2', '3']);
  const { document, position } = on('"x"', 3, net);
  expect(definitionAt(document, position)?.start.line).toBe(0);
});

test('a new name stands everywhere, within the quotes that are there', () => {
  const { document, position } = on("'c'", 0, NET.replaceAll('"c"', "'c'"));
  const target = renameTargetAt(document, position);
  expect(target && textAt(document, target)).toBe('c');
  const edits = renameAt(document, position, 'conv/1');
  expect(edits.map(({ range, text }) => `${range.start.line} ${textAt(document, range)} ${text}`)).toEqual([
    '1 c conv/1',
    '2 c conv/1',
    '2 c conv/1',
    '3 c conv/1',
  ]);
  expect(renameAt(document, position, '"a\\"b"')[0]?.text).toBe('a\\\\\\"b');
  expect(renameAt(document, position, 'c')).toEqual([]);
});

test('strings side by side become one', () => {
  const { document, position } = atCursor('layer { type: "Input" top: "a" "‸b" }');
  expect(renameAt(document, position, 'c')[0]?.text).toBe('"c"');
});

test('a name that is taken, or none, is refused', () => {
  const { document, position } = on('"c"', 0);
  for (const name of ['p', '', '""']) {
    expect(() => renameAt(document, position, name)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  }
  const other = on('"Pooling"', 0);
  expect(renameTargetAt(other.document, other.position)).toBeUndefined();
});

const SHARED = `layer { name: "data" type: "Data" top: "data" include { phase: TRAIN } }
layer { name: "data" type: "Input" top: "data" include { phase: TEST } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" } param { name: "b" } }
layer { name: "c" type: "InnerProduct" bottom: "data" top: "c" param { name: "w" lr_mult: 2 } }
`;

function renamed(text: string, index: number, name: string, net = SHARED): string[] {
  const { document, position } = on(text, index, net);
  return renameAt(document, position, name).map(({ range }) => `${range.start.line}:${range.start.character}`);
}

test('a layer gets another name in all phases, its blob keeps its own', () => {
  expect(renamed('"data"', 0, 'source')).toEqual(['0:15', '1:15']);
  expect(renamed('"data"', 1, 'source')).toHaveLength(4);
  expect(renamed('"a"', 0, 'first')).toEqual(['2:15']);
  const { document, position } = on('"a"', 0, SHARED);
  const target = renameTargetAt(document, position);
  expect(target && textAt(document, target)).toBe('a');
});

test('a shared parameter gets another name in all layers that share it', () => {
  expect(renamed('"w"', 1, 'weights')).toHaveLength(2);
  expect(references('"w"', 0, SHARED)).toEqual(['2*', '3*']);
  const { document, position } = on('"w"', 1, SHARED);
  expect(definitionAt(document, position)?.start.line).toBe(2);
  const old =
    'layers { name: "x" type: RELU top: "x" param: "w" }\nlayers { name: "y" type: RELU top: "y" param: "w" }\n';
  expect(renamed('"w"', 0, 'v', old)).toHaveLength(2);
});

test.each([
  ['"a"', 0, 'c', 'the network has a layer of that name'],
  ['"w"', 0, 'b', 'the network has a parameter of that name'],
])('%s (%i) cannot be called %s', (text, index, name, message) => {
  const { document, position } = on(text, index, SHARED);
  expect(() => renameAt(document, position, name)).toThrow(message);
});

test('layers by the names that the graph has for them', () => {
  const net = `layer { name: "in" type: "Input" top: "data" }\n${NET.slice(NET.indexOf('layer'))}layer { type: "ReLU" top: "last" }\n`;
  const document = documentOf(net);
  const nameAt = (line: number) => layerNameAt(document, { line, character: 12 });
  expect([0, 1, 2, 5].map(nameAt)).toEqual(['data', 'conv', 'relu', 'last']);
  expect(layerNameAt(documentOf('# none\n'), { line: 0, character: 0 })).toBeUndefined();
  expect(['data', 'conv', 'last', 'p'].map((name) => rangeOfLayer(document, name)?.start.line)).toEqual([0, 1, 5, 3]);
  expect(rangeOfLayer(document, 'nothing')).toBeUndefined();
});
