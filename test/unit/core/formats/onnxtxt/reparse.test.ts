import { expect, test } from 'vitest';
import { reparse } from '../../../../../src/core/formats/onnxtxt/reparse.ts';
import { parseText } from '../../../../../src/core/formats/onnxtxt/syntax-text.ts';

const TEXT = `<ir_version: 10, opset_import: ["" : 22, "d" : 1]>
g (float[2] x, float[N, 3] z = {1}, int64 k) => (float[2] y, w)
<float[2] c = {1, 2}, float[] a>
{
  #@ {"doc": "first"}
  [one] a = Relu (x)
  # a comment
  b = If (k) <then_branch: graph = t () => (u) { u = Neg (a)
  v = Abs (u) }, else_branch: graph = e () => (o) {
    o = Exp (a)
  }>
  c2, "d e" = d.F <alpha = 1.5, s = "a\\"b
c", t = float[2] {1, 2}> (b, , c)
  y = Add (c2, "d e")
}

<domain: "d", opset_import: ["" : 22]>
F <alpha> (p, q) => (r)
{
  s = Mul (p, q)
  r = Add (s, s)
}
<domain: "d", opset_import: ["" : 22]>
G (p) => (r) { r = Neg (p) }
`;

const SNIPPETS = [
  '',
  ' ',
  '\n',
  'x',
  '"',
  '}',
  '{',
  '(',
  ')',
  '>',
  '<',
  '=',
  ',',
  '#',
  '#@ {}\n',
  'n = Relu (x)\n',
  '...',
  '\\',
  '=>',
];

/** Repeatable numbers below a limit. */
function randomly(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

test('parsing what changed gives the tree of the whole text', () => {
  const seed = Number(process.env.FUZZ_SEED ?? 7);
  const below = randomly(seed);
  let parts = 0;
  for (let round = 0; round < Number(process.env.FUZZ_ROUNDS ?? 150); round++) {
    let text = TEXT;
    let tree = parseText(text);
    for (let step = 0; step < 4; step++) {
      const start = below(text.length + 1);
      const end = Math.min(text.length, start + (below(2) ? below(4) : 0));
      const inserted = SNIPPETS[below(SNIPPETS.length)] ?? '';
      const changed = text.slice(0, start) + inserted + text.slice(end);
      const found = reparse(tree, changed, { start, end, length: inserted.length });
      if (found.changed) parts++;
      const said = `seed ${seed}, round ${round}: ${JSON.stringify([start, end, inserted])} in\n${text}`;
      expect(plain(found.tree), said).toEqual(plain(parseText(changed)));
      tree = found.tree;
      text = changed;
    }
  }
  expect(parts).toBeGreaterThan(50);
});

/** A tree without what parsing only needs itself: how far it looked may be less where text was not parsed again. */
function plain(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'reach' ? undefined : value)));
}

test('one statement of many is parsed again, the others move', () => {
  const lines = Array.from({ length: 10_000 }, (_, k) => `  v${k + 1} = Relu (v${k})`);
  const text = `g (float v0) => (v10000)\n{\n${lines.join('\n')}\n}\n<domain: "d">\nF (x) => (y) { y = Neg (x) }\n`;
  const tree = parseText(text);
  const start = text.indexOf('Relu (v5000)');
  const changed = `${text.slice(0, start)}Identity${text.slice(start + 4)}`;
  const found = reparse(tree, changed, { start, end: start + 4, length: 8 });
  expect(found.changed).toMatchObject({ from: 5000, removed: { length: 1 }, added: { length: 1 } });
  expect(plain(found.tree)).toEqual(plain(parseText(changed)));
});
