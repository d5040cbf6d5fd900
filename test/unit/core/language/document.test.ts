/** A document that is edited is, after every edit, what a fresh one of the same text is. */
import { expect, test } from 'vitest';
import type { Graph } from '../../../../src/core/ir/graph.ts';
import { typeText } from '../../../../src/core/ir/type.ts';
import { LanguageDocument } from '../../../../src/core/language/document.ts';
import { problemsOf } from '../../../../src/core/language/problems.ts';
import type { TextEdit } from '../../../../src/core/language/text.ts';
import { type RandomNumbers, randomNumbers } from './random.ts';
import { documentOf } from './texts.ts';

const START = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
g (float[N, 3, 8, 8] x, int64 n) => (float[N, 4, 8, 8] y, float z)
<
  float[4, 3, 1, 1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
  int64[2] sizes = {0, -1}
>
{
  # the start
  [first] a = Conv <kernel_shape = [1, 1]> (x, w)
  b = Relu (a)
  s = Shape (b)
  c = Reshape (b, s)
  d = Add (c, b)
  f = Flatten <axis = 1> (d)
  r = Reshape (f, sizes)
  k = Constant <value: tensor = float {2.0}> ()
  e = If (cond) <then_branch: graph = t () => (o) { o = Mul (d, k) }, else_branch: graph = u () => (p) { p = Identity (d) }>
  cond = Greater (n, n)
  y = acme.Act <alpha = 1.0> (e)
  z = ReduceMean (r)
}
<domain: "acme", opset_import: ["" : 17]>
Act <alpha> (v) => (q) {
  q = LeakyRelu <alpha: float = @alpha> (v)
}
`;

/** Pieces that edits put in: words of the language, halves of statements, and signs that break it. */
const PIECES = [
  'a',
  'b',
  'x',
  'zz',
  'Relu',
  'Add',
  'Sigmoid',
  '1',
  '2',
  '-1',
  '(',
  ')',
  '{',
  '}',
  '<',
  '>',
  '=',
  ',',
  '"',
  '#',
  ' ',
  '\n',
  '\n  t = Relu (a)\n',
  '\n  a = Neg (x)\n',
  ' <axis = 0>',
  ', b',
  ' = ',
  '[l] ',
  '#@ {"doc": "hm"}\n',
  '# say\n',
  'Transpose <perm = [1, 0]> (f)',
  'float[2] q = {1, 2}',
  '::',
  '.',
  'acme.Act',
  'Shape (b)',
  'Cast <to = 7> (b)',
];

function randomEdit(document: LanguageDocument, random: RandomNumbers): TextEdit {
  const { text } = document;
  const start = random.below(text.length + 1);
  const size = random.below(4) === 0 ? random.below(30) : random.below(3);
  const range = text.rangeOf({ start, end: Math.min(text.length, start + size) });
  return { range, text: random.below(3) === 0 ? '' : random.pick(PIECES) };
}

/** Replaces one word by another: such edits stay within a node more often. */
function wordEdit(document: LanguageDocument, random: RandomNumbers): TextEdit {
  const words = [...document.text.text.matchAll(/[A-Za-z0-9_]+/g)];
  const word = random.pick(words);
  const range = document.text.rangeOf({ start: word.index, end: word.index + word[0].length });
  return { range, text: random.pick(words)[0] };
}

/** The types of all values, in order. */
function typesOf(graph: Graph): string[] {
  return Array.from(graph.allNodes(), (node) => {
    return `${node.operator} ${node.outputs.map((value) => `${value.name}: ${typeText(value.type)} ${value.useCount}`)}`;
  });
}

function expectFresh(document: LanguageDocument, hint: string): void {
  const fresh = new LanguageDocument(document.text.text, 1, { path: document.path });
  expect(problemsOf(document), hint).toEqual(problemsOf(fresh));
  expect(document.tree, hint).toEqual(fresh.tree);
  expect(typesOf(document.model.graph), hint).toEqual(typesOf(fresh.model.graph));
}

const FLAT = START.replace(/ {2}e = If.*\n/, '').replace('(e)', '(d)');

test.each([
  ['anywhere', START, randomEdit],
  ['of words', START, wordEdit],
  ['anywhere without graphs in nodes', FLAT, randomEdit],
  ['of words without graphs in nodes', FLAT, wordEdit],
] as const)('random edits %s', (_, start, edit) => {
  const random = randomNumbers();
  for (let round = 0; round < 5; round++) {
    const document = documentOf(start);
    problemsOf(document);
    const edits: TextEdit[] = [];
    for (let k = 0; k < 15; k++) {
      edits.push(edit(document, random));
      document.edit(edits.slice(-1), k + 2);
      expectFresh(document, `${random.hint}, round ${round}, edit ${k}`);
    }
  }
});

test('edits that stay within nodes patch the graph: its nodes stay the same', () => {
  const document = documentOf(START.replace('  cond = Greater (n, n)\n', '').replace('(cond)', '(n)'));
  const before = document.model;
  const at = document.text.text.indexOf('Relu (a)');
  const range = document.text.rangeOf({ start: at, end: at + 4 });
  document.edit([{ range, text: 'Shape' }], 2);
  expectFresh(document, 'Relu to Shape');
  expect(document.model).toBe(before);
});

const SMALL = `<ir_version: 8, opset_import: ["" : 17]>
g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> {
  a = Add (x, w)
  b = Relu (a)
  c = Neg (x)
  y = Abs (b)
}
`;

/** Replaces the first `before` of a text by `after`. */
function replaced(document: LanguageDocument, before: string, after: string): void {
  const start = document.text.text.indexOf(before);
  document.edit([{ range: document.text.rangeOf({ start, end: start + before.length }), text: after }], 2);
}

test.each([
  ['a node reads itself', SMALL, 'Relu (a)', 'Relu (b)'],
  ['a node that is put in reads itself', SMALL, 'c = Neg (x)', 'd = Neg (d)'],
  ['a name is undefined', SMALL, 'Relu (a)', 'Relu (ab)'],
  ['one of two names is undefined', SMALL, '(x, w)', '(xx, ww)'],
  ['a node that is taken out is read by its new neighbour', SMALL, 'c = Neg (x)\n  y = Abs (b)', 'y = Abs (c)'],
  [
    'a node reads a constant that is broken and given again',
    SMALL.replace('w =', 'w = {1}, float[2] w ='),
    '(x, w)',
    '(w, w)',
  ],
  [
    'a node of a function breaks and is searched for its end',
    `${SMALL}<opset_import: ["" : 17]>\nF (v) => (q) {\n  q = Elu <alpha = @alpha> (v)\n} = \n`,
    '@alpha',
    '@al)pha',
  ],
  [
    'an open quote before a function reaches into it',
    `${SMALL}<domain: "f, opset_import: ["" : 17]>\nF (v) => (q) {\n  q = Abs (v)\n}\n`,
    'q = Abs (v)',
    'q = Relu (v)',
  ],
])('what follows from an edit: %s', (hint, text, before, after) => {
  const document = documentOf(text);
  problemsOf(document);
  replaced(document, before, after);
  expectFresh(document, hint);
});

test('a name that nothing defines is told without building the model again', () => {
  const document = documentOf(SMALL);
  const { model } = document;
  replaced(document, 'Relu (a)', 'Relu (bb)');
  const messages = problemsOf(document).map(({ message }) => message);
  expect(messages).toContain("Relu reads 'bb', which nothing defines.");
  expect(document.model).toBe(model);
});

test('other names are offered for the first undefined ones alone, also where an edit brings one more', () => {
  const nodes = Array.from({ length: 21 }, (_, k) => `  n${k} = Neg (${k === 3 ? 'alpha' : `alph${k}`})\n`).join('');
  const document = documentOf(
    SMALL.replace('  y =', '  alpha = Neg (x)\n  beta = Neg (x)\n  y =').replace('}\n', `${nodes}}\n`),
  );
  problemsOf(document);
  replaced(document, '(alpha)', '(alphaa)');
  expectFresh(document, 'one more than are offered names');
});
