/** Layers that become others by way of ONNX: the same numbers in the reference interpreter, and in OpenCV, as the other framework runs them. */
import { describe, expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { readText } from '../../formats/caffe/support.ts';
import { holdsExact, netOf } from './support.ts';

const STATISTICS = [[4], [4], [1]];

describe('layers that the framework lacks', () =>
  holdsExact([
    ['a => y: AbsVal', 'bvlc', ['openvino']],
    ['a => y: Abs', 'nart', ['openvino']],
    ['a, b[1, 4, 1, 1] => y: Add', 'nart', ['bvlc', 'opencv', 'ncnn']],
    ['a, b[1, 4, 1, 1] => y: Mul', 'nart', ['bvlc', 'opencv', 'openvino']],
    ['a, b[1, 1, 6, 6] => y: Mul', 'nart', ['bvlc', 'opencv']],
    ['a, b[1, 4, 1, 1] => y: CycleAdd', 'cambricon', ['bvlc', 'nart']],
    ['a => y: CReLU', 'cambricon', ['bvlc', 'opencv', 'ncnn']],
    ['a => y: SPP spp_param { pyramid_height: 2 }', 'bvlc', ['ncnn', 'opencv']],
    ['a => y: Tile tile_param { tiles: 2 }', 'bvlc', ['ncnn', 'opencv', 'mnn']],
    ['a => y: Reduction reduction_param { operation: MEAN axis: 2 }', 'bvlc', ['opencv', 'ncnn']],
    ['a => y: Interp interp_param { height: 9 width: 4 }', 'mnn', ['bvlc', 'opencv', 'ssd']],
    ['a => y: Upsample upsample_param { scale: 2 }', 'yolo-upsample', ['bvlc', 'opencv', 'ncnn']],
    ['a[1, 4, 6, 5], b[1, 4, 5, 6] => y: MatMul', 'nart', ['ascend']],
    ['a[1, 4, 6, 5], b[1, 4, 6, 5] => y: BatchMatMul batch_matmul_param { adj_x2: true }', 'ascend', ['nart']],
    ['a, b[1, 3, 12, 12] => y: PriorBox prior_box_param { min_size: 2 variance: 0.1 }', 'ssd', ['bvlc']],
    ['a[1, 4, 1, 1], b, c => y: Axpy', 'intel', ['bvlc', 'opencv', 'openvino']],
    ['a[1, 4, 1, 1], b, c => y: Axpy', 'openvino', ['bvlc', 'ncnn']],
    ['a => y: GRN', 'openvino', ['bvlc', 'opencv']],
    ['a => y: Binarization', 'openvino', ['bvlc', 'tengine']],
    ['a => y: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }', 'ssd', ['bvlc']],
  ]));

describe('layers that the framework understands otherwise', () =>
  holdsExact([
    ['a => y: Pooling pooling_param { pool: AVE kernel_size: 3 pad: 1 stride: 2 }', 'bvlc', ['ncnn']],
    ['a => y: Pooling pooling_param { pool: AVE kernel_size: 3 pad: 1 }', 'ncnn', ['bvlc', 'opencv']],
    ['a => y: Pooling pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }', 'bvlc', ['ncnn', 'mnn', 'ssd']],
    ['a => y: MVN', 'bvlc', ['opencv', 'openvino']],
    ['a => y: MVN', 'openvino', ['bvlc', 'ncnn']],
    ['a => y: MVN', 'tengine', ['bvlc']],
    ['a => y: LRN lrn_param { local_size: 3 alpha: 0.5 k: 2 }', 'bvlc', ['opencv', 'ncnn', 'mnn']],
    ['a => y: BatchNorm batch_norm_param { use_global_stats: false }', 'bvlc', ['ncnn', 'nvcaffe'], STATISTICS],
    ['a => y: BatchNorm', 'bvlc', ['tengine'], STATISTICS],
    ['a => y: BatchNorm', 'tengine', ['bvlc', 'ncnn'], STATISTICS],
    ['a, b => y: Eltwise eltwise_param { coeff: 0.5 coeff: 2 }', 'bvlc', ['tengine', 'mnn']],
    ['a => y: Interp interp_param { zoom_factor: 2 }', 'mnn', ['ncnn', 'tengine']],
    ['a => y: Interp interp_param { height: 9 width: 9 pad_beg: -1 }', 'cambricon', ['tengine', 'ncnn']],
    ['a => y: Reorg reorg_param { stride: 2 }', 'ncnn', ['intel']],
    ['a => y: Dropout dropout_param { scale_train: false dropout_ratio: 0.4 }', 'ncnn', ['mnn', 'bvlc']],
    ['a => y: Scale scale_param { axis: 2 num_axes: 2 }', 'bvlc', ['ncnn', 'mnn', 'nart'], [[6, 6]]],
    ['a => y: Exp exp_param { base: 2 scale: 0.5 shift: 1 }', 'bvlc', ['ncnn']],
  ]));

test('layers in between have names of their own, and lead back to the layer', () => {
  const net = [input('a', 1, 4, 6, 6), layer('a => y/relu: ReLU'), layer('y/relu => y: AbsVal')].join('\n');
  const { model } = readText(net, { dialect: 'bvlc' });
  expect(transcode(model, caffeBackend('bvlc'), caffeBackend('openvino'))).toEqual([]);
  const tops = [...model.graph.nodes].flatMap(({ outputs }) => outputs.map(({ name }) => name));
  expect(new Set(tops).size).toBe(tops.length);
  expect(tops.at(-1)).toBe('y');
  expect([...model.graph.nodes].every(({ origin }) => origin.length > 0)).toBe(true);
});

test('a layer that no other layers are the same as is left as it was, and told as it would have been', () => {
  const { model } = readText(netOf('a => y: Exp'), { dialect: 'bvlc' });
  const [problem, ...more] = transcode(model, caffeBackend('bvlc'), caffeBackend('mnn'));
  expect(problem?.message).toBe('Caffe (MNN) has no operator for caffe::Exp.');
  expect(more).toEqual([]);
  expect([...model.graph.nodes].map(({ op }) => op)).toEqual(['Exp']);
});

test('sizes that are not known are no reason to guess', () => {
  const net = `input: "a" ${layer('a => y: AbsVal')}`;
  const { model } = readText(net, { dialect: 'bvlc' });
  const [problem] = transcode(model, caffeBackend('bvlc'), caffeBackend('openvino'));
  expect(problem?.code).toBe('unsupported-operator');
});
