/** Convolution and pooling. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 7, 6);

describe('convolution', () => {
  test.each([
    ['plain', 'num_output: 3 kernel_size: 3', [[3, 4, 3, 3], [3]]],
    ['strides, pads, dilation', 'num_output: 3 kernel_size: 3 stride: 2 pad: 2 dilation: 2', [[3, 4, 3, 3], [3]]],
    [
      'axis by axis',
      'num_output: 3 kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0',
      [[3, 4, 3, 2], [3]],
    ],
    ['lists', 'num_output: 3 kernel_size: [3, 2] stride: [1, 2] pad: [0, 1]', [[3, 4, 3, 2], [3]]],
    ['groups, no bias', 'num_output: 8 kernel_size: 3 group: 4 bias_term: false', [[8, 1, 3, 3]]],
  ])('%s', async (_, parameters, blobs) => {
    const net = [DATA, layer(`data => y: Convolution convolution_param { ${parameters} }`, blobs)];
    expect(operatorsOf(await agrees(net, { opencv: true }))).toEqual(['Conv']);
  });

  test('several bottoms share the weights', async () => {
    const parameters = 'convolution_param { num_output: 3 kernel_size: 3 }';
    const net = [
      DATA,
      layer('data => more: ReLU'),
      layer(`data, more => y, z: Convolution ${parameters}`, [[3, 4, 3, 3], [3]]),
    ];
    const { model } = await agrees(net, { interpreter: false });
    expect([...model.graph.initializers]).toHaveLength(2);
  });

  test('another axis of channels', async () => {
    const net = [
      input('data', 2, 3, 2, 5, 5),
      layer('data => y: Convolution convolution_param { axis: 2 num_output: 1 kernel_size: 5 }', [[1, 2, 5, 5], [1]]),
    ];
    expect(operatorsOf(await agrees(net, { interpreter: false }))).toEqual(['Reshape', 'Conv', 'Reshape']);
  });
});

describe('pooling', () => {
  test.each([
    ['rounds up', 'kernel_size: 3 stride: 2'],
    ['rounds up, average', 'pool: AVE kernel_size: 3 stride: 2'],
    ['the last window begins within the image or its padding', 'kernel_size: 2 stride: 2 pad: 1'],
    ['averages count padding', 'pool: AVE kernel_size: 3 stride: 1 pad: 1'],
    ['averages do not count what lies behind the padding', 'pool: AVE kernel_size: 3 stride: 3 pad: 1'],
    ['axis by axis', 'kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 3 pad_h: 1 pad_w: 1'],
    ['global', 'global_pooling: true pool: AVE'],
    ['global maximum', 'pool: MAX global_pooling: true'],
  ])('%s', async (_, parameters) => {
    await agrees([DATA, layer(`data => y: Pooling pooling_param { ${parameters} }`)], {
      opencv: !parameters.includes('AVE'),
    });
  });

  test('BVLC rounds down where it is told to', async () => {
    await agrees([DATA, layer('data => y: Pooling pooling_param { kernel_size: 2 stride: 3 round_mode: FLOOR }')], {
      opencv: true,
    });
  });

  test('a window behind the image is refused', () => {
    expect(
      problemsOf([input('data', 1, 1, 5, 5), layer('data => y: Pooling pooling_param { kernel_size: 1 stride: 3 }')]),
    ).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::Pooling with a stride of 3: its last window lies behind the image.',
    ]);
  });
});

describe('types of convolution', () => {
  test.each([
    ['bvlc', 'Deconvolution convolution_param { num_output: 3 kernel_size: 3 stride: 2 pad: 1 }', [[4, 3, 3, 3], [3]]],
    [
      'bvlc',
      'Deconvolution convolution_param { num_output: 8 kernel_size: 2 dilation: 2 group: 4 }',
      [[4, 2, 2, 2], [8]],
    ],
    ['tengine', 'DeConvolution convolution_param { num_output: 3 kernel_h: 3 kernel_w: 2 }', [[4, 3, 3, 2], [3]]],
    ['ncnn', 'ConvolutionDepthwise convolution_param { num_output: 4 kernel_size: 3 pad: 1 }', [[4, 1, 3, 3], [4]]],
    ['ncnn', 'DepthwiseConvolution convolution_param { num_output: 4 kernel_size: 3 group: 4 }', [[4, 1, 3, 3], [4]]],
    ['mnn', 'DepthwiseConv convolution_param { num_output: 4 kernel_size: 3 bias_term: false }', [[4, 1, 3, 3]]],
    [
      'mnn',
      'CuDNNGroupedConvolutionForward convolution_param { num_output: 4 kernel_size: 3 group: 2 }',
      [[4, 2, 3, 3], [4]],
    ],
    ['nart', 'HoleConvolution convolution_param { num_output: 3 kernel_size: 2 hole: 2 }', [[3, 4, 2, 2], [3]]],
    [
      'nart',
      'HoleConvolution convolution_param { num_output: 3 kernel_size: 2 hole_h: 2 hole_w: 3 }',
      [[3, 4, 2, 2], [3]],
    ],
    ['nart', 'Convolution convolution_param { num_output: 3 kernel_size: 2 hole_h: 2 }', [[3, 4, 2, 2], [3]]],
    [
      'nart',
      'ConvolutionReLU convolution_param { num_output: 3 kernel_size: 2 stride: 2 pad: 1 }',
      [[3, 4, 2, 2], [3]],
    ],
    ['bvlc', 'Im2col convolution_param { kernel_h: 3 kernel_w: 2 stride: 2 pad: 1 dilation: 2 }', []],
  ])('%s: %s', async (dialect, line, blobs) => {
    await agrees([DATA, layer(`data => y: ${line}`, blobs)], { dialect });
  });

  test.each([
    ['relu: true', 'Conv, Relu'],
    ['relu: true negative_slope: 0.5', 'Conv, LeakyRelu'],
  ])('Intel takes a ReLU into it: %s', async (parameters, operators) => {
    const line = `Convolution convolution_param { num_output: 1 kernel_size: 1 ${parameters} bias_term: false }`;
    const net = [input('x', 1, 1, 1, 2), layer(`x => y: ${line}`, [Tensor.of('float32', [1, 1, 1, 1], [2])])];
    const slope = parameters.includes('0.5') ? -2 : 0;
    const expectation = { dialect: 'intel', interpreter: false, inputs: { x: [3, -2] }, gives: { y: [6, slope] } };
    expect(operatorsOf(await agrees(net, expectation)).join(', ')).toBe(operators);
  });

  test.each([
    ['intel', 'fusion_type: SUM_FUSION', 'convolution_param.fusion_type'],
    ['cambricon', 'mean_value: 3', 'convolution_param.mean_value'],
    ['mnn', 'paramq: 3', 'convolution_param.paramq'],
    ['nart', 'hole: 2', 'convolution_param.hole'],
  ])('%s: %s is refused', (dialect, parameters, attribute) => {
    const line = `Convolution convolution_param { num_output: 1 kernel_size: 1 ${parameters} bias_term: false }`;
    expect(problemsOf([DATA, layer(`data => y: ${line}`, [[1, 4, 1, 1]])], dialect)).toEqual([
      `unsupported-attribute: ONNX cannot express caffe::Convolution with ${attribute}: it is not known what it does.`,
    ]);
  });

  test('a weight of another size is a problem', () => {
    const line = 'Convolution convolution_param { num_output: 2 kernel_size: 1 bias_term: false group: 3 }';
    expect(problemsOf([DATA, layer(`data => y: ${line}`, [[2, 4, 1, 1]])])).toEqual([
      'invalid-model: The model is not valid: 4 channels do not make 3 groups.',
    ]);
    const plain = line.replace('group: 3', 'group: 2');
    expect(problemsOf([DATA, layer(`data => y: ${plain}`, [[2, 4, 1, 1]])])).toEqual([
      'blobs-mismatch: The blobs of caffe::Convolution do not fit its parameters: weight is [2, 4, 1, 1], expected [2, 2, 1, 1].',
    ]);
  });
});

describe('volumes', () => {
  const VOLUME = input('data', 1, 2, 4, 5, 6);
  const c3d = 'num_output: 3 kernel_size: 3 kernel_depth: 2 stride: 2 temporal_stride: 1 pad: 1 temporal_pad: 1';

  test.each([
    ['bvlc', 'Convolution convolution_param { num_output: 3 kernel_size: [2, 3, 3] pad: 1 }', [[3, 2, 2, 3, 3], [3]]],
    ['mnn', `Convolution3D convolution3d_param { ${c3d} }`, [[3, 2, 2, 3, 3], [3]]],
    ['cambricon', `Convolution3D convolution3d_param { ${c3d} bias_term: false }`, [[3, 2, 2, 3, 3]]],
    [
      'nart',
      'Convolution3d convolution3d_param { num_output: 2 kernel_size: 2 pad_d: 1 hole: 2 group: 2 }',
      [[2, 1, 2, 2, 2], [2]],
    ],
    ['nart', 'Pooling3d pooling3d_param { kernel_d: 2 kernel_h: 3 kernel_w: 2 stride: 2 pad: 1 }', []],
    ['nart', 'Pooling3d pooling3d_param { pool: AVE kernel_size: 2 stride: 2 ceil_mode: false }', []],
    ['nart', 'Pooling3d pooling3d_param { pool: AVE global_pooling: true }', []],
    ['cambricon', 'Pooling3D pooling3d_param { kernel_size: 3 kernel_depth: 2 stride: 2 temporal_stride: 2 }', []],
    [
      'cambricon',
      'Pooling3D pooling3d_param { pool: AVE kernel_size: 2 kernel_depth: 3 stride: 2 temporal_stride: 2 }',
      [],
    ],
    ['mnn', 'Pooling3D pooling3d_param { pool: AVE kernel_size: 2 kernel_depth: 3 stride: 2 temporal_stride: 2 }', []],
  ])('%s: %s', async (dialect, line, blobs) => {
    await agrees([VOLUME, layer(`data => y: ${line}`, blobs)], { dialect });
  });
});

describe('pooling of other frameworks', () => {
  test.each([
    ['openvino', 'kernel_size: 2 stride: 3 ceil_mode: false'],
    ['opencv', 'pool: AVE kernel_size: 3 stride: 2 ceil_mode: false'],
    ['ascend', 'kernel_size: 2 stride: 3 ceil_mode: false'],
    ['ascend', 'kernel_size: 2 stride: 3 round_mode: FLOOR'],
    ['cambricon', 'kernel_size: 2 stride: 3 ceil_mode: false'],
    ['nart', 'pool: AVE kernel_size: 2 stride: 3 ceil_mode: false'],
    ['nart', 'kernel_size: 3 stride: 2'],
    ['ncnn', 'pool: AVE kernel_size: 3 stride: 2 pad: 1'],
    ['ncnn', 'pool: AVE kernel_size: 3 stride: 3'],
    ['mnn', 'pool: AVE kernel_size: 9 stride: 2'],
    ['mnn', 'kernel_size: 3 stride: 2 pad: 1'],
    ['tengine', 'pool: AVE kernel_size: 3 stride: 2 pad: 1'],
    ['tengine', 'kernel_h: 7 kernel_w: 6 stride: 2'],
    ['intel', 'kernel_size: 1 stride: 4'],
    ['intel', 'pool: AVE kernel_size: 3 stride: 2 pad: 1 engine: MKLDNN avg_include_pad: false'],
    ['nvcaffe', 'pool: AVE kernel_size: 3 stride: 2 pad: 1'],
  ])('%s: %s', async (dialect, parameters) => {
    await agrees([DATA, layer(`data => y: Pooling pooling_param { ${parameters} }`)], { dialect });
  });

  test.each([
    ['nvcaffe', 'torch_pooling: true', 'pooling_param.torch_pooling'],
    ['nart', 'torch_padding: true', 'pooling_param.torch_padding'],
    ['intel', 'avg_include_pad: false', 'pooling_param.avg_include_pad'],
  ])('%s: %s is refused', (dialect, parameters, attribute) => {
    const net = [DATA, layer(`data => y: Pooling pooling_param { kernel_size: 2 ${parameters} }`)];
    expect(problemsOf(net, dialect)).toEqual([expect.stringContaining(`caffe::Pooling with ${attribute}: `)]);
  });

  test('Tengine makes a second window where one fits exactly', async () => {
    const line = 'Pooling pooling_param { pool: AVE kernel_h: 3 kernel_w: 2 stride: 2 pad_h: 0 pad_w: 1 }';
    const { found } = await agrees([input('x', 1, 1, 3, 4), layer(`x => y: ${line}`)], { dialect: 'tengine' });
    expect(found.get('y')?.shape).toEqual([1, 1, 2, 3]);
  });
});

describe('more of pooling', () => {
  test('a second top says where in its channel the greatest are', async () => {
    await agrees([DATA, layer('data => y, where: Pooling pooling_param { kernel_size: 3 stride: 2 pad: 1 }')]);
  });

  test('stochastic pooling at rest weights numbers by themselves', async () => {
    const net = [
      input('x', 1, 1, 2, 4),
      layer('x => y: Pooling pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }'),
    ];
    await agrees(net, { inputs: { x: [1, 2, 0, -1, 3, 4, 0, 0] }, gives: { y: [3, 0] } });
  });

  test.each([
    ['pyramid_height: 3', 8, 8],
    ['pyramid_height: 2 pool: AVE', 7, 9],
    ['pyramid_height: 1', 5, 4],
  ])('SPP %s', async (parameters, height, width) => {
    await agrees([input('x', 2, 3, height, width), layer(`x => y: SPP spp_param { ${parameters} }`)]);
  });

  test.each([
    ['kernel_size: 2 pad: 2', 'its padding 2 is not smaller than its kernel 2'],
    ['global_pooling: true stride: 2', 'a global pooling has no stride and no padding'],
    ['kernel_size: 2 kernel_h: 2 kernel_w: 3', 'it has both kernel_size and kernel_h, kernel_w'],
    ['pool: AVE', 'it does not say kernel_size'],
    ['kernel_size: 0', 'its kernel, stride or dilation is 0 along an axis'],
  ])('%s is refused', (parameters, reason) => {
    expect(problemsOf([DATA, layer(`data => y: Pooling pooling_param { ${parameters} }`)])).toEqual([
      `invalid-model: The model is not valid: ${reason}.`,
    ]);
  });
});
