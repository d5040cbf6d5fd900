/** Parsing what is being written, outline, folding and selection ranges of prototxts. */
import { expect, test } from 'vitest';
import type { OutlineItem } from '../../../../../src/core/language/outline.ts';
import { foldsOf } from '../../../../../src/core/language/prototxt/folding.ts';
import { inlaysIn } from '../../../../../src/core/language/prototxt/inlays.ts';
import { outlineOf } from '../../../../../src/core/language/prototxt/outline.ts';
import { parsePrototxt } from '../../../../../src/core/language/prototxt/parse.ts';
import { selectionsAt } from '../../../../../src/core/language/prototxt/selections.ts';
import { type FieldSyntax, isMessage, textOf } from '../../../../../src/core/language/prototxt/syntax.ts';
import { atCursor, documentOf, inNet, textAt } from './texts.ts';

/** `layer{name=a pad=1,2}`. */
function shown(fields: readonly FieldSyntax[]): string {
  return fields
    .map(({ name, values, list }) => {
      const texts = values.map((value) => (isMessage(value) ? `{${shown(value.fields)}}` : textOf(value)));
      return `${name.text}${texts.length === 0 ? '?' : `=${list ? `[${texts.join(',')}]` : texts.join()}`}`;
    })
    .join(' ');
}

test.each([
  ['name: "a" # c\nlayer { name: \'b\' pad: [1, 2] }', 'name=a layer={name=b pad=[1,2]}', []],
  ['a: "x"\n  "y" b < c: -1.5e3 ; d: 0x1f, >', 'a=xy b={c=-1.5e3 d=0x1f}', []],
  ['layer {\n  name: \n  type: "ReLU"\n}', 'layer={name? type=ReLU}', ['expected a value for name']],
  ['layer { name "a" type: "B" }', 'layer={name? type=B}', ['expected : or { after name']],
  [
    'layer { name: "a\n  type: "B"\n}',
    'layer={name? type=B}',
    ['the string is not closed', 'expected a value for name'],
  ],
  [
    'layer {\n  name: "a"\nlayer {\n  name: "b"\n}\n',
    'layer={name=a} layer={name=b}',
    ['the message layer is not closed: expected }'],
  ],
  [
    'layer { a: 1 ) ) b: 2 }\n}',
    'layer={a=1 b=2}',
    ['expected the name of a field, found )', 'expected the name of a field, found }'],
  ],
  ['pad: [1, 2\nb: 3', 'pad=[1,2] b=3', ['expected , or ]']],
  ['layers {\n  layer { name: "a" type: "conv" }\n  bottom: "x"\n}', 'layers={layer={name=a type=conv} bottom=x}', []],
])('%j is read as far as it goes', (text, fields, faults) => {
  const parsed = parsePrototxt(text);
  expect(shown(parsed.fields)).toBe(fields);
  expect(parsed.faults.map(({ message }) => message)).toEqual(faults);
});

test('any piece of a text is parsed to its end', () => {
  const text = 'name: "n" layer { name: "a" pad: [1, 2] p < q: "x" "y" > }\nlayer { type: "B" # end\n}';
  for (let from = 0; from < text.length; from++)
    for (let to = from; to <= text.length; to += 3) {
      const { fields } = parsePrototxt(text.slice(from, to));
      for (const field of fields) expect(field.end <= to - from && field.start <= field.end).toBe(true);
    }
});

function lines(items: readonly OutlineItem[], indent = ''): string[] {
  return items.flatMap(({ kind, name, detail, children }) => [
    `${indent}${kind} ${name}: ${detail}`,
    ...lines(children, `${indent}  `),
  ]);
}

test('the outline has inputs and layers', () => {
  const text = `input: "data"
layer { name: "conv" type: "Convolution" bottom: "data" top: "c" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "c" include { phase: TRAIN } }
layer { type: "ReLU" top: "r" }
layers { name: "old" type: RELU }
layers { layer { name: "older" type: "relu" } }`;
  expect(lines(outlineOf(documentOf(text)))).toEqual([
    'input data: input',
    'node conv: Convolution',
    'node loss: SoftmaxWithLoss (training)',
    'node r: ReLU',
    'node old: ReLU',
    'node older: relu',
  ]);
});

test('the outline of another text has its messages', () => {
  const text = 'item { name: "cat" id: 1 }\nitem { id: 2 box { w: 1 } }';
  expect(lines(outlineOf(documentOf(text)))).toEqual(['graph cat: item', 'graph item: ', '  graph box: ']);
});

test('folding leaves closing brackets to be seen', () => {
  const text = `# one
# two
layer {
  name: "a"
  convolution_param {
    pad: 1
  }
}
layer { name: "b" }
layer {
  name: "c"`;
  expect(foldsOf(documentOf(text)).map(({ start, end }) => `${start}-${end}`)).toEqual(['0-1', '2-6', '4-5', '9-10']);
});

test('selections grow from the word to the text', () => {
  const { document, position } = atCursor('layer { name: "con‸v" pad: [1] }');
  expect(selectionsAt(document, position).map((range) => textAt(document, range))).toEqual([
    'conv',
    '"conv"',
    'name: "conv"',
    ' name: "conv" pad: [1] ',
    '{ name: "conv" pad: [1] }',
    'layer { name: "conv" pad: [1] }',
  ]);
});

const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

test('inlays: shapes of tops, but for what is written in place', () => {
  const document = documentOf(
    inNet(`layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 8 kernel_size: 3 } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "s" type: "Slice" bottom: "c" top: "a" top: "b" }
layer { name: "p" type: "Python" bottom: "a" top: "u" }
layer { name: "z" type: "ReLU" bottom: "u" top: "z" }`),
  );
  const text = (range = ALL) => inlaysIn(document, range).map((inlay) => `${inlay.position.line} ${inlay.text}`);
  expect(text()).toEqual(['2 [1, 8, 222, 222]', '4 [1, 4, 222, 222]', '4 [1, 4, 222, 222]']);
  expect(text({ start: { line: 3, character: 0 }, end: { line: 4, character: 54 } })).toEqual(['4 [1, 4, 222, 222]']);
  const [first] = inlaysIn(document, ALL);
  expect(first?.position).toEqual(document.text.positionAt(document.text.text.indexOf('"c" convolution') + 3));
});
