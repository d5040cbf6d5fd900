import { expect, test } from 'vitest';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import { wholeText } from '../../../../../src/core/formats/onnxtxt/whole-text.ts';
import { tensor } from '../../../../../src/core/ir/attribute.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../../src/core/ir/type.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { nodeOf } from '../../../text-model.ts';

const EVERYTHING = `<
  ir_version: 10,
  opset_import: ["" : 21, "com.acme" : 1],
  producer_name: "say \\"hi\\"",
  model_version: 3,
  metadata_props: ["k" : "v"]
>
main (
  float[N, "2*h", ?] x,
  int64[] i,
  seq(float[2]) s,
  bool c,
  float[2] d
) => (float[N] y, z)
<
  float[2] d = {1, -2.5},
  float "a.weight" = {0.1},
  float[3] special = {nan, -inf, -0.0},
  float16[2] half = {15360, 0},
  int4[3] packed = {33, 3},
  float6e3m2[3] six = {8, 63, 1},
  string[2] words = {"a", "\\\\ \\""},
  int64[0] none = {},
  float[N, 4] t
>
{
  [first] t = MatMul (x, "a.weight")
  ["second node"] u, "" = com.acme.Op:v2 <a = 1, b = 0.1, c = 2.0, d = "s", e: ints = [], f = [1, 2], g = [1.0, 0.00001], h = float[2] {1, 2}, i: type_proto = seq(int64), j = -9223372036854775808> (t, "", d)
  y = If (c) <then_branch: graph = a () => (v)
  {
    v = Neg (u)
  }, else_branch: graph = "b c" () => (w)
  <
    float k = {1}
  >
  {
    w = Mul (x, k)
  }>
  z = com.acme.Swish <beta = 2.0> (x)
}

<
  domain: "com.acme",
  opset_import: ["" : 21],
  doc_string: "smooth"
>
Swish <alpha, beta = 1.0> (float[2] x) => (y)
<
  float[2] s
>
{
  s = Sigmoid <a: float = @alpha> (x)
  y = Mul (x, s)
}
`;

test('a printed model parses to the same text', () => {
  expect(printModel(parseModel(EVERYTHING, 'a.onnxtxt')).text).toBe(EVERYTHING);
});

test('nodes and values know their lines', () => {
  const model = parseModel(EVERYTHING, 'a.onnxtxt');
  const printed = printModel(model);
  const lines = printed.text.split('\n');
  for (const node of model.graph.allNodes()) {
    const line = printed.lineOf(node) ?? 0;
    expect(line).toBe(node.origin[0]?.line);
    expect(lines[line - 1]).toContain(`${node.op}`);
    expect(printed.nodes.get(line)).toBe(node);
  }
  for (const value of model.graph.initializers) {
    expect(lines[(printed.lineOfValue(value) ?? 0) - 1]).toContain(value.name);
  }
  expect(printed.lineOfValue(nodeOf(model.graph, 'y').output())).toBe(14);
});

test('an empty name of a tensor is none', () => {
  const named = Tensor.ofBytes('int64', [1], new Uint8Array(8), { name: '' });
  const graph = new Graph('g');
  graph.nodes.append(new Node('Constant', [], { attributes: { value: { type: 'tensor', value: named } } }));
  expect(printModel(makeModel('onnx', graph), { notes: (json) => json }).text).not.toContain('#@');
});

test('large constants are left out without being read, and parsing says so', () => {
  const source = new ComputedSource('computed', () => expect.fail('it was read'));
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: new Tensor('float32', [100], source) });
  const { text } = printModel(makeModel('onnx', graph));
  expect(text).toBe('g () => ()\n<\n  float[100] w = {...}\n>\n{\n}\n');
  expect(() => parseModel(text, 'a')).toThrow('left out of the text');
});

test('all constants are printed where they are wanted', () => {
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: Tensor.of('int32', [17], Array(17).fill(7)) });
  const { text } = printModel(makeModel('onnx', graph), { inline: true });
  expect(text).toContain(`int32[17] w = {${Array(17).fill(7).join(', ')}}`);
});

test('graphs of PyTorch are printed with namespaces, overloads and their own attribute types', () => {
  const text = `<
  dialect: "aten"
>
main (float[1, 3] x) => (y)
{
  [add_0] y = aten.add:Tensor <alpha = 0.1, inplace = false, dims: bools = [], dtype: dtype = float16, generator: none = none> (x, x)
}
`;
  const model = parseModel(text, 'a');
  expect(model.dialect).toBe('aten');
  expect(printModel(model).text).toBe(text);
});

test('types may stand as comments, and names are made where they are missing', () => {
  const graph = new Graph('g');
  const x = graph.addInput({ type: tensorType('float32', [2]) });
  const first = new Node('Relu', [x], { outputs: [{ type: tensorType('float32', [2]) }] });
  const second = new Node('Relu', [first.output()], { outputs: [{ name: 'y' }] });
  graph.nodes.append(first, second);
  graph.addOutput(second.output());
  expect(printModel(makeModel('onnx', graph), { types: 'comments' }).text).toBe(
    'g (float[2] value_0) => (y)\n{\n  Relu_0 = Relu (value_0)  # float[2]\n  y = Relu (Relu_0)\n}\n',
  );
});

test('floats have few digits and are the same again', () => {
  const values = [0.1, 1 / 3, 1e-45, 3.4028234663852886e38, 16777216, 0.30000001192092896];
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: Tensor.of('float32', [values.length], values) });
  graph.addInitializer({ name: 'd', constant: Tensor.of('float64', [1], [1 / 3]) });
  const { text } = printModel(makeModel('onnx', graph));
  expect(text).toContain('{0.1, 0.33333334, 1.4013e-45, 3.4028235e+38, 16777216, 0.3}');
  const parsed = [...parseModel(text, 'a').graph.initializers].map((value) => value.constant?.numbers());
  expect(parsed).toEqual([values.map(Math.fround), [1 / 3]]);
});

test('ten thousand nodes are printed at once', () => {
  const graph = new Graph('g');
  let value = graph.addInput({ name: 'x' });
  for (let k = 0; k < 10_000; k++) {
    const node = new Node('Relu', [value], { outputs: [{ type: tensorType('float32', [2]) }] });
    graph.nodes.append(node);
    value = node.output();
  }
  const started = cpuTime();
  printModel(makeModel('onnx', graph));
  expect(cpuTime() - started).toBeLessThan(10_000);
});

/** What the syntax itself has no place for. */
const NOTED = `#@ {"unknown":"oAYH"}
<
  ir_version: 10,
  opset_import: ["" : 21]
>
#@ {"doc":"the graph","metadata":{"a":"b"}}
g (
  #@ {"doc":"an input"}
  float[2] x,
  bool c
) => (float[2] y)
<
  #@ {"metadata":{"k":"v"},"tensor":{"doc":"weights"}}
  float[2] w = {nan, -nan},
  float[1] odd = {x"0100c07f"},
  sparse_tensor(float[3, 3]) s = {float[1] s {1}, int64[1] {4}},
  #@ {"doc":"in between"}
  k
>
{
  #@ {"doc":"a \\"node\\"\\n","metadata":{"m":"1"},"attributes":{"then_branch":{"name":"a/b"}}}
  k = If (c) <then_branch: graph =
    #@ {"doc":"inner"}
    a_b () => (u)
  {
    u = Neg (x)
  }, else_branch: graph = e () => (float[2] x)
  {
  }>
  #@ {"attributes":{"value":{"doc":"d","name":"a.b","tensor":{"metadata":{"t":"1"}}}}}
  t = Constant <value = float[1] {1}, s = x"ff00", l = ["a", x"ff"], p: type_proto = none, q: type_protos = [seq()], sparse: sparse_tensor = sparse_tensor(float[2]) {float[1] v {1}, int64[1, 1] i {1}}, float = 1> ()
  y = Add (k, t)
}

#@ {"metadata":{"f":"1"},"attributes":{"a":{"doc":"d"}}}
<
  domain: "d",
  opset_import: ["" : 21]
>
F <b, a = 1.0> (p) => (q)
{
  q = Neg (p)
}
`;

test('what the syntax has no place for stands in notes, and comes back', () => {
  const model = parseModel(NOTED, 'a');
  expect(wholeText(model)).toBe(NOTED);
  expect(model.graph.doc).toBe('the graph');
  expect(model.graph.inputs[0]?.doc).toBe('an input');
  expect(nodeOf(model.graph, 'k')).toMatchObject({ doc: 'a "node"\n', metadata: new Map([['m', '1']]) });
  expect(nodeOf(model.graph, 'u').graph?.name).toBe('a/b');
  expect(nodeOf(model.graph, 't').attribute('s', 'string')).toEqual(Uint8Array.of(255, 0));
  expect(
    [...model.graph.initializers].map((value) => Buffer.from(value.constant?.bytes() ?? []).toString('hex')),
  ).toEqual(['0000c07f0000c0ff', '0100c07f', `${'00'.repeat(16)}0000803f${'00'.repeat(16)}`]);
});

test('notes that make no sense are refused where they stand', () => {
  const notes = { '{"docs":"x"}': 3, '{"doc":1}': 3, doc: 3, '{"unknown":"?"}': 3, '{"attributes":[]}': 3 };
  for (const [note, line] of Object.entries(notes)) {
    const text = `g (x) => (y)\n{\n  #@ ${note}\n  y = Relu (x)\n}`;
    expect(() => parseModel(text, 'a')).toThrow(expect.objectContaining({ place: { file: 'a', line, column: 3 } }));
  }
});

test('large constants stand by what is given for them', () => {
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: Tensor.of('int32', [20], Array(20).fill(7)) });
  graph.addInitializer({ name: 'v', constant: Tensor.of('int32', [20], Array(20).fill(1)) });
  const node = new Node('Constant', [], { attributes: { value: tensor(Tensor.of('int32', [20], Array(20).fill(2))) } });
  graph.nodes.append(node);
  const elide = (constant: Tensor) => (constant.numbers()[0] === 1 ? undefined : '["sha256": "12"]');
  const text = wholeText(makeModel('onnx', graph), elide);
  expect(text).toContain('int32[20] w = ["sha256": "12"]');
  expect(text).toContain('int32[20] v = {1, 1, ');
  expect(text).toContain('Constant <value = int32[20] = ["sha256": "12"]>');
});
