import { expect, test } from 'vitest';
import { hasShapeRule, inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { typeText } from '../../../../../src/core/ir/type.ts';
import { inferred, table } from './infer/cases.ts';

table('element by element', [
  ['float[2,3] x', 'y = Relu (x)', 'float32[2, 3]'],
  ['float[N,1,4] a, float[3,1] b', 'y = Add (a, b)', 'float32[N, 3, 4]'],
  ['float[N] a, float[5] b', 'y = Mul (a, b)', 'float32[5]'],
  ['float[N] a, float[M] b', 'y = Mul (a, b)', 'float32[?]'],
  ['float[2,3] a, float[3] b', 'y = Less (a, b)', 'bool[2, 3]'],
  ['float[2,3] a, int64 b', 'y = Pow (a, b)', 'float32[2, 3]'],
  ['bool[2,1] c, float[3] a, float[1] b', 'y = Where (c, a, b)', 'float32[2, 3]'],
  ['float[2,3] x', 'y = Cast <to = 7> (x)', 'int64[2, 3]'],
  ['float[2,3] x, double[1] t', 'y = CastLike (x, t)', 'float64[2, 3]'],
  ['float[2,3] x', 'y, z = Dropout (x)', 'float32[2, 3]; bool[2, 3]'],
  ['float[2,3,4] a, float[3] b', 'y = Add <broadcast = 1, axis = 1> (a, b)', 'float32[2, 3, 4]', 6],
]);

table('windows', [
  [
    'float[1,3,224,224] x, float[64,3,7,7] w',
    'y = Conv <pads = [3,3,3,3], strides = [2,2]> (x, w)',
    'float32[1, 64, 112, 112]',
  ],
  ['float[N,4,H,9] x, float[8,2,3,3] w', 'y = Conv <group = 2, dilations = [1,2]> (x, w)', 'float32[N, 8, H - 2, 5]'],
  [
    'float[1,1,5,5] x, float[1,1,3,3] w',
    'y = Conv <auto_pad = "SAME_UPPER", strides = [2,2]> (x, w)',
    'float32[1, 1, 3, 3]',
  ],
  [
    'float[1,4,5,5] x, float[4,2,3,3] w',
    'y = ConvTranspose <strides = [2,2], output_padding = [1,1], group = 2> (x, w)',
    'float32[1, 4, 12, 12]',
  ],
  [
    'float[1,64,112,112] x',
    'y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)',
    'float32[1, 64, 56, 56]',
  ],
  [
    'float[1,1,112,112] x',
    'y, z = MaxPool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)',
    'float32[1, 1, 56, 56]; int64[1, 1, 56, 56]',
  ],
  // The third window would start in the padding.
  [
    'float[1,1,2,2] x',
    'y = AveragePool <kernel_shape = [1,1], strides = [2,2], pads = [0,0,1,1], ceil_mode = 1> (x)',
    'float32[1, 1, 1, 1]',
  ],
  ['float[1,8,7,7] x', 'y = GlobalAveragePool (x)', 'float32[1, 8, 1, 1]'],
]);

table('matrices', [
  ['float[2,1,3,4] a, float[5,4,6] b', 'y = MatMul (a, b)', 'float32[2, 5, 3, 6]'],
  ['float[4] a, float[2,4,6] b', 'y = MatMul (a, b)', 'float32[2, 6]'],
  ['float[4,N] a, float[6,4] b', 'y = Gemm <transA = 1, transB = 1> (a, b)', 'float32[N, 6]'],
  ['float[2,3,4] a, float[2,4,5] b', 'y = Einsum <equation = "bij,bjk->bik"> (a, b)', 'float32[2, 3, 5]'],
  ['float[7,2,3,4] a', 'y = Einsum <equation = "...ij->...ji"> (a)', 'float32[7, 2, 4, 3]'],
  [
    'float[5,2,3] x, float[2,32,3] w, float[2,32,8] r',
    'y, z = LSTM <direction = "bidirectional", hidden_size = 8> (x, w, r)',
    'float32[5, 2, 2, 8]; float32[2, 2, 8]',
  ],
]);

table('reductions', [
  ['float[2,3,4] x', 'y = ReduceMean <axes = [1], keepdims = 0> (x)', 'float32[2, 4]', 17],
  ['float[2,3,4] x', 'a = Constant <value_ints = [-1]> ()\ny = ReduceMean (x, a)', 'float32[2, 3, 1]'],
  ['float[2,3,4] x', 'y = ReduceSum <keepdims = 0> (x)', 'float32[]'],
  ['float[2,3,4] x', 'y = ReduceSum <noop_with_empty_axes = 1> (x)', 'float32[2, 3, 4]'],
  ['float[2,3,4] x, int64[2] a', 'y = ReduceSum <keepdims = 0> (x, a)', 'float32[?]'],
  ['float[2,3,4] x', 'y = ArgMax <axis = -1, keepdims = 0> (x)', 'int64[2, 3]'],
  ['float16[2,3,4] x, float16[4] s', 'y, z = LayerNormalization (x, s)', 'float16[2, 3, 4]; float32[2, 3, 1]'],
]);

table('shapes', [
  ['float[N,3,4] x', 's = Constant <value_ints = [0,-1]> ()\ny = Reshape (x, s)', 'float32[N, 12]'],
  ['float[N,12,64] x', 's = Constant <value_ints = [0,0,4,16]> ()\ny = Reshape (x, s)', 'float32[N, 12, 4, 16]'],
  ['float[0,3] x', 's = Constant <value_ints = [3,0]> ()\ny = Reshape <allowzero = 1> (x, s)', 'float32[3, 0]'],
  ['float[2,3,4] x', 'y = Flatten <axis = 2> (x)', 'float32[6, 4]'],
  ['float[1,3,1] x', 'a = Constant <value_ints = [-1]> ()\ny = Squeeze (x, a)', 'float32[1, 3]'],
  ['float[1,N] x', 'y = Squeeze (x)', 'float32'],
  ['float[3] x', 'y = Unsqueeze <axes = [0,-1]> (x)', 'float32[1, 3, 1]', 11],
  ['float[2,3,N] x', 'y = Transpose <perm = [2,0,1]> (x)', 'float32[N, 2, 3]'],
  ['float[2,N] a, float[2,3] b', 'y = Concat <axis = -1> (a, b)', 'float32[2, N + 3]'],
  ['float[5] x', 'w, v, y, z = Split <num_outputs = 4> (x)', 'float32[1]; float32[0]'],
  ['float[7,2] x', 'y, z = Split <num_outputs = 2> (x)', 'float32[4, 2]; float32[3, 2]'],
  ['float[7,2] x', 's = Constant <value_ints = [2,5]> ()\ny, z = Split (x, s)', 'float32[2, 2]; float32[5, 2]'],
  ['float[5,6] x', 'y = Slice <starts = [1,0], ends = [-1,9223372036854775807]> (x)', 'float32[3, 6]', 9],
  [
    'float[10] x',
    'a = Constant <value_ints = [-1]> ()\nb = Constant <value_ints = [-9223372036854775807]> ()\nc = Constant <value_ints = [0]> ()\nd = Constant <value_ints = [-3]> ()\ny = Slice (x, a, b, c, d)',
    'float32[4]',
  ],
  [
    'float[N,6] x',
    'a = Constant <value_ints = [0]> ()\nb = Constant <value_ints = [9223372036854775807]> ()\ny = Slice (x, a, b)',
    'float32[N, 6]',
  ],
  ['float[1,3] x', 's = Constant <value_ints = [2,1,1]> ()\ny = Expand (x, s)', 'float32[2, 1, 3]'],
  ['float[2,3] x', 'r = Constant <value_ints = [2,2]> ()\ny = Tile (x, r)', 'float32[4, 6]'],
  [
    'float[1,3,4,5] x',
    'p = Constant <value_ints = [1,2,3,4]> ()\na = Constant <value_ints = [-2,-1]> ()\ny = Pad (x, p, , a)',
    'float32[1, 3, 8, 11]',
  ],
  [
    'float[1,3,4,5] x',
    's = Constant <value_floats = [1.0,1.0,2.0,2.5]> ()\ny = Resize (x, , s)',
    'float32[1, 3, 8, 12]',
  ],
  [
    'float[1,3,4,5] x',
    's = Constant <value_ints = [9,9]> ()\ny = Resize <axes = [2,3]> (x, , , s)',
    'float32[1, 3, 9, 9]',
  ],
  [
    'float[1,3,4,5] x',
    's = Constant <value_ints = [8,8]> ()\ny = Resize <axes = [2,3], keep_aspect_ratio_policy = "not_larger"> (x, , , s)',
    'float32[1, 3, 6, 8]',
  ],
  ['float[1,3,4,5] x', 'y = Upsample <scales = [1.0,1.0,2.0,3.0]> (x)', 'float32[1, 3, 8, 15]', 7],
  ['float[1,8,4,5] x', 'y = DepthToSpace <blocksize = 2> (x)', 'float32[1, 2, 8, 10]'],
  [
    'int64[3] i',
    'd = Constant <value_int = 5> ()\nv = Constant <value_floats = [0.0,1.0]> ()\ny = OneHot (i, d, v)',
    'float32[3, 5]',
  ],
  ['int64[2] s', 'y = ConstantOfShape (s)', 'float32[?, ?]'],
]);

table('indices', [
  ['float[10,4] x, int64[2,3] i', 'y = Gather (x, i)', 'float32[2, 3, 4]'],
  ['float[10,4] x, int64 i', 'y = Gather <axis = 1> (x, i)', 'float32[10]'],
  ['float[2,3,4] x, int64[5,2] i', 'y = GatherND (x, i)', 'float32[5, 4]'],
  ['float[2,9] x', 'k = Constant <value_ints = [3]> ()\ny, z = TopK (x, k)', 'float32[2, 3]; int64[2, 3]'],
  ['float[2,9] x', 'y = NonZero (x)', 'int64[2, ?]'],
  ['float[1,3,8,8] x, float[1,5,6,2] g', 'y = GridSample (x, g)', 'float32[1, 3, 5, 6]'],
]);

table('shape arithmetic', [
  // x.view(x.size(0), -1) as PyTorch exports it.
  [
    'float[N,3,4] x',
    's = Shape (x)\ni = Constant <value_int = 0> ()\nn = Gather (s, i)\na = Constant <value_ints = [0]> ()\nu = Unsqueeze (n, a)\nm = Constant <value_ints = [-1]> ()\nt = Concat <axis = 0> (u, m)\ny = Reshape (x, t)',
    'float32[N, 12]',
  ],
  [
    'float[2,6] x',
    's = Shape <start = 1> (x)\nt = Constant <value_ints = [2]> ()\nh = Div (s, t)\nz0 = Constant <value_ints = [0]> ()\no = Constant <value_ints = [1]> ()\ny = Slice (x, z0, h, o)',
    'float32[2, 3]',
  ],
  [
    'float[2,N] x',
    's = Shape (x)\nt = Constant <value_ints = [1,2]> ()\nm = Mul (s, t)\ny = Expand (x, s)\nz = ConstantOfShape (m)',
    'float32[2, N]; float32[2, 2*N]',
  ],
  [
    'float[2,3] x',
    's = Shape (x)\np = ReduceProd <keepdims = 0> (s)\na = Constant <value_int = 0> ()\nb = Constant <value_int = 1> ()\ny = Range (a, p, b)',
    'int64[6]',
  ],
  // Sizes through floats, as old exporters upsample.
  [
    'float[1,1,5,7] x',
    's = Shape <start = 2> (x)\nf = Cast <to = 1> (s)\nk = Constant <value_float = 2.5> ()\nm = Mul (f, k)\nl = Floor (m)\ni = Cast <to = 7> (l)\no = Constant <value_ints = [1,1]> ()\nt = Concat <axis = 0> (o, i)\ny = Resize (x, , , t)',
    'float32[1, 1, 12, 17]',
  ],
  [
    'float[2,3] x',
    's = Shape (x)\nt = Constant <value_ints = [2,5]> ()\nq = Equal (s, t)\nw = Where (q, s, t)\ny = ConstantOfShape (w)',
    'float32[2, 5]',
  ],
]);

test('both branches of If give what they agree on', () => {
  const body = `y = If (c) <then_branch = a () => (float[2,3] p) { p = Relu (x) },
    else_branch = b () => (float[2,N] q) { q = Concat <axis = 1> (x, x) }>`;
  expect(inferred('bool c, float[2,3] x', body).types).toBe('float32[2, ?]');
});

/** What If gives of `then`, which is one node, and of Relu. */
const either = (then: string) =>
  `y = If (c) <then_branch = a () => (p) { ${then} }, else_branch = b () => (q) { q = Relu (x) }>`;

test('a branch that is never taken may contradict what is worked out of shapes', () => {
  const body = `s = Size (x)\nk = Constant <value_ints = [1]> ()\nt = Reshape (s, k)\n${either('p = Reshape (x, t)')}`;
  expect(inferred('bool c, float[2,3] x', body)).toEqual({ types: 'float32', problems: [] });
  const wrong = `s = Shape (x)\nk = Constant <value_ints = [-1]> ()\nt = Concat <axis = 0> (s, s)\n${either('p = Reshape (x, t)')}`;
  expect(inferred('bool c, float[2,3] x', wrong)).toEqual({ types: 'float32', problems: [] });
});

test('nor does it say what shapes contradict that others were worked out to', () => {
  const sizes = 's = Shape (x)\nk = Constant <value_ints = [1,1]> ()\nt = Mul (s, k)\nr = Reshape (x, t)';
  const body = `${sizes}\n${either('a = Constant <value_ints = [0]> () p = Squeeze (r, a)')}`;
  expect(inferred('bool c, float[2,3] x', body)).toEqual({ types: 'float32', problems: [] });
});

test('the branch that the shapes decide gives the type', () => {
  const decided = 's = Size (x)\nk = Constant <value_int = 1> ()\nc = Equal (s, k)';
  const body = `${decided}\n${either('a = Constant <value_ints = [0]> () p = Squeeze (x, a)')}`;
  expect(inferred('float[2,3] x', body).types).toBe('float32[2, 3]');
});

test('what a branch contradicts by itself is said', () => {
  const { problems } = inferred('bool c, float[2,3] x', either('p = Squeeze <axes = [0]> (x)'), 11);
  expect(problems).toEqual(['The model is not valid: Squeeze: size of axis 0: 2 is not 1.']);
});

test('Loop stacks what its body gives besides the carried values', () => {
  const body = `y, z = Loop (n, , x) <body = b (int64 i, bool c, float[2] a) => (bool d, float[2] e, float[2] f) {
    d = Identity (c)
    e = Add (a, a)
    f = Neg (e)
  }>`;
  expect(inferred('int64 n, float[2] x', body).types).toBe('float32[2]; float32[?, 2]');
});

test.each([
  ['float[2,3] a, float[4] b', 'y = Add (a, b)', 'sizes 3 and 4 do not broadcast'],
  ['float[2,3] a, float[4,5] b', 'y = MatMul (a, b)', 'inner sizes: 3 is not 4'],
  ['float[2,3] a, float[3,3] b', 'y = Concat <axis = 1> (a, b)', 'size of axis 0: 2 is not 3'],
  ['float[1,3,4,4] x, float[8,4,3,3] w', 'y = Conv (x, w)', 'channels of the data and of the weight: 3 is not 4'],
  ['float[1,3,2,2] x', 'y = MaxPool <kernel_shape = [3,3]> (x)', 'a window of 3 does not fit into 2'],
  [
    'float[2,3] x',
    's = Constant <value_ints = [4,-1]> ()\ny = Reshape (x, s)',
    '6 elements do not divide into [4, -1]',
  ],
  ['float[2,3] x', 'y = Softmax <axis = 2> (x)', 'axis 2 lies outside of rank 2'],
])('%s: %s contradicts itself', (inputs, body, message) => {
  const { problems } = inferred(inputs, body);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test('what a rule does not know keeps what the file declared', () => {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]> g (float[2,3] x) => (float[2,3] y) {
      t = acme.Mystery (x)
      y = Relu (t)
    }`,
    'case.onnxtxt',
  );
  expect(inferModel(model)).toEqual([]);
  expect(typeText(model.graph.outputs[0]?.type)).toBe('float32[2, 3]');
});

test('every operator that conversions make has a shape rule', () => {
  const operators =
    'Conv ConvTranspose MaxPool Gemm MatMul Softmax LayerNormalization Resize Split ScatterND CumSum Trilu Mod';
  for (const op of operators.split(' ')) expect(hasShapeRule(op), op).toBe(true);
});
