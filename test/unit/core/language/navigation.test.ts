import { expect, test } from 'vitest';
import { definitionAt, referencesAt, renameAt, renameTargetAt } from '../../../../src/core/language/navigation.ts';
import type { TextRange } from '../../../../src/core/language/text.ts';
import { atCursor, inModel } from './texts.ts';

/** The text with the places of a name marked: `‹…›` where it is read, `«…»` where it is given. */
function references(marked: string): string {
  const { document, position } = atCursor(marked);
  let text = document.text.text;
  for (const { range, kind } of referencesAt(document, position).reverse()) {
    const { start, end } = document.text.spanOf(range);
    const [open, close] = kind === 'read' ? '‹›' : '«»';
    text = `${text.slice(0, start)}${open}${text.slice(start, end)}${close}${text.slice(end)}`;
  }
  return text;
}

function renamed(marked: string, name: string): string {
  const { document, position } = atCursor(marked);
  document.edit([...renameAt(document, position, name)].reverse(), 2);
  return document.text.text;
}

function word(marked: string, find: typeof definitionAt): string | undefined {
  const { document, position } = atCursor(marked);
  const range: TextRange | undefined = find(document, position);
  if (!range) return undefined;
  const { start, end } = document.text.spanOf(range);
  return `${document.text.text.slice(Math.max(0, start - 4), start)}|${document.text.text.slice(start, end)}|`;
}

test('a value: where it is given and everywhere it is read', () => {
  expect(references(inModel('  a = Relu (x)\n  y = Add (‸a, a)'))).toBe(
    inModel('  «a» = Relu (x)\n  y = Add (‹a›, ‹a›)'),
  );
  expect(references('g (float ‸x) => (float y) <float y> { y = Relu (x) }')).toBe(
    'g (float «x») => (float y) <float y> { y = Relu (‹x›) }',
  );
  expect(references('g (float x) => (float ‸y) <float y> { y = Relu (x) }')).toBe(
    'g (float x) => (float ‹y›) <float ‹y›> { «y» = Relu (x) }',
  );
});

test('graphs within read values around them, unless they have one of that name', () => {
  const graph = (nodes: string) => `g (bool c, float x) => (float y) { ${nodes} }`;
  const text =
    'y = If (c) <then_branch: graph = t () => (o) { o = Relu (‸x) }, else_branch: graph = u () => (x) { x = Neg (c) }>';
  expect(references(graph(text))).toBe(
    'g (bool c, float «x») => (float y) { y = If (c) <then_branch: graph = t () => (o) { o = Relu (‹x›) }, else_branch: graph = u () => (x) { x = Neg (c) }> }',
  );
  expect(references(graph(text.replace('‸x', 'x').replace('=> (x)', '=> (‸x)')))).toContain('=> (‹x›) { «x» = Neg (c)');
});

const FUNCTION = `g (float[N] x) => (float[N] y) { z = acme.Act <slope = 0.1> (x) y = acme.Act <slope = 0.2> (z) }
<domain: "acme", opset_import: ["" : 17]>
Act <slope> (v) => (r) { r = LeakyRelu <alpha: float = @slope> (v) }`;

test('functions and their attributes', () => {
  expect(references(FUNCTION.replace('acme.Act', 'acme.A‸ct'))).toBe(
    FUNCTION.replaceAll('.Act', '.‹Act›').replace('\nAct', '\n«Act»'),
  );
  expect(references(FUNCTION.replace('@slope', '@slo‸pe'))).toBe(
    FUNCTION.replaceAll('slope', '‹slope›').replace('Act <‹slope›> (v)', 'Act <«slope»> (v)'),
  );
});

test('sizes by their names', () => {
  expect(references('g (float[‸N, 3] x) => (float[N, M] y) { y = Relu (x) }')).toBe(
    'g (float[‹N›, 3] x) => (float[‹N›, M] y) { y = Relu (x) }',
  );
});

test('going to definitions', () => {
  expect(word(inModel('  a = Relu (x)\n  y = Relu (‸a)'), definitionAt)).toBe('{\n  |a|');
  expect(word(inModel('  y = Add (x, ‸w)'), definitionAt)).toBe('[3] |w|');
  expect(word(FUNCTION.replace('acme.Act', 'acme.A‸ct'), definitionAt)).toBe('17]>\n|Act|'.replace('17]>', '7]>'));
  expect(word(FUNCTION.replace('@slope', '@slo‸pe'), definitionAt)).toBe('ct <|slope|');
  expect(word(inModel('  y = Re‸lu (x)'), definitionAt)).toBeUndefined();
});

test('renaming', () => {
  expect(renamed(inModel('  a = Relu (x)\n  y = Add (‸a, a)'), 'b')).toBe(inModel('  b = Relu (x)\n  y = Add (b, b)'));
  expect(renamed(FUNCTION.replace('acme.Act', 'acme.A‸ct'), 'Gate')).toBe(FUNCTION.replaceAll('Act', 'Gate'));
  expect(renamed(inModel('  [fir‸st] y = Relu (x)'), 'only')).toBe(inModel('  [only] y = Relu (x)'));
});

test('names that are no words get quotes, and lose them', () => {
  expect(renamed(inModel('  ‸a = Relu (x)\n  y = Relu (a)'), 'my a')).toBe(
    inModel('  "my a" = Relu (x)\n  y = Relu ("my a")'),
  );
  const quoted = inModel('  "my‸ a" = Relu (x)\n  y = Relu ("my a")');
  expect(renamed(quoted, 'b')).toBe(inModel('  b = Relu (x)\n  y = Relu (b)'));
  expect(word(quoted, renameTargetAt)).toBe('\n  "|my a|');
});

test.each([
  ['a name of the same graph', inModel('  ‸a = Relu (x)\n  y = Relu (a)'), 'w'],
  [
    'a name of a graph within',
    inModel('  ‸a = ReduceMax (x)\n  y = If (a) <then_branch: graph = t () => (o) { o = Relu (x) }>'),
    'o',
  ],
  ['a name of the graph around', inModel('  y = If (x) <then_branch: graph = t () => (o) { ‸o = Relu (x) }>'), 'w'],
  [
    'an operator of ONNX',
    FUNCTION.replaceAll('acme.Act', 'Act').replace('domain: "acme", ', '').replace('\nAct', '\nAc‸t'),
    'Relu',
  ],
  ['the label of another node', inModel('  [a] b = Relu (x)\n  [‸c] y = Relu (b)'), 'a'],
  ['no name at all', inModel('  ‸a = Relu (x)\n  y = Relu (a)'), ''],
])('%s is refused', (_, marked, name) => {
  expect(() => renamed(marked, name)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
});

test('what has no name of its own is not renamed', () => {
  expect(() => renamed(inModel('  y = Re‸lu (x)'), 'z')).toThrow('nothing here can be renamed');
});
