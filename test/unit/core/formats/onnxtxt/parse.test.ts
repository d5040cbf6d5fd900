import { expect, test } from 'vitest';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import { typeText } from '../../../../../src/core/ir/type.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { functions, graph, model, nodeOf } from '../../../text-model.ts';

/** The attributes of the one node whose attribute list is given. */
function attributes(list: string, dialect: 'onnx' | 'aten' = 'onnx') {
  return Object.fromEntries(nodeOf(graph(`g (float x) => (y) { y = Op <${list}> (x) }`, dialect), 'y').attributes);
}

test('a model has its header, its inputs and outputs and its nodes with where they stand', () => {
  const parsed = parseModel(
    `<
  ir_version: 8, opset_import: ["" : 17, "com.acme" : 2],   # two domains
  producer_name: "me", producer_version: "1.0", domain: "d", model_version: 3,
  doc_string: "say \\"hi\\"", metadata_props: ["k" : "v", "l" : ""]
>
main (float[N, 3, ?] x, int64[] i, double s) => (float[N, "2*h"] y)
<float[2] w = {1, 2.5}, float[N, 2] t>
{
  [first] t = MatMul (x, w)
  y = com.acme.Swish <beta = 0.5> (t, , "")
}`,
    'm.onnxtxt',
  );
  expect(parsed).toMatchObject({ dialect: 'onnx', irVersion: 8, producerName: 'me', producerVersion: '1.0' });
  expect(parsed).toMatchObject({ domain: 'd', modelVersion: 3n, doc: 'say "hi"', file: 'm.onnxtxt' });
  expect([...parsed.opsetImports]).toEqual([
    ['', 17],
    ['com.acme', 2],
  ]);
  expect([...parsed.metadata]).toEqual([
    ['k', 'v'],
    ['l', ''],
  ]);
  const { inputs, outputs, nodes, initializers } = parsed.graph;
  expect(inputs.map((value) => `${value.name}: ${typeText(value.type)}`)).toEqual([
    'x: float32[N, 3, ?]',
    'i: int64',
    's: float64[]',
  ]);
  expect(typeText(outputs[0]?.type)).toBe('float32[N, 2*h]');
  expect([...initializers].map((value) => value.constant?.numbers())).toEqual([[1, 2.5]]);
  const [first, second] = [...nodes];
  expect(first?.name).toBe('first');
  expect(typeText(first?.output().type)).toBe('float32[N, 2]');
  expect(second).toMatchObject({ domain: 'com.acme', op: 'Swish', name: undefined });
  expect(second?.inputs.map((value) => value?.name)).toEqual(['t', undefined, undefined]);
  expect(second?.origin).toEqual([{ kind: 'onnxtxt', file: 'm.onnxtxt', line: 10, column: 3 }]);
});

test('attributes take their type from the value or from what is said', () => {
  expect(
    attributes('a = 1, b = -1.5, c = "s", d = [1, 2], e = [1.0, 2], f = ["x"], g: float = 2, h: ints = []'),
  ).toEqual({
    a: { type: 'int', value: 1n },
    b: { type: 'float', value: -1.5 },
    c: { type: 'string', value: 's' },
    d: { type: 'ints', value: [1n, 2n] },
    e: { type: 'floats', value: [1, 2] },
    f: { type: 'strings', value: ['x'] },
    g: { type: 'float', value: 2 },
    h: { type: 'ints', value: [] },
  });
});

test('integers keep 64 bits, floats have 32, special numbers are read', () => {
  expect(attributes('a = 9223372036854775807, b = 0.1, c = -inf, d: float = NaN, e = 1e-5')).toEqual({
    a: { type: 'int', value: 9223372036854775807n },
    b: { type: 'float', value: Math.fround(0.1) },
    c: { type: 'float', value: Number.NEGATIVE_INFINITY },
    d: { type: 'float', value: Number.NaN },
    e: { type: 'float', value: Math.fround(1e-5) },
  });
});

test('attributes hold tensors, types, graphs and references', () => {
  const found = attributes(
    't = float[2] {1, 2}, n = int64 name = {7}, y: type_proto = seq(float[2]), r: int = @axis, l = [int64 {1}, int64 {2}]',
  );
  expect(found.t?.type === 'tensor' && found.t.value.numbers()).toEqual([1, 2]);
  expect(found.n?.type === 'tensor' && found.n.value.info.name).toBe('name');
  expect(found.y?.type === 'value-type' && typeText(found.y.value)).toBe('sequence(float32[2])');
  expect(found.r).toEqual({ type: 'reference', value: 'axis', of: 'int' });
  expect(found.l?.type === 'tensors' && found.l.value.map((tensor) => tensor.bigints())).toEqual([[1n], [2n]]);
});

test('attributes of PyTorch keep 64-bit floats and have types of their own', () => {
  expect(attributes('a = 0.1, b = true, c: bools = [], d: dtype = float16, e: none = none', 'aten')).toEqual({
    a: { type: 'float', value: 0.1 },
    b: { type: 'bool', value: true },
    c: { type: 'bools', value: [] },
    d: { type: 'dtype', value: 'float16' },
    e: { type: 'none', value: undefined },
  });
});

test('a subgraph reads the values of the graph around it, and attributes may stand behind the inputs', () => {
  const { graph: outer } = model(`g (bool c, float[2] x) => (float[2] y) {
    t = Relu (x)
    y = If (c) <then_branch = a () => (float[2] u) { u = Neg (t) }, else_branch = b () => (v) { v = Abs (x) }>
  }`);
  expect(nodeOf(outer, 'u').input(0)).toBe(nodeOf(outer, 't').output());
  expect(nodeOf(outer, 'v').input(0)).toBe(outer.inputs[1]);
  expect(nodeOf(outer, 'u').graph?.parent).toBe(nodeOf(outer, 'y'));
});

test('nodes that stand before what they read are sorted', () => {
  const { graph: sorted } = model('g (float x) => (z) { z = Neg (y)  k = Abs (x)  y = Relu (x) }');
  expect([...sorted.nodes].map((node) => node.op)).toEqual(['Relu', 'Neg', 'Abs']);
});

test('constants of every element type are read as their files hold them', () => {
  const literals = {
    'float16[2] {15360, 16384}': [0, 0x3c, 0, 0x40],
    'int4[3] {33, 3}': [0x21, 3],
    'float8e4m3fn[1] {56}': [56],
    'float6e2m3[5] {8, 8, 8, 8, 8}': [0x08, 0x82, 0x20, 0x08],
    'bool[3] {0, 1, true}': [0, 1, 1],
    'uint64[1] {18446744073709551615}': Array(8).fill(255),
    'int8[1] {-1}': [255],
    'complex64[1] {1, -2}': [0, 0, 128, 63, 0, 0, 0, 192],
    'double[0] {}': [],
  };
  for (const [literal, bytes] of Object.entries(literals)) {
    const found = attributes(`t = ${literal}`).t;
    expect([literal, found?.type === 'tensor' && [...found.value.bytes()]]).toEqual([literal, bytes]);
  }
  const words = attributes('t = string[2] {"a", "ü"}').t;
  expect(words?.type === 'tensor' && words.value.strings().map((item) => new TextDecoder().decode(item))).toEqual([
    'a',
    'ü',
  ]);
});

test('every type of a value is read', () => {
  const { inputs } = graph(
    `g (seq(float[2]) a, optional(int64) b, map(string, float) c, sparse_tensor(float[3]) d, opaque(a.b, c) e, f) => () {}`,
  );
  expect(inputs.map((value) => typeText(value.type))).toEqual([
    'sequence(float32[2])',
    'optional(int64[])',
    'map(string, float32[])',
    'sparse float32[3]',
    'opaque(a.b.c)',
    'unknown type',
  ]);
});

test('an input may have a default', () => {
  const { graph: parsed } = model('g (float[2] x, float[2] w = {1, 2}) => (y) { y = Add (x, w) }');
  expect(parsed.initializers.has(parsed.inputs[1] ?? expect.fail())).toBe(true);
});

test('functions have attributes, defaults, overloads and types', () => {
  const [found] = functions(`<domain: "com.acme", overload: "v2", opset_import: ["" : 18]>
    Swish <axis, beta: float = 1.0> (float[2] x, z) => (y) <float[2] t> { t = Sigmoid (x)  y = Mul (t, z) }`);
  expect(found).toMatchObject({ domain: 'com.acme', name: 'Swish', overload: 'v2', attributes: ['axis'] });
  expect([...(found?.attributeDefaults ?? [])]).toEqual([['beta', { type: 'float', value: 1 }]]);
  expect(found?.graph.inputs.map((value) => value.name)).toEqual(['x', 'z']);
});

test('bad text is a syntax error that says where', () => {
  const errors: Record<string, string> = {
    '': '1:1 expected the name of a graph, found the end of the text',
    'g (float x) => (y)\n{ y = Relu (z) }': "2:3 Relu reads 'z', which nothing defines in the graph 'g'",
    'g (float x) => (y) { y = Relu (x)\n y = Neg (x) }':
      "2:2 the value 'y' is defined twice in the graph 'g', again by Neg",
    'g (float x) => (y) { y = Op <a = []> (x) }': '1:32 an empty list needs its type: write `name: ints = []`',
    'g (float x) => (y) { y = Op <a = [1, "s"]> (x) }': "1:38 expected another int, found 's'",
    'g (float x) => (y) { y = Op <a: int = 1.5> (x) }': '1:31 this attribute is said to be int, but its value is float',
    'g (float x) => (y) { y = Op <a = 1, a = 2> (x) }': "1:37 the attribute 'a' is given twice",
    'g (float x) => (y) <float[2] w = {1}> {}': '1:34 expected 2 elements for this shape, found 1',
    'g () => () <uint8[1] w = {256}> {}': "1:27 expected 0 to 255 for uint8, found '256'",
    'g () => () <float[9] w = {...}> {}':
      '1:27 the numbers of this constant were left out of the text: print the model with all of them (--inline)',
    'g (float x) => (y) { y = Op <s = ...> (x) }': '1:34 what stands here cannot be written as text',
    'g (seq(...) x) => () {}': '1:8 what stands here cannot be written as text',
    'g (float x) => (y) { y = Op <s = "a> (x) }': '1:34 this string has no closing quote',
    'g (float x) => (y) { y = A (z)  z = B (y) }': "1:22 A needs its own output 'y': a cycle",
    '<ir: 1> g () => () {}': /expected one of ir_version.*found 'ir'/.source,
    [`g () => () { y = Op <t: type_proto = ${'seq('.repeat(5000)}`]: '1:442 this is nested more than 100 deep',
  };
  for (const [text, expected] of Object.entries(errors)) {
    const error = catching(() => parseModel(text, 'bad.onnxtxt'));
    expect(error.code).toBe('syntax-error');
    const found = `${error.place?.line}:${error.place?.column} ${error.message}`;
    expect(found).toMatch(expected.includes('.*') ? new RegExp(expected) : expected);
  }
});

test('a text that ends anywhere is never worse than a syntax error', () => {
  const text = `<ir_version: 8, opset_import: ["" : 17]> g (float[N] x) => (float[N] y) <float[1] w = {1}> {
    y = If <then_branch = a () => (u) { u = Op <a = "s", b = [1.5], t = int64 {-1}> (x) }> (x, w)
  } <domain: "d", opset_import: ["" : 17]> F <a, b: float = inf> (x) => (y) { y = Neg (x) }`;
  for (let end = 0; end < text.length; end++) {
    try {
      parseModel(text.slice(0, end), 'cut.onnxtxt');
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  }
});

test('long lines and many lines take linear time', () => {
  const numbers = Array.from({ length: 200_000 }, (_, k) => k).join(',');
  const nodes = Array.from({ length: 20_000 }, (_, k) => `v${k + 1} = Relu (v${k})`).join('\n');
  const started = cpuTime();
  model(`g (float v0) => (v20000) <int64[200000] w = {${numbers}}> { ${nodes} }`);
  expect(cpuTime() - started).toBeLessThan(15_000);
});

function catching(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('expected an error');
}
