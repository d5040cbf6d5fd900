import { describe, expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { expectSame, modelOf, refusals } from './stepping.ts';

/** Rows: inputs and outputs, nodes, from, to, the operators of the result, and the tolerance where it is not 1e-5. */
type Row = readonly [graph: string, nodes: string, from: number, to: number, gives: string, within?: number];

function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [graph, nodes, from, to, gives, within] of rows) {
      test(`${nodes} from ${from} to ${to}`, async () => {
        await expectSame({ graph, nodes, from, to, gives, ...(within !== undefined && { within }) });
      });
    }
  });
}

const x = 'float[2,3,4] x => float[2,3,4] y';

table('activations', [
  [x, 'y = Softmax <axis = 1> (x)', 13, 12, 'Transpose Softmax Transpose'],
  [x, 'y = Softmax (x)', 13, 11, 'Softmax'],
  [x, 'y = LogSoftmax <axis = 1> (x)', 11, 13, 'Flatten LogSoftmax Shape Reshape'],
  [x, 'y = Softmax <axis = 2> (x)', 11, 22, 'Softmax'],
  [x, 'y = HardSwish (x)', 14, 13, 'HardSigmoid Mul'],
  [x, 'y = Mish (x)', 22, 17, 'Softplus Tanh Mul'],
  [x, 'y = Gelu (x)', 22, 13, 'Mul Mul Erf Add Mul'],
  [x, 'y = Gelu <approximate = "tanh"> (x)', 20, 19, 'Mul Mul Mul Add Mul Mul Tanh Add Mul'],
  ['float16[2,8] x => float16[2,8] y', 'y = Gelu (x)', 20, 13, 'Mul Mul Erf Add Mul', 4e-3],
  [x, 'y = Celu <alpha = 2.0> (x)', 12, 11, 'Div Elu Mul'],
  ['int32[2,3] x => int32[2,3] y', 'y = Relu (x)', 14, 13, 'Max'],
  [x, 'm = Constant <value_float = -0.5> ()\ny = Clip (x, m)', 13, 10, 'Clip'],
  [x, 'y = Clip <min = -0.5, max = 0.25> (x)', 9, 22, 'Clip'],
  [x, 'y = Dropout <ratio = 0.3> (x)', 10, 22, 'Dropout'],
  [x, 'r = Constant <value_float = 0.3> ()\ny = Dropout (x, r)', 22, 9, 'Dropout'],
  ['float[2,3] x, double[1] t => double[2,3] y', 'y = CastLike (x, t)', 15, 14, 'Cast'],
  ['float[2,3] a, float[2,3] b => bool[2,3] y', 'y = GreaterOrEqual (a, b)', 12, 11, 'Greater Equal Or'],
]);

table('normalisations', [
  [
    'float[2,3,8] x, float[8] s, float[8] b => float[2,3,8] y',
    'y = LayerNormalization (x, s, b)',
    22,
    13,
    'ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Add',
  ],
  [
    'float[2,3,8] x, float[3,8] s => float[2,3,8] y, float[2,1,1] m, float[2,1,1] d',
    'y, m, d = LayerNormalization <axis = 1, epsilon = 0.01> (x, s)',
    17,
    16,
    'ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Reciprocal',
  ],
  [
    'float16[2,8] x, float16[8] s, float16[8] b => float16[2,8] y',
    'y = LayerNormalization (x, s, b)',
    17,
    13,
    'Cast ReduceMean Sub Mul ReduceMean Add Sqrt Div Cast Mul Add',
    4e-3,
  ],
  [
    'float[2,6,5,5] x, float[6] s, float[6] b => float[2,6,5,5] y',
    'y = GroupNormalization <num_groups = 3> (x, s, b)',
    22,
    17,
    'Reshape InstanceNormalization Reshape Unsqueeze Mul Unsqueeze Add',
  ],
  [
    'float[2,6,5,5] x, float[3] s, float[3] b => float[2,6,5,5] y',
    'y = GroupNormalization <num_groups = 3> (x, s, b)',
    18,
    21,
    'Reshape Expand Reshape Reshape Expand Reshape GroupNormalization',
  ],
  [
    'float[2,3,4,4] x => float[2,3,4,4] y',
    `s = Constant <value_floats = [1.0, 2.0, 0.5]> ()
     b = Constant <value_floats = [0.0, 1.0, -1.0]> ()
     m = Constant <value_floats = [0.1, -0.1, 0.0]> ()
     v = Constant <value_floats = [1.0, 0.5, 2.0]> ()
     y = BatchNormalization (x, s, b, m, v)`,
    15,
    12,
    'BatchNormalization',
  ],
  [
    'float[2,4,8] x, float[8] s => float[2,4,8] y',
    'y = RMSNormalization (x, s)',
    23,
    17,
    'Mul ReduceMean Add Sqrt Div Mul',
  ],
]);

table('reductions', [
  [
    'float[2,3,4] x => float[2,4] y',
    'a = Constant <value_ints = [1]> ()\ny = ReduceMean <keepdims = 0> (x, a)',
    22,
    13,
    'ReduceMean',
  ],
  ['float[2,3,4] x => float[2,1,4] y', 'y = ReduceL2 <axes = [1]> (x)', 13, 22, 'ReduceL2'],
  ['float[2,3,4] x => float[1,1,1] y', 'y = ReduceSum (x)', 13, 12, 'ReduceSum'],
  ['float[2,3,4] x => float[2,3,1] y', 'y = ReduceSum <axes = [-1]> (x)', 11, 13, 'ReduceSum'],
  [
    'float[2,3,4] x => float[2,3,1] y',
    'a = Constant <value_ints = [-1]> ()\ny = ReduceSum (x, a)',
    13,
    10,
    'ReduceSum',
  ],
  [x, 'y = ReduceMax <noop_with_empty_axes = 1> (x)', 18, 17, 'Identity'],
  [
    'bool[2,3] x => bool[2,1] y',
    'a = Constant <value_ints = [1]> ()\ny = ReduceMax (x, a)',
    20,
    17,
    'Cast ReduceMax Cast',
  ],
]);

table('shapes', [
  ['float[1,3,1] x => float[3] y', 'a = Constant <value_ints = [0, -1]> ()\ny = Squeeze (x, a)', 13, 10, 'Squeeze'],
  ['float[3] x => float[1,3,1] y', 'y = Unsqueeze <axes = [0, -1]> (x)', 11, 22, 'Unsqueeze'],
  [
    'float[7,2] x => float[3,2] y, float[3,2] z, float[1,2] w',
    'y, z, w = Split <num_outputs = 3> (x)',
    18,
    11,
    'Split',
  ],
  ['float[6,2] x => float[3,2] y, float[3,2] z', 'y, z = Split (x)', 13, 18, 'Split'],
  ['float[7,2] x => float[3,2] y, float[4,2] z', 'y, z = Split <split = [3, 4]> (x)', 11, 22, 'Split'],
  [
    'float[1,2,3,4] x => float[1,2,5,9] y',
    'p = Constant <value_ints = [1, 2, 1, 3]> ()\na = Constant <value_ints = [-2, 3]> ()\ny = Pad (x, p, , a)',
    22,
    10,
    'Pad',
  ],
  ['float[2,3] x => float[4,3] y', 'y = Pad <pads = [1, 0, 1, 0], value = 2.5> (x)', 9, 22, 'Pad'],
  [
    'float[2,3,4] x => float[3,2,4] y',
    's = Constant <value_ints = [3, 2, -1]> ()\ny = Reshape (x, s)',
    22,
    13,
    'Reshape',
  ],
  [
    'float[0,3] x => float[0,1,3] y',
    's = Constant <value_ints = [0, 1, 3]> ()\ny = Reshape <allowzero = 1> (x, s)',
    14,
    13,
    'Reshape',
  ],
  ['float[2,3,4] x => int64[2] y', 'y = Shape <start = -2> (x)', 22, 13, 'Shape Slice'],
  ['float[5,6] x => float[3,6] y', 'y = Slice <starts = [1], ends = [-1]> (x)', 9, 22, 'Slice'],
  [
    'float[5,6] x => float[5,3] y',
    's = Constant <value_ints = [-4]> ()\ne = Constant <value_ints = [-1]> ()\na = Constant <value_ints = [-1]> ()\ny = Slice (x, s, e, a)',
    13,
    9,
    'Slice',
  ],
  ['float[2,4,4] x => float[2,4,4] y', 'y = Trilu <upper = 0> (x)', 14, 13, 'Where'],
  [
    'float[3,5] x, int64 k => float[3,5] y',
    'y = Trilu (x, k)',
    14,
    12,
    'Add Unsqueeze Cast Unsqueeze Cast Less Not Where',
  ],
  ['float[2,3] a, float[3,2] b => float[2,2] y', 'y = Gemm (a, b)', 13, 9, 'Gemm'],
  ['float[2,3] a, float[2,3] b => float[4,3] y', 'y = Concat <axis = -2> (a, b)', 13, 9, 'Concat'],
  ['float[2,3] x => float[2,3] y', 'c = Constant <value_float = 2.0> ()\ny = Mul (x, c)', 13, 9, 'Mul'],
]);

table('empty tensors', [
  [
    'float[0,3] x => float[3,0] y',
    's = Constant <value_ints = [3, 0]> ()\ny = Reshape <allowzero = 1> (x, s)',
    14,
    13,
    'ConstantOfShape',
  ],
]);

table('images', [
  [
    'float[1,2,4,4] x => float[1,2,8,8] y',
    's = Constant <value_floats = [2.0, 2.0]> ()\ny = Resize <axes = [2, 3], mode = "linear"> (x, , s)',
    22,
    13,
    'Resize',
  ],
  [
    'float[1,2,4,4] x => float[1,2,7,9] y',
    's = Constant <value_ints = [7, 9]> ()\ny = Resize <axes = [-2, -1]> (x, , , s)',
    18,
    11,
    'Resize',
  ],
  [
    'float[1,2,4,4] x => float[1,2,8,12] y',
    's = Constant <value = float[4] {1.0, 1.0, 2.0, 3.0}> ()\ny = Upsample (x, s)',
    9,
    22,
    'Resize',
  ],
  [
    'float[1,2,4,4] x => float[1,2,8,8] y',
    's = Constant <value_floats = [1.0, 1.0, 2.0, 2.0]> ()\ny = Resize <mode = "linear", coordinate_transformation_mode = "asymmetric"> (x, , s)',
    13,
    9,
    'Upsample',
  ],
  [
    'float[1,2,7,8] x => float[1,2,4,4] y',
    'y = MaxPool <kernel_shape = [2, 3], strides = [2, 2], pads = [0, 1, 0, 1], ceil_mode = 1> (x)',
    22,
    13,
    'MaxPool',
  ],
  // A window that would start in the padding.
  [
    'float[1,2,6,6] x => float[1,2,3,3] y',
    'y = MaxPool <kernel_shape = [3, 3], strides = [3, 3], pads = [2, 2, 2, 2], ceil_mode = 1> (x)',
    22,
    21,
    'MaxPool',
  ],
  [
    'float[1,2,7,7] x => float[1,2,4,4] y',
    'y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], ceil_mode = 1> (x)',
    22,
    13,
    'AveragePool',
  ],
  [
    'float[1,2,6,6] x => float[1,2,4,4] y',
    'y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], ceil_mode = 1, count_include_pad = 1> (x)',
    22,
    13,
    'Pad AveragePool',
  ],
  [
    'float[1,2,6,6] x, float[1,3,3,2] g => float[1,2,3,3] y',
    'y = GridSample <mode = "linear"> (x, g)',
    20,
    16,
    'GridSample',
  ],
  [
    'float[1,2,6,6] x, float[1,3,3,2] g => float[1,2,3,3] y',
    'y = GridSample <mode = "bicubic"> (x, g)',
    16,
    22,
    'GridSample',
  ],
]);

table('columns', [
  [
    'float[2,24,4] x => float[2,2,5,6] y',
    'i = Constant <value_ints = [5, 6]> ()\nb = Constant <value_ints = [3, 4]> ()\ny = Col2Im <pads = [1, 0, 0, 1], strides = [2, 2]> (x, i, b)',
    18,
    17,
    'Reshape ConvTranspose Reshape',
  ],
  [
    'float[n,24,4] x => float[n,2,5,6] y',
    'i = Constant <value_ints = [5, 6]> ()\nb = Constant <value_ints = [3, 4]> ()\ny = Col2Im <pads = [1, 0, 0, 1], strides = [2, 2]> (x, i, b)',
    18,
    17,
    'Reshape ConvTranspose Reshape',
  ],
  [
    'float[1,4,15] x => float[1,2,4,6] y',
    'i = Constant <value_ints = [4, 6]> ()\nb = Constant <value_ints = [1, 2]> ()\ny = Col2Im <dilations = [2, 3], strides = [1, 1], pads = [0, 0, 1, 0]> (x, i, b)',
    18,
    13,
    'Reshape ConvTranspose Reshape',
  ],
]);

table('indices and the rest', [
  ['int8[4] a, int8[4] b => int8[4] y', 'y = Sub (a, b)', 14, 13, 'Cast Cast Sub Cast'],
  ['float16[4] x => bool[4] y', 'y = IsInf (x)', 20, 19, 'Cast IsInf'],
  [
    'float[2,2,3] x => float[2,4,5,2] y',
    's = Constant <value_ints = [2, 3, 4, 5]> ()\ny = AffineGrid (x, s)',
    20,
    17,
    'Transpose MatMul Reshape',
  ],
  [
    'float[2,3,4] x => float[2,3,4,5,3] y',
    's = Constant <value_ints = [2, 1, 3, 4, 5]> ()\ny = AffineGrid <align_corners = 1> (x, s)',
    20,
    13,
    'Transpose MatMul Reshape',
  ],
  [
    'float[2,5] x => float[2,3] y, int64[2,3] z',
    'k = Constant <value = int64[1] {3}> ()\ny, z = TopK (x, k)',
    11,
    9,
    'TopK',
  ],
  ['float[2,5] x => float[2,3] y, int64[2,3] z', 'y, z = TopK <k = 3> (x)', 9, 11, 'TopK'],
  ['float[3,3] x, int64[1,3] i, float[1,3] u => float[3,3] y', 'y = Scatter (x, i, u)', 9, 22, 'ScatterElements'],
  [
    'float[3,3] x, int64[1,3] i, float[1,3] u => float[3,3] y',
    'y = ScatterElements <reduction = "none"> (x, i, u)',
    18,
    13,
    'ScatterElements',
  ],
  ['float[4] x, int64[4] e => float[4] y', 'y = Pow (x, e)', 12, 11, 'Cast Pow'],
  ['int32[4] x => int32[4] y', 'y = BitwiseNot (x)', 18, 17, 'Sub'],
  [
    'float[4] x => uint8[4] y',
    's = Constant <value_float = 0.1> ()\ny = QuantizeLinear <output_dtype = 2> (x, s)',
    21,
    13,
    'QuantizeLinear',
  ],
  [
    'float[4] x => int8[4] y',
    's = Constant <value_float = 0.1> ()\nz = Constant <value = int8 {3}> ()\ny = QuantizeLinear (x, s, z)',
    21,
    12,
    'QuantizeLinear',
  ],
  [
    'int8[3,2,4] x => float[3,2,4] y',
    's = Constant <value = float[2] {0.1, 0.3}> ()\nz = Constant <value = int8[2] {3, -7}> ()\ny = DequantizeLinear <axis = -2> (x, s, z)',
    21,
    12,
    'Cast Sub Mul',
  ],
  [
    'int32[3,2] x => float[3,2] y',
    's = Constant <value = float[3] {0.1, 0.3, 0.7}> ()\ny = DequantizeLinear <axis = 0> (x, s)',
    21,
    12,
    'Cast Mul',
  ],
  [
    'uint8[3,2] x, float[3] s => float[3,2] y',
    'z = Constant <value = uint8[3] {3, 255, 0}> ()\ny = DequantizeLinear <axis = 0> (x, s, z)',
    21,
    12,
    'Cast Sub Reshape Mul',
  ],
  [
    'uint8[3,2] x => float[3,2] y',
    's = Constant <value = float {0.1}> ()\nz = Constant <value = uint8 {3}> ()\ny = DequantizeLinear (x, s, z)',
    21,
    9,
    'Cast Sub Mul',
  ],
  [
    'float[3,2,4] x => int8[3,2,4] y',
    's = Constant <value = float[2] {0.01, 0.003}> ()\nz = Constant <value = int8[2] {3, -7}> ()\ny = QuantizeLinear <axis = 1> (x, s, z)',
    21,
    12,
    'Div Round Add Clip Cast',
  ],
  [
    'float[1,8,1] x => float[1,5,2] y',
    'a = Constant <value_int = 1> ()\ny = DFT <onesided = 1> (x, , a)',
    20,
    17,
    'DFT',
  ],
]);

test('a batch that comes first is moved', async () => {
  // onnxruntime runs no batch-first layers: the moving is written out for the reference.
  const graph = 'float[2,5,3] x, float[1,8,3] w, float[1,8,8] r => float[2,5,1,8] y, float[2,1,8] h';
  const nodes = `t = Transpose <perm = [1,0,2]> (x)
    a, b = RNN <hidden_size = 8> (t, w, r)
    y = Transpose <perm = [2,0,1,3]> (a)
    h = Transpose <perm = [1,0,2]> (b)`;
  const reference = modelOf({ graph, nodes, from: 13 });
  const { model } = convertOpset(
    modelOf({ graph, nodes: 'y, h = RNN <hidden_size = 8, layout = 1> (x, w, r)', from: 22 }),
    13,
  );
  const inputs = randomInputs(reference.graph, { seed: 7 });
  const [expected, found] = [await runModel(encodeOnnx(reference), inputs), await runModel(encodeOnnx(model), inputs)];
  expect(worstDifference(compareOutputs(expected, found))).toBe(0);
});

test('steps go through subgraphs', async () => {
  const body = `y = If (c) <then_branch = t () => (float[2,3] p) { p = Gelu (x) }, else_branch = e () => (float[2,3] q) { q = Neg (x) }>`;
  const model = await expectSame({
    graph: 'bool c, float[2,3] x => float[2,3] y',
    nodes: body,
    from: 20,
    to: 17,
    gives: 'If',
  });
  const [branch] = [...(model.graph.outputs[0]?.producer?.subgraphs() ?? [])];
  expect([...(branch?.nodes ?? [])].map((node) => node.op)).toEqual(['Mul', 'Mul', 'Erf', 'Add', 'Mul']);
});

/** Rows: inputs and outputs, nodes, from, to, what the problem says. */
const REFUSED: readonly (readonly [string, string, number, number, string])[] = [
  ['string[4] a, string[4] b => string[4] y', 'y = StringConcat (a, b)', 20, 19, 'StringConcat needs opset 20: '],
  ['bfloat16[4] x => bfloat16[4] y', 'y = Neg (x)', 13, 12, 'at opset 12: Neg does not take bfloat16 for X'],
  [
    'float[2,3] x, int64[2] s => float[3,2] y',
    'y = Reshape <allowzero = 1> (x, s)',
    14,
    13,
    'a size of 0 in its target may mean 0',
  ],
  [
    'float[N,2,W,7] x => float[N,2,V,4] y',
    'y = AveragePool <kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1> (x)',
    19,
    18,
    'the sizes of its input decide',
  ],
  ['float[2,3] x => float[2,3] y', 'y = Dropout (x)', 6, 7, 'it runs in training mode'],
];

test.each(REFUSED)('%s { %s } from %i to %i is refused', (graph, nodes, from, to, message) => {
  const problems = refusals({ graph, nodes, from, to });
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.node?.outputs).toEqual(['y']);
});

test('every refused node is told once, however far the way', () => {
  const nodes = 'a = StringConcat (x, x)\nb = StringConcat (a, x)\ny = Identity (b)';
  const problems = refusals({ graph: 'string[4] x => string[4] y', nodes, from: 22, to: 13 });
  expect(problems.map((problem) => problem.node?.outputs)).toEqual([['a'], ['b']]);
});
