/**
 * Shapes of layers that compute element by element, multiply matrices, or take axes away: BVLC/caffe src/caffe/layers, and the
 * SSD layers of weiliu89/caffe.
 */
import type { Shape } from '../../ir/shape.ts';
import { type LayerShapes, one, open, product, type ShapeRule, type ShapeRules } from './infer-layer.ts';

/** As the first bottom. */
const same: ShapeRule = (layer) => Array<Shape>(layer.tops).fill(layer.x);

const SAME: readonly string[] = [
  ...[
    'Abs',
    'AbsVal',
    'BatchNorm',
    'BatchNorm3d',
    'Bias',
    'BN',
    'BNLL',
    'ChannelPermutation',
    'ChannelShuffle',
    'Clip',
  ],
  ...[
    'Binarization',
    'CuDNNBatchNorm',
    'CuDNNLRNCrossChannel',
    'CycleAdd',
    'CycleMult',
    'CycleSub',
    'Dropout',
    'Eltwise',
    'ELU',
    'Erf',
    'Exp',
  ],
  ...['GELU', 'GRN', 'HSigmoid', 'Hsigmoid', 'HSwish', 'Hswish', 'Log', 'LRN', 'Max', 'Mish', 'MVN', 'Normalize'],
  'NormalizeBBox',
  ...['Power', 'PReLU', 'Reciprocal', 'ReLU', 'ReLU3d', 'ReLU6', 'Reverse', 'Scale', 'Scales', 'ShuffleChannel'],
  ...['Sigmoid', 'Softmax', 'SpatialDropout', 'Sqrt', 'Swish', 'TanH', 'Threshold'],
];

/** Two blobs of one shape; what frameworks make of others differs. */
const alike = (layer: LayerShapes): Shape => {
  const { x } = layer;
  const others = layer.bottoms.slice(1);
  return others.every((shape) => shape?.length === x.length && shape.every((size, k) => size === x[k])) ? x : open();
};

const doubled = (layer: LayerShapes): Shape => {
  const axis = layer.axis('crelu_param.concat_axis', layer.x.length);
  return layer.x.with(axis, product([layer.x[axis], 2]));
};

const innerProduct = (layer: LayerShapes): Shape => {
  const { x, dialect } = layer;
  const output = layer.number('inner_product_param.num_output');
  // Frameworks without `axis` multiply all behind the images away; Tengine keeps the rank, ncnn goes by its weights.
  if (dialect === 'tengine') return [x[0], output, ...x.slice(2).map(() => 1)];
  if (dialect === 'ncnn' && x.length === 3) open();
  const byAxis = dialect !== 'ncnn' && dialect !== 'nart';
  const axis = byAxis ? layer.axis('inner_product_param.axis', x.length) : 1;
  return [...x.slice(0, axis), output];
};

const reduction = (layer: LayerShapes): Shape => {
  // Tengine lists axes, which stay.
  if (layer.dialect === 'tengine') open();
  return layer.x.slice(0, layer.axis('reduction_param.axis', layer.x.length, 0));
};

const argMax = (layer: LayerShapes): Shape => {
  const { x } = layer;
  const top = layer.number('argmax_param.top_k') ?? 1;
  const values = layer.flag('argmax_param.out_max_val') === true;
  if (layer.isGiven('argmax_param.axis')) return x.with(layer.axis('argmax_param.axis', x.length), top);
  return [x[0], values ? 2 : 1, top, ...Array<number>(Math.max(x.length - 3, 0)).fill(1)];
};

const embed = (layer: LayerShapes): Shape => [...layer.x, layer.number('embed_param.num_output')];

/** Over the first axis, with as many numbers as the state has. */
const recurrent: ShapeRule = (layer) => {
  const [steps, streams] = layer.x;
  const outputs = layer.number('recurrent_param.num_output') || layer.number('lstm_param.num_output');
  const state = [1, streams, outputs];
  return Array.from({ length: layer.tops }, (_, k) => (k === 0 ? [steps, streams, outputs] : state));
};

/** Boxes and their variances, four numbers each: weiliu89/caffe src/caffe/layers/prior_box_layer.cpp. */
const priorBox = (layer: LayerShapes): Shape => {
  const ratios = [1];
  const add = (ratio: number) => {
    if (!ratios.some((known) => Math.abs(known - ratio) < 1e-6)) ratios.push(ratio);
  };
  for (const ratio of layer.numbers('prior_box_param.aspect_ratio')) {
    const known = ratios.length;
    add(ratio);
    if (ratios.length > known && layer.flag('prior_box_param.flip') !== false) ratios.push(1 / ratio);
  }
  const [least, most] = ['min_size', 'max_size'].map((name) => layer.numbers(`prior_box_param.${name}`).length);
  if (layer.isGiven('prior_box_param.width') || !least) open();
  const boxes = ratios.length * least + (most ?? 0);
  return [1, 2, product([layer.x[2], layer.x[3], boxes, 4])];
};

/** As many rows as boxes are found; some frameworks leave the number of the image out (rules/plain-detections.ts). */
const detections = ({ dialect }: LayerShapes): Shape => {
  if (dialect === 'tengine') return [1, undefined, 6, 1];
  return [1, 1, undefined, dialect === 'mnn' || dialect === 'ncnn' ? 6 : 7];
};
const proposals: ShapeRule = (layer: LayerShapes) =>
  Array.from({ length: layer.tops }, (_, k) => (k === 0 ? [undefined, 5] : undefined));

/** Rows of boxes: OpenVINO keeps room for all that there may be. */
const simplerNms = (layer: LayerShapes): Shape => [
  layer.dialect === 'openvino' ? layer.number('simpler_nms_param.post_nms_topn') : undefined,
  5,
];

const givenShape =
  (path: string) =>
  (layer: LayerShapes): Shape => {
    const shape = layer.numbers(path);
    return shape.length > 0 && layer.tops === 1 ? shape : open();
  };

const dummy: ShapeRule = (layer) =>
  Array.from({ length: layer.tops }, (_, k) => {
    const at = layer.isGiven(`dummy_data_param.shape[${k}].dim`) ? k : 0;
    const shape = layer.numbers(`dummy_data_param.shape[${at}].dim`);
    return shape.length > 0 ? shape : undefined;
  });

export const ARITHMETIC_SHAPES: ShapeRules = {
  ...Object.fromEntries(SAME.map((type) => [type, same])),
  Add: one(alike),
  ArgMax: one(argMax),
  Axpy: one((layer) => layer.bottom(1)),
  CReLU: one(doubled),
  DetectionOutput: one(detections),
  DummyData: dummy,
  Embed: one(embed),
  InnerProduct: one(innerProduct),
  LSTM: recurrent,
  Mul: one(alike),
  Mult: one(alike),
  Parameter: one(givenShape('parameter_param.shape.dim')),
  PriorBox: one(priorBox),
  Proposal: proposals,
  Reduction: one(reduction),
  RNN: recurrent,
  SimplerNMS: one(simplerNms),
  Sub: one(alike),
};
