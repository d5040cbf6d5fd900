/** Bodies of operators with optional inputs: calls that leave one out. */
import { expect, test } from 'vitest';
import { CustomOperators } from '../../../../src/core/custom/definition.ts';
import { addCustomFunctions } from '../../../../src/core/custom/functions.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';

const HEADER = '<domain: "com.acme", opset_import: ["" : 17, "com.acme" : 1]>';

/** Adds the function of an entry to a model with one call of it. */
function called(call: string, body: string): void {
  const entry = {
    name: 'Blend',
    domain: 'com.acme',
    for: { operator: 'acme::blend' },
    inputs: ['x', { name: 'b', optional: true }],
    outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
    body: `${HEADER} Blend (x, b) => (y) { ${body} }`,
  };
  const operators = parseOps(JSON.stringify({ version: 1, operators: [entry] }), 'graphwright.ops.json');
  const text = `<ir_version: 8, opset_import: ["" : 17, "com.acme" : 1]> g (float[2] x, float[2] b) => (float[2] y) { y = com.acme.Blend (${call}) }`;
  addCustomFunctions(parseModel(text, 'model.onnxtxt'), new CustomOperators(operators));
}

test.each([
  // A list of inputs has no gaps: onnxruntime crashes on it.
  ['Sum', 'y = Sum (x, b)'],
  ['Add', 'y = Add (x, b)'],
  ['Concat', 'z = Relu (x) c = Concat <axis = 0> (z, b) y = Slice (c, x, x)'],
])('a call without an input that the body gives to %s is refused', (operator, body) => {
  expect(() => called('x', body)).toThrow(
    `the body of Blend does not fit: a call leaves out its input b, which the body gives to ${operator}, where it must not be missing`,
  );
  expect(() => called('x, b', body)).not.toThrow();
});

test('also where another function of the text needs it', () => {
  const inner = `Blend (x, b) => (y) { y = com.acme.Inner (x, b) } ${HEADER} Inner (x, b) => (y) { y = Max (x, b) }`;
  const body = inner.slice(inner.indexOf('{') + 1, inner.lastIndexOf('}'));
  expect(() => called('x', body)).toThrow('which the body gives to com.acme::Inner');
});

test('an optional input of an operator may be missing', () => {
  expect(() => called('x', 'y = Clip (x, b)')).not.toThrow();
});
