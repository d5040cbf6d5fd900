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
    'first wrong-arity: Conv lacks the input W.',
    'first attribute-type: The attribute group of Conv is a text, expected an integer.',
    'first attribute-unknown: Conv has no attribute colour in version 11.',
    'second opset-too-old: Gelu needs opset 20: the model imports opset 17.',
    'third type-mismatch: Sigmoid does not take int64 for X: expected one of bfloat16, float16, float32, float64.',
    'fourth no-such-operator: ONNX opset 17 has no operator Frobnicate.',
    'fifth opset-missing: acme::Thing needs the opset of acme, which the model does not import.',
    'sixth wrong-arity: Flatten has 2 inputs, but takes at most 1.',
    'sixth wrong-arity: Flatten has 2 outputs, but takes at most 1.',
    'y attribute-missing: Concat needs the attribute axis (an integer).',
    'first dead-node: Nothing uses what Conv makes.',
    'second dead-node: Nothing uses what Gelu makes.',
  ]);
});

test('a problem says which part of the node it is about, and what a fix needs', () => {
  const parts = (nodes: string) => {
    const text = `<ir_version: 8, opset_import: ["" : 17]> g (float[2] x, int64[2] i) => (float[2] y) { ${nodes} }`;
    return checkOnnx(parseModel(text, 'case.onnxtxt')).map(({ code, part, details }) => ({ code, part, details }));
  };
  expect(parts('y = Reluu (x)')).toMatchObject([
    { code: 'no-such-operator', part: { kind: 'operator' }, details: { suggested: 'Relu' } },
  ]);
  expect(parts('y = LeakyRelu <alhpa = 0.1> (x)')).toMatchObject([
    { code: 'attribute-unknown', part: { kind: 'attribute', name: 'alhpa' }, details: { suggested: 'alpha' } },
  ]);
  expect(parts('y = Add (x, i)')).toMatchObject([
    { code: 'type-mismatch', part: { kind: 'input', index: 1 }, details: { found: 'int64', cast: 'float32' } },
  ]);
  expect(parts('y = ai.onnx.ml.Normalizer (x)')).toMatchObject([
    { code: 'opset-missing', part: { kind: 'operator' }, details: { domain: 'ai.onnx.ml', version: '5' } },
  ]);
  expect(parts('y = Gelu (x)')).toMatchObject([
    { code: 'opset-too-old', details: { needed: '20', domain: 'ai.onnx' } },
  ]);
  expect(parts('y = Relu (x, x)')).toMatchObject([{ code: 'wrong-arity', part: { kind: 'input', index: 1 } }]);
});

test.each([
  [
    'g (float[2] x, double[2] b) => (float[2] y) { y = Add (x, b) }',
    'Add does not take float64 for B beside float32 for A: expected float32',
  ],
  ['g (float[2,3] x) => (float[3,3] y) { y = Relu (x) }', "'y' is declared as float32[3, 3], but is float32[2, 3]"],
  ['g (float[2,3] x) => (int64[2,3] y) { y = Relu (x) }', "'y' is declared as int64[2, 3], but is float32[2, 3]"],
  [
    'g (float[2,3] x, float[4,5] b) => (float y) { y = MatMul (x, b) }',
    'What MatMul reads does not fit: inner sizes: 3 is not 4',
  ],
  [
    'g (float[2] x) => (float[2] y) { y = Upsample (x, x) }',
    'Upsample is no longer part of ONNX opset 22: Resize does its work',
  ],
])('%s', (graph, message) => {
  const problems = problemsOf(graph);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test('the opset must be known', () => {
  const graph = 'g (float[2] x) => (float[2] y) { y = Relu (x) }';
  expect(problemsOf(graph, '<ir_version: 10, opset_import: ["" : 99]>')[0]).toContain(
    'imports version 99 of ai.onnx; known are versions 1 to 28',
  );
  expect(problemsOf(graph, '<ir_version: 10, opset_import: ["acme" : 1]>')[0]).toContain(
    'Relu needs the opset of ai.onnx, which the model does not',
  );
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
    "Neg reads 't', which Relu makes only later: a node stands behind those that it reads.",
  ]);
  model.graph.nodes.moveBefore(neg, relu);
  relu.output().name = 'y';
  expect(checkOnnx(model)[0]?.message).toContain("'y' is defined twice, by Relu and by Neg");
  relu.output().name = 't';
  neg.setInput(0, new Node('Relu').output());
  expect(checkOnnx(model)[0]?.message).toContain("Neg reads '', which nothing defines");
});

test('calls of functions are checked as calls, and bodies by their own imports', () => {
  const problems = problemsOf(`g (float[2] x) => (float[2] y) { y = acme.Act (x) }
    <domain: "acme", opset_import: ["" : 13]> Act (a) => (b) { b = Gelu (a) }`);
  expect(problems).toEqual(['opset-too-old: Gelu needs opset 20: the function acme::Act imports opset 13.']);
});
