/** Networks in the dialect of another backend: numbers as that framework has them, or a problem. */
import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../../../../src/core/convert/caffe-to-caffe/meanings.ts';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { Wording } from '../../../../../src/core/convert/caffe-to-caffe/wording.ts';
import { inferCaffe } from '../../../../../src/core/dialects/caffe/infer.ts';
import { schemaFor } from '../../../../../src/core/formats/caffe/dialects.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { decodedAs, encodedAs, readBytes } from '../../formats/caffe/support.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

const layer = (type: string, parameters: object) => ({ name: 'l', type, bottom: ['data'], top: ['y'], ...parameters });

/** What the file says in the schema of the framework that it is for, behind its Input layer; or the problems. */
function transcoded(from: string, to: string, ...layers: object[]): unknown {
  const bytes = encodedAs(from, { input: ['data'], input_shape: [{ dim: [1, 8, 4, 4] }], layer: layers });
  const { model } = readBytes(bytes, { dialect: from });
  const backend = caffeBackend(to);
  const problems = transcode(model, caffeBackend(from), backend);
  if (problems.length > 0) return problems.map(({ code, message }) => `${code}: ${message}`);
  return (decodedAs(to, encodeCaffe(model, backend).caffemodel).layer as object[]).slice(1);
}

/** What the layer would mean otherwise, whether other layers mean the same or not. */
function differs(from: string, to: string, given: object) {
  const bytes = encodedAs(from, { input: ['data'], input_shape: [{ dim: [1, 8, 4, 4] }], layer: [given] });
  const { model } = readBytes(bytes, { dialect: from });
  inferCaffe(model.graph, { id: from, schema: schemaFor(caffeBackend(from)), reader: {} });
  const [node] = model.graph.nodes;
  return node && differenceOf(new Wording(node, model.graph, caffeBackend(from), caffeBackend(to)));
}

describe('the same layer under another number', () => {
  test.each([
    ['ncnn', 'mnn', layer('ShuffleChannel', { shuffle_channel_param: { group: 4 } })],
    ['mnn', 'openvino', layer('Interp', { interp_param: { height: 8, width: 8 } })],
    ['ssd', 'openvino', layer('Permute', { permute_param: { order: [0, 2, 3, 1] } })],
    ['openvino', 'cambricon', layer('Permute', { permute_param: { order: [0, 2, 3, 1] } })],
    ['bvlc', 'ssd', layer('Pooling', { pooling_param: { pool: 'AVE', kernel_size: 2, stride: 2 } })],
  ])('%s to %s: %o', (from, to, given) => {
    expect(transcoded(from, to, given)).toEqual([given]);
  });

  test('blobs keep their bytes and their precision where the dialect has it', () => {
    const half = { shape: { dim: [8] }, raw_data_type: 'FLOAT16', raw_data: new Uint8Array(16).fill(0x3c) };
    const prelu = layer('PReLU', { blobs: [half] });
    expect(transcoded('nvcaffe', 'nvcaffe', prelu)).toEqual([prelu]);
    const [single] = transcoded('nvcaffe', 'bvlc', prelu) as [{ blobs: unknown[] }];
    expect(single.blobs).toEqual([{ shape: { dim: [8] }, data: Array(8).fill(1.05859375) }]);
  });
});

describe('rounding of pooling', () => {
  const pooling = (more: object) => layer('Pooling', { pooling_param: { kernel_size: 3, stride: 2, ...more } });

  test.each([
    ['bvlc', 'openvino', { round_mode: 'FLOOR' }, { ceil_mode: false }],
    ['bvlc', 'ascend', { round_mode: 'FLOOR' }, { round_mode: 'FLOOR' }],
    ['openvino', 'nart', { ceil_mode: false }, { ceil_mode: false }],
    ['nart', 'bvlc', { ceil_mode: true }, {}],
  ])('%s to %s: %o is %o', (from, to, given, made) => {
    expect(transcoded(from, to, pooling(given))).toEqual([pooling(made)]);
  });

  test.each(['ncnn', 'mnn'])('%s cannot round down: what is too much is cut away', (to) => {
    const made = transcoded('bvlc', to, pooling({ round_mode: 'FLOOR' })) as { type: string }[];
    expect(made.map(({ type }) => type)).toEqual(expect.arrayContaining(['Pooling', 'Slice']));
  });
});

describe('what is not said', () => {
  test.each([
    [
      'ssd',
      'cambricon',
      layer('PriorBox', { prior_box_param: { min_size: [1] } }),
      { prior_box_param: { min_size: [1], clip: false } },
    ],
    ['nart', 'mnn', layer('ROIPooling', { roi_pooling_param: { pooled_h: 2, pooled_w: 2 } }), {}],
    ['bvlc', 'nvcaffe', layer('BatchNorm', {}), { batch_norm_param: { use_global_stats: true } }],
    ['bvlc', 'cambricon', layer('BatchNorm', {}), {}],
  ])('%s to %s: %o gets %o', (from, to, given, more) => {
    expect(transcoded(from, to, given)).toEqual([{ ...given, ...more }]);
  });

  test('where the target takes one value, a list of the same is one', () => {
    const convolution = (parameters: object) =>
      layer('Convolution', { convolution_param: { num_output: 1, ...parameters } });
    const lists = convolution({ pad: [1, 1], kernel_size: [3], stride: [2] });
    expect(transcoded('bvlc', 'nart', lists)).toEqual([convolution({ pad: 1, kernel_size: 3, stride: 2 })]);
    expect(transcoded('bvlc', 'nart', convolution({ pad: [1, 2], kernel_size: [3] }))).toEqual([
      expect.stringContaining('convolution_param.pad: it takes one value, not 1, 2'),
    ]);
  });
});

// OpenVINO 2023.3 stops at ConvolutionBinary with a bias ("node index is out of range"); these two layers it runs, with the same numbers.
test('ConvolutionBinary with a bias is two layers for OpenVINO, from its own networks too', () => {
  const blob = (dim: number[]) => ({ shape: { dim }, data: Array(dim.reduce((a, b) => a * b, 1)).fill(0.5) });
  const binary = (bias: boolean) =>
    layer('ConvolutionBinary', {
      convolution_param: { num_output: 2, kernel_size: [3], pad: [1], ...(bias ? {} : { bias_term: false }) },
      blobs: [blob([2, 8, 3, 3]), ...(bias ? [blob([2])] : [])],
    });
  const bytes = encodedAs('openvino', {
    input: ['data'],
    input_shape: [{ dim: [1, 8, 4, 4] }],
    layer: [binary(true)],
  });
  const { model } = readBytes(bytes, { dialect: 'openvino' });
  const inputs = new Map([['data', Tensor.of('float32', [1, 8, 4, 4], Array(128).fill(1))]]);
  const before = runCaffe(model, inputs);
  expect(transcode(model, caffeBackend('openvino'), caffeBackend('openvino'))).toEqual([]);
  expect([...model.graph.nodes].map(({ op }) => op)).toEqual(['ConvolutionBinary', 'Bias']);
  const { caffemodel } = encodeCaffe(model, caffeBackend('openvino'));
  const after = runCaffe(readBytes(caffemodel, { dialect: 'openvino' }).model, inputs);
  expect(worstDifference(compareOutputs(before, after))).toBe(0);
  expect(transcoded('openvino', 'openvino', binary(false))).toEqual([binary(false)]);
});

describe('layers that another framework understands otherwise', () => {
  const blob = (...data: readonly number[]) => ({ shape: { dim: [data.length] }, data });
  const norm = (factor: number, parameters: object = {}) =>
    layer('BatchNorm', { ...parameters, blobs: [blob(0), blob(1), blob(factor)] });
  const inner = (parameters: object) =>
    layer('InnerProduct', { inner_product_param: { num_output: 1, ...parameters } });
  const average = layer('Pooling', { pooling_param: { pool: 'AVE', kernel_size: 3, stride: 2, pad: 1 } });
  const far = layer('Pooling', { pooling_param: { kernel_size: 2, stride: 3, pad: 1 } });

  test.each<[string, string, object, string]>([
    ['bvlc', 'ncnn', average, 'the padding of an average: there it does not count'],
    ['ncnn', 'bvlc', average, 'the padding of an average: there it counts'],
    ['bvlc', 'ncnn', far, 'a last window behind the image: there it stays'],
    ['mnn', 'bvlc', far, 'a last window behind the image: there it goes'],
    [
      'bvlc',
      'opencv',
      layer('Pooling', { pooling_param: { kernel_size: 2, stride: 3, pad_h: 1, pad_w: 0 } }),
      'there it goes along padded axes',
    ],
    [
      'bvlc',
      'intel',
      layer('Pooling', { pooling_param: { kernel_size: 1, stride: 2 } }),
      'a last window behind the image: there it goes',
    ],
    ['bvlc', 'nvcaffe', norm(1, { batch_norm_param: { eps: 1e-6 } }), 'batch_norm_param.eps: there it is 1e-5'],
    [
      'bvlc',
      'mnn',
      norm(1, { batch_norm_param: { use_global_stats: false } }),
      'batch_norm_param.use_global_stats: there it does not count',
    ],
    ['bvlc', 'tengine', layer('LRN', {}), 'lrn_param.k: there it is added to each square'],
    ['bvlc', 'mnn', layer('LRN', { lrn_param: { k: 2 } }), 'lrn_param.k: there it is 1'],
    [
      'bvlc',
      'tengine',
      layer('LRN', { lrn_param: { norm_region: 'WITHIN_CHANNEL' } }),
      'lrn_param.norm_region: there it has no such region',
    ],
    ['bvlc', 'opencv', layer('MVN', {}), 'mvn_param.eps: there it is added to the variance'],
    ['openvino', 'bvlc', layer('MVN', {}), 'mvn_param.eps: there it is added to the deviation'],
    ['bvlc', 'tengine', layer('MVN', {}), 'mvn_param.eps: there it is added to the root of the mean of squares'],
    ['ssd', 'tengine', layer('Normalize', {}), 'norm_param.eps: there it does not count'],
    ['ssd', 'mnn', layer('Normalize', {}), 'norm_param.channel_shared: there it does not count'],
    ['bvlc', 'nart', inner({ axis: 2 }), 'inner_product_param.axis: there it does not count'],
    [
      'bvlc',
      'tengine',
      layer('Eltwise', { bottom: ['data', 'data'], eltwise_param: { coeff: [1, -1] } }),
      'eltwise_param.coeff: there it does not count',
    ],
    ['bvlc', 'tengine', layer('Reduction', {}), 'its axes: there they are listed one by one, and stay'],
    ['ncnn', 'intel', layer('Reorg', { reorg_param: { stride: 2 } }), "the order of channels: there it is darknet's"],
    [
      'ssd',
      'ncnn',
      layer('Permute', { permute_param: { order: [1, 0] } }),
      'permute_param.order: there images stay where they are',
    ],
    [
      'mnn',
      'tengine',
      layer('Interp', { interp_param: { height: 8, width: 8 } }),
      'the places of its elements: there borders of the image keep their places',
    ],
  ])('%s to %s: %o', (from, to, given, message) => {
    const { about, there } = differs(from, to, given) ?? {};
    expect(`${about}: there ${there}`).toContain(message);
  });

  test.each<[string, string, object, string]>([
    ['cambricon', 'ncnn', layer('BN', {}), 'its blobs: they would have to be shared out among two layers'],
    ['cambricon', 'nart', layer('BN', {}), 'its blobs: they would have to be shared out among two layers'],
    [
      'bvlc',
      'opencv',
      inner({ transpose: true }),
      'inner_product_param.transpose: its weights, which would have to be turned, are not there',
    ],
    [
      'bvlc',
      'ncnn',
      layer('Reshape', { reshape_param: { shape: { dim: [16, -1] } } }),
      'reshape_param.shape.dim: images stay what they are',
    ],
  ])('%s to %s: %o is refused', (from, to, given, message) => {
    expect(transcoded(from, to, given)).toEqual([expect.stringContaining(message)]);
  });

  test.each<[string, string, object]>([
    ['bvlc', 'nvcaffe', norm(1, { batch_norm_param: { use_global_stats: true } })],
    // NVIDIA/caffe, branch caffe-0.17, src/caffe/net.cpp, Net::CopyTrainedLayersFrom divides by it.
    ['bvlc', 'nvcaffe', norm(2, { batch_norm_param: { use_global_stats: true } })],
    ['bvlc', 'ncnn', layer('Pooling', { pooling_param: { kernel_size: 3, stride: 2, pad: 1 } })],
    ['bvlc', 'ncnn', layer('Pooling', { pooling_param: { pool: 'AVE', global_pooling: true, pad: 1 } })],
    ['bvlc', 'opencv', layer('MVN', { mvn_param: { normalize_variance: false } })],
    ['bvlc', 'ncnn', layer('Reshape', { reshape_param: { shape: { dim: [0, 8, -1] } } })],
    ['openvino', 'opencv', layer('MVN', { mvn_param: { across_channels: true } })],
  ])('%s to %s: %o means the same', (from, to, given) => expect(transcoded(from, to, given)).toEqual([given]));

  const crop = (axis: number) => layer('Crop', { bottom: ['data', 'data'], crop_param: { axis } });
  const slice = (...read: string[]) => [
    layer('Slice', { top: ['p', 'q'], slice_param: { slice_point: [3] } }),
    ...read.map((top) => ({ name: top, type: 'ReLU', bottom: [top], top: [`of_${top}`] })),
  ];
  test('Tengine gets no Crop of the last axis, and no Slice whose later top is an output', () => {
    expect(transcoded('bvlc', 'tengine', crop(2))).toEqual([crop(2)]);
    expect(transcoded('bvlc', 'tengine', crop(3))).toMatchObject([{ crop_param: { axis: 2, offset: [0, 0] } }]);
    expect(transcoded('bvlc', 'tengine', ...slice('p', 'q'))).toEqual(slice('p', 'q'));
    expect(transcoded('bvlc', 'tengine', ...slice('p'))).not.toContainEqual(slice()[0]);
  });

  test('what the source does not read is left out, so that others do not read it either', () =>
    expect(transcoded('ncnn', 'bvlc', layer('LRN', { lrn_param: { k: 2, local_size: 3 } }))).toEqual([
      layer('LRN', { lrn_param: { local_size: 3 } }),
    ]));

  test('what a framework makes of an absent field against its own schema is said', () => {
    expect(transcoded('bvlc', 'opencv', layer('LRN', {}))).toEqual([layer('LRN', { lrn_param: { alpha: 1 } })]);
    const [lrn] = transcoded('opencv', 'bvlc', layer('LRN', {})) as [{ lrn_param: { alpha: number } }];
    expect(lrn.lrn_param.alpha).toBeCloseTo(1e-4, 9);
    expect(transcoded('nvcaffe', 'bvlc', norm(1))).toEqual([norm(1, { batch_norm_param: { use_global_stats: true } })]);
  });
});

test.each([
  ['bvlc', 'mnn', layer('Exp', {}), 'unsupported-operator: Caffe (MNN) has no operator for caffe::Exp.'],
  [
    'intel',
    'bvlc',
    layer('ReLU', { relu_param: { fuse: true } }),
    'unsupported-attribute: Caffe (BVLC) cannot express caffe::ReLU with relu_param.fuse: it has no such field.',
  ],
  [
    'bvlc',
    'tengine',
    layer('LRN', { lrn_param: { norm_region: 'WITHIN_CHANNEL' } }),
    'unsupported-attribute: Caffe (Tengine) cannot express caffe::LRN with lrn_param.norm_region: there it has no such region.',
  ],
  [
    'ascend',
    'bvlc',
    layer('PReLU', { blobs: [{ shape: { dim: [8] }, int8_data: new Uint8Array(8) }] }),
    'dtype-not-taken: Caffe (BVLC) does not take int8 for caffe::PReLU.',
  ],
])('%s to %s: %o is refused', (from, to, given, problem) => {
  expect(transcoded(from, to, given)).toEqual([problem]);
});

test.each([
  [[2, 8, 4, 4], 'the shape [2, 8, 4, 4]'],
  [[1, 2, 2, 2, 2], 'the shape [1, 2, 2, 2, 2]'],
])('ncnn has no blobs for an input of %o', (dim, words) => {
  const bytes = encodedAs('bvlc', { input: ['data'], input_shape: [{ dim }], layer: [layer('ReLU', {})] });
  const { model } = readBytes(bytes, { dialect: 'bvlc' });
  const problems = transcode(model, caffeBackend('bvlc'), caffeBackend('ncnn')).map(({ message }) => message);
  expect(problems).toEqual([expect.stringContaining(`cannot express the input data with ${words}`)]);
});

test('which implementation computes a layer is left out where there are others', () => {
  const given = layer('ReLU', { engine: 'MKL2017', relu_param: { negative_slope: 0.5 } });
  expect(transcoded('intel', 'ncnn', given)).toEqual([layer('ReLU', { relu_param: { negative_slope: 0.5 } })]);
});

test('what another dialect does not know is not handed on', () => {
  const given = layer('ReLU', { forward_type: 'FLOAT16' });
  const bytes = encodedAs('nvcaffe', { input: ['data'], input_shape: [{ dim: [1] }], layer: [given] });
  const { model } = readBytes(bytes, { dialect: 'bvlc' });
  const [problem] = transcode(model, caffeBackend('bvlc'), caffeBackend('mnn'));
  expect(problem?.message).toContain('unknown_fields: nothing is known of it in BVLC');
});

test('OpenCV computes of its dialect what the network said in another', async () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, k) => Math.sin(k + 1));
  const net = {
    input: ['data'],
    input_shape: [{ dim: [1, 2, 8, 8] }],
    layer: [
      {
        ...layer('Convolution', { convolution_param: { num_output: 3, kernel_size: [3], pad: [1] } }),
        name: 'conv',
        top: ['conv'],
        blobs: [
          { num: 3, channels: 2, height: 3, width: 3, data: numbers(54) },
          { num: 1, channels: 1, height: 1, width: 3, data: numbers(3) },
        ],
      },
      {
        ...layer('Pooling', { pooling_param: { kernel_size: 3, stride: 2, round_mode: 'FLOOR' } }),
        name: 'y',
        bottom: ['conv'],
      },
    ],
  };
  const { model } = readBytes(encodedAs('bvlc', net), { dialect: 'bvlc' });
  const inputs = new Map([['data', Tensor.of('float32', [1, 2, 8, 8], numbers(128))]]);
  const expected = runCaffe(model, inputs);
  expect(transcode(model, caffeBackend('bvlc'), caffeBackend('opencv'))).toEqual([]);
  const found = await runOpenCv(encodeCaffe(model, caffeBackend('opencv')), inputs, ['y']);
  expect(found.get('y')?.shape).toEqual([1, 3, 3, 3]);
  expect(worstDifference(compareOutputs(expected, found))).toBeLessThan(1e-5);
});
