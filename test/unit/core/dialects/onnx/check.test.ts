import { expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { typeText } from '../../../../../src/core/ir/type.ts';

function problemsOf(graph: string, header = '<ir_version: 10, opset_import: ["" : 22, "acme" : 1]>'): string[] {
  return checkOnnx(parseModel(`${header} ${graph}`, 'case.onnxtxt')).map(({ code, message }) => `${code}: ${message}`);
}

test('a valid model has no problems and stays as it is', () => {
  const text = `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]> g (float[N,3] x) => (float[N,M] y) {
    t = Relu (x)
    u = acme.Anything <a = 1> (t)
    y = If (c) <then_branch = a () => (p) { p = Relu (t) }, else_branch = b () => (q) { q = Neg (u) }>
    c = Constant <value = bool {1}> ()
  }`;
  const model = parseModel(text, 'case.onnxtxt');
  expect(checkOnnx(model)).toEqual([]);
  expect(typeText(model.graph.outputs[0]?.type)).toBe('float32[N, M]');
  expect([...model.graph.nodes].find((node) => node.op === 'Relu')?.output().type).toBeUndefined();
});

test('all problems are told at once, each at its node', () => {
  const problems = checkOnnx(
    parseModel(
      `<ir_version: 8, opset_import: ["" : 17]> g (float[1,3,8,8] x, int64[2] i) => (float y) {
        [first] a = Conv <group = "1", colour = 3> (x)
        [second] b = Gelu (a)
        [third] c = Sigmoid (i)
        [fourth] d = Frobnicate (c)
        [fifth] e = acme.Thing (d)
        [sixth] f, g = Flatten (e, e)
        y = Concat (f, g)
      }`,
      'case.onnxtxt',
    ),
  );
  expect(problems.map(({ code, message, node }) => `${node?.name} ${code}: ${message}`)).toEqual([
    "first invalid-model: The model is not valid: Conv 'first' lacks the input W.",
    "first invalid-model: The model is not valid: Conv 'first' has group of type string, not int.",
    "first invalid-model: The model is not valid: Conv 'first' has the attribute colour, which version 11 of it does not know.",
    'second opset-too-old: Gelu needs opset 20: the model imports opset 17.',
    "third invalid-model: The model is not valid: Sigmoid 'third' does not take int64 for X in version 13.",
    'fourth unsupported-operator: ONNX opset 17 has no operator for Frobnicate.',
    "fifth invalid-model: The model is not valid: acme::Thing 'fifth' is of the domain 'acme', which the model does not import.",
    "sixth invalid-model: The model is not valid: Flatten 'sixth' has 2 inputs, but takes at most 1.",
    "sixth invalid-model: The model is not valid: Flatten 'sixth' has 2 outputs, but takes at most 1.",
    'y invalid-model: The model is not valid: Concat lacks the attribute axis.',
  ]);
});

test.each([
  ['g (float[2] x, double[2] b) => (float[2] y) { y = Add (x, b) }', 'Add mixes float32 and float64 (T)'],
  ['g (float[2,3] x) => (float[3,3] y) { y = Relu (x) }', "'y' is declared as float32[3, 3], but is float32[2, 3]"],
  ['g (float[2,3] x) => (int64[2,3] y) { y = Relu (x) }', "'y' is declared as int64[2, 3], but is float32[2, 3]"],
  ['g (float[2,3] x, float[4,5] b) => (float y) { y = MatMul (x, b) }', 'MatMul: inner sizes: 3 is not 4'],
  ['g (float[2] x) => (float[2] y) { y = Upsample (x, x) }', 'ONNX opset 22 has no operator for Upsample'],
])('%s', (graph, message) => {
  const problems = problemsOf(graph);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test('the opset must be known', () => {
  const graph = 'g (float[2] x) => (float[2] y) { y = Relu (x) }';
  expect(problemsOf(graph, '<ir_version: 10, opset_import: ["" : 99]>')[0]).toContain('it imports opset 99');
  expect(problemsOf(graph, '<ir_version: 10, opset_import: ["acme" : 1]>')[0]).toContain("domain 'ai.onnx', which the");
});

test('what rewriting may break is found: names, order, undefined values', () => {
  const model = parseModel(
    '<ir_version: 10, opset_import: ["" : 22]> g (float[2] x) => (float[2] y) { t = Relu (x) y = Neg (t) }',
    'case.onnxtxt',
  );
  const [relu, neg] = [...model.graph.nodes];
  if (!relu || !neg) throw new Error('two nodes');
  model.graph.nodes.moveBefore(relu, neg);
  expect(checkOnnx(model).map(({ message }) => message)).toEqual([
    "The model is not valid: Neg reads 't' before anything defines it.",
  ]);
  model.graph.nodes.moveBefore(neg, relu);
  relu.output().name = 'y';
  expect(checkOnnx(model)[0]?.message).toContain("the name 'y' is given twice");
  relu.output().name = 't';
  neg.setInput(0, new Node('Relu').output());
  expect(checkOnnx(model)[0]?.message).toContain('before anything defines it');
});

test('calls of functions are checked as calls, and bodies by their own imports', () => {
  const problems = problemsOf(`g (float[2] x) => (float[2] y) { y = acme.Act (x) }
    <domain: "acme", opset_import: ["" : 13]> Act (a) => (b) { b = Gelu (a) }`);
  expect(problems).toEqual(['opset-too-old: Gelu needs opset 20: the model imports opset 13.']);
});
