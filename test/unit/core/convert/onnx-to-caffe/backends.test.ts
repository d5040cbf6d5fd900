/**
 * The rules of every framework beside BVLC's and OpenCV's, run by the framework's own definitions (the reference interpreter
 * reads the file with its schema): one image, since that is all that some take. Who refuses stands in the row.
 */
import { describe, expect, test } from 'vitest';
import { CAFFE_BACKENDS } from '../../../../../src/core/targets/caffe-backends.ts';
import { problemsOf, runsTheSame } from './support.ts';

interface Case {
  readonly name: string;
  readonly graph: string;
  /** The layers that some frameworks make of it. */
  readonly layers?: Readonly<Record<string, string>>;
  /** Frameworks that refuse it. */
  readonly refused?: readonly string[];
}

/** They have no layer for powers. */
const WITHOUT_POWERS = ['mnn', 'tengine'];
const WITHOUT_LOGARITHM = ['mnn', 'tengine', 'nart', 'openvino'];

const CASES: readonly Case[] = [
  {
    name: 'convolution in groups, its two axes unlike',
    graph:
      'float[1,4,9,7] x, float[8,2,3,5] w, float[8] b => y = Conv <group = 2, strides = [1,2], pads = [1,2,1,2]> (x, w, b)',
  },
  {
    name: 'dilated convolution',
    graph: 'float[1,3,9,9] x, float[4,3,3,3] w => y = Conv <dilations = [2,2], pads = [2,2,2,2]> (x, w)',
    layers: { nart: 'HoleConvolution', ncnn: 'Convolution', ssd: 'Convolution' },
  },
  {
    name: 'convolution whose axes are dilated unlike',
    graph: 'float[1,3,9,9] x, float[4,3,3,3] w => y = Conv <dilations = [1,2], pads = [1,2,1,2]> (x, w)',
    refused: ['ncnn', 'mnn', 'tengine'],
  },
  {
    name: 'uneven padding',
    graph: 'float[1,2,8,8] x, float[2,2,3,3] w => y = Conv <pads = [0,0,1,1], strides = [2,2]> (x, w)',
    layers: { ncnn: 'Convolution Slice Slice', ssd: 'Convolution Slice Slice Silence' },
  },
  {
    name: 'transposed convolution in groups',
    graph:
      'float[1,4,5,5] x, float[4,2,3,3] w => y = ConvTranspose <group = 2, strides = [2,2], pads = [1,1,1,1], output_padding = [1,1]> (x, w)',
    layers: { tengine: 'DeConvolution Convolution Convolution' },
  },
  {
    name: 'normalisation that nothing takes in',
    graph:
      'float[1,3,4,4] x, float[3] s, float[3] b, float[3] m, float[3] variance => r = Relu (x) y = BatchNormalization <epsilon = 0.01> (r, s, b, m, variance)',
    layers: { ncnn: 'ReLU BatchNorm Scale', nart: 'ReLU BatchNorm Scale' },
  },
  {
    name: "resnet's pooling",
    graph: 'float[1,2,12,12] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)',
    layers: {
      ncnn: 'Pooling Slice Slice',
      nart: 'Pooling',
      openvino: 'Pooling',
      cambricon: 'Pooling',
      ascend: 'Pooling',
    },
  },
  {
    name: 'average with the padding counted',
    graph:
      'float[1,3,8,8] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1], count_include_pad = 1> (x)',
    layers: { ncnn: 'Pooling Slice Slice Reshape Scale Reshape', nart: 'Pooling' },
  },
  {
    name: 'average without the padding',
    graph: 'float[1,3,9,9] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)',
    layers: { ncnn: 'Pooling' },
  },
  {
    name: 'average whose last windows hang over',
    graph: 'float[1,2,8,8] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [0,0,1,1]> (x)',
  },
  {
    name: 'a window as large as the image, and strides',
    graph: 'float[1,2,5,9] x => y = MaxPool <kernel_shape = [3,9], strides = [2,2]> (x)',
  },
  {
    name: 'windows without a stride of their own',
    graph:
      'float[1,2,6,6] x => y = MaxPool <kernel_shape = [3,3], pads = [1,1,1,1]> (x) y1 = AveragePool <kernel_shape = [3,2]> (x)',
  },
  {
    name: 'average of planes, and classes',
    graph: 'float[1,4,5,4] x, float[4,3] w => g = GlobalAveragePool (x) f = Flatten (g) y = MatMul (f, w)',
  },
  {
    name: 'a squeeze and an excitation',
    graph: 'float[1,6,4,5] x => g = GlobalAveragePool (x) s = Sigmoid (g) y = Mul (x, s)',
    layers: {
      ncnn: 'Pooling Sigmoid Flatten Scale',
      nart: 'Pooling Sigmoid Reshape Scale',
      mnn: 'Pooling Sigmoid Deconvolution Eltwise',
      tengine: 'Pooling Sigmoid DeConvolution Eltwise',
      openvino: 'Pooling Sigmoid Tile Reshape Eltwise',
    },
  },
  {
    // MNN keeps one layout, whatever a blob was made by.
    name: 'factors of channels of what was reshaped',
    graph: 'float[1,30] x, float[1,6,1,1] w | int64[4] shape = {1,6,5,1} => r = Reshape (x, shape) y = Mul (r, w)',
    layers: { mnn: 'Reshape Scale', ncnn: 'Reshape Scale', bvlc: 'Reshape Scale' },
  },
  {
    name: 'a sum that spreads over channels',
    graph: 'float[1,6,4,5] x, float[1,1,4,5] x1 => y = Add (x, x1) y1 = Sub (x1, x)',
  },
  {
    name: 'an extreme that spreads over pixels',
    graph: 'float[1,6,4,5] x, float[1,6,1,1] x1 => y = Max (x, x1) y1 = Min (x, x1)',
  },
  { name: 'operands of unlike ranks', graph: 'float[1,3,4,5] x, float[1,5] x1 => y = Mul (x, x1)' },
  {
    name: 'constants by channel, by row, by column',
    graph:
      'float[1,5,4,4] x, float[5,1,1] c, float[4,1] d, float[4] f => y = Mul (x, c) y1 = Add (x, d) y2 = Mul (x, f)',
  },
  {
    name: 'constants of three axes',
    graph: 'float[1,5,6] x, float[6] c, float[5,1] d => y = Mul (x, c) y1 = Add (x, d)',
  },
  { name: 'bounds by channel', graph: 'float[1,3,4,4] x, float[3,1,1] c => y = Max (x, c) y1 = Min (x, c)' },
  {
    name: 'sums with coefficients, and of three',
    graph: 'float[1,3,4,4] x, float[1,3,4,4] x1 => y = Sub (x, x1) y1 = Mean (x, x1) y2 = Sum (x, x1, x)',
    layers: { tengine: 'Scale Eltwise Scale Scale Eltwise Eltwise Eltwise' },
  },
  {
    name: 'hard activations',
    graph: 'float[1,3,4,4] x => y = HardSwish (x) y1 = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x)',
    layers: { nart: 'HSwish HSigmoid' },
  },
  {
    name: 'a hard swish that is spelled out',
    graph:
      'float[1,3,4,4] x | float three = {3}, float six = {6}, float zero = {0} => a = Add (x, three) c = Clip (a, zero, six) m = Mul (x, c) y = Div (m, six)',
    layers: { nart: 'HSwish' },
  },
  {
    name: 'bounds',
    graph:
      'float[1,3,4,4] x | float lo = {-0.5}, float hi = {0.7}, float zero = {0}, float six = {6} => y = Clip (x, lo, hi) y1 = Clip (x, zero, six) y2 = Clip (x, lo)',
  },
  {
    name: 'exponential units',
    graph:
      'float[1,3,4,4] x => y = Elu <alpha = 0.7> (x) y1 = Selu (x) y2 = Celu <alpha = 0.5> (x) y3 = Abs (x) y4 = Gelu <approximate = "tanh"> (x)',
  },
  {
    name: 'slopes',
    graph: 'float[1,3,4,4] x, float[3,1,1] slope => y = PRelu (x, slope) y1 = LeakyRelu <alpha = 0.2> (x)',
  },
  {
    name: 'squares',
    graph: 'float[1,3,4,4] x | float two = {2} => y = Pow (x, two)',
    layers: { mnn: 'Eltwise', ncnn: 'Power' },
  },
  {
    name: 'roots',
    graph: 'float[1,3,4,4] x => s = Sigmoid (x) y = Sqrt (s) y1 = Reciprocal (s) y2 = Div (x, s)',
    refused: WITHOUT_POWERS,
  },
  { name: 'logarithms', graph: 'float[1,4,5,5] x => y = LogSoftmax <axis = 1> (x)', refused: WITHOUT_LOGARITHM },
  {
    name: 'softmax along each axis',
    graph: 'float[1,3,5,6] x => y = Softmax <axis = 1> (x) y1 = Softmax <axis = 2> (x) y2 = Softmax (x)',
  },
  {
    name: 'axes in another order',
    graph: 'float[1,3,4,5] x => y = Transpose <perm = [0,3,1,2]> (x) y1 = Transpose <perm = [0,2,1,3]> (x)',
    layers: { ncnn: 'Permute Permute', nart: 'Transpose Transpose' },
  },
  {
    name: 'two axes in another order',
    graph: 'float[1,12,7] x => y = Transpose <perm = [0,2,1]> (x)',
    layers: { ncnn: 'Reshape Permute Reshape' },
  },
  {
    name: 'channels in another order',
    graph:
      'float[1,12,3,4] x | int64[5] a = {1,3,4,3,4}, int64[4] b = {1,12,3,4} => t = Reshape (x, a) p = Transpose <perm = [0,2,1,3,4]> (t) y = Reshape (p, b)',
    layers: { ncnn: 'ShuffleChannel', nart: 'ShuffleChannel', mnn: 'ShuffleChannel', ssd: 'Reshape Permute Reshape' },
  },
  {
    name: 'channels to blocks of pixels',
    graph:
      'float[1,12,3,4] x => y = DepthToSpace <blocksize = 2> (x) y1 = DepthToSpace <blocksize = 2, mode = "CRD"> (x)',
  },
  { name: 'blocks of pixels to channels', graph: 'float[1,3,4,6] x => y = SpaceToDepth <blocksize = 2> (x)' },
  {
    name: 'joining and splitting',
    graph: 'float[1,6,3,3] x => p, q, r = Split <axis = 1, num_outputs = 3> (x) y = Concat <axis = 2> (r, p, q)',
  },
  {
    name: 'every second element, and the last first',
    graph:
      'float[1,3,4,20] x | int64[1] s = {1}, int64[1] e = {20}, int64[1] a = {3}, int64[1] d = {2}, int64[1] s1 = {-1}, int64[1] e1 = {-99}, int64[1] d1 = {-1} => y = Slice (x, s, e, a, d) y1 = Slice (x, s1, e1, a, d1)',
  },
  {
    name: 'borders of one number',
    graph: 'float[1,3,4,5] x | int64[8] pads = {0,1,1,2,0,0,3,0}, float v = {0.5} => y = Pad (x, pads, v)',
    layers: { nart: 'Pad' },
  },
  {
    name: 'borders that repeat',
    graph:
      'float[1,3,4,5] x | int64[8] pads = {0,0,1,2,0,0,3,0} => y = Pad <mode = "reflect"> (x, pads) y1 = Pad <mode = "edge"> (x, pads)',
  },
  {
    name: 'copies',
    graph:
      'float[1,3,2,5] x, float[1,3,1,5] x1 | int64[4] t = {1,2,1,3}, int64[4] s = {1,3,4,5} => y = Tile (x, t) y1 = Expand (x1, s)',
  },
  {
    name: 'products of rows',
    graph: 'float[1,3,5,6] x, float[1,5,6] x1, float[6,4] w => y = MatMul (x, w) y1 = MatMul (x1, w)',
    layers: { ncnn: 'Reshape InnerProduct Reshape InnerProduct' },
  },
  {
    name: 'a product and a sum',
    graph: 'float[1,6] x, float[4,6] w, float[4] b => y = Gemm <transB = 1, alpha = 0.5, beta = 2.0> (x, w, b)',
    layers: { nart: 'InnerProduct' },
  },
  {
    name: 'a product of two matrices',
    graph: 'float[1,3,4,5] x, float[1,3,5,6] x1 => y = MatMul (x, x1)',
    layers: {
      nart: 'MatMul',
      ascend: 'BatchMatMul',
      ncnn: 'MatMul',
      ssd: 'Reshape Tile Reshape Tile Reshape Reshape Eltwise Pooling Power Reshape',
    },
  },
  {
    name: 'means and sums over axes apart',
    graph:
      'float[1,3,4,5] x | int64[2] axes = {1,3} => y = ReduceMean (x, axes) y1 = ReduceSum (x, axes) y2 = ReduceMax (x, axes) y3 = ReduceMin (x, axes) y4 = ReduceL1 (x, axes) y5 = ReduceSumSquare (x, axes)',
  },
  {
    name: 'normalised rows',
    graph: 'float[1,6,10] x, float[10] s, float[10] b => y = LayerNormalization (x, s, b)',
  },
  {
    name: 'normalised planes and groups',
    graph:
      'float[1,6,4,5] x, float[6] s, float[6] b => y = InstanceNormalization (x, s, b) y1 = GroupNormalization <num_groups = 3> (x, s, b)',
  },
  {
    name: 'vectors of length 1, and those of length 0',
    graph: 'float[1,6,4] x => r = Relu (x) y = LpNormalization <axis = 1> (r) y1 = LpNormalization <axis = 2> (r)',
    layers: { ssd: 'ReLU Reshape Normalize Reshape Reshape Normalize Reshape' },
  },
  {
    name: 'responses of channels around',
    graph: 'float[1,6,4,5] x => y = LRN <size = 3, alpha = 0.5, beta = 0.6, bias = 2.0> (x)',
    layers: { nart: 'Eltwise Convolution Power Power Eltwise', tengine: 'LRN Scale', ssd: 'LRN' },
  },
  {
    name: 'attention',
    graph:
      'float[1,6,8] x | int64[4] heads = {1,6,2,4}, int64[3] rows = {1,6,8} => h = Reshape (x, heads) q = Transpose <perm = [0,2,1,3]> (h) k = Transpose <perm = [0,2,3,1]> (h) s = MatMul (q, k) p = Softmax (s) m = MatMul (p, q) t = Transpose <perm = [0,2,1,3]> (m) y = Reshape (t, rows)',
  },
  {
    name: 'products with spread matrices, and with a vector',
    graph:
      'float[1,2,5,6] x, float[1,1,6,4] x1, float[6] w, float[2,6,3] v => y = MatMul (x, x1) y1 = MatMul (x, w) y2 = MatMul (x, v)',
  },
  {
    name: 'sums of Einstein',
    graph:
      'float[1,4,6] x, float[1,5,6] x1, float[6,3] w => y = Einsum <equation = "bif,bjf->bij"> (x, x1) y1 = Einsum <equation = "bif,fk->bki"> (x, w) y2 = Einsum <equation = "bif->bf"> (x) y3 = Einsum <equation = "bif,bjf->bj"> (x, x1)',
  },
  {
    name: 'constants that are joined on, and go out',
    graph: 'float[1,6,5,4] x, float[1,2,5,4] c, float[1,7] d => y = Concat <axis = 1> (c, x) y1 = Identity (d)',
    layers: {
      ssd: 'Parameter Concat Parameter',
      ncnn: 'Flatten Slice ReLU6 InnerProduct Reshape Concat Flatten Slice ReLU6 InnerProduct',
    },
  },
  {
    name: 'what lies beyond the last window of a transposed convolution',
    graph:
      'float[1,4,5,5] x, float[4,3,2,2] w, float[3] b => y = ConvTranspose <strides = [3,3], output_padding = [2,2], pads = [1,1,0,0]> (x, w, b)',
  },
  {
    name: 'x times its sigmoid',
    graph:
      'float[1,3,4,4] x | float a = {1.702} => s = Sigmoid (x) z = Mul (s, x) y = AveragePool <kernel_shape = [2,2]> (z) m = Mul (x, a) t = Sigmoid (m) y1 = Mul (x, t)',
    layers: {
      ncnn: 'Swish Pooling Power Sigmoid Eltwise',
      intel: 'Swish Pooling Swish',
      'yolo-upsample': 'Swish Pooling Swish',
      ssd: 'Sigmoid Eltwise Pooling Power Sigmoid Eltwise',
    },
  },
  {
    name: 'long short-term memory, both ways and from a state',
    graph:
      'float[3,1,4] x, float[2,1,3] x1, float[2,12,4] w, float[2,12,3] r, float[2,24] b, float[2,1,3] c => y, y1, y2 = LSTM <hidden_size = 3, direction = "bidirectional"> (x, w, r, b, , x1, c)',
    refused: ['ncnn'],
  },
  {
    name: 'long short-term memory of several streams',
    graph:
      'float[4,2,3] x, float[1,8,3] w, float[1,8,2] r => y, y1, c = LSTM <hidden_size = 2, direction = "reverse"> (x, w, r)',
    layers: { ssd: 'Parameter Slice Concat LSTM Slice Concat Reshape Slice Reshape Reshape Silence' },
    refused: ['ncnn'],
  },
  {
    name: 'gated units, reset before the product and behind it, and plain ones',
    graph:
      'float[3,2,4] x, float[1,2,3] x1, float[1,9,4] w, float[1,9,3] r, float[1,18] b, float[1,3,4] v, float[1,3,3] s => y, y1 = GRU <hidden_size = 3> (x, w, r, b) y2 = GRU <hidden_size = 3, linear_before_reset = 1> (x, w, r, b, , x1) y3, y4 = RNN <hidden_size = 3> (x, v, s) y5 = RNN <hidden_size = 3, activations = ["Relu"]> (x, v, s, , , x1)',
    refused: ['ncnn'],
  },
  {
    name: 'a slope for each element',
    graph: 'float[1,3,4,4] x, float[3,4,4] slope => y = PRelu (x, slope)',
  },
  {
    name: 'pixels twice',
    graph:
      'float[1,3,4,5] x | float[4] s = {1,1,2,2} => y = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , s)',
    layers: {
      nart: 'NNUpsample',
      tengine: 'Upsample',
      ascend: 'Upsample',
      'yolo-upsample': 'Upsample',
      ncnn: 'Deconvolution',
    },
  },
  {
    name: 'between pixels, corner on corner',
    graph:
      'float[1,3,4,5] x | int64[4] s = {1,3,7,9} => y = Resize <mode = "linear", coordinate_transformation_mode = "align_corners"> (x, , , s)',
    layers: { openvino: 'Interp', cambricon: 'Interp', ascend: 'Interp' },
  },
  {
    name: 'between pixels, half a pixel in',
    graph:
      'float[1,3,4,5] x | int64[4] s = {1,3,8,10} => y = Resize <mode = "linear", coordinate_transformation_mode = "half_pixel"> (x, , , s)',
    layers: { ncnn: 'Interp', ssd: 'Reshape Convolution Reshape Reshape Convolution Reshape' },
  },
  {
    name: 'between four pixels',
    graph:
      'float[1,3,4,5] x | int64[4] s = {1,3,8,8} => y = Resize <mode = "cubic", coordinate_transformation_mode = "half_pixel"> (x, , , s)',
  },
  {
    name: 'outputs that are read again, and given twice',
    graph: 'float[1,3,4,4] x => y = Relu (x) y1 = Tanh (y) y2 = Identity (y1)',
  },
];

const TRIED = ['bvlc', 'bvlc-release', 'opencv'];
const OTHERS = CAFFE_BACKENDS.map(({ id }) => id).filter((id) => !TRIED.includes(id));

describe.each(OTHERS)('caffe:%s', (backend) => {
  test.each(CASES)('$name', async ({ graph, layers, refused }) => {
    if (refused?.includes(backend)) {
      expect(problemsOf(graph, backend).map(({ code }) => code)).toContainEqual(expect.stringMatching(/^unsupported-/));
      return;
    }
    const made = await runsTheSame(graph, backend);
    if (layers?.[backend] !== undefined) expect(made.layers.join(' ')).toBe(layers[backend]);
  });
});
