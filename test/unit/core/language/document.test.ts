/** A document that is edited is, after every edit, what a fresh one of the same text is. */
import { expect, test } from 'vitest';
import type { LanguageDocument } from '../../../../src/core/language/document.ts';
import { problemsOf } from '../../../../src/core/language/problems.ts';
import { randomNumbers } from './random.ts';
import { EDITED, editAtRandom, expectFresh, START } from './random-edits.ts';
import { documentOf } from './texts.ts';

test.each(EDITED)('random edits %s', (_, start, edit) => editAtRandom(start, edit, randomNumbers()));

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
    // The quote is looked for to the end of the text, since no other follows.
    `${SMALL}<domain: "f\n : 17]>\nF (v) => (q) {\n  q = Abs (v)\n}\n`,
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
