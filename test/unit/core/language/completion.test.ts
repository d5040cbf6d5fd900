/** At every place only what fits there. */
import { expect, test } from 'vitest';
import { type CompletionItem, completionsAt } from '../../../../src/core/language/completion.ts';
import { atCursor, inModel } from './texts.ts';

function complete(marked: string) {
  const { document, position } = atCursor(marked);
  return completionsAt(document, position);
}

/** Labels in the order in which they are shown. */
function labels(marked: string): string[] {
  const items = complete(marked);
  const key = ({ label, order }: (typeof items)[number]) => order ?? label;
  return items.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ label }) => label);
}

function item(marked: string, label: string): CompletionItem | undefined {
  return complete(marked).find((each) => each.label === label);
}

test('operators of the imported opset, with their inputs', () => {
  const marked = inModel('  a = Co‸\n  y = Relu (x)');
  expect(labels(marked)).toEqual(expect.arrayContaining(['Conv', 'Concat', 'Cos']));
  // Of another opset, deprecated, of another domain, no operator.
  for (const other of ['Gelu', 'Upsample', 'Scaler', 'x', 'axis']) expect(labels(marked)).not.toContain(other);
  expect(item(marked, 'Conv')).toMatchObject({
    kind: 'operator',
    detail: 'since 11',
    snippet: `Conv (\${1:X}, \${2:W})`,
  });
  expect(item(marked, 'Cast')?.snippet).toBe(`Cast <to = \${1}> (\${2:input})`);
});

test('where the rest of the node is written already, the name alone', () => {
  expect(item(inModel('  y = Rel‸ (x)'), 'Relu')?.snippet).toBe('Relu');
});

test('what is typed of the word is replaced', () => {
  const { document, position } = atCursor(inModel('  y = Rel‸ (x)'));
  const [first] = completionsAt(document, position);
  expect(first && document.text.slice(document.text.spanOf(first.range))).toBe('Rel');
});

test('operators of a domain, and the domains themselves', () => {
  const ml = (nodes: string) => inModel(nodes).replace('["" : 17]', '["" : 17, "ai.onnx.ml" : 3]');
  expect(labels(ml('  y = ‸')).at(-1)).toBe('ai.onnx.ml');
  expect(labels(ml('  y = ai.onnx.ml.‸'))).toContain('Scaler');
  expect(labels(ml('  y = ai.onnx.ml.‸'))).not.toContain('Relu');
});

test('functions of the model', () => {
  const text = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
g (float[N] x) => (float[N] y) {
  y = acme.‸
}
<domain: "acme", opset_import: ["" : 17]>
Act <slope> (v) => (r) { r = LeakyRelu <alpha: float = @slope> (v) }`;
  expect(complete(text).map(({ label, kind, snippet }) => [label, kind, snippet])).toEqual([
    ['Act', 'function', `Act <slope = \${1}> (\${2:v})`],
  ]);
});

test('attributes that are not given yet, the required ones first', () => {
  expect(labels(inModel('  y = Concat <‸> (x, x)'))).toEqual(['axis']);
  expect(labels(inModel('  y = Gemm <alpha = 1.0, ‸> (x, x)'))).toEqual(['beta', 'transA', 'transB']);
  expect(item(inModel('  y = Gemm <‸> (x, x)'), 'beta')?.snippet).toBe(`beta = \${1:1.0}`);
  expect(item(inModel('  y = Gemm <be‸ = 2.0> (x, x)'), 'beta')?.snippet).toBe('beta');
  expect(item(inModel('  y = Conv <‸> (x, w)'), 'auto_pad')?.snippet).toBe(
    `auto_pad = "\${1|NOTSET,SAME_UPPER,SAME_LOWER,VALID|}"`,
  );
});

test('what an attribute may be', () => {
  const words = ['NOTSET', 'SAME_LOWER', 'SAME_UPPER', 'VALID'];
  expect(labels(inModel('  y = Conv <auto_pad = "‸'))).toEqual(words);
  expect(item(inModel('  y = Conv <auto_pad = "SA‸'), 'VALID')?.snippet).toBe('"VALID"');
  expect(labels(inModel('  y = Conv <auto_pad = ‸> (x, w)'))).toEqual(words.map((word) => `"${word}"`));
  expect(item(inModel('  y = Cast <to = ‸> (x)'), '7')).toMatchObject({ detail: 'int64' });
  expect(labels(inModel('  y = Gemm <alpha = ‸> (x, x)'))).toEqual([]);
});

test('values in scope: those defined before, the types that fit first, then the nearest', () => {
  const nodes = '  a = Relu (x)\n  n = Shape (x)\n  b = Reshape (a, ‸)\n  y = Relu (b)';
  expect(labels(inModel(nodes))).toEqual(['n', 'a', 'w', 'x']);
  expect(item(inModel(nodes), 'n')?.detail).toBe('int64[2]');
  // The type of the second input is that of the first.
  expect(labels(inModel('  n = Shape (x)\n  b = Mul (n, ‸)'))[0]).toBe('n');
});

test('graphs within see the values around them', () => {
  const nodes =
    '  c = ReduceMax (x)\n  y = If (c) <then_branch: graph = t () => (o) { p = Relu (x) o = Add (p, ‸) }>\n  z = Relu (x)';
  expect(labels(inModel(nodes)).sort()).toEqual(['c', 'p', 'w', 'x']);
});

test('outputs: what is read or given and not made yet', () => {
  expect(labels(inModel('  a = Relu (q)\n  ‸'))).toEqual(['y', 'q']);
});

test('types and names in the signature of a graph', () => {
  expect(labels('g (‸) => () { }').slice(0, 2)).toEqual(['float', 'int64']);
  expect(labels('g (seq(‸)) => () { }')).toContain('float');
  expect(labels('g (float x) => (float ‸) { y = Relu (x) }')).toEqual(['y']);
  expect(labels('g (float x) => (float y) <float ‸> { a = Relu (x) y = Relu (a) }')).toEqual(['a', 'y']);
  expect(labels('g (float[‸] x) => () { }')).toEqual([]);
});

test('keys of headers, domains and versions', () => {
  expect(labels('<ir_version: 8, ‸> g () => () { }')).not.toContain('ir_version');
  expect(labels('<ir_version: 8, ‸> g () => () { }')).toContain('opset_import');
  expect(labels('<opset_import: ["" : 17, ‸]> g () => () { }')).toEqual(['"ai.onnx.ml"', '"ai.onnx.preview.training"']);
  expect(labels('<opset_import: ["" : ‸]> g () => () { }')[0]).toBe('28');
  expect(labels('g () => () { } <domain: "d", ‸> f () => () { }')).toEqual([
    'doc_string',
    'metadata_props',
    'opset_import',
    'overload',
  ]);
});

test('references to attributes of the function around', () => {
  const body = (value: string) =>
    `g () => () { } <domain: "d", opset_import: ["" : 17]> f <slope> (v) => (r) { r = LeakyRelu <alpha: float = ${value}> (v) }`;
  expect(labels(body('@‸'))).toEqual(['slope']);
  expect(labels(body('‸'))).toEqual(['@slope']);
});

test('nothing in comments, in labels and behind what is complete', () => {
  expect(labels(inModel('  # y = Re‸'))).toEqual([]);
  expect(labels(inModel('  [la‸'))).toEqual([]);
  expect(labels(inModel('  y = Relu ‸'))).toEqual([]);
});
