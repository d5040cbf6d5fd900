/** Layers that are several there, or none: each row computes the same of every element, in another order of rounding at most. */
import type { Value } from '../../ir/value.ts';
import { filled } from '../onnx-to-caffe/weights.ts';
import type { Rewording } from './rewordings.ts';
import { NO, ofFloat, ofInt, ofWord, type Parameters, type Wording, YES } from './wording.ts';

const NART = 'ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py';
const ART = 'ModelTC/NART art/modules/default/src/op';

/** scale x + shift. */
function affine(layer: Wording, word: string, x: Value, scale: number, shift: number): Value {
  const parameters: Record<string, Parameters[string]> = {};
  if (scale !== 1) parameters['power_param.scale'] = ofFloat(scale);
  if (shift !== 0) parameters['power_param.shift'] = ofFloat(shift);
  return layer.layer(word, 'Power', [x], parameters);
}

function product(layer: Wording, a: Value, b: Value): Value {
  return layer.layer('product', 'Eltwise', [a, b], { 'eltwise_param.operation': ofWord('PROD') });
}

/** 0 to 6, as a layer or as high - relu(high - relu(x)). */
function sixth(layer: Wording, x: Value): Value {
  if (layer.to.has('ReLU6')) return layer.layer('six', 'ReLU6', [x]);
  return between(layer, x, 0, 6);
}

/** min(max(x, low), high). */
function between(layer: Wording, x: Value, low: number, high: number): Value {
  if (layer.to.has('Clip'))
    return layer.layer('clip', 'Clip', [x], { 'clip_param.min': ofFloat(low), 'clip_param.max': ofFloat(high) });
  if (layer.to.base === 'openvino' && low === 0)
    return layer.layer('clip', 'ReLU6', [x], { 'relu6_param.n': ofFloat(high) });
  if (layer.to.has('ReLU6') && low === 0 && high === 6) return layer.layer('clip', 'ReLU6', [x]);
  const raised = layer.layer('above', 'ReLU', [affine(layer, 'from_low', x, 1, -low)]);
  const below = layer.layer('below', 'ReLU', [affine(layer, 'to_high', raised, -1, high - low)]);
  return affine(layer, 'clipped', below, -1, high);
}

/** The upper limit of a ReLU6: OpenVINO's `n`, 6 elsewhere. */
const limitOf = (layer: Wording) => (layer.from.base === 'openvino' ? layer.number('relu6_param.n', 6) : 6);

/** A limit that the target's ReLU6 has not. */
const otherLimit = (layer: Wording) => limitOf(layer) !== 6 && layer.to.base !== 'openvino';

/** Blobs of one shape; refuses others, or where that is not known. */
function alike(layer: Wording): void {
  const [first, ...others] = layer.bottoms.map((_, k) => layer.shape(k)?.join());
  if (first === undefined || others.some((shape) => shape !== first))
    layer.refuse('bottoms of several shapes', 'its Eltwise takes those of one shape');
}

const eltwise = (
  of: readonly string[],
  operation: string,
  source: string,
  coefficients?: readonly number[],
): Rewording => ({
  of,
  needs: ['Eltwise'],
  source,
  settles: ['bottoms of several shapes'],
  reword: (layer) => {
    alike(layer);
    if (coefficients) layer.set('eltwise_param.coeff', { type: 'floats', value: coefficients });
    layer.set('eltwise_param.operation', ofWord(operation));
    layer.rename('Eltwise');
  },
});

const power = (
  of: string,
  source: string,
  parameters: (layer: Wording) => readonly [power: number, scale: number, shift: number],
): Rewording => ({
  of: [of],
  needs: ['Power'],
  source,
  reword: (layer) => {
    const values = parameters(layer);
    layer.drop(...layer.node.attributes.keys());
    for (const [k, name] of ['power', 'scale', 'shift'].entries())
      if (values[k] !== [1, 1, 0][k]) layer.set(`power_param.${name}`, ofFloat(values[k] ?? 0));
    layer.rename('Power');
  },
});

const MULT = 'Cambricon/caffe src/caffe/layers/mult_layer.cpp, add_layer.cpp, sub_layer.cpp';

export const COMPOSED: readonly Rewording[] = [
  {
    of: ['ConvolutionBinary'],
    needs: ['ConvolutionBinary', 'Bias'],
    source:
      'openvino-dev 2023.3 mo/front/caffe/binary_conv_ext.py, which stops at a bias; tried there with Bias behind it',
    where: (layer) => layer.to.base === 'openvino' && layer.blobs.length > 1 && layer.node.outputs.length === 1,
    within: true,
    reword: (layer) => {
      const [weights, bias] = layer.blobs;
      if (!weights || !bias) return;
      const parameters = { ...Object.fromEntries(layer.node.attributes), 'convolution_param.bias_term': NO };
      const product = layer.layer('product', 'ConvolutionBinary', [layer.x], parameters, [weights]);
      layer.finish(layer.layer('bias', 'Bias', [product], {}, [bias]));
    },
  },
  {
    of: ['Dropout', 'SpatialDropout'],
    needs: [],
    source: 'BVLC/caffe src/caffe/layers/dropout_layer.cpp, phase TEST',
    reword: (layer) => {
      if (!layer.flag('dropout_param.scale_train', true))
        layer.refuse('dropout_param.scale_train', 'it has no layer that scales at that place');
      if (layer.flag('dropout_param.sample_weights_test', false))
        layer.refuse('dropout_param.sample_weights_test', 'nothing is random there');
      layer.pass();
    },
  },
  { of: ['Split'], needs: [], source: 'BVLC/caffe src/caffe/layers/split_layer.cpp', reword: (layer) => layer.pass() },
  // What it took is read otherwise: unread.ts.
  {
    of: ['Silence'],
    needs: [],
    source: 'BVLC/caffe src/caffe/layers/silence_layer.cpp',
    reword: (layer) => layer.pass(),
  },
  eltwise(['Add'], 'SUM', `${ART}/add.cpp; ${MULT}`),
  eltwise(['Mul', 'Mult'], 'PROD', `${ART}/mul.cpp; ${MULT}`),
  eltwise(['Max'], 'MAX', NART),
  eltwise(['Sub'], 'SUM', MULT, [1, -1]),
  power('Reciprocal', NART, () => [-1, 1, 0]),
  power('Sqrt', 'Cambricon/caffe src/caffe/layers/sqrt_layer.cpp', () => [0.5, 1, 0]),
  power('Scales', NART, (layer) => [1, layer.number('scales_param.alpha', 1), layer.number('scales_param.beta', 0)]),
  {
    of: ['Clip'],
    needs: ['ReLU6'],
    source: 'BVLC/caffe src/caffe/layers/clip_layer.cpp',
    where: (layer) =>
      !layer.to.has('Clip') && layer.number('clip_param.min', 0) === 0 && layer.number('clip_param.max', 0) === 6,
    reword: (layer) => {
      layer.drop(...layer.node.attributes.keys());
      layer.rename('ReLU6');
    },
  },
  {
    of: ['Clip'],
    needs: ['ReLU', 'Power'],
    source: 'BVLC/caffe src/caffe/layers/clip_layer.cpp',
    reword: (layer) =>
      layer.finish(between(layer, layer.x, layer.number('clip_param.min', 0), layer.number('clip_param.max', 0))),
  },
  {
    of: ['ReLU6'],
    needs: ['Clip'],
    source: 'opencv/dldt model-optimizer/extensions/front/caffe/relu6.py',
    where: (layer) => !layer.to.has('ReLU6') || otherLimit(layer),
    reword: (layer) => {
      const most = limitOf(layer);
      layer.drop(...layer.node.attributes.keys());
      layer.set('clip_param.min', ofFloat(0));
      layer.set('clip_param.max', ofFloat(most));
      layer.rename('Clip');
    },
  },
  {
    of: ['ReLU6'],
    needs: ['ReLU', 'Power'],
    source: 'opencv/dldt model-optimizer/extensions/front/caffe/relu6.py',
    where: (layer) => !layer.to.has('ReLU6') || otherLimit(layer),
    reword: (layer) => layer.finish(between(layer, layer.x, 0, limitOf(layer))),
  },
  {
    of: ['HSwish', 'Hswish'],
    needs: ['Power', 'ReLU', 'Eltwise'],
    source: `${ART}/hswish.c`,
    reword: (layer) => {
      const gate = affine(layer, 'gate', sixth(layer, affine(layer, 'shifted', layer.x, 1, 3)), 1 / 6, 0);
      layer.finish(product(layer, layer.x, gate));
    },
  },
  {
    of: ['HSigmoid', 'Hsigmoid'],
    needs: ['Power', 'ReLU'],
    source: `${ART}/hardsigmoid.c`,
    reword: (layer) =>
      layer.finish(affine(layer, 'gate', sixth(layer, affine(layer, 'shifted', layer.x, 1, 3)), 1 / 6, 0)),
  },
  {
    of: ['Swish'],
    needs: ['Sigmoid', 'Eltwise'],
    source: 'BVLC/caffe src/caffe/layers/swish_layer.cpp; Tencent/ncnn src/layer/swish.cpp has no beta',
    where: (layer) => !layer.to.has('Swish') || (layer.to.base === 'ncnn' && layer.number('swish_param.beta', 1) !== 1),
    reword: (layer) => {
      const beta = layer.number('swish_param.beta', 1);
      if (beta !== 1 && !layer.to.has('Power')) layer.refuse('swish_param.beta', 'it has no Power layer');
      const inner = beta === 1 ? layer.x : affine(layer, 'beta', layer.x, beta, 0);
      layer.finish(product(layer, layer.x, layer.layer('gate', 'Sigmoid', [inner])));
    },
  },
  {
    of: ['Bias'],
    needs: ['Scale'],
    source: 'BVLC/caffe src/caffe/layers/bias_layer.cpp, scale_layer.cpp',
    reword: (layer) => {
      const [bias] = layer.blobs;
      if (!bias || layer.bottoms.length > 1)
        return layer.refuse('a bias that the network computes', 'its Scale adds one of its own alone');
      const parameters: Record<string, Parameters[string]> = { 'scale_param.bias_term': YES };
      for (const name of ['axis', 'num_axes'])
        if (layer.has(`bias_param.${name}`))
          parameters[`scale_param.${name}`] = ofInt(layer.number(`bias_param.${name}`, 1));
      layer.finish(layer.layer('scale', 'Scale', [layer.x], parameters, [filled(bias.shape, 1), bias]));
    },
  },
  {
    of: ['Power'],
    needs: ['Scale'],
    source: 'BVLC/caffe src/caffe/layers/power_layer.cpp, scale_layer.cpp',
    reword: (layer) => {
      if (layer.number('power_param.power', 1) !== 1) layer.refuse('power_param.power', 'it has no Power layer');
      const [scale, shift] = [layer.number('power_param.scale', 1), layer.number('power_param.shift', 0)];
      const channels = [layer.channels()];
      const blobs = [filled(channels, scale), filled(channels, shift)];
      layer.finish(layer.layer('scale', 'Scale', [layer.x], { 'scale_param.bias_term': YES }, blobs));
    },
  },
  ...['Convolution', 'InnerProduct'].map(
    (type): Rewording => ({
      of: [`${type}ReLU`],
      needs: [type, 'ReLU'],
      source: NART,
      reword: (layer) => {
        const parameters = Object.fromEntries(layer.node.attributes);
        const sum = layer.layer('sum', type, [layer.x], parameters, layer.blobs);
        layer.finish(layer.layer('relu', 'ReLU', [sum]));
      },
    }),
  ),
];
