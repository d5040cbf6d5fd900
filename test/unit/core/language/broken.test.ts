/** Whatever the text is and wherever one asks, there is an answer. */
import { expect, test } from 'vitest';
import { completionsAt } from '../../../../src/core/language/completion.ts';
import { fixesIn } from '../../../../src/core/language/fixes.ts';
import { foldsOf } from '../../../../src/core/language/folding.ts';
import { formatEdits } from '../../../../src/core/language/format.ts';
import { hoverAt } from '../../../../src/core/language/hover.ts';
import { inlaysIn } from '../../../../src/core/language/inlays.ts';
import { definitionAt, referencesAt } from '../../../../src/core/language/navigation.ts';
import { nodeNameAt } from '../../../../src/core/language/node-places.ts';
import { outlineOf } from '../../../../src/core/language/outline.ts';
import { problemsOf } from '../../../../src/core/language/problems.ts';
import { selectionsAt } from '../../../../src/core/language/selections.ts';
import { signatureAt } from '../../../../src/core/language/signature.ts';
import { tokensIn } from '../../../../src/core/language/tokens.ts';
import { randomNumbers } from './random.ts';
import { documentOf } from './texts.ts';

const TEXT = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1], metadata_props: ["a" : "b"]>
g (float[N, 3] x, seq(int64) s, float d = {1}) => (float[N, 3] y)
<float[3] w = {1, 2, 3}, sparse_tensor(float[3]) p = {float[1] {1}, int64[1] {0}}, int64[2] sizes = ["sha256": "00"]>
{
  #@ {"doc": "why"}
  [one] a = Conv <pads = [1, 1], auto_pad = "VALID"> (x, w)
  b, , c = acme.Act:two <alpha = 0.5, t: tensor = float[2] {1, 2}> (a, "q r")
  e = If (c) <then_branch: graph = t (x) => (o) { o = Loop (x) <body: graph = l (i) => (j) { j = Add (i, e) }> }>
  y = Cast <to = 7> (e)  # done
}
<domain: "acme", overload: "two", opset_import: ["" : 17]>
Act <alpha, t: tensor = float {1}> (v, u) => (r, k, l) { r = Elu <alpha: float = @alpha> (v) }
`;

const PIECES = [
  '"',
  '{',
  '}',
  '<',
  '>',
  '(',
  ')',
  '=',
  ',',
  '@',
  '#',
  '\n',
  '[',
  ']',
  ':',
  ' x ',
  '-',
  '\\',
  '\u{1f600}',
];

test('broken texts', () => {
  const random = randomNumbers();
  const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  for (let round = 0; round < 150; round++) {
    let text = TEXT;
    for (let k = random.below(6); k >= 0; k--) {
      const at = random.below(text.length);
      text = text.slice(0, at) + random.pick(PIECES) + text.slice(at + random.below(random.below(3) === 0 ? 80 : 3));
    }
    const document = documentOf(text);
    const ask = () => {
      for (const { range } of problemsOf(document)) expect(range.start.line).toBeLessThan(document.text.lineCount);
      outlineOf(document);
      foldsOf(document);
      tokensIn(document, undefined);
      inlaysIn(document, whole);
      fixesIn(document, whole);
      formatEdits(document, undefined);
      for (let k = 0; k < 8; k++) {
        const position = document.text.positionAt(random.below(text.length + 1));
        for (const at of [completionsAt, hoverAt, signatureAt, definitionAt, referencesAt, nodeNameAt])
          at(document, position);
        const ranges = selectionsAt(document, position).map((range) => document.text.spanOf(range));
        for (const [inner, outer] of ranges.map((span, n) => [span, ranges[n + 1] ?? span] as const)) {
          expect(outer.start <= inner.start && outer.end >= inner.end).toBe(true);
        }
      }
    };
    expect(ask, `${random.hint}, round ${round}:\n${text}`).not.toThrow();
  }
});

test('formatting a broken text changes white space alone', () => {
  const random = randomNumbers();
  for (let round = 0; round < 150; round++) {
    const at = random.below(TEXT.length);
    const text = TEXT.slice(0, at) + random.pick(PIECES) + TEXT.slice(at + random.below(4));
    const document = documentOf(text);
    document.edit(formatEdits(document, undefined).reverse(), 2);
    const black = (from: string) => from.replaceAll(/\s/g, '');
    expect(black(document.text.text), random.hint).toBe(black(text));
  }
});
