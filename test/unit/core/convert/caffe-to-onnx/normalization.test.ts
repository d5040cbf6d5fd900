/** Layers that scale, shift and normalize. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { type Blob, input, layer, positive, seeded } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 7, 6);

/** A network of one layer: `type parameters`. */
const one = (line: string, blobs: readonly Blob[] = []) => [DATA, layer(`data => y: ${line}`, blobs)];

const [MEAN, VARIANCE, SCALE, SHIFT] = [seeded([4], 1), positive([4]), seeded([4], 2), seeded([4], 3)];
const factor = (value: number) => Tensor.of('float32', [1], [value]);

describe('Scale and Bias', () => {
  test.each([
    ['Scale', [[4]], 'Mul'],
    ['Scale scale_param { bias_term: true }', [[4], [4]], 'Mul, Add'],
    ['Scale scale_param { axis: 0 num_axes: 2 }', [[2, 4]], 'Mul'],
    [
      'Scale scale_param { axis: 2 num_axes: -1 bias_term: true }',
      [
        [7, 6],
        [7, 6],
      ],
      'Mul, Add',
    ],
    ['Scale scale_param { num_axes: 0 bias_term: true }', [[], []], 'Mul, Add'],
    ['Scale scale_param { axis: -1 }', [[6]], 'Mul'],
    ['Bias', [[4]], 'Add'],
    ['Bias bias_param { axis: 0 num_axes: 4 }', [[2, 4, 7, 6]], 'Add'],
  ])('%s', async (line, blobs, operators) => {
    const opencv = line === 'Scale' || line === 'Scale scale_param { bias_term: true }';
    expect(operatorsOf(await agrees(one(line, blobs), { opencv })).join(', ')).toBe(operators);
  });

  test.each([
    ['Scale scale_param { axis: 0 }', [2, 4], []],
    ['Scale scale_param { axis: 0 bias_term: true }', [2, 4], [[2, 4]]],
    ['Scale scale_param { axis: 2 }', [7], []],
    ['Bias bias_param { axis: 1 }', [4, 7], []],
    ['Bias bias_param { axis: 0 }', [2, 4, 7, 6], []],
  ])('%s by a second bottom', async (line, shape, blobs) => {
    await agrees([DATA, input('by', ...shape), layer(`data, by => y: ${line}`, blobs)]);
  });

  test('what does not lie over the axes is refused', () => {
    expect(problemsOf([DATA, input('by', 2, 4), layer('data, by => y: Scale')])).toEqual([
      'invalid-model: The model is not valid: its second bottom [2, 4] does not lie over axes of [2, 4, 7, 6] from 1 on.',
    ]);
    expect(problemsOf(one('Scale scale_param { axis: 3 num_axes: 2 }', [[6, 1]]))).toEqual([
      'invalid-model: The model is not valid: its blob has 2 axes, and there are 1 from 3 on.',
    ]);
    expect(problemsOf(one('Scale scale_param { num_axes: -2 }', [[4]]))).toEqual([
      expect.stringContaining('its blob has -2 axes'),
    ]);
  });

  test('Ascend says where the numbers are', async () => {
    await agrees(one('Scale scale_param { scale_from_blob: true }', [[4]]), { dialect: 'ascend' });
    const parameters = 'scale_param { scale_from_blob: false axis: 0 }';
    await agrees([DATA, input('by', 2, 4), layer(`data, by => y: Scale ${parameters}`)], { dialect: 'ascend' });
    expect(problemsOf(one('Scale scale_param { scale_from_blob: false }', [[4]]), 'ascend')).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::Scale with scale_param.scale_from_blob: its bottoms say otherwise.',
    ]);
  });
});

describe('BatchNorm', () => {
  test.each([
    ['a factor of 1', 'BatchNorm', [MEAN, VARIANCE, factor(1)]],
    ['another factor', 'BatchNorm batch_norm_param { eps: 0.001 }', [MEAN, VARIANCE, factor(2.5)]],
  ])('%s', async (_, line, blobs) => {
    expect(operatorsOf(await agrees(one(line, blobs), { opencv: true }))).toEqual(['BatchNormalization']);
  });

  test('a factor of 0 means that nothing was seen', async () => {
    const net = [input('x', 1, 1, 1, 2), layer('x => y: BatchNorm', [[1], [1], factor(0)])];
    await agrees(net, { inputs: { x: [1, -2] }, gives: { y: [1 / Math.sqrt(1e-5), -2 / Math.sqrt(1e-5)] } });
  });

  test('by the images at hand, where it says so', async () => {
    await agrees(one('BatchNorm batch_norm_param { use_global_stats: false }', [MEAN, VARIANCE, factor(1)]));
    await agrees(one('BatchNorm batch_norm_param { use_global_stats: false }', [MEAN, VARIANCE, factor(1)]), {
      dialect: 'ncnn',
    });
  });

  test.each([
    ['nvcaffe', 'BatchNorm batch_norm_param { scale_bias: true eps: 1e-9 }', [MEAN, VARIANCE, factor(3), SCALE, SHIFT]],
    ['opencv', 'BatchNorm batch_norm_param { scale_bias: true }', [MEAN, VARIANCE, factor(3), SCALE, SHIFT]],
    ['cambricon', 'BatchNorm batch_norm_param { use_alpha_beta: true }', [MEAN, VARIANCE, factor(3), SCALE, SHIFT]],
    ['cambricon', 'BN', [SCALE, SHIFT, MEAN, VARIANCE]],
    ['cambricon', 'BN bn_param { eps: 0.01 frozen: false }', [SCALE, SHIFT, MEAN, VARIANCE]],
    ['nart', 'BN bn_param { var_eps: 0.01 }', [SCALE, SHIFT, MEAN, VARIANCE]],
    ['ncnn', 'BN bn_param { bn_mode: INFERENCE }', [SCALE, SHIFT]],
    ['nart', 'BN', [SCALE, SHIFT, MEAN, VARIANCE]],
    ['openvino', 'BN', [SCALE, SHIFT, MEAN, VARIANCE]],
    ['ncnn', 'BN', [SCALE, SHIFT]],
    ['mnn', 'CuDNNBatchNorm', [MEAN, VARIANCE, SCALE, SHIFT]],
    ['mnn', 'BatchNorm', [MEAN, VARIANCE, factor(2)]],
    ['nart', 'BatchNorm3d batchnorm3d_param { use_global_stats: true }', [SCALE, SHIFT, MEAN, VARIANCE]],
  ])('%s: %s', async (dialect, line, blobs) => {
    await agrees(one(line, blobs), { dialect });
  });

  test('OpenCV scales and shifts where it is told to, and then does not divide', async () => {
    const blobs = [MEAN, VARIANCE, factor(3), SCALE, SHIFT];
    const scaling = one('BatchNorm batch_norm_param { scale_bias: true eps: 0.01 }', blobs);
    await agrees(scaling, { dialect: 'opencv', opencv: true });
    expect(problemsOf(one('BatchNorm', blobs), 'opencv')).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::BatchNorm with batch_norm_param.scale_bias: it does not say that it scales by its blobs.',
    ]);
    const four = one('BatchNorm batch_norm_param { scale_bias: true }', blobs.slice(0, 4));
    expect(problemsOf(four, 'opencv')).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::BatchNorm with batch_norm_param.scale_bias: it has 4 blobs, where a scale and a bias stand behind three.',
    ]);
  });

  test('Intel scales and shifts by blobs behind the factor', async () => {
    const blobs = [3, 4, 2, 5, 6].map((value) => Tensor.of('float32', [1], [value]));
    const net = [input('x', 1, 1, 1, 1), layer('x => y: BatchNorm batch_norm_param { eps: 2 }', blobs)];
    // (5.5 - 3 / 2) / sqrt(4 / 2 + 2) * 5 + 6
    await agrees(net, { dialect: 'intel', interpreter: false, inputs: { x: [5.5] }, gives: { y: [16] } });
  });

  test('NVIDIA divides by a factor that stands beside two blobs, and knows the order of DIGITS', async () => {
    const numbers = (...values: number[]) => values.map((value) => Tensor.of('float32', [2], [value, value]));
    const of = (blobs: readonly Tensor[]) => [input('x', 1, 2, 1, 1), layer('x => y: BatchNorm', blobs)];
    const expectation = { dialect: 'nvcaffe', interpreter: false, inputs: { x: [5.5, 5.5] } };
    await agrees(of([...numbers(3, 8), factor(2)]), { ...expectation, interpreter: true, gives: { y: [2, 2] } });
    await agrees(of([...numbers(5, 6, 1.5, 4), factor(7)]), {
      ...expectation,
      interpreter: true,
      gives: { y: [16, 16] },
    });
  });
});

describe('normalization by what is seen', () => {
  test.each([
    ['LRN', false],
    ['LRN lrn_param { local_size: 3 alpha: 0.5 }', true],
    ['LRN lrn_param { local_size: 3 alpha: 2 beta: 0.5 k: 3 }', false],
    ['LRN lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 alpha: 2 }', false],
    ['LRN lrn_param { local_size: 3 alpha: -0.001 beta: 0.5 }', false],
    ['LRN lrn_param { local_size: 3 alpha: 0 beta: -1 k: 2 }', false],
    ['MVN mvn_param { normalize_variance: false }', true],
    ['MVN', false],
    ['MVN mvn_param { across_channels: true eps: 0.1 }', false],
  ])('%s', async (line, opencv) => {
    await agrees(one(line), { opencv });
  });

  test('a mean over nothing is the number itself', async () => {
    await agrees([input('x', 2, 3), layer('x => y: MVN mvn_param { normalize_variance: false }')]);
  });

  test.each([
    ['Normalize', [[1]]],
    ['Normalize norm_param { across_spatial: false channel_shared: false eps: 0.5 }', [[4]]],
    ['Normalize norm_param { across_spatial: false }', [[1]]],
  ])('SSD: %s', async (line, blobs) => {
    await agrees(one(line, blobs), { dialect: 'ssd', opencv: true });
  });

  test.each([
    ['openvino', 'MVN mvn_param { eps: 0.5 }', []],
    ['openvino', 'GRN grn_param { bias: 0.5 }', []],
    ['tengine', 'BatchNorm', [[4], [4], [1]]],
    ['tengine', 'MVN mvn_param { eps: 0.5 }', []],
    ['tengine', 'LRN lrn_param { k: 2 local_size: 3 }', []],
    ['tengine', 'Normalize norm_param { across_spatial: false channel_shared: false eps: 0.5 }', [[4]]],
    ['ncnn', 'LRN lrn_param { local_size: 3 alpha: 2 }', []],
    ['ncnn', 'Normalize norm_param { channel_shared: false }', [[4]]],
    ['mnn', 'LRN lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 }', []],
    ['mnn', 'CuDNNLRNCrossChannel lrn_param { local_size: 3 }', []],
    ['mnn', 'Normalize norm_param { channel_shared: false }', [[4]]],
    ['nart', 'Normalize normalize_param { coeff: 3 }', []],
    ['nart', 'MVN mvn_param { across_channels: true }', []],
  ])('%s: %s', async (dialect, line, blobs) => {
    await agrees(one(line, blobs), { dialect });
  });

  test('OpenCV takes its own alpha where none is said, and no k', async () => {
    await agrees(one('LRN lrn_param { local_size: 3 }'), { dialect: 'opencv', opencv: true });
    await agrees(one('LRN lrn_param { local_size: 3 alpha: 2 k: 3 }'), { dialect: 'opencv' });
  });

  test('OpenCV adds eps under the root', async () => {
    await agrees(one('MVN mvn_param { eps: 0.5 }'), { dialect: 'opencv', opencv: true });
  });

  test.each([
    ['tengine', 'LRN lrn_param { norm_region: WITHIN_CHANNEL }', [], 'WITHIN_CHANNEL: the framework does not run it'],
    ['tengine', 'Normalize', [[1]], 'norm_param.across_spatial: the framework does not run it'],
    ['mnn', 'Normalize', [[1]], 'norm_param.channel_shared: the framework does not run it'],
    ['nart', 'BatchNorm3d', [[4], [4], [4], [4]], 'batchnorm3d_param.use_global_stats: it does not say'],
  ])('%s: %s is refused', (dialect, line, blobs, reason) => {
    expect(problemsOf(one(line, blobs), dialect)).toEqual([expect.stringContaining(reason)]);
  });

  test('an even window is refused', () => {
    expect(problemsOf(one('LRN lrn_param { local_size: 4 }'))).toEqual([
      'invalid-model: The model is not valid: its local_size 4 is even.',
    ]);
  });
});
