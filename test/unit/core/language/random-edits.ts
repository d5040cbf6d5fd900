/** Random edits of a text, and what has to hold after each: the document is what a fresh one of the same text is. */
import { expect } from 'vitest';
import type { Graph } from '../../../../src/core/ir/graph.ts';
import { typeText } from '../../../../src/core/ir/type.ts';
import { LanguageDocument } from '../../../../src/core/language/document.ts';
import { problemsOf } from '../../../../src/core/language/problems.ts';
import type { TextEdit } from '../../../../src/core/language/text.ts';
import type { RandomNumbers } from './random.ts';
import { documentOf } from './texts.ts';

export const START = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
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

/** Fails where a document differs from a fresh one of its text. */
export function expectFresh(document: LanguageDocument, hint: string): void {
  const fresh = new LanguageDocument(document.text.text, 1, { path: document.path });
  same(problemsOf(document), problemsOf(fresh), hint);
  same(document.tree, fresh.tree, hint);
  same(typesOf(document.model.graph), typesOf(fresh.model.graph), hint);
}

/** As `toEqual`, which is slow: it is asked where the plain data differ. */
function same(a: unknown, b: unknown, hint: string): void {
  if (JSON.stringify(a) !== JSON.stringify(b)) expect(a, hint).toEqual(b);
}

const FLAT = START.replace(/ {2}e = If.*\n/, '').replace('(e)', '(d)');

/** What is edited, and how. */
export const EDITED = [
  ['anywhere', START, randomEdit],
  ['of words', START, wordEdit],
  ['anywhere without graphs in nodes', FLAT, randomEdit],
  ['of words without graphs in nodes', FLAT, wordEdit],
] as const;

/** Edits a text a few times over, from the start each time. */
export function editAtRandom(
  start: string,
  edit: (document: LanguageDocument, random: RandomNumbers) => TextEdit,
  random: RandomNumbers,
): void {
  for (let round = 0; round < 5; round++) {
    const document = documentOf(start);
    problemsOf(document);
    for (let k = 0; k < 15; k++) {
      document.edit([edit(document, random)], k + 2);
      expectFresh(document, `${random.hint}, round ${round}, edit ${k}`);
    }
  }
}
