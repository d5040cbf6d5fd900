/** Formatting changes white space alone, keeps comments and what is wrong, and changes nothing the second time. */
import { expect, test } from 'vitest';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { printModel } from '../../../../src/core/formats/onnxtxt/print.ts';
import type { LanguageDocument } from '../../../../src/core/language/document.ts';
import { formatEdits } from '../../../../src/core/language/format.ts';
import { randomNumbers } from './random.ts';
import { documentOf } from './texts.ts';

function formatted(text: string): string {
  const document = documentOf(text);
  return applied(document);
}

function applied(document: LanguageDocument): string {
  document.edit(formatEdits(document, undefined).reverse(), 2);
  return document.text.text;
}

const NEAT = `<
  ir_version: 8,
  opset_import: ["" : 17, "acme" : 1]
>
# what it does
g (float[N, 3] x, seq(float) s) => (float[N, 3] y)
<
  float[3] w = {1, 2, 3},
  map(int64, optional(float[2])) m
>
{
  # first
  [label] a = Conv <kernel_shape = [1, 1], auto_pad = "VALID"> (x, w)  # and why

  b, , c = acme.Split:two (a)
  k = Constant <value: tensor = float[2] {1, -2.5}> ()
  y = If (b) <then_branch: graph = t () => (o)
  {
    o = Relu (x)
    # last
  }, else_branch: graph = u () => (p)
  {
    p = Neg (x)
  }>
}

<
  domain: "acme",
  opset_import: ["" : 17]
>
f <alpha, beta: float = 1.0> (x) => (y)
{
  y = Elu <alpha: float = @alpha> (x)
}
`;

test('a neat text stays as it is', () => {
  expect(formatted(NEAT)).toBe(NEAT);
});

test('white space is put in order', () => {
  const messy = NEAT.replaceAll(/ = /g, '=')
    .replaceAll(/, (?!,)/g, ' ,  ')
    .replaceAll(/^ +/gm, '\t')
    .replaceAll(') => (', ')=>(');
  expect(formatted(messy)).toBe(NEAT);
});

test('a node in several lines becomes one, elements keep their lines', () => {
  const text = `g (float[2, 2] x) => (y) <float[2, 2] w = {1, 2,
      3, 4}>
{ y = Add (
    x,
    w) }
`;
  expect(formatted(text)).toBe(`g (float[2, 2] x) => (y)
<
  float[2, 2] w = {1, 2,
      3, 4}
>
{
  y = Add (x, w)
}
`);
});

test('what is wrong stays, the rest is formatted', () => {
  const text = 'g (float x) => (float y) {\n  a =   Relu(x)\n   b  = Add ( a,  \n  y=Neg(a)\n}\n';
  expect(formatted(text)).toBe('g (float x) => (float y)\n{\n  a = Relu (x)\n  b  = Add ( a,\n  y = Neg (a)\n}\n');
});

test('a range formats its lines alone', () => {
  const document = documentOf('g (float x) => (float y)\n{\n  a=Relu(x)\n  y=Neg(a)\n}\n');
  const range = { start: { line: 3, character: 3 }, end: { line: 3, character: 5 } };
  document.edit(formatEdits(document, range).reverse(), 2);
  expect(document.text.text).toBe('g (float x) => (float y)\n{\n  a=Relu(x)\n  y = Neg(a)\n}\n');
});

test('random white space: the meaning stays, comments stay, and formatting again changes nothing', () => {
  const random = randomNumbers();
  const meaning = printModel(parseModel(NEAT, 'neat.onnxtxt'), { inline: true }).text;
  for (let round = 0; round < 60; round++) {
    const text = NEAT.replaceAll(/([^\w"#\s=>.-]) ?|\n/g, (all, sign: string | undefined) => {
      if (sign === undefined) return random.pick(['\n', '\n\n\n', ' \n\t']);
      return random.below(3) > 0 ? all : `${sign}${random.pick([' ', '  ', '\n', '\t', ' # note\n'])}`;
    });
    const once = formatted(text);
    expect(formatted(once), `${random.hint}\n${text}`).toBe(once);
    const comments = (from: string) => [...from.matchAll(/#[^\n]*/g)].map(([comment]) => comment.trimEnd());
    expect(comments(once), random.hint).toEqual(comments(text));
    expect(printModel(parseModel(once, 'neat.onnxtxt'), { inline: true }).text, random.hint).toBe(meaning);
  }
});
