/** Shapes of Caffe's blobs, by hand, and held against what the reference interpreter makes of random inputs. */
import { expect, test } from 'vitest';
import { INFERRED_LAYERS, inferCaffe } from '../../../../../src/core/dialects/caffe/infer.ts';
import { CAFFE_LAYERS } from '../../../../../src/core/dialects/caffe/layers.ts';
import { type CaffeDialect, vocabularyFor } from '../../../../../src/core/formats/caffe/dialects.ts';
import { isStatic, shapeText } from '../../../../../src/core/ir/shape.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { readText } from '../../formats/caffe/support.ts';
import { blob, weights } from '../../runtime/caffe/support.ts';

const input = (name: string, shape: readonly number[]) =>
  `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${shape.map((size) => `dim: ${size}`).join(' ')} } } }`;

function networkOf(layers: string, shapes: Readonly<Record<string, readonly number[]>>, dialect: CaffeDialect) {
  const inputs = Object.entries(shapes).map(([name, shape]) => input(name, shape));
  return readText([...inputs, layers].join('\n'), { dialect }).model;
}

function inferred(layers: string, shapes: Readonly<Record<string, readonly number[]>>, dialect: CaffeDialect = 'bvlc') {
  const model = networkOf(layers, shapes, dialect);
  inferCaffe(model.graph, vocabularyFor(caffeBackend(dialect)));
  const tops = [...model.graph.nodes].flatMap(({ outputs }) => outputs);
  return { model, tops: tops.map(({ shape }) => (shape ? shapeText(shape) : '?')) };
}

const X = { x: [2, 4, 7, 9] };
const layer = (type: string, rest: string, tops = ['y'], bottoms = ['x']) =>
  `layer { name: "l" type: "${type}" ${bottoms.map((name) => `bottom: "${name}"`).join(' ')} ${tops.map((name) => `top: "${name}"`).join(' ')} ${rest} }`;
const interp = (fields: string, bottoms = ['x']) => layer('Interp', `interp_param { ${fields} }`, ['y'], bottoms);
const of = (...shape: number[]) => weights(blob(shape, [0.5]));

test.each<[string, string, Readonly<Record<string, readonly number[]>>, string[], CaffeDialect?]>([
  [
    'a convolution',
    layer('Convolution', `convolution_param { num_output: 2 kernel_size: 3 bias_term: false } ${of(2, 4, 3, 3)}`),
    X,
    ['[2, 2, 5, 7]'],
  ],
  [
    'kernels, strides, pads and dilations of their own',
    layer(
      'Convolution',
      `convolution_param { num_output: 2 kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 2 dilation: 1 dilation: 2 bias_term: false } ${of(2, 4, 3, 2)}`,
    ),
    X,
    ['[2, 2, 4, 11]'],
  ],
  [
    'groups and a list of strides',
    layer(
      'Convolution',
      `convolution_param { num_output: 4 group: 2 kernel_size: 3 stride: 2 stride: 3 pad: 1 bias_term: false } ${of(4, 2, 3, 3)}`,
    ),
    X,
    ['[2, 4, 4, 3]'],
  ],
  [
    'two blobs by one layer',
    layer(
      'Convolution',
      `convolution_param { num_output: 2 kernel_size: 1 bias_term: false } ${of(2, 4, 1, 1)}`,
      ['y', 'z'],
      ['x', 'w'],
    ),
    { ...X, w: [1, 4, 3, 3] },
    ['[2, 2, 7, 9]', '[1, 2, 3, 3]'],
  ],
  [
    'a deconvolution',
    layer(
      'Deconvolution',
      `convolution_param { num_output: 2 kernel_size: 4 stride: 2 pad: 1 bias_term: false } ${of(4, 2, 4, 4)}`,
    ),
    X,
    ['[2, 2, 14, 18]'],
  ],
  ['pooling rounds up', layer('Pooling', 'pooling_param { kernel_size: 2 stride: 2 }'), X, ['[2, 4, 4, 5]']],
  [
    'pooling rounds down',
    layer('Pooling', 'pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }'),
    X,
    ['[2, 4, 3, 4]'],
  ],
  [
    'OpenCV says so otherwise',
    layer('Pooling', 'pooling_param { kernel_size: 2 stride: 2 ceil_mode: false }'),
    X,
    ['[2, 4, 3, 4]'],
    'opencv',
  ],
  [
    'windows that begin behind the image do not count',
    layer('Pooling', 'pooling_param { kernel_size: 2 stride: 4 pad: 1 }'),
    { x: [1, 1, 7, 3] },
    ['[1, 1, 2, 1]'],
  ],
  [
    'but for ncnn, whose pooling rounds up whatever is said',
    layer('Pooling', 'pooling_param { kernel_size: 2 stride: 4 pad: 1 }'),
    { x: [1, 1, 7, 3] },
    ['[1, 1, 3, 2]'],
    'ncnn',
  ],
  [
    'MNN, whose kernel is no larger than the image',
    layer('Pooling', 'pooling_param { kernel_size: 9 stride: 2 }'),
    { x: [1, 1, 7, 12] },
    ['[1, 1, 1, 3]'],
    'mnn',
  ],
  [
    'Tengine, which counts whole steps',
    layer('Pooling', 'pooling_param { kernel_size: 3 stride: 2 }'),
    { x: [1, 1, 3, 8] },
    ['[1, 1, 2, 4]'],
    'tengine',
  ],
  ['global pooling', layer('Pooling', 'pooling_param { pool: AVE global_pooling: true }'), X, ['[2, 4, 1, 1]']],
  [
    'places beside maxima',
    layer('Pooling', 'pooling_param { kernel_size: 2 }', ['y', 'm']),
    X,
    ['[2, 4, 6, 8]', '[2, 4, 6, 8]'],
  ],
  [
    'a fully connected layer',
    layer('InnerProduct', `inner_product_param { num_output: 3 bias_term: false } ${of(3, 252)}`),
    X,
    ['[2, 3]'],
  ],
  [
    'one from an axis on',
    layer('InnerProduct', `inner_product_param { num_output: 3 axis: -1 bias_term: false } ${of(3, 9)}`),
    X,
    ['[2, 4, 7, 3]'],
  ],
  [
    'one of Tengine',
    layer('InnerProduct', `inner_product_param { num_output: 3 bias_term: false } ${of(3, 252)}`),
    X,
    ['[2, 3, 1, 1]'],
    'tengine',
  ],
  ['a join', layer('Concat', '', ['y'], ['x', 'w']), { ...X, w: [2, 1, 7, 9] }, ['[2, 5, 7, 9]']],
  [
    'a join by its older name',
    layer('Concat', 'concat_param { concat_dim: 2 }', ['y'], ['x', 'w']),
    { ...X, w: [2, 4, 1, 9] },
    ['[2, 4, 8, 9]'],
  ],
  ['equal slices', layer('Slice', '', ['a', 'b']), X, ['[2, 2, 7, 9]', '[2, 2, 7, 9]']],
  [
    'slices at points',
    layer('Slice', 'slice_param { axis: -1 slice_point: 2 slice_point: 3 }', ['a', 'b', 'c']),
    X,
    ['[2, 4, 7, 2]', '[2, 4, 7, 1]', '[2, 4, 7, 6]'],
  ],
  ['a reshape', layer('Reshape', 'reshape_param { shape { dim: 0 dim: -1 dim: 3 } }'), X, ['[2, 84, 3]']],
  [
    'a reshape of some axes',
    layer('Reshape', 'reshape_param { axis: 2 num_axes: 1 shape { dim: 7 dim: 1 } }'),
    X,
    ['[2, 4, 7, 1, 9]'],
  ],
  [
    'a reshape of ncnn',
    layer('Reshape', 'reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 9 } }'),
    { x: [1, 4, 7, 9] },
    ['[1, 2, 14, 9]'],
    'ncnn',
  ],
  ['a flattening', layer('Flatten', ''), X, ['[2, 252]']],
  ['a flattening of some axes', layer('Flatten', 'flatten_param { axis: -3 end_axis: -2 }'), X, ['[2, 28, 9]']],
  [
    'a permutation',
    layer('Permute', 'permute_param { order: 0 order: 2 order: 3 order: 1 }'),
    X,
    ['[2, 7, 9, 4]'],
    'ssd',
  ],
  ['a permutation that names some', layer('Permute', 'permute_param { order: 3 }'), X, ['[9, 2, 4, 7]'], 'ssd'],
  [
    'a crop',
    layer('Crop', 'crop_param { axis: 2 offset: 1 }', ['y'], ['x', 'w']),
    { ...X, w: [9, 9, 5, 4] },
    ['[2, 4, 5, 4]'],
  ],
  ['a tile', layer('Tile', 'tile_param { axis: 2 tiles: 3 }'), X, ['[2, 4, 21, 9]']],
  ['squares to channels', layer('Reorg', 'reorg_param { stride: 2 }'), { x: [1, 4, 6, 8] }, ['[1, 16, 3, 4]'], 'intel'],
  ['an enlargement', layer('Upsample', 'upsample_param { scale: 3 }'), X, ['[2, 4, 21, 27]'], 'yolo-upsample'],
  ['a resizing', layer('Interp', 'interp_param { height: 5 width: 6 }'), X, ['[2, 4, 5, 6]'], 'ncnn'],
  ['ncnn takes sizes before factors', interp('height: 5 width: 6 zoom_factor: 2'), X, ['[2, 4, 5, 6]'], 'ncnn'],
  ['ncnn multiplies by a factor', interp('zoom_factor: 2'), X, ['[2, 4, 14, 18]'], 'ncnn'],
  ['Tengine knows factors alone', interp('height: 5 width: 6 zoom_factor: 3'), X, ['[2, 4, 21, 27]'], 'tengine'],
  ['DeepLab zooms between corners', interp('zoom_factor: 2 height: 5 width: 6'), X, ['[2, 4, 13, 17]'], 'ascend'],
  ['DeepLab shrinks', interp('shrink_factor: 2'), X, ['[2, 4, 4, 5]'], 'ascend'],
  ['MNN takes sizes before factors', interp('zoom_factor: 2 height: 5 width: 6'), X, ['[2, 4, 5, 6]'], 'mnn'],
  ['MNN adds one over a factor', interp('zoom_factor: 2'), X, ['[2, 4, 10, 13]'], 'mnn'],
  [
    'OpenVINO takes the size of a second bottom',
    interp('zoom_factor: 2', ['x', 'w']),
    { ...X, w: [1, 2, 5, 3] },
    ['[2, 4, 5, 3]'],
    'openvino',
  ],
  ['OpenVINO multiplies first', interp('zoom_factor: 2 height: 5 width: 6'), X, ['[2, 4, 14, 18]'], 'openvino'],
  ['DeepLab cuts before', interp('shrink_factor: 2 pad_beg: -1 pad_end: -2'), X, ['[2, 4, 2, 3]'], 'cambricon'],
  ['DeepLab shrinks, then zooms', interp('shrink_factor: 2 zoom_factor: 3'), X, ['[2, 4, 10, 13]'], 'ascend'],
  ['NART takes sizes before factors', interp('height: 5 width: 6 zoom_factor: 2'), X, ['[2, 4, 5, 6]'], 'nart'],
  ['a sum over all', layer('Reduction', ''), X, ['[]']],
  ['a sum from an axis on', layer('Reduction', 'reduction_param { axis: -2 }'), X, ['[2, 4]']],
  ['the greatest of each image', layer('ArgMax', 'argmax_param { top_k: 3 }'), X, ['[2, 1, 3, 1]']],
  ['and its places', layer('ArgMax', 'argmax_param { top_k: 3 out_max_val: true }'), X, ['[2, 2, 3, 1]']],
  ['along an axis', layer('ArgMax', 'argmax_param { axis: 1 top_k: 2 }'), X, ['[2, 2, 7, 9]']],
  ['a pyramid', layer('SPP', 'spp_param { pyramid_height: 2 }'), { x: [2, 4, 8, 8] }, ['[2, 20]']],
  ['windows as columns', layer('Im2col', 'convolution_param { kernel_size: 3 stride: 2 }'), X, ['[2, 36, 3, 4]']],
  [
    'priors',
    layer(
      'PriorBox',
      'prior_box_param { min_size: 30 max_size: 60 aspect_ratio: 2 aspect_ratio: 3 }',
      ['y'],
      ['x', 'w'],
    ),
    { ...X, w: [1, 3, 70, 90] },
    ['[1, 2, 1512]'],
    'ssd',
  ],
  [
    'priors without inverse ratios',
    layer('PriorBox', 'prior_box_param { min_size: 30 min_size: 40 aspect_ratio: 2 flip: false }', ['y'], ['x', 'w']),
    { ...X, w: [1, 3, 70, 90] },
    ['[1, 2, 1008]'],
    'ssd',
  ],
  [
    'regions',
    layer('ROIPooling', 'roi_pooling_param { pooled_h: 2 pooled_w: 3 }', ['y'], ['x', 'r']),
    { ...X, r: [1, 5] },
    ['[1, 4, 2, 3]'],
    'intel',
  ],
  ['copies', layer('Split', '', ['a', 'b']), X, ['[2, 4, 7, 9]', '[2, 4, 7, 9]']],
  ['what stays', layer('Softmax', ''), X, ['[2, 4, 7, 9]']],
])('%s', (_, layers, shapes, expected, dialect = 'bvlc') => {
  const { model, tops } = inferred(layers, shapes, dialect);
  expect(tops).toEqual(expected);
  // Regions are places of the image: what is random would be none.
  const found = runCaffe(model, randomInputs(model.graph, { seed: 3 }));
  for (const { name = '', shape } of model.graph.outputs) {
    if (isStatic(shape)) expect(found.get(name)?.shape).toEqual(shape);
  }
});

test('what an input leaves open stays open', () => {
  const net = (rest: string) => `layer { name: "x" type: "Input" top: "x" }\n${rest}`;
  expect(inferred(net(layer('Convolution', 'convolution_param { num_output: 2 kernel_size: 3 }')), {}).tops).toEqual([
    '?',
  ]);
  expect(inferred(net(layer('Flatten', '')), {}).tops).toEqual(['?']);
});

test('rows of detections are counted when the network runs', () => {
  const detection = layer('DetectionOutput', 'detection_output_param { num_classes: 2 }', ['y'], ['x', 'c', 'p']);
  const shapes = { x: [1, 8], c: [1, 4], p: [1, 2, 8] };
  expect(inferred(detection, shapes, 'ssd').tops).toEqual(['[1, 1, ?, 7]']);
  expect(inferred(detection, shapes, 'mnn').tops).toEqual(['[1, 1, ?, 6]']);
  expect(inferred(detection, shapes, 'tengine').tops).toEqual(['[1, ?, 6, 1]']);
});

test.each([
  [
    'a kernel that is larger than the image',
    layer('Convolution', 'convolution_param { num_output: 2 kernel_size: 30 }'),
    '[2, 2, ?, ?]',
  ],
  ['an Interp to the size of another blob', interp('height: 5 width: 6', ['x', 'x']), '[2, 4, ?, ?]'],
  ['a convolution without a kernel', layer('Convolution', 'convolution_param { num_output: 2 }'), '?'],
  ['slices that do not go in', layer('Slice', 'slice_param { axis: 2 }', ['a', 'b']), '[2, 4, ?, 9]'],
  ['an axis that is not there', layer('Flatten', 'flatten_param { axis: 7 }'), '?'],
  ['a size that is no whole number', layer('Reshape', 'reshape_param { shape { dim: 5 dim: -1 } }'), '[5, ?]'],
  [
    'a division by nothing',
    layer('Reshape', 'reshape_param { shape { dim: -1 dim: 0 dim: 0 dim: 0 dim: 0 } }'),
    '[?, 4, 7, 9, ?]',
  ],
])('no size is made up for %s', (_, layers, expected) => {
  expect(inferred(layers, X).tops[0]).toBe(expected);
});

test('rules are for layer types that there are', () => {
  expect(INFERRED_LAYERS.filter((type) => !Object.hasOwn(CAFFE_LAYERS, type))).toEqual([]);
});
