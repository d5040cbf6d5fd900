import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import { typeText } from '../../../../../src/core/ir/type.ts';
import { model, nodeOf } from '../../../text-model.ts';
import { floatType, long, modelBytes, read, readError } from './files.ts';

/** A model with one constant, of the given fields. */
const withTensor = (tensor: object) => modelBytes({ name: 'g', initializer: [{ name: 'w', ...tensor }] });

function constantOf(bytes: Uint8Array) {
  const [value] = read(bytes).graph.initializers;
  return value?.constant ?? expect.fail('there is no constant');
}

test('what is written is read again: types, attributes, subgraphs, functions, metadata', () => {
  const text = `<
  ir_version: 10,
  opset_import: ["" : 21, "com.acme" : 1],
  producer_name: "me",
  producer_version: "1",
  domain: "d",
  model_version: 7,
  doc_string: "what it is",
  metadata_props: ["k" : "v"]
>
main (
  float[N, "2*h", ?] x,
  int64[] i,
  seq(float[2]) s,
  optional(map(int64, string)) o,
  sparse_tensor(double[3]) p,
  opaque(a, b) q,
  bool c
) => (float[N] y, z)
<
  float[2] w = {1, 2},
  string[2] words = {"a", ""},
  uint2[5] packed = {228, 1},
  bfloat16 half = {16256},
  float[N, 4] t
>
{
  [first] t = MatMul (x, w)
  u, "" = com.acme.Op:v2 <a = 1, b = 0.1, d = "s", e: ints = [], f = [1, 2], g = [1.0, 0.5], h = float[2] name {1, 2}, i: type_proto = seq(int64), j = -9223372036854775808, k = ["x", ""], l = [int64 {1}, int64 {2}], m: type_protos = []> (t, "", w)
  y = If (c) <then_branch: graph = a () => (v)
  {
    v = Neg (u)
  }, else_branch: graph = b () => (v)
  <
    float k = {1}
  >
  {
    v = Mul (t, k)
  }>
  z = com.acme.Swish <beta = 2.0> (x)
}

<
  domain: "com.acme",
  overload: "o",
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
  const bytes = encodeOnnx(model(text));
  const again = read(bytes);
  expect(printModel(again).text).toBe(text);
  expect(encodeOnnx(again)).toEqual(bytes);
});

test('subgraphs read the very values of the graphs around them', () => {
  const { graph } = read(
    encodeOnnx(
      model(`g (bool c, float x) => (y) {
        t = Relu (x)
        y = If (c) <then_branch = a () => (v) { v = Neg (t) }, else_branch = b () => (v) {
          v = If (c) <then_branch = d () => (w) { w = Add (t, x) }, else_branch = e () => (w) { w = Abs (x) }>
        }>
      }`),
    ),
  );
  const t = nodeOf(graph, 't').output();
  expect(t.users).toEqual(new Set([nodeOf(graph, 'v'), nodeOf(graph, 'w')]));
  expect(nodeOf(graph, 'w').input(1)).toBe(graph.inputs[1]);
});

test('elements are found in every field that may hold them', () => {
  const floats = { dataType: 1, dims: [long(3)] };
  expect(
    constantOf(withTensor({ ...floats, rawData: new Uint8Array(new Float32Array([1, 2, 3]).buffer) })).numbers(),
  ).toEqual([1, 2, 3]);
  expect(constantOf(withTensor({ ...floats, floatData: [1, 2, 3] })).numbers()).toEqual([1, 2, 3]);
  expect(constantOf(withTensor({ dataType: 11, dims: [], doubleData: [0.1] })).numbers()).toEqual([0.1]);
  const int64 = { dataType: 7, dims: [long(3)], int64Data: [long(-1), long(2 ** 40), long(127)] };
  expect(constantOf(withTensor(int64)).bigints()).toEqual([-1n, 1n << 40n, 127n]);
  const uint64 = { dataType: 13, dims: [long(1)], uint64Data: [{ low: -1, high: -1, unsigned: true }] };
  expect(constantOf(withTensor(uint64)).bigints()).toEqual([18446744073709551615n]);
  expect(constantOf(withTensor({ dataType: 12, dims: [long(1)], uint64Data: [long(2 ** 32 - 1)] })).numbers()).toEqual([
    4294967295,
  ]);
  expect(constantOf(withTensor({ dataType: 3, dims: [long(2)], int32Data: [-128, 127] })).numbers()).toEqual([
    -128, 127,
  ]);
  expect(constantOf(withTensor({ dataType: 6, dims: [long(1)], int32Data: [-5] })).numbers()).toEqual([-5]);
  expect(constantOf(withTensor({ dataType: 10, dims: [long(2)], int32Data: [0x3c00, 0xc000] })).numbers()).toEqual([
    1, -2,
  ]);
  expect(constantOf(withTensor({ dataType: 16, dims: [long(1)], int32Data: [0x3f80] })).numbers()).toEqual([1]);
  expect([...constantOf(withTensor({ dataType: 22, dims: [long(3)], int32Data: [0x21, 0x03] })).bytes()]).toEqual([
    0x21, 3,
  ]);
  expect(constantOf(withTensor({ dataType: 9, dims: [long(2)], int32Data: [1, 0] })).numbers()).toEqual([1, 0]);
  expect([...constantOf(withTensor({ dataType: 17, dims: [long(1)], int32Data: [0xff] })).bytes()]).toEqual([255]);
  expect(constantOf(withTensor({ dataType: 14, dims: [long(1)], floatData: [1, 2] })).bytes().length).toBe(8);
  expect(constantOf(withTensor({ dataType: 1, dims: [long(0), long(3)] })).numbers()).toEqual([]);
});

test('many elements of typed fields are unpacked when they are asked for', () => {
  const values = Array.from({ length: 5000 }, (_, k) => long(k - 2500));
  const constant = constantOf(withTensor({ dataType: 7, dims: [long(5000)], int64Data: values }));
  expect(constant.source.kind).toBe('computed');
  expect(constant.numbers()).toEqual(values.map((_, k) => k - 2500));
  const floats = constantOf(withTensor({ dataType: 1, dims: [long(5000)], floatData: Array(5000).fill(0.5) }));
  expect(floats.source.kind).toBe('file');
  expect(floats.numbers()).toEqual(Array(5000).fill(0.5));
});

test('an element for each field, as the first writers of protobuf did, is read too', () => {
  // Field 4 with wire type 5, twice: floats that are not packed.
  const one = [0x25, 0, 0, 0x80, 0x3f];
  const two = [0x25, 0, 0, 0, 0x40];
  const tensor = [0x08, 2, 0x10, 1, 0x42, 1, 0x77, ...one, ...two];
  const graph = [0x2a, tensor.length, ...tensor];
  const bytes = Uint8Array.from([0x08, 3, 0x3a, graph.length, ...graph]);
  expect(constantOf(bytes).numbers()).toEqual([1, 2]);
});

test('a sparse constant is dense for everybody and is written back sparse', () => {
  const sparse = (indices: object) => ({
    values: { name: 'w', dataType: 1, dims: [long(2)], floatData: [5, 7] },
    indices: { dataType: 7, ...indices },
    dims: [long(2), long(3)],
  });
  const flat = { dims: [long(2)], int64Data: [long(1), long(5)] };
  const coordinates = { dims: [long(2), long(2)], int64Data: [long(0), long(1), long(1), long(2)] };
  for (const indices of [flat, coordinates]) {
    const bytes = modelBytes({ name: 'g', sparseInitializer: [sparse(indices)] });
    const found = read(bytes);
    expect([...found.graph.initializers][0]?.constant?.numbers()).toEqual([0, 5, 0, 0, 0, 7]);
    expect([...read(encodeOnnx(found)).graph.initializers][0]?.constant?.numbers()).toEqual([0, 5, 0, 0, 0, 7]);
    expect(Buffer.from(encodeOnnx(found)).includes(Buffer.from([0x7a]))).toBe(true);
  }
  const outside = modelBytes({
    name: 'g',
    sparseInitializer: [sparse({ dims: [long(2)], int64Data: [long(1), long(6)] })],
  });
  expect(readError(outside).message).toBe('a sparse tensor of the graph has indices outside of its shape');
});

test('constants among the inputs are one value, and stay both', () => {
  const bytes = modelBytes(
    {
      name: 'g',
      input: [
        { name: 'x', type: floatType(2) },
        { name: 'w', type: floatType(2) },
      ],
      initializer: [{ name: 'w', dataType: 1, dims: [long(2)], floatData: [1, 2] }],
    },
    { irVersion: long(3) },
  );
  const found = read(bytes);
  expect(found.graph.initializers.has(found.graph.inputs[1] ?? expect.fail())).toBe(true);
  expect(read(encodeOnnx(found)).graph.inputs.map((value) => value.name)).toEqual(['x', 'w']);
});

test('the first IR version has no types of attributes and no opset', () => {
  const attribute = [
    { name: 'a', i: long(-3) },
    { name: 'b', floats: [1, 2] },
    { name: 'c', s: Buffer.from('x') },
    { name: 'd' },
  ];
  const node = [{ opType: 'Op', input: ['x'], output: ['y'], attribute }];
  const found = read(modelBytes({ input: [{ name: 'x' }], node }, { irVersion: long(1), opsetImport: [] }));
  expect([...found.opsetImports]).toEqual([['', 1]]);
  expect(Object.fromEntries(nodeOf(found.graph, 'y').attributes)).toEqual({
    a: { type: 'int', value: -3n },
    b: { type: 'floats', value: [1, 2] },
    c: { type: 'string', value: 'x' },
    d: { type: 'ints', value: [] },
  });
});

test('unknown fields and what a graph has no place for are written back', () => {
  const unknown = (number: number) => [Uint8Array.from([((number << 3) & 127) | 128 | 0, number >> 4, 42])];
  const type = { ...floatType(2, 'N'), denotation: 'IMAGE' };
  const bytes = modelBytes(
    {
      name: 'g',
      input: [{ name: 'x', type, $unknowns: unknown(200) }],
      node: [
        {
          opType: 'Relu',
          input: ['x'],
          output: ['y'],
          $unknowns: unknown(201),
          deviceConfigurations: [{ configurationId: 'c' }],
        },
      ],
      output: [{ name: 'y' }],
      quantizationAnnotation: [{ tensorName: 'y', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 's' }] }],
      $unknowns: unknown(202),
    },
    {
      configuration: [{ name: 'c', numDevices: 2 }],
      trainingInfo: [{ updateBinding: [{ key: 'a', value: 'b' }] }],
      $unknowns: unknown(203),
    },
  );
  const found = read(bytes);
  const again = Buffer.from(encodeOnnx(found));
  for (const number of [200, 201, 202, 203]) expect(again.includes(Buffer.from(unknown(number)[0] ?? []))).toBe(true);
  for (const text of ['IMAGE', 'SCALE_TENSOR', 'updateBinding'.slice(0, 0)]) expect(again.includes(text)).toBe(true);
  expect(again.length).toBe(bytes.length);
  // A type that was changed since is written as it is now.
  const [input] = found.graph.inputs;
  if (input) input.type = { kind: 'tensor', dtype: 'float32', shape: [3] };
  const changed = encodeOnnx(found);
  expect(Buffer.from(changed).includes('IMAGE')).toBe(false);
  expect(typeText(read(changed).graph.inputs[0]?.type)).toBe('float32[3]');
});

test('sizes below zero are not known; symbols may be any text', () => {
  const found = read(modelBytes({ input: [{ name: 'x', type: floatType(-1, 'batch size', '', 3) }] }));
  expect(typeText(found.graph.inputs[0]?.type)).toBe('float32[?, batch size, ?, 3]');
});

test('PyTorch says where nodes came from', () => {
  const metadataProps = Object.entries({
    'pkg.torch.onnx.name_scopes': `['', 'layer1', "it's", 'conv2d_3']`,
    'pkg.torch.onnx.class_hierarchy': `['app.Net', 'torch.nn.modules.container.Sequential', 'app.Block', 'aten.conv2d.default']`,
    'pkg.torch.onnx.stack_trace':
      'File "/app/net.py", line 12, in forward\n    x = self.layer1(x)\nFile "/app/block.py", line 3, in forward\n    return x',
    'pkg.torch.onnx.fx_node': '%conv2d_3',
  }).map(([key, value]) => ({ key, value }));
  const bytes = modelBytes({
    input: [{ name: 'x' }],
    node: [{ opType: 'Relu', input: ['x'], output: ['y'], metadataProps }],
  });
  const node = nodeOf(read(bytes).graph, 'y');
  expect(node.scope).toEqual([
    { path: '', type: 'app.Net' },
    { path: 'layer1', type: 'torch.nn.modules.container.Sequential' },
    { path: "it's", type: 'app.Block' },
  ]);
  expect(node.origin).toEqual([
    { kind: 'python', file: '/app/block.py', line: 3, function: 'forward', text: 'return x' },
    { kind: 'python', file: '/app/net.py', line: 12, function: 'forward', text: 'x = self.layer1(x)' },
  ]);
  const again = nodeOf(read(encodeOnnx(read(bytes))).graph, 'y');
  expect([...again.metadata]).toEqual([...node.metadata]);
});

test('our own origins and scopes are written for other tools and read again', () => {
  const made = model('g (float x) => (y) { y = Relu (x) }');
  const node = nodeOf(made.graph, 'y');
  node.origin = [
    { kind: 'python', file: 'net.py', line: 7, function: 'forward', text: 'relu(x)' },
    { kind: 'torchscript', file: 'code/__torch__/net.py', line: 20, function: 'forward' },
    { kind: 'onnxtxt', file: 'a.onnxtxt', line: 1 },
  ];
  node.scope = [
    { path: '', type: 'net.Net' },
    { path: 'act', type: 'ReLU' },
  ];
  const again = nodeOf(read(encodeOnnx(made)).graph, 'y');
  expect(again.scope).toEqual(node.scope);
  expect(again.origin).toEqual(node.origin.slice(0, 2));
});
