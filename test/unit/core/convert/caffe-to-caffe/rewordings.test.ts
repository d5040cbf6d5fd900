/** Layers that another framework has other words for: each rule by numbers, in the reference interpreter and in OpenCV. */
import { expect, test } from 'vitest';
import type { CaffeDialect } from '../../../../../src/core/formats/caffe/dialects.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { input, layer, positive, type Sizes } from '../../formats/caffe/lines.ts';
import { difference, type ExactRow, holdsExact, netOf, runOf } from './support.ts';

const CONVOLUTION = 'convolution_param { num_output: 2 kernel_size: 3';
const WEIGHTS: readonly Sizes[] = [[2, 4, 3, 3], [2]];
const STATISTICS = [[4], positive([4])];
/** How often the statistics were counted. */
const factor = (count: number) => Tensor.of('float32', [1], [count]);

const EXACT: readonly ExactRow[] = [
  ['a => y: Abs', 'nart', ['bvlc', 'mnn', 'opencv']],
  ['a => y: AbsVal', 'bvlc', ['nart']],
  ['a => y: Clip clip_param { min: 0 max: 6 }', 'bvlc', ['opencv', 'ncnn', 'nart', 'ssd']],
  ['a => y: Clip clip_param { min: -0.5 max: 0.25 }', 'bvlc', ['ssd', 'opencv', 'cambricon', 'tengine']],
  ['a => y: ReLU6', 'ncnn', ['bvlc', 'ssd', 'cambricon', 'openvino']],
  ['a => y: ReLU6 relu6_param { n: 0.5 }', 'openvino', ['opencv', 'bvlc', 'tengine']],
  ['a => y: Swish swish_param { beta: 0.5 }', 'bvlc', ['opencv', 'ncnn', 'nart']],
  ['a => y: ReLU3d relu3d_param { negative_slope: 0.25 }', 'nart', ['bvlc', 'opencv']],
  ['a => y: CuDNNLRNCrossChannel lrn_param { local_size: 3 alpha: 0.5 }', 'mnn', ['ncnn', 'opencv']],
  [
    'a => y: CuDNNGroupedConvolutionForward convolution_param { num_output: 4 kernel_size: 3 group: 2 }',
    'mnn',
    ['bvlc', 'opencv'],
    [[4, 2, 3, 3], [4]],
  ],
  ['a => y: InnerProductReLU inner_product_param { num_output: 3 }', 'nart', ['bvlc', 'opencv'], [[3, 144], [3]]],
  ['a => y: Swish', 'intel', ['mnn', 'tengine', 'opencv']],
  ['a => y: HSwish', 'nart', ['bvlc', 'opencv', 'ncnn', 'openvino', 'ssd']],
  ['a => y: Hsigmoid', 'nart', ['bvlc', 'opencv', 'ssd']],
  ['a => y: Reciprocal', 'nart', ['bvlc', 'opencv']],
  ['a => y: Scales scales_param { alpha: 0.5 beta: 3 }', 'nart', ['bvlc', 'opencv']],
  ['a => y: Bias', 'bvlc', ['opencv', 'ncnn', 'mnn', 'tengine', 'nart'], [[4]]],
  ['a => y: Power power_param { scale: 0.5 shift: 3 }', 'bvlc', ['mnn', 'tengine']],
  ['a => y: BN', 'ncnn', ['opencv', 'bvlc', 'nart'], [[4], [4]]],
  ['a => y: BN bn_param { bn_mode: INFERENCE }', 'segnet', ['opencv', 'bvlc', 'ncnn'], [[4], [4]]],
  ['a => y: BN bn_param { var_eps: 0.01 }', 'nart', ['bvlc', 'opencv', 'ncnn', 'cambricon'], [[4], [4], ...STATISTICS]],
  ['a => y: BN', 'cambricon', ['bvlc', 'nart'], [[4], [4], ...STATISTICS]],
  ['a => y: CuDNNBatchNorm', 'mnn', ['bvlc', 'opencv'], [...STATISTICS, [4], [4]]],
  ['a => y: BatchNorm', 'nvcaffe', ['bvlc', 'opencv'], [...STATISTICS, positive([1]), [4], [4]]],
  ['a => y: BatchNorm', 'nvcaffe', ['bvlc', 'ncnn'], [[4], [4], [4], positive([4]), [1]]],
  ['a => y: BatchNorm', 'bvlc', ['nvcaffe'], [...STATISTICS, factor(3)]],
  ['a => y: BatchNorm', 'nvcaffe', ['bvlc', 'opencv', 'openvino'], [...STATISTICS, factor(3)]],
  [
    'a => y: BatchNorm batch_norm_param { scale_bias: true }',
    'opencv',
    ['bvlc', 'nvcaffe', 'ncnn'],
    [...STATISTICS, factor(3), [4], [4]],
  ],
  ['a => y: BatchNorm', 'cambricon', ['nvcaffe'], [...STATISTICS, factor(3), [4], [4]]],
  ['a => y: LRN lrn_param { local_size: 3 }', 'bvlc', ['opencv']],
  ['a => y: LRN lrn_param { local_size: 3 }', 'opencv', ['bvlc']],
  ['a => y: LRN lrn_param { local_size: 3 alpha: 0.5 }', 'bvlc', ['tengine']],
  ['a => y: LRN lrn_param { local_size: 3 alpha: 0.5 k: 0 }', 'tengine', ['bvlc', 'ncnn', 'opencv']],
  ['a => y: MVN', 'bvlc', ['tengine']],
  ['a => y: MVN mvn_param { across_channels: true eps: 0.5 }', 'ncnn', ['tengine']],
  ['a => y: Normalize norm_param { across_spatial: false }', 'ssd', ['mnn'], [[1]]],
  ['a => y: InnerProduct inner_product_param { num_output: 3 axis: 2 }', 'bvlc', ['ncnn'], [[3, 36], [3]]],
  ['a => y: Interp interp_param { zoom_factor: 2 }', 'mnn', ['nart', 'openvino']],
  ['a => y: Interp interp_param { height: 5 width: 7 zoom_factor: 2 }', 'nart', ['mnn', 'cambricon']],
  ['a => y: Interp interp_param { height: 5 width: 7 zoom_factor: 2 }', 'openvino', ['nart']],
  ['a => y: Interp interp_param { scale_factor: 1.5 }', 'nart', ['ascend', 'mnn']],
  ['a => y: Interp interp_param { height: 12 width: 12 }', 'ncnn', ['tengine']],
  ['a => y: Interp interp_param { height: 5 width: 7 zoom_factor: 2 }', 'tengine', ['ncnn']],
  [
    'a => y: NormalizeBBox norm_param { across_spatial: false channel_shared: false }',
    'opencv',
    ['ssd', 'ncnn'],
    [[4]],
  ],
  [`a => y: Convolution ${CONVOLUTION} dilation: 2 }`, 'bvlc', ['nart'], WEIGHTS],
  [`a => y: Convolution ${CONVOLUTION} dilation: 1 dilation: 2 }`, 'bvlc', ['ncnn', 'mnn', 'tengine'], WEIGHTS],
  [`a => y: HoleConvolution ${CONVOLUTION} hole_h: 1 hole_w: 2 }`, 'nart', ['ncnn', 'mnn', 'tengine'], WEIGHTS],
  [
    `a => y: Deconvolution ${CONVOLUTION} stride: 2 dilation: 2 }`,
    'bvlc',
    ['opencv', 'nart', 'tengine'],
    [[4, 2, 3, 3], [2]],
  ],
  [`a => y: HoleConvolution ${CONVOLUTION} hole_h: 1 hole_w: 2 }`, 'nart', ['bvlc', 'opencv'], WEIGHTS],
  [`a => y: ConvolutionReLU ${CONVOLUTION} }`, 'nart', ['bvlc', 'opencv'], WEIGHTS],
  [`a => y: ConvolutionBinary ${CONVOLUTION} }`, 'openvino', ['bvlc', 'opencv'], WEIGHTS],
  [
    'a => y: DepthwiseConv convolution_param { num_output: 8 kernel_size: 3 }',
    'mnn',
    ['bvlc', 'opencv', 'nart'],
    [[8, 1, 3, 3], [8]],
  ],
  [`a => y: Deconvolution ${CONVOLUTION} }`, 'bvlc', ['tengine'], [[4, 2, 3, 3], [2]]],
  [`a => y: DeConvolution ${CONVOLUTION} }`, 'tengine', ['opencv', 'nart'], [[4, 2, 3, 3], [2]]],
  [
    'a => y: InnerProduct inner_product_param { num_output: 3 transpose: true }',
    'bvlc',
    ['opencv', 'nart'],
    [[144, 3], [3]],
  ],
  ['a, b => y: Add', 'nart', ['bvlc', 'opencv', 'tengine']],
  ['a, b => y: Mult', 'cambricon', ['bvlc', 'opencv']],
  ['a, b => y: Sub', 'cambricon', ['bvlc', 'mnn']],
  ['a, b => y: Max', 'nart', ['bvlc', 'opencv']],
  ['a => y: Permute permute_param { order: 0 order: 3 }', 'ssd', ['nart', 'opencv']],
  ['a => y: Transpose transpose_param { dim: 0 dim: 2 dim: 3 dim: 1 }', 'nart', ['ssd', 'ncnn', 'opencv']],
  ['a => y: ChannelShuffle channel_shuffle_param { group: 2 }', 'nart', ['ncnn', 'openvino', 'ascend']],
  ['a => y: Reorg reorg_param { stride: 2 }', 'intel', ['openvino', 'ascend']],
  ['a => y: ReorgYolo reorg_yolo_param { stride: 2 }', 'openvino', ['intel', 'ascend']],
  ['a => y: Upsample upsample_param { scale: 2 }', 'yolo-upsample', ['ascend', 'nart', 'tengine']],
  ['a => y: NNUpsample', 'nart', ['yolo-upsample', 'ascend']],
  ['a => y: Upsample upsample_param { stride: 3 }', 'ascend', ['yolo-upsample', 'nart']],
  ['a => y: Reshape reshape_param { shape { dim: 0 dim: 0 dim: -1 } }', 'bvlc', ['ncnn']],
  ['a => y: Reshape reshape_param { shape { dim: 144 } }', 'ncnn', ['bvlc', 'opencv']],
];

holdsExact(EXACT);

test.each<[string, CaffeDialect, CaffeDialect, string]>([
  ['a => y: Pooling pooling_param { kernel_size: 6 }', 'bvlc', 'mnn', ''],
  ['a => y: Reorg reorg_param { stride: 2 }', 'intel', 'ncnn', 'the order of channels'],
  ['a => y: Permute permute_param { order: 1 order: 0 }', 'ssd', 'ncnn', 'permute_param.order'],
  ['a => y: Scale scale_param { axis: 2 }', 'bvlc', 'ncnn', 'its Scale has one number a channel'],
])('%s of %s is something else for %s', (line, from, to, words) => {
  const net = netOf(line, line.includes('Scale') ? [[6, 6]] : []);
  const found = difference(net, runOf(net, from), to);
  if (words === '') expect(found).toBe(0);
  else expect(found).toContain(words);
});

test.each(['Dropout', 'Split'])('%s goes where the framework lacks it, and the output keeps its name', (type) => {
  const net = [input('a', 1, 4, 6, 6), layer('a => r: ReLU'), layer(`r => y: ${type}`)].join('\n');
  expect(difference(net, runOf(net, 'bvlc'), 'mnn')).toBe(0);
  const alone = [input('a', 1, 4, 6, 6), layer(`a => y: ${type}`)].join('\n');
  expect(difference(alone, runOf(alone, 'bvlc'), 'mnn')).toBe(0);
  expect(difference(alone, runOf(alone, 'bvlc'), 'nart')).toBe(0);
});

test('what NART says by name becomes layers of its own name, and in-place tops stay in place', () => {
  const net = [input('a', 1, 4, 6, 6), layer('a => r: ReLU'), layer('r => r: HSwish'), layer('r => y: ReLU')].join(
    '\n',
  );
  expect(difference(net, runOf(net, 'nart'), 'bvlc')).toBeLessThan(2e-5);
});

test('Sqrt of Cambricon is a Power', () => {
  const net = [input('a', 1, 4, 6, 6), layer('a => r: AbsVal'), layer('r => y: Sqrt')].join('\n');
  expect(difference(net, runOf(net, 'cambricon'), 'bvlc')).toBeLessThan(2e-5);
});
