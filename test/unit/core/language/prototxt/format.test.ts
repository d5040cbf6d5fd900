/** The layout of prototxts: what it is, that it stays, and that nothing but white space changes. */
import { expect, test } from 'vitest';
import { formatEdits } from '../../../../../src/core/language/prototxt/format.ts';
import { lexemes } from '../../../../../src/core/language/prototxt/scanner.ts';
import { randomNumbers } from '../random.ts';
import { documentOf } from './texts.ts';

function formatted(text: string): string {
  const document = documentOf(text);
  const edits = formatEdits(document, undefined).map(({ range, text: by }) => ({ ...document.text.spanOf(range), by }));
  let result = '';
  let at = 0;
  for (const { start, end, by } of edits) {
    result += text.slice(at, start) + by;
    at = end;
  }
  return result + text.slice(at);
}

test.each([
  ['layer{name:"a"\n\n\n\ntype : "ReLU"   bottom:"x"}', 'layer {\n  name: "a"\n\n  type: "ReLU"\n  bottom: "x"\n}\n'],
  ['layer { name:"a"   type:"ReLU" }', 'layer { name: "a" type: "ReLU" }\n'],
  [
    'layer {\n\n convolution_param { pad:1 weight_filler{type:"x"} }\n param {\n lr_mult:1 decay_mult:2 } }',
    'layer {\n  convolution_param { pad: 1 weight_filler { type: "x" } }\n  param {\n    lr_mult: 1\n    decay_mult: 2\n  }\n}\n',
  ],
  ['shape {\ndim:1 dim: 3\ndim:224 }', 'shape {\n  dim: 1 dim: 3\n  dim: 224\n}\n'],
  ['pad:[1,2 ,3]\nx < a:1 >', 'pad: [1, 2, 3]\nx < a: 1 >\n'],
  ['pad: [\n   1,\n 2\n]', 'pad: [\n   1,\n 2\n]\n'],
  ['a: 1;b: 2,c: 3', 'a: 1;\nb: 2,\nc: 3\n'],
  ['shape: {dim: 1}\nempty {\n}', 'shape: { dim: 1 }\nempty {}\n'],
  [
    '# first\n\n\nname: "n"# behind\nlayer { # opens\n# own\nname: "a"\n  # last\n}\n# end',
    '# first\n\nname: "n"  # behind\nlayer {  # opens\n  # own\n  name: "a"\n  # last\n}\n# end\n',
  ],
  ['s: "a"\n"b" "c"', 's: "a"\n  "b" "c"\n'],
  ['a:1\nlayer { name "x"   type:"y" }\nb:2', 'a: 1\nlayer { name "x"   type:"y" }\nb: 2'],
  ['', ''],
  ['\n\n# c\n', '# c\n'],
])('%j', (text, expected) => {
  expect(formatted(text)).toBe(expected);
  expect(formatted(expected)).toBe(expected);
});

test('a message in one line that is too long is laid out in several', () => {
  const text = `layer { name: "${'a'.repeat(60)}" bottom: "${'b'.repeat(60)}" }`;
  expect(formatted(text)).toBe(`layer {\n  name: "${'a'.repeat(60)}"\n  bottom: "${'b'.repeat(60)}"\n}\n`);
});

test('a range is formatted alone', () => {
  const document = documentOf('a:1\nb:2\nc:3\n');
  const edits = formatEdits(document, { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } });
  expect(edits.map(({ range, text }) => [range.start.line, text])).toEqual([[1, ' ']]);
});

const PIECES = [
  'layer {',
  'name: "a"',
  'pad: 1',
  '}',
  '# note\n',
  'dim: [1, 2]',
  'x <',
  '>',
  ';',
  '"s"',
  'shape {',
  ':',
];

test('formatting twice is formatting once, and keeps all tokens and comments, whatever stands there', () => {
  const random = randomNumbers();
  for (let round = 0; round < 400; round++) {
    let text = '';
    for (let k = 0; k < 14; k++) text += random.pick(PIECES) + random.pick(['', ' ', '\n', '\n\n\n  ']);
    const once = formatted(text);
    const hint = `${random.hint}: ${JSON.stringify(text)}`;
    expect(formatted(once), hint).toBe(once);
    const tokens = (from: string) => lexemes(from).map((each) => each.text);
    expect(tokens(once), hint).toEqual(tokens(text));
    expect(once.match(/# note/g)?.length, hint).toBe(text.match(/# note/g)?.length);
  }
});

test('whatever is right is laid out, once and for all', () => {
  const random = randomNumbers();
  const white = () => random.pick([' ', '  ', '\n', '\n\n\n ', ' # note\n']);
  const fields = (depth: number): string => {
    let text = '';
    for (let k = random.below(4); k >= 0; k--) {
      const scalars = ['a: 1', 'a:1', 'b : "s"', 'c: [1,2]', 'd: [\n 1 ,2]', 's: "x"\n"y"'];
      const inner = () => `m${random.pick(['', ':'])}${white()}{${white()}${fields(depth + 1)}${white()}}`;
      text +=
        (depth < 3 && random.below(3) === 0 ? inner() : random.pick(scalars)) + random.pick(['', ';', ',']) + white();
    }
    return text;
  };
  for (let round = 0; round < 300; round++) {
    const text = fields(0);
    const once = formatted(text);
    const hint = `${random.hint}: ${JSON.stringify(text)}`;
    expect(formatted(once), hint).toBe(once);
    expect(once.match(/# note/g)?.length, hint).toBe(text.match(/# note/g)?.length);
    expect(once, hint).not.toMatch(/[^\n] +\n|\n\n\n|[^ \n] {3,}|\{ *\n\n/);
  }
});
