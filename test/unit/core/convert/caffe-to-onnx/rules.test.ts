/** The layers of every dialect by numbers: onnxruntime on what was converted, against everybody who runs the network itself. */
import { describe, expect, test } from 'vitest';
import { agrees, input, layer, operatorsOf, problemsOf } from './support.ts';

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

describe('inner product', () => {
  test.each([
    ['of everything behind the batch', 'num_output: 3', [[3, 168], [3]], true],
    ['turned, no bias', 'num_output: 3 transpose: true bias_term: false', [[168, 3]], false],
    ['of the last axis', 'num_output: 3 axis: -1', [[3, 6], [3]], false],
  ])('%s', async (_, parameters, blobs, opencv) => {
    await agrees([DATA, layer(`data => y: InnerProduct inner_product_param { ${parameters} }`, blobs)], { opencv });
  });
});

describe('arithmetic', () => {
  test.each([
    ['eltwise_param { operation: SUM }', 'Sum'],
    ['eltwise_param { operation: PROD }', 'Mul, Mul'],
    ['eltwise_param { operation: MAX }', 'Max'],
    ['eltwise_param { coeff: [2, -1, 1] }', 'Mul, Neg, Sum'],
    ['', 'Sum'],
  ])('%s', async (parameters, operators) => {
    const net = [DATA, input('b', 2, 4, 7, 6), input('c', 2, 4, 7, 6), layer(`data, b, c => y: Eltwise ${parameters}`)];
    expect(operatorsOf(await agrees(net, { opencv: true })).join(', ')).toBe(operators);
  });

  test('a difference', async () => {
    const net = [DATA, input('b', 2, 4, 7, 6), layer('data, b => y: Eltwise eltwise_param { coeff: [1, -1] }')];
    expect(operatorsOf(await agrees(net))).toEqual(['Sub']);
  });

  test('other shapes are refused', () => {
    expect(problemsOf([DATA, input('b', 1, 4, 1, 1), layer('data, b => y: Eltwise')])).toEqual([
      'invalid-model: The model is not valid: its bottoms are [2, 4, 7, 6] and [1, 4, 1, 1].',
    ]);
  });
});

describe('activations', () => {
  test.each([
    ['ReLU', 'Relu'],
    ['ReLU relu_param { negative_slope: 0.1 }', 'LeakyRelu'],
    ['Softmax', 'Softmax'],
    ['Softmax softmax_param { axis: -1 }', 'Softmax'],
  ])('%s', async (line, operator) => {
    expect(operatorsOf(await agrees([DATA, layer(`data => y: ${line}`)], { opencv: true }))).toEqual([operator]);
  });
});

describe('joining and splitting', () => {
  test.each(['', 'concat_param { axis: 2 }', 'concat_param { concat_dim: 3 }', 'concat_param { axis: -1 }'])(
    'Concat %s',
    async (parameters) => {
      await agrees([DATA, layer('data => b: ReLU'), layer(`data, b => y: Concat ${parameters}`)]);
    },
  );
});
