import { expect, test } from 'vitest';
import { hoverAt } from '../../../../src/core/language/hover.ts';
import { atCursor, inModel } from './texts.ts';

function hover(marked: string): { readonly word: string; readonly markdown: string } | undefined {
  const { document, position } = atCursor(marked);
  const found = hoverAt(document, position);
  return found && { word: document.text.slice(document.text.spanOf(found.range)), markdown: found.markdown };
}

test('an operator: signature, summary, version, what the node gives', () => {
  const found = hover(inModel('  y = So‸ftmax (x)'));
  expect(found?.word).toBe('Softmax');
  expect(found?.markdown).toContain('Softmax (input: T) → (output: T)');
  expect(found?.markdown).toContain('_unchanged since opset 13, in opset 17_');
  expect(found?.markdown).toContain('- `axis: int = -1`');
  expect(found?.markdown).toContain('float[N, 3] y');
});

test('an operator that the opset has not yet', () => {
  expect(hover(inModel('  y = Ge‸lu (x)'))?.markdown).toBe('`Gelu` is new in version 20 of `ai.onnx`.');
});

test('an attribute: type, default, allowed values', () => {
  const found = hover(inModel('  y = Conv <auto_‸pad = "VALID"> (x, w)'))?.markdown;
  expect(found).toContain('auto_pad: string = "NOTSET"');
  expect(found).toContain('One of `"NOTSET"`, `"SAME_UPPER"`, `"SAME_LOWER"`, `"VALID"`.');
  expect(hover(inModel('  y = Conv <auto_pad = "VA‸LID"> (x, w)'))?.markdown).toBe(found);
  expect(hover(inModel('  y = Cast <t‸o = 1> (x)'))?.markdown).toContain('7 int64');
});

test('a value: its type, where it is made and who reads it', () => {
  expect(hover(inModel('  [one] a = Transpose (x)\n  y = Transpose (‸a)'))).toEqual({
    word: 'a',
    markdown: '```onnx-text\nfloat[3, N] a\n```\n\nOutput `transposed` of `Transpose` “one”, line 5.\n\nRead once.',
  });
});

test('sizes are expressions', () => {
  expect(hover(inModel('  ‸a = Concat <axis = 0> (x, x)\n  y = Relu (a)'))?.markdown).toContain('float[2*N, 3] a');
});

test('a constant: its size and first elements', () => {
  expect(hover(inModel('  y = Add (x, ‸w)'))?.markdown).toBe(
    '```onnx-text\nfloat[3] w\n```\n\nA constant of the graph.\n\nRead once.\n\n3 elements, 12 bytes: `[1, 2, 3]`',
  );
});

test('an input of the graph, an output, a name that nothing defines', () => {
  expect(hover(inModel('  y = Relu (‸x)'))?.markdown).toContain('An input of the graph.');
  expect(hover(inModel('  ‸y = Relu (x)'))?.markdown).toContain('Read by no node; an output of the graph.');
  expect(hover(inModel('  y = Relu (‸z)'))?.markdown).toBe('Nothing defines `z`.');
});

test('types, sizes, keys, domains', () => {
  expect(hover('g (flo‸at[N] x) => (float[N] y) { y = Relu (x) }')?.markdown).toBe(
    'Floating-point numbers of 32 bits.',
  );
  expect(hover('g (float[‸N] x) => (float[N] y) { y = Relu (x) }')?.markdown).toContain('`N` is the same');
  expect(hover('<ir_ver‸sion: 8> g (float x) => (float y) { y = Relu (x) }')?.markdown).toContain('file format');
  expect(hover(inModel('  y = ai.on‸nx.ml.Scaler (x)'))?.markdown).toBe(
    'The domain `ai.onnx.ml`, which is not imported.',
  );
});

test('a function of the model', () => {
  const text = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
g (float[N] x) => (float[N] y) { y = acme.A‸ct <slope = 0.1> (x) }
<domain: "acme", opset_import: ["" : 17]>
Act <slope> (v) => (r) { r = LeakyRelu <alpha: float = @slope> (v) }`;
  expect(hover(text)?.markdown).toBe(
    '```onnx-text\nacme.Act (v) → (r)\n```\n\nA function of this model.\n\n**Attributes**\n- `slope` (required)',
  );
});
