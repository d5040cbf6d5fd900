/** What is right and onnx.checker rejects: told as a warning, also where the node stands in a function or a branch. */
import { expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { problemsOf } from '../../../../../src/core/language/problems.ts';
import { documentOf } from '../../language/texts.ts';

const HEADER = '<ir_version: 10, opset_import: ["" : 22, "acme" : 1]>';

function told(graph: string): string[] {
  const problems = checkOnnx(parseModel(`${HEADER} ${graph}`, 'case.onnxtxt'));
  return problems.filter(({ severity }) => severity !== 'information').map(({ node, code }) => `${node?.name} ${code}`);
}

const FORGETS = 'MeanVarianceNormalization (a)';
const FUNCTION = `<domain: "acme", opset_import: ["" : 22]> F (a) => (b) { [mean] b = ${FORGETS} }`;

test('at the node of a function, however often it is called', () => {
  const calls = '{ t = acme.F (x) y = acme.F (t) }';
  expect(told(`g (float[1,2,3,4] x) => (float[1,2,3,4] y) ${calls} ${FUNCTION}`)).toEqual(['mean onnx-rejects']);
});

test('at a node of a branch', () => {
  const branch = (name: string, node: string) => `${name} = ${name} () => (o) { ${node} }`;
  const choice = `y = If (c) <${branch('then_branch', `[mean] o = ${FORGETS}`)}, ${branch('else_branch', 'o = Neg (a)')}>`;
  expect(told(`g (bool c, float[1,2,3,4] a) => (float[1,2,3,4] y) { ${choice} }`)).toEqual(['mean onnx-rejects']);
});

test('where a function hands on the shape that onnx gets wrong, the call is told', () => {
  const frames = '[stft] b = STFT (a, s, "", l)';
  const definition = `<domain: "acme", opset_import: ["" : 22]> F (a, s, l) => (b) { ${frames} }`;
  const graph = `g (float[1,128,1] x) => (float[1,15,9,2] y) <int64 s = {8}, int64 l = {16}> { [call] y = acme.F (x, s, l) }`;
  expect(told(`${graph} ${definition}`)).toEqual(['call onnx-rejects']);
});

test('shapes that rule a branch out do not for onnx', () => {
  // With the sizes of x the sum in the branch is never right; without them its result has another rank than declared.
  const never = `then_branch = a () => (float[2] o) { s = Shape (x) r = Reshape (x, s) m = MatMul (r, w) [last] o = Add (m, w) }`;
  const choice = `[choice] y = If (c) <${never}, else_branch = b () => (float[2] p) { p = Abs (v) }>`;
  const graph = `g (bool c, float[2,3] x, float[2,2] w, float[2] v) => (float[2] y) { ${choice} }`;
  expect(told(graph)).toEqual(['last onnx-rejects']);
});

test('sizes of all axes are more than onnx takes', () => {
  const graph = (sizes: string) =>
    `g (float[1,1,3,3] x, float[1,1,3,3] w) => (float[1,1,5,5] y) { y = ConvTranspose <output_shape = ${sizes}> (x, w) }`;
  expect(told(graph('[5, 5]'))).toEqual([]);
  expect(told(graph('[1, 1, 5, 5]'))).toEqual(['y onnx-rejects']);
});

test('nothing is told where there is no more than a default', () => {
  const graph = 'g (float[6] x, int64[2] s = {2, 3}) => (float[2,3] y) { y = Reshape (x, s) }';
  expect(told(graph)).toEqual([]);
  expect(told(graph.replace('[2,3]', '[3,2]'))).toEqual(['y default-contradicts']);
});

test('the text of an editor is told the same as it is edited', () => {
  const text = `${HEADER}\ng (float[1,2,3,4] a) => (float[1,2,3,4] y) {\n  y = ${FORGETS}\n}\n`;
  const document = documentOf(text.replace('MeanVarianceNormalization', 'Neg'));
  expect(problemsOf(document)).toEqual([]);
  const start = text.indexOf('MeanVariance');
  const range = document.text.rangeOf({ start, end: start + 'Neg'.length });
  document.edit([{ range, text: 'MeanVarianceNormalization' }], 2);
  expect(problemsOf(document).map(({ code }) => code)).toEqual(['onnx-rejects']);
});
