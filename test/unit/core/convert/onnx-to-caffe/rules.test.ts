/** Every rule, run: ONNX in onnxruntime against Caffe in the reference interpreter, and in OpenCV where that is the target. */
import { describe, expect, test } from 'vitest';
import { runsTheSame } from './support.ts';

/** A graph, and the layers that the backends make of it. */
const CASES: readonly (readonly [name: string, graph: string, layers: Readonly<Record<string, string>>])[] = [
  [
    'convolution',
    'float[1,3,9,8] x, float[4,3,3,3] w, float[4] b => y = Conv <pads = [1,1,1,1], strides = [2,1]> (x, w, b)',
    { bvlc: 'Convolution', opencv: 'Convolution' },
  ],
  [
    'grouped and dilated convolution of a batch',
    'float[2,4,9,9] x, float[6,2,3,3] w => y = Conv <group = 2, dilations = [2,2], pads = [2,2,2,2]> (x, w)',
    { bvlc: 'Convolution', opencv: 'Convolution' },
  ],
  [
    'uneven padding of a convolution',
    'float[1,2,8,8] x, float[2,2,3,3] w => y = Conv <pads = [0,0,1,1], strides = [2,2]> (x, w)',
    { bvlc: 'Convolution Slice Slice Silence', opencv: 'Convolution Slice Slice Power' },
  ],
  [
    'one-dimensional convolution',
    'float[1,3,10] x, float[4,3,3] w, float[4] b => y = Conv <pads = [1,1]> (x, w, b)',
    { bvlc: 'Reshape Convolution Reshape', opencv: 'Reshape Convolution Reshape' },
  ],
  [
    'automatic padding',
    'float[1,2,7,8] x, float[2,2,3,3] w => y = Conv <auto_pad = "SAME_UPPER", strides = [2,2]> (x, w)',
    {},
  ],
  [
    'transposed convolution',
    'float[1,4,5,5] x, float[4,3,4,4] w, float[3] b => y = ConvTranspose <strides = [2,2], pads = [1,1,1,1]> (x, w, b)',
    { bvlc: 'Deconvolution', opencv: 'Deconvolution' },
  ],
  [
    'transposed convolution in groups with output padding',
    'float[1,4,5,5] x, float[4,2,3,3] w => y = ConvTranspose <group = 2, strides = [2,2], pads = [1,1,1,1], output_padding = [1,1]> (x, w)',
    { bvlc: 'Deconvolution Slice Slice Silence' },
  ],
  [
    "resnet18's pooling, which Caffe rounds up",
    'float[1,2,12,12] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)',
    { bvlc: 'Pooling', opencv: 'Pooling', 'bvlc-release': 'Pooling Slice Slice Silence' },
  ],
  [
    'pooling rounded up',
    'float[1,2,10,10] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)',
    { bvlc: 'Pooling', opencv: 'Pooling', 'bvlc-release': 'Pooling' },
  ],
  [
    'pooling rounded up by padding at its end',
    'float[1,2,10,10] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [0,0,1,1]> (x)',
    { bvlc: 'Pooling', opencv: 'Pooling' },
  ],
  [
    'average with the padding counted',
    'float[1,2,9,9] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1], count_include_pad = 1> (x)',
    { bvlc: 'Pooling', opencv: 'Pooling' },
  ],
  [
    'average without the padding',
    'float[1,2,10,10] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (x)',
    { bvlc: 'Pooling Scale', opencv: 'Pooling Scale', 'bvlc-release': 'Pooling Slice Slice Scale Silence' },
  ],
  [
    'average rounded up',
    'float[1,2,8,8] x => y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [0,0,1,1]> (x)',
    { bvlc: 'Pooling', opencv: 'Pooling' },
  ],
  ['one-dimensional pooling', 'float[1,2,9] x => y = MaxPool <kernel_shape = [3], strides = [2]> (x)', {}],
  ['average of planes', 'float[2,3,5,4] x => y = GlobalAveragePool (x)', { bvlc: 'Pooling', opencv: 'Pooling' }],
  ['largest of planes', 'float[2,3,5,4] x => y = GlobalMaxPool (x)', { bvlc: 'Pooling', opencv: 'Pooling' }],
  [
    'mean over planes',
    'float[2,3,5,4] x | int64[2] axes = {2,3} => y = ReduceMean <keepdims = 0> (x, axes)',
    { bvlc: 'Pooling Flatten', opencv: 'Pooling Flatten' },
  ],
  ['sum over channels', 'float[2,3,5,4] x | int64[1] axes = {1} => y = ReduceSum (x, axes)', {}],
  ['largest of the last axis', 'float[2,3,7] x | int64[1] axes = {-1} => y = ReduceMax (x, axes)', {}],
  [
    'normalisation after a convolution',
    'float[1,2,5,5] x, float[3,2,3,3] w, float[3] s, float[3] b, float[3] m, float[3] variance => c = Conv (x, w) y = BatchNormalization (c, s, b, m, variance)',
    { bvlc: 'Convolution', opencv: 'Convolution' },
  ],
  [
    'factors of channels behind a transposed convolution in groups',
    'float[1,4,3,3] x, float[4,2,2,2] w, float[4,1,1] s => c = ConvTranspose <group = 2, strides = [2,2]> (x, w) y = Mul (c, s)',
    { bvlc: 'Deconvolution Scale', opencv: 'Deconvolution Split Scale' },
  ],
  [
    'normalisation after a transposed convolution in groups',
    'float[1,4,3,3] x, float[4,3,2,2] w, float[6] a, float[6] s, float[6] b, float[6] m, float[6] variance => c = ConvTranspose <group = 2, strides = [2,2]> (x, w, a) y = BatchNormalization (c, s, b, m, variance)',
    { bvlc: 'Deconvolution' },
  ],
  [
    'normalisation by itself',
    'float[2,3,4,4] x, float[3] s, float[3] b, float[3] m, float[3] variance => y = BatchNormalization <epsilon = 0.01> (x, s, b, m, variance)',
    { bvlc: 'BatchNorm Scale', opencv: 'BatchNorm Scale' },
  ],
  ['response normalisation', 'float[1,7,4,4] x => y = LRN <size = 5, alpha = 0.3, beta = 0.6, bias = 2.0> (x)', {}],
  ['softmax over channels', 'float[2,5,3,3] x => y = Softmax <axis = 1> (x)', { bvlc: 'Softmax', opencv: 'Softmax' }],
  ['softmax over the last axis', 'float[2,5,7] x => y = Softmax (x)', {}],
  [
    'clipping to 6',
    'float[1,3,4,4] x | float lo = {0}, float hi = {6} => t = Mul (x, hi) y = Clip (t, lo, hi)',
    { bvlc: 'Power Clip', opencv: 'Power ReLU6', 'bvlc-release': 'Power ReLU Power ReLU Power' },
  ],
  [
    'clipping to other bounds',
    'float[1,3,4,4] x | float lo = {-0.5}, float hi = {0.7} => y = Clip (x, lo, hi)',
    { bvlc: 'Clip', opencv: 'Power ReLU6 Power', 'bvlc-release': 'Power ReLU Power ReLU Power' },
  ],
  ['clipping from below', 'float[1,3,4,4] x | float lo = {-0.5} => y = Clip (x, lo)', { bvlc: 'Power ReLU Power' }],
  [
    'activations that are spelled out',
    'float[1,3,4,4] x | float zero = {0}, float a = {0.2}, float one = {1}, float[3,1,1] p = {0.1, 0.2, 0.3} => c = Greater (x, zero) m = Mul (x, a) y = Where (c, x, m) d = Less (x, zero) n = Mul (x, p) y1 = Where (d, n, x) e = Exp (x) o = Sub (e, one) q = Mul (o, a) f = GreaterOrEqual (x, zero) y2 = Where (f, x, q) g = LessOrEqual (x, zero) y3 = Where (g, zero, x)',
    { bvlc: 'ReLU PReLU ELU ReLU', opencv: 'ReLU PReLU ELU ReLU' },
  ],
  [
    'activations in a row',
    'float[1,3,4,4] x => a = LeakyRelu <alpha = 0.2> (x) b = Elu <alpha = 0.7> (a) c = Sigmoid (b) d = Tanh (c) e = Softplus (d) f = Abs (e) g = Exp (f) h = Log (g) i = Sqrt (h) j = Reciprocal (i) k = Neg (j) y = Relu (k) y1 = HardSwish (x) y2 = HardSigmoid (x) y3 = Mish (x) y4 = Softsign (x) y5 = Selu (x)',
    {},
  ],
  [
    'slopes by channel',
    'float[2,3,4,4] x, float[3,1,1] slope => y = PRelu (x, slope)',
    { bvlc: 'PReLU', opencv: 'PReLU' },
  ],
  [
    'powers',
    'float[2,1,4,4] x, float[1] s, float[1] b, float[1] m, float[1] variance | float two = {2}, float c = {3} => p = Pow (x, two) y = Add (p, c) e = Exp (x) r = Reciprocal (e) y1 = Mul (r, c) q = Pow (x, two) y2 = BatchNormalization (q, s, b, m, variance)',
    { bvlc: 'Power Power Exp Power Power Power BatchNorm Scale' },
  ],
  [
    'sum, difference, product, quotient, extremes',
    'float[1,3,4,4] x, float[1,3,4,4] x1 => y = Add (x, x1) y1 = Sub (x, x1) y2 = Mul (x, x1) e = Exp (x1) y3 = Div (x, e) y4 = Max (x, x1) y5 = Min (x, x1) y6 = Sum (x, x1, x) y7 = Mean (x, x1)',
    {},
  ],
  [
    'constants of one number',
    'float[1,3,4,4] x | float c = {3} => y = Add (x, c) y1 = Sub (c, x) y2 = Mul (c, x) y3 = Div (x, c) e = Exp (x) y4 = Div (c, e) y5 = Max (x, c) y6 = Min (x, c)',
    {},
  ],
  [
    'constants by channel',
    'float[2,3,4,4] x, float[3,1,1] c, float[1,3,1,1] d => a = Mul (x, c) b = Add (a, d) y = Sub (c, b)',
    { bvlc: 'Scale Bias Power Bias', opencv: 'Scale Scale Power Scale' },
  ],
  ['constants by row', 'float[2,3,4,5] x, float[4,1] c => y = Mul (x, c)', { bvlc: 'Scale', opencv: 'Scale' }],
  ['constants along the last axis', 'float[2,6] x, float[6] c => a = Mul (x, c) y = Add (a, c)', {}],
  ['a factor for each plane', 'float[2,3,4,5] x, float[2,3,1,1] x1 => y = Mul (x, x1)', { bvlc: 'Flatten Scale' }],
  [
    'joining and splitting',
    'float[1,4,3,3] x, float[1,2,3,3] x1 => a = Concat <axis = 1> (x, x1) p, q, r = Split <axis = 1, num_outputs = 3> (a) y = Concat <axis = 3> (r, p)',
    { bvlc: 'Concat Slice Concat Silence', opencv: 'Concat Slice Concat' },
  ],
  [
    'cutting',
    'float[1,4,6,6] x | int64[2] from = {1,-4}, int64[2] to = {3,9223372036854775807}, int64[2] axes = {1,3} => y = Slice (x, from, to, axes)',
    {},
  ],
  [
    'padding with numbers',
    'float[1,2,4,4] x | int64[8] pads = {0,0,1,2,0,0,0,-1}, float v = {0.5} => y = Pad (x, pads, v)',
    {},
  ],
  [
    'reshapes',
    'float[2,3,4,4] x | int64[3] s = {2,-1,8} => a = Reshape (x, s) y = Flatten (a)',
    { bvlc: 'Reshape Flatten', opencv: 'Reshape Flatten' },
  ],
  [
    'channels to blocks of pixels, the block first',
    'float[2,12,3,4] x => y = DepthToSpace <blocksize = 2> (x)',
    { bvlc: 'Deconvolution', opencv: 'Reshape Permute Reshape' },
  ],
  [
    'channels to blocks of pixels, the block last',
    'float[2,18,3,2] x => y = DepthToSpace <blocksize = 3, mode = "CRD"> (x)',
    { bvlc: 'Deconvolution', opencv: 'Reshape Permute Reshape' },
  ],
  [
    'blocks of pixels to channels',
    'float[2,3,4,6] x => y = SpaceToDepth <blocksize = 2> (x)',
    { bvlc: 'Convolution', opencv: 'Reshape Permute Reshape' },
  ],
  [
    'channels to blocks, spelled out',
    'float[1,8,3,4] x | int64[6] a = {1,2,2,2,3,4}, int64[4] b = {1,2,6,8} => t = Reshape (x, a) p = Transpose <perm = [0,1,4,2,5,3]> (t) y = Reshape (p, b)',
    { bvlc: 'Deconvolution', 'bvlc-release': 'Deconvolution', opencv: 'Reshape Permute Reshape' },
  ],
  [
    'channels exchanged between groups',
    'float[2,12,3,4] x | int64[5] a = {2,3,4,3,4}, int64[4] b = {2,12,3,4} => t = Reshape (x, a) p = Transpose <perm = [0,2,1,3,4]> (t) y = Reshape (p, b)',
    { bvlc: 'Convolution', opencv: 'Reshape Permute Reshape' },
  ],
  [
    'channels in another order, in few pieces',
    'float[2,6,3,4] x | int64[6] k = {3,4,5,-6,1,2} => y = Gather <axis = 1> (x, k)',
    { bvlc: 'Slice Slice Concat Silence', opencv: 'Slice Slice Concat' },
  ],
  ['rows picked one by one', 'float[2,3,7,4] x | int64[2,2] k = {6,0,2,2} => y = Gather <axis = 2> (x, k)', {}],
  ['one row', 'float[2,3,7,4] x | int64 k = {2} => y = Gather <axis = 2> (x, k)', {}],
  [
    'channels of a sequence picked one by one',
    'float[2,10,5] x | int64[9] k = {9,7,5,3,1,0,2,4,6} => y = Gather <axis = 1> (x, k)',
    { bvlc: 'Reshape Convolution Reshape' },
  ],
  ['moving axes of size 1', 'float[2,1,4,5] x => y = Transpose <perm = [0,2,1,3]> (x)', { bvlc: 'Reshape' }],
  [
    'fully connected',
    'float[2,6] x, float[4,6] w, float[4] b => y = Gemm <transB = 1, alpha = 0.5, beta = 2.0> (x, w, b)',
    { bvlc: 'InnerProduct', opencv: 'InnerProduct' },
  ],
  ['product with a matrix', 'float[2,3,6] x, float[6,4] w => y = MatMul (x, w)', { bvlc: 'InnerProduct' }],
  [
    'product with a turned matrix',
    'float[2,6] x, float[4,6] w => t = Transpose (w) y = MatMul (x, t)',
    { bvlc: 'InnerProduct' },
  ],
  [
    'what does nothing',
    'float[1,3,4,4] x | int64[4] s = {1,3,4,4} => a = Identity (x) b = Dropout (a) c = Reshape (b, s) y = Relu (c)',
    { bvlc: 'ReLU', opencv: 'ReLU' },
  ],
  [
    'outputs that are read again, and given twice',
    'float[1,3,4,4] x => y = Relu (x) y1 = Tanh (y) y2 = Identity (y1)',
    { bvlc: 'ReLU TanH Power Power Power' },
  ],
  [
    'a constant output',
    'float[1,3] x, float[1,3] c => y = Relu (x) y1 = Identity (c)',
    { bvlc: 'ReLU Parameter', opencv: 'ReLU Const' },
  ],
];

describe.each(['bvlc', 'bvlc-release', 'opencv'])('caffe:%s', (backend) => {
  test.each(CASES)('%s', async (_name, graph, layers) => {
    const made = await runsTheSame(graph, backend);
    if (layers[backend] !== undefined) expect(made.layers.join(' ')).toBe(layers[backend]);
  });
});

test('axes move in OpenCV', async () => {
  const made = await runsTheSame('float[2,3,4,5] x => y = Transpose <perm = [0,3,1,2]> (x)', 'opencv');
  expect(made.layers).toEqual(['Permute']);
});

test('an input that goes out as it is keeps its name, and the output gets a layer', async () => {
  const { prototxt, layers } = await runsTheSame('float[1,3,4,4] x => y = Identity (x)', 'opencv');
  expect(prototxt).toMatch(/name: "x"\s+type: "Input"/);
  expect(layers).toEqual(['Power']);
});

test('OpenCV writes over an input that is only joined with constants: a layer copies it', async () => {
  const { layers } = await runsTheSame('float[1,6,5] x, float[1,2,5] c => y = Concat <axis = 1> (x, c)', 'opencv');
  expect(layers).toEqual(['Const', 'Power', 'Concat']);
});

test('BVLC has no layer that exchanges axes: Im2col does', async () => {
  const made = await runsTheSame('float[2,3,14,15] x => y = Transpose <perm = [0,3,1,2]> (x)', 'bvlc');
  expect(made.layers).toEqual(['Reshape', 'Im2col', 'Reshape']);
  const five = await runsTheSame('float[2,3,9,2,5] x => y = Transpose <perm = [3,0,4,2,1]> (x)', 'bvlc');
  expect(five.layers.filter((type) => type !== 'Reshape')).toEqual(['Im2col', 'Im2col', 'Im2col']);
});
