/** Outline, folding, selection ranges, signatures, inlays and tokens. */
import { expect, test } from 'vitest';
import { foldsOf } from '../../../../src/core/language/folding.ts';
import { inlaysIn } from '../../../../src/core/language/inlays.ts';
import { nodeNameAt, rangeOfNamed } from '../../../../src/core/language/node-places.ts';
import { type OutlineItem, outlineOf } from '../../../../src/core/language/outline.ts';
import { selectionsAt } from '../../../../src/core/language/selections.ts';
import { signatureAt } from '../../../../src/core/language/signature.ts';
import { TOKEN_KINDS, TOKEN_MODIFIERS, tokensIn } from '../../../../src/core/language/tokens.ts';
import { atCursor, documentOf, inModel } from './texts.ts';

const NESTED = `<
  ir_version: 8,
  opset_import: ["" : 17]
>
# one
# two
g (bool c, float[N] x) => (float[N] y)
<
  float[1] w = {1}
>
{
  [choice] y = If (c) <then_branch: graph = t () => (o)
  {
    o = Add (x, w)
  }, else_branch: graph = u () => (p)
  {
    p = Neg (x)
  }>
}
`;

const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

function lines(items: readonly OutlineItem[], indent = ''): string[] {
  return items.flatMap(({ kind, name, detail, children }) => [
    `${indent}${kind} ${name}: ${detail}`,
    ...lines(children, `${indent}  `),
  ]);
}

test('the outline', () => {
  expect(lines(outlineOf(documentOf(NESTED)))).toEqual([
    'graph g: ',
    '  input c: bool',
    '  input x: float[N]',
    '  output y: float[N]',
    '  initializer w: float[1]',
    '  node choice: If',
    '    graph then_branch: t',
    '      output o: ',
    '      node o: Add',
    '    graph else_branch: u',
    '      output p: ',
    '      node p: Neg',
  ]);
});

test('names of outline items lie within them', () => {
  const check = ({ range, nameRange, children }: OutlineItem) => {
    const text = documentOf(NESTED).text;
    const [whole, name] = [text.spanOf(range), text.spanOf(nameRange)];
    expect(name.start >= whole.start && name.end <= whole.end).toBe(true);
    children.forEach(check);
  };
  outlineOf(documentOf(NESTED)).forEach(check);
});

test('folding leaves closing brackets to be seen', () => {
  expect(foldsOf(documentOf(NESTED)).map(({ start, end }) => `${start}-${end}`)).toEqual([
    '0-2',
    '4-5',
    '7-8',
    '10-17',
    '11-16',
    '12-13',
    '15-16',
  ]);
});

test('selections grow from the word to the text', () => {
  const { document, position } = atCursor(inModel('  y = Conv <pads = [1, ‸2]> (x, w)'));
  const texts = selectionsAt(document, position).map((range) => document.text.slice(document.text.spanOf(range)));
  expect(texts.slice(0, 5)).toEqual([
    '2',
    '[1, 2]',
    'pads = [1, 2]',
    '<pads = [1, 2]>',
    'y = Conv <pads = [1, 2]> (x, w)',
  ]);
  expect(texts.at(-1)).toBe(document.text.text);
});

test('the signature of the node whose inputs are written', () => {
  const signature = (marked: string) => {
    const { document, position } = atCursor(marked);
    const found = signatureAt(document, position);
    const span = found?.parameters[found.active]?.span ?? [0, 0];
    return found && `${found.label} at ${found.label.slice(...span)}`;
  };
  expect(signature(inModel('  y = Conv (x, ‸'))).toBe('Conv (X: T, W: T, B?: T) → (Y: T) at W: T');
  expect(signature(inModel('  y = Concat <axis = 0> (x, x, ‸)'))).toContain('at inputs…: T');
  expect(signature(inModel('  y = Relu (x)‸'))).toBeUndefined();
});

test('inlays: inferred types where none is declared', () => {
  const document = documentOf(inModel('  a = Concat <axis = 0> (x, x)\n  b, c = TopK (a, k)\n  y = Relu (x)'));
  const text = (range = ALL) => inlaysIn(document, range).map((inlay) => `${inlay.position.line}${inlay.text}`);
  expect(text()).toEqual(['4: float[2*N, 3]', '5: float[2*N, ?]', '5: int64[2*N, ?]']);
  const line = { start: { line: 4, character: 0 }, end: { line: 4, character: 9 } };
  expect(text(line)).toEqual(['4: float[2*N, 3]']);
});

test('semantic tokens', () => {
  const document = documentOf(`<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
g (float x) => (float y) <float w = {1}> {
  a = Relu (x)
  b = acme.Act <alpha = 1> (w)
  y = Neg (a)
}
<domain: "acme", opset_import: ["" : 17]>
Act <alpha> (v) => (r) { r = Neg (v) }`);
  const tokens: string[] = [];
  const numbers = tokensIn(document, undefined);
  let [line, character] = [0, 0];
  for (let k = 0; k < numbers.length; k += 5) {
    const [lines = 0, characters = 0, length = 0, kind = 0, modifiers = 0] = numbers.slice(k, k + 5);
    character = lines === 0 ? character + characters : characters;
    line += lines;
    const start = document.text.offsetAt({ line, character });
    const words = TOKEN_MODIFIERS.filter((_, bit) => modifiers & (1 << bit));
    tokens.push([document.text.slice({ start, end: start + length }), TOKEN_KINDS[kind], ...words].join(' '));
  }
  expect(tokens).toEqual([
    ...['ir_version key', 'opset_import key', 'g type definition', 'float type', 'x input definition'],
    ...['float type', 'y value output', 'float type', 'w initializer definition'],
    ...['a value definition', 'Relu operator', 'x input'],
    ...['b value definition unused', 'acme domain', 'Act function', 'alpha attribute', 'w initializer'],
    ...['y value definition output', 'Neg operator', 'a value'],
    ...['domain key', 'opset_import key', 'Act function definition', 'alpha attribute', 'v input definition'],
    ...['r value output', 'r value definition output', 'Neg operator', 'v input'],
  ]);
  const range = { start: { line: 4, character: 0 }, end: { line: 4, character: 5 } };
  expect(tokensIn(document, range).length).toBeLessThan(numbers.length);
});

test('nodes of the graph and their places', () => {
  const { document, position } = atCursor(NESTED.replace('Neg', 'N‸eg'));
  expect(nodeNameAt(document, position)).toBe('p');
  expect(rangeOfNamed(document, 'choice')?.start).toEqual({ line: 11, character: 2 });
  expect(rangeOfNamed(document, 'o')?.start).toEqual({ line: 13, character: 4 });
  expect(rangeOfNamed(document, 'nobody')).toBeUndefined();
});
