/**
 * Layers that Tengine, and readers like its own, take by fewer fields: what is written for them, and that it computes the same. All of
 * it was run in Tengine itself (test/conformance/caffe/transcoded.ts).
 */
import { expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import type { CaffeDialect } from '../../../../../src/core/formats/caffe/dialects.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer, type Sizes } from '../../formats/caffe/lines.ts';
import { readText } from '../../formats/caffe/support.ts';
import { difference, netOf, ran, runOf } from './support.ts';

interface Written {
  readonly types: string;
  /** The parameters of the last layer: `{ kernel_h: 3 }`. */
  readonly says: string;
}

function written(net: string, from: CaffeDialect, to: CaffeDialect): Written {
  const { model } = readText(net, { dialect: from });
  expect(transcode(model, caffeBackend(from), caffeBackend(to)).map(({ message }) => message)).toEqual([]);
  const types = [...model.graph.nodes].map(({ op }) => op).join(' ');
  const text = encodeCaffe(model, caffeBackend(to)).prototxt.replaceAll(/\s+/g, ' ');
  return { types, says: /_param (\{.*\}) \} $/.exec(text.slice(text.lastIndexOf('layer {')))?.[1] ?? '' };
}

const WEIGHTS: readonly Sizes[] = [[2, 4, 3, 3], [2]];
const CONVOLUTION = 'a => y: Convolution convolution_param { num_output: 2';
const BOXES = 'a, b[1, 3, 10, 14] => y: PriorBox prior_box_param {';

test.each<[line: string, to: CaffeDialect, types: string, says: string, blobs?: readonly Sizes[]]>([
  [`${CONVOLUTION} kernel_size: 3 pad_h: 1 }`, 'tengine', 'Convolution', 'pad_h: 1, pad_w: 0', WEIGHTS],
  [`${CONVOLUTION} kernel_size: 3 pad_w: 1 }`, 'ncnn', 'Convolution', 'pad_h: 0, pad_w: 1', WEIGHTS],
  [`${CONVOLUTION} kernel_size: 3 pad: 1 pad: 0 }`, 'tengine', 'Convolution', 'pad_h: 1, pad_w: 0', WEIGHTS],
  [`${CONVOLUTION} kernel_size: 3 stride: 1 stride: 2 }`, 'mnn', 'Convolution', 'stride_h: 1, stride_w: 2', WEIGHTS],
  [
    `${CONVOLUTION} kernel_size: 3 kernel_size: 1 }`,
    'ncnn',
    'Convolution',
    'kernel_h: 3, kernel_w: 1',
    [[2, 4, 3, 1], [2]],
  ],
  ['a => y: Pooling pooling_param { kernel_size: 3 pad_h: 1 }', 'tengine', 'Pooling', 'pad_h: 1, pad_w: 0'],
  [
    'a => y: ConvolutionDepthwise convolution_param { num_output: 8 kernel_size: 3 }',
    'tengine',
    'Convolution',
    'group: 4',
    [[8, 1, 3, 3], [8]],
  ],
  [
    'a => y: ConvolutionDepthwise convolution_param { num_output: 8 kernel_size: 3 }',
    'ncnn',
    'Convolution',
    'group: 4',
    [[8, 1, 3, 3], [8]],
  ],
  ['a, b[1, 4, 3, 3] => y: Crop crop_param { axis: -2 offset: 2 }', 'tengine', 'Crop', 'axis: 2'],
  ['a, b[1, 4, 6, 3] => y: Crop crop_param { axis: 3 offset: 2 }', 'tengine', 'Crop', 'axis: 2 offset: 0 offset: 2'],
  ['a, b[1, 2, 3, 3] => y: Crop crop_param { axis: 0 }', 'tengine', 'Crop', 'axis: 1 offset: 0 offset: 0 offset: 0'],
  [
    'a => y: Reshape reshape_param { shape { dim: 9 dim: 4 } axis: 2 }',
    'tengine',
    'Reshape',
    '{ shape { dim: 1 dim: 4 dim: 9 dim: 4 } }',
  ],
  ['a, b[1, 4, 3, 3] => y: Crop crop_param { axis: -2 offset: 2 }', 'ncnn', 'Crop', 'axis: 2'],
  ['a, b => y: Concat concat_param { concat_dim: 2 }', 'ncnn', 'Concat', 'axis: 2'],
  ['a => y: Flatten flatten_param { axis: 2 }', 'tengine', 'Reshape', 'dim: 36'],
  [
    `${BOXES} min_size: 2 variance: 0.5 }`,
    'tengine',
    'PriorBox',
    'variance: 0.5 variance: 0.5 variance: 0.5 variance: 0.5',
  ],
  [
    `${BOXES} min_size: 2.5 aspect_ratio: 2 }`,
    'tengine',
    'PriorBox',
    'min_size: 2 , aspect_ratio: 2 aspect_ratio: 0.5, flip: false',
  ],
  [`${BOXES} min_size: 2 step: 3 img_size: 12 }`, 'tengine', 'PriorBox', 'img_h: 12 img_w: 12, step_h: 3 step_w: 3'],
  [
    'a, b[3, 5] => y: ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 2 }',
    'tengine',
    'InnerProduct Reshape ROIPooling',
    'pooled_h: 2',
  ],
])('%s for %s', (line, to, types, says, blobs) => {
  const net = netOf(line, blobs);
  const source = caffeBackend('bvlc').has(/: (\w+)/.exec(line)?.[1] ?? '')
    ? 'bvlc'
    : line.includes('Depthwise')
      ? 'mnn'
      : 'intel';
  const made = written(net, source, to);
  expect(made.types).toBe(types);
  for (const word of says.split(', ')) expect(made.says).toContain(word);
  const run = ran(net, source);
  if (run) expect(difference(net, run, to)).toBeLessThan(2e-5);
  else expect(line).toContain('ROIPooling');
});

test('a Slice says its axis by the newer field', () => {
  const net = [
    input('a', 1, 4, 6, 6),
    layer('a => p, q: Slice slice_param { slice_dim: 2 }'),
    layer('p => y: ReLU'),
    layer('q => z: ReLU'),
  ].join('\n');
  const { model } = readText(net, { dialect: 'bvlc' });
  expect(transcode(model, caffeBackend('bvlc'), caffeBackend('tengine'))).toEqual([]);
  expect(encodeCaffe(model, caffeBackend('tengine')).prototxt).toMatch(/slice_param \{\s+axis: 2\s+\}/);
});

test.each([1, 2, 3])('what is silenced of axis %s is read by a Crop to the sizes of its sibling', (axis) => {
  const net = [
    input('a', 1, 4, 6, 6),
    layer(`a => p, q: Slice slice_param { axis: ${axis} slice_point: 1 }`),
    layer('p => y: ReLU'),
    layer('q => : Silence'),
  ].join('\n');
  expect(written(net, 'bvlc', 'tengine').types).toBe('Slice Convolution Crop ReLU');
  expect(difference(net, runOf(net, 'bvlc'), 'tengine')).toBe(0);
});

test('the scale of regions that Ascend does not say is said', () => {
  const line = 'a, b[3, 5] => y: ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 2 }';
  expect(written(netOf(line), 'ascend', 'tengine').says).toContain('spatial_scale: 0.0625');
});

test('regions of several images are refused', () => {
  const line = 'a[2, 4, 6, 6], b[3, 5] => y: ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 2 }';
  const { model } = readText(netOf(line), { dialect: 'intel' });
  const [first] = transcode(model, caffeBackend('intel'), caffeBackend('tengine'));
  expect(first?.message).toContain('its regions: they are four numbers of one image each');
});

test('Embedding gets no weights there', () => {
  const net = netOf('a[2, 1] => y: Embed embed_param { num_output: 3 input_dim: 5 }', [[5, 3], [3]]);
  const { model } = readText(net, { dialect: 'bvlc' });
  const [first] = transcode(model, caffeBackend('bvlc'), caffeBackend('tengine'));
  expect(first?.message).toContain('its Embedding gets no weights');
});

// PriorBox is a constant of ONNX, which other layers make.
test.each([
  ['a, b[1, 2, 3, 3] => y: Crop', 'bvlc', 'Crop'],
  ['a => y: Reorg reorg_param { stride: 2 reverse: true }', 'intel', 'Reorg'],
  [`${BOXES} min_size: 2.5 }`, 'ncnn', 'PriorBox'],
  ['a[2, 4, 6, 6], b[2, 3, 12, 12] => y: PriorBox prior_box_param { min_size: 2 }', 'ssd', 'PriorBox'],
] as const)('what it would do otherwise other layers do: %s', (line, from, type) => {
  const { model } = readText(netOf(line), { dialect: from });
  transcode(model, caffeBackend(from), caffeBackend('tengine'));
  expect([...model.graph.nodes].map(({ op }) => op)).not.toContain(type);
});

test.each([
  'ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 2 }',
  'PSROIPooling psroi_pooling_param { group_size: 2 output_dim: 1 spatial_scale: 1 }',
])('ncnn pools one region of four numbers: %s', (type) => {
  const { model } = readText(netOf(`a, b[1, 5] => y: ${type}`), { dialect: 'intel' });
  const [first] = transcode(model, caffeBackend('intel'), caffeBackend('ncnn'));
  expect(first?.message).toContain('it is one of four numbers');
});

test.each([
  [2, false],
  [4, true],
])('a Crop like %i channels stays one for ncnn: %s', (channels, stays) => {
  const net = netOf(`a, b[1, ${channels}, 3, 3] => y: Crop crop_param { offset: 2 }`);
  expect(written(net, 'bvlc', 'ncnn').types === 'Crop').toBe(stays);
  expect(difference(net, runOf(net, 'bvlc'), 'ncnn')).toBe(0);
});
