import { expect, test } from 'vitest';
import { constantOf, dataOf } from '../../../../../src/core/dialects/onnx/data.ts';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';

function outputOf(inputs: string, body: string, infer = true): Value {
  const text = `<ir_version: 10, opset_import: ["" : 22]> g (${inputs}) => (int64 y) { ${body} }`;
  const model = parseModel(text, 'case.onnxtxt');
  if (infer) inferModel(model);
  const [output] = model.graph.outputs;
  if (!output) throw new Error('one output');
  return output;
}

const C = (name: string, values: string) => `${name} = Constant <value_ints = [${values}]> ()\n`;

/** Rows: inputs, nodes, and the elements of y as far as they are known. */
test.each([
  ['float[N,3] x', 'y = Shape (x)', 'N 3'],
  ['float[N,3] x', `${C('i', '0')}s = Shape (x) y = Gather (s, i)`, 'N'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2, 2')}y = Mul (s, k)`, '2*N 6'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2')}y = Div (s, k)`, 'floordiv(N, 2) 1'],
  ['float[N,3] x', `s = Shape (x) ${C('k', '2')}y = Mod (s, k)`, 'mod(N, 2) 1'],
  ['float[N,3] x', 'y = Size (x)', '3*N'],
  ['float[N,3] x', `s = Shape (x) ${C('a', '1')}${C('b', '2')}y = Slice (s, a, b)`, '3'],
  [
    'float[4,3] x',
    `s = Shape (x) ${C('a', '-1')}${C('b', '-9')}${C('c', '0')}${C('d', '-1')}y = Slice (s, a, b, c, d)`,
    '3 4',
  ],
  ['float[N,3] x, int64[1] q', 's = Shape (x) y = Concat <axis = 0> (s, q, s)', undefined],
  ['float[N,3] x', 's = Shape (x) y, r = Split <num_outputs = 2> (s)', 'N'],
  ['float[4,3] x', `s = Shape (x) ${C('k', '4, 5')}e = Equal (s, k) y = Cast <to = 7> (e)`, '1 0'],
  ['float[4] x', `${C('s', '2, 2')}y = ConstantOfShape <value = int64[1] {7}> (s)`, '7 7 7 7'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '2')}y = Div (a, b)`, '3 -3'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '4')}y = Mod (a, b)`, '3 1'],
  ['float[4] x', `${C('a', '7, -7')}${C('b', '4')}y = Mod <fmod = 1> (a, b)`, '3 -3'],
  ['float[4] x', `${C('a', '9223372036854775807')}${C('b', '1')}y = Add (a, b)`, '?'],
])('%s: %s', (inputs, body, elements) => {
  const text = dataOf(outputOf(inputs, body))?.elements.map((dim) => (dim === undefined ? '?' : String(dim)));
  expect(text?.join(' ')).toBe(elements);
});

test('elements are known where inference has not come by', () => {
  const y = outputOf('float[4,3] x', `${C('i', '-1')}s = Shape (x) y = Gather (s, i)`, false);
  expect(constantOf(y)?.bigints()).toEqual([3n]);
});

test('constants keep all 64 bits', () => {
  const y = outputOf('float[4] x', C('y', '9223372036854775807'));
  expect(constantOf(y)?.bigints()).toEqual([9223372036854775807n]);
});

test('a symbol is no constant, and large values are not read', () => {
  expect(constantOf(outputOf('float[N] x', 'y = Shape (x)'))).toBeUndefined();
  const y = outputOf('float[4] x', `${C('s', '2000')}y = ConstantOfShape <value = int64[1] {7}> (s)`);
  expect(dataOf(y)).toBeUndefined();
});
