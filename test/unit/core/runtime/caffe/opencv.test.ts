/**
 * The reference interpreter against OpenCV 4 on numbers by seed, wherever OpenCV loads the layer. Where OpenCV differs from
 * BVLC, networks of all dialects but its own go by BVLC's definition.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { readText } from '../../formats/caffe/support.ts';
import { OpenCvProcess, runOpenCv } from './opencv.ts';
import { type Blobs, blob, layer, type Numbers, netOf, ran, tensorsOf, weights } from './support.ts';

/** Numbers around 0, other ones for each seed. */
function seeded(shape: readonly number[], seed = 1): Numbers {
  const count = shape.reduce((a, b) => a * b, 1);
  return blob(
    shape,
    Array.from({ length: count }, (_, k) => Math.fround(2 * Math.sin(12.9898 * (k + 1) + 78.233 * seed))),
  );
}

function positive(shape: readonly number[], seed = 1): Numbers {
  return blob(
    shape,
    seeded(shape, seed).values.map((value) => Math.abs(value) + 0.5),
  );
}

/** What both make of a network. */
async function both(layers: string, inputs: Blobs) {
  const { model } = readText(netOf(layers, inputs), { dialect: 'opencv' });
  const given = tensorsOf(inputs);
  const found = runCaffe(model, given);
  const files = encodeCaffe(model, caffeBackend('opencv'));
  return { found, opencv: await runOpenCv(files, given, [...found.keys()]) };
}

async function agrees(layers: string, inputs: Blobs): Promise<void> {
  const { found, opencv } = await both(layers, inputs);
  expect(worstDifference(compareOutputs(opencv, found))).toBeLessThan(2e-5);
}

const image = { x: seeded([2, 4, 6, 7]) };
const holds = (type: string, parameters: string, ...blobs: readonly Numbers[]) =>
  layer(type, `${parameters} ${weights(...blobs)}`);
const convolution = (fields: string, weight: readonly number[], type = 'Convolution', outputs = weight[0] ?? 1) =>
  holds(type, `convolution_param { ${fields} }`, seeded(weight, 3), seeded([outputs], 4));

/** OpenCV gives the first top of a layer only, so each goes through one of its own. */
function parts(layers: string, ...tops: readonly string[]): string {
  return [layers, ...tops.map((top) => layer('ReLU', 'relu_param { negative_slope: 1 }', [top], [`${top}2`]))].join(
    '\n',
  );
}

describe('OpenCV computes the same', () => {
  test.each<[string, string, Blobs]>([
    ['AbsVal', layer('AbsVal'), image],
    ['BatchNorm', holds('BatchNorm', '', seeded([4]), positive([4]), blob([1], [3])), image],
    [
      'BatchNorm with a scale and a bias',
      holds(
        'BatchNorm',
        'batch_norm_param { scale_bias: true }',
        ...[seeded([4]), positive([4]), blob([1], [3]), seeded([4], 5), seeded([4], 6)],
      ),
      image,
    ],
    ['BatchNorm with a factor of 0', holds('BatchNorm', '', seeded([4]), positive([4]), blob([1], [0])), image],
    ['BNLL', layer('BNLL'), image],
    [
      'Concat',
      layer('Concat', 'concat_param { axis: 2 }', ['a', 'b']),
      { a: seeded([1, 2, 3, 4]), b: seeded([1, 2, 5, 4]) },
    ],
    ['Convolution', convolution('num_output: 5 kernel_size: 3 pad: 1', [5, 4, 3, 3]), image],
    [
      'Convolution with strides of its own',
      convolution('num_output: 5 kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 3 pad_h: 1 pad_w: 0', [5, 4, 3, 2]),
      image,
    ],
    [
      'Convolution with dilation and groups',
      convolution('num_output: 4 kernel_size: 2 dilation: 2 group: 2', [4, 2, 2, 2]),
      image,
    ],
    [
      'ConvolutionDepthwise',
      convolution('num_output: 4 kernel_size: 3 group: 4', [4, 1, 3, 3], 'ConvolutionDepthwise'),
      image,
    ],
    [
      'Crop',
      layer('Crop', 'crop_param { axis: 2 offset: 1 offset: 2 }', ['x', 'like']),
      { ...image, like: seeded([2, 4, 3, 2]) },
    ],
    [
      'Deconvolution',
      convolution('num_output: 3 kernel_size: 3 stride: 2 pad: 1', [4, 3, 3, 3], 'Deconvolution', 3),
      image,
    ],
    [
      'Deconvolution with groups',
      convolution('num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4', [4, 1, 4, 4], 'Deconvolution', 4),
      image,
    ],
    ['Dropout', layer('Dropout', 'dropout_param { dropout_ratio: 0.3 }'), image],
    [
      'Eltwise SUM',
      layer('Eltwise', 'eltwise_param { coeff: 0.5 coeff: -2 }', ['x', 'z']),
      { ...image, z: seeded([2, 4, 6, 7], 5) },
    ],
    [
      'Eltwise PROD',
      layer('Eltwise', 'eltwise_param { operation: PROD }', ['x', 'z']),
      { ...image, z: seeded([2, 4, 6, 7], 5) },
    ],
    [
      'Eltwise MAX',
      layer('Eltwise', 'eltwise_param { operation: MAX }', ['x', 'z']),
      { ...image, z: seeded([2, 4, 6, 7], 5) },
    ],
    ['ELU', layer('ELU', 'elu_param { alpha: 0.7 }'), image],
    ['Exp', layer('Exp', 'exp_param { base: 2 scale: 0.5 shift: 1 }'), image],
    ['Flatten', layer('Flatten', 'flatten_param { axis: 1 end_axis: 2 }'), image],
    [
      'InnerProduct from an axis on',
      holds('InnerProduct', 'inner_product_param { num_output: 3 axis: 2 }', seeded([3, 42]), seeded([3])),
      image,
    ],
    [
      'InnerProduct',
      holds('InnerProduct', 'inner_product_param { num_output: 3 }', seeded([3, 168]), seeded([3])),
      image,
    ],
    ['Log', layer('Log'), { x: positive([1, 4, 6, 7]) }],
    ['LRN', layer('LRN', 'lrn_param { local_size: 3 alpha: 0.5 beta: 0.6 }'), image],
    ['LRN of what is not said', layer('LRN'), image],
    ['LRN within a channel', layer('LRN', 'lrn_param { local_size: 3 alpha: 0.5 norm_region: WITHIN_CHANNEL }'), image],
    ['MVN without variance', layer('MVN', 'mvn_param { normalize_variance: false }'), image],
    [
      'Normalize over the channels',
      holds('Normalize', 'norm_param { across_spatial: false channel_shared: false }', seeded([4])),
      image,
    ],
    [
      'Normalize over an image',
      holds('Normalize', 'norm_param { across_spatial: true channel_shared: true }', seeded([1])),
      { x: seeded([1, 4, 6, 7]) },
    ],
    ['Permute', layer('Permute', 'permute_param { order: 0 order: 2 order: 3 order: 1 }'), image],
    ['Pooling MAX', layer('Pooling', 'pooling_param { kernel_size: 3 stride: 2 }'), image],
    ['Pooling MAX padded', layer('Pooling', 'pooling_param { kernel_size: 3 stride: 2 pad: 1 }'), image],
    [
      'Pooling MAX whose last window goes',
      layer('Pooling', 'pooling_param { kernel_size: 2 stride: 3 pad: 1 }'),
      image,
    ],
    ['Pooling AVE padded', layer('Pooling', 'pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }'), image],
    [
      'Pooling AVE with sizes of its own',
      layer('Pooling', 'pooling_param { pool: AVE kernel_h: 2 kernel_w: 3 stride_h: 2 stride_w: 1 pad_h: 0 pad_w: 1 }'),
      image,
    ],
    ['Pooling of all', layer('Pooling', 'pooling_param { pool: AVE global_pooling: true }'), image],
    ['Power', layer('Power', 'power_param { power: 2 scale: 0.5 shift: 1 }'), image],
    ['PReLU', holds('PReLU', '', seeded([4])), image],
    ['PReLU with one slope', holds('PReLU', 'prelu_param { channel_shared: true }', seeded([1])), image],
    ['ReLU', layer('ReLU', 'relu_param { negative_slope: 0.1 }'), image],
    ['ReLU6', layer('ReLU6'), { x: seeded([1, 4, 6, 7], 9) }],
    ['Reshape', layer('Reshape', 'reshape_param { shape { dim: 0 dim: 2 dim: -1 } }'), image],
    ['Reshape of some axes', layer('Reshape', 'reshape_param { shape { dim: 2 dim: 2 } axis: 1 num_axes: 1 }'), image],
    ['Scale', holds('Scale', 'scale_param { bias_term: true }', seeded([4]), seeded([4], 2)), image],
    ['Sigmoid', layer('Sigmoid'), image],
    [
      'Slice',
      parts(
        layer('Slice', 'slice_param { axis: 1 slice_point: 1 slice_point: 3 }', ['x'], ['a', 'b', 'c']),
        'a',
        'b',
        'c',
      ),
      image,
    ],
    ['Slice into equal parts', parts(layer('Slice', 'slice_param { axis: 2 }', ['x'], ['a', 'b']), 'a', 'b'), image],
    ['Softmax', layer('Softmax'), image],
    ['Softmax along the last', layer('Softmax', 'softmax_param { axis: -1 }'), image],
    ['TanH', layer('TanH'), image],
  ])('%s', (_, layers, inputs) => agrees(layers, inputs));
});

/** What BVLC makes of a network, by numbers computed by hand, and what OpenCV does, as its row of the table says. */
describe('OpenCV computes something else than BVLC', () => {
  test.each<[string, string, Blobs, readonly number[]]>([
    // -1 / (1 + 3), where OpenCV has -1 / sqrt(1 + 3).
    ['eps of MVN', layer('MVN', 'mvn_param { eps: 3 }'), { x: blob([1, 1, 1, 2], [1, 3]) }, [-0.25, 0.25]],
    // 2 / (3 + 4), where OpenCV has 2 / (1 + 4).
    [
      'k of LRN',
      layer('LRN', 'lrn_param { local_size: 1 alpha: 1 beta: 1 k: 3 }'),
      { x: blob([1, 1, 1, 1], [2]) },
      [2 / 7],
    ],
    // 2 / (1 + 4), where OpenCV has 2 / (1 + 4e-4).
    ['alpha of LRN', layer('LRN', 'lrn_param { local_size: 1 beta: 1 }'), { x: blob([1, 1, 1, 1], [2]) }, [0.4]],
    [
      'transpose of InnerProduct',
      holds(
        'InnerProduct',
        'inner_product_param { num_output: 2 bias_term: false transpose: true }',
        blob([2, 2], [1, 2, 3, 4]),
      ),
      { x: blob([1, 2], [1, 10]) },
      [31, 42],
    ],
    ['Log', layer('Log', 'log_param { base: 2 scale: 3 shift: 1 }'), { x: blob([1, 2], [1, 5]) }, [2, 4]],
    [
      'dilation of Deconvolution',
      holds(
        'Deconvolution',
        'convolution_param { num_output: 1 kernel_size: 2 dilation: 2 bias_term: false }',
        blob([1, 1, 2, 2], [1, 2, 3, 4]),
      ),
      { x: blob([1, 1, 1, 1], [1]) },
      [1, 0, 2, 0, 0, 0, 3, 0, 4],
    ],
  ])('%s', async (_, layers, inputs, expected) => {
    expect(ran(layers, inputs).y?.values).toEqual(expected.map(Math.fround));
    await agrees(layers, inputs);
    const { opencv } = await both(layers, inputs);
    expect(opencv.get('y')?.numbers()).not.toEqual(expected.map(Math.fround));
  });
});

test('a network that OpenCV does not load is an error with its message, and the next one runs', async () => {
  const files = { prototxt: 'layer { name: "l" type: "Nothing" bottom: "x" top: "y" }', caffemodel: new Uint8Array(0) };
  await expect(runOpenCv(files, new Map(), ['y'])).rejects.toThrow();
  await agrees(layer('ReLU'), image);
});

test('a crash ends what was asked, and not the test run; the next question goes to another process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-opencv-'));
  try {
    const path = join(folder, 'crashing.mjs');
    writeFileSync(
      path,
      `process.on('message', ({ id, crash }) => crash ? process.abort() : process.send({ id, tops: [[[1], new Float32Array([7])]] }))`,
    );
    const opencv = new OpenCvProcess(path);
    await expect(opencv.ask({ crash: true })).rejects.toThrow('OpenCV crashed');
    expect(await opencv.ask({})).toEqual([[[1], new Float32Array([7])]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
