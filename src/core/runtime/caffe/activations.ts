/**
 * Functions of each element alone (BVLC/caffe src/caffe/layers, the files of the same names: absval_layer.cpp to
 * threshold_layer.cpp; those of other dialects name their own source).
 */
import { blobOf, bottom, flag, type Layer, type LayerCall, mapped, number, refusal, weights } from './blob.ts';
import { channelsOf } from './normalization.ts';

/** A function of each element; what does not change is read once. */
function each(prepare: (call: LayerCall) => (value: number) => number): Layer {
  return (call) => mapped(bottom(call), prepare(call));
}

const same: Layer = (call) => bottom(call);

/** relu_layer.cpp; Cambricon's has an upper limit, where that is not 0. */
const relu = (holder: string): Layer =>
  each(({ node }) => {
    const slope = number(node, `${holder}.negative_slope`, 0);
    const limit = number(node, `${holder}.upper_limit`, 0) || Number.POSITIVE_INFINITY;
    return (x) => Math.min(Math.max(x, 0) + slope * Math.min(x, 0), limit);
  });

/** Slopes for each channel, or one for all: prelu_layer.cpp. */
const prelu: Layer = (call) => {
  const x = bottom(call);
  const { channels, channelAt } = channelsOf(x);
  const slopes = weights(call, 0).data;
  if (slopes.length !== 1 && slopes.length !== channels)
    throw refusal(call, `its ${slopes.length} slopes do not go with ${channels} channels`);
  const slopeAt = (at: number) => slopes[slopes.length === 1 ? 0 : channelAt(at)] ?? 0;
  return mapped(x, (value, at) => Math.max(value, 0) + slopeAt(at) * Math.min(value, 0));
};

/** The base of Exp and Log; -1 stands for e. */
function exponential(call: LayerCall, holder: string): { base: number; scale: number; shift: number } {
  const value = (name: string, otherwise: number) => number(call.node, `${holder}.${name}`, otherwise);
  const base = value('base', -1);
  if (base !== -1 && base <= 0) throw refusal(call, `its base is ${base}`);
  return { base: base === -1 ? Math.E : base, scale: value('scale', 1), shift: value('shift', 0) };
}

const exponent: Layer = each((call) => {
  if (!call.means.exponentials.exp) return Math.exp;
  const { base, scale, shift } = exponential(call, 'exp_param');
  return (x) => base ** (shift + scale * x);
});

const logarithm: Layer = each((call) => {
  if (!call.means.exponentials.log) return Math.log;
  const { base, scale, shift } = exponential(call, 'log_param');
  return (x) => Math.log(shift + scale * x) / Math.log(base);
});

/** (shift + scale x) ^ power; where power or scale is 0, what it is given does not count, not even what is no number. */
const power: Layer = each(({ node }) => {
  const value = (name: string, otherwise: number) => number(node, `power_param.${name}`, otherwise);
  const [exponentOf, scale, shift] = [value('power', 1), value('scale', 1), value('shift', 0)];
  if (exponentOf * scale === 0) return () => (exponentOf === 0 ? 1 : shift ** exponentOf);
  return (x) => (shift + scale * x) ** exponentOf;
});

const clip: Layer = each(({ node }) => {
  const [low, high] = [number(node, 'clip_param.min', 0), number(node, 'clip_param.max', 0)];
  return (x) => Math.max(low, Math.min(x, high));
});

/** Up to 6, or to `n` of OpenVINO (opencv/dldt model-optimizer/extensions/front/caffe/relu6.py); NART reads no slope. */
const relu6: Layer = each(({ node }) => {
  const most = number(node, 'relu6_param.n', 6);
  return (x) => Math.min(Math.max(x, 0), most);
});

/** x relu6(x + 3) / 6: ModelTC/NART art/modules/default/src/op/hswish.c. */
const hardSwish: Layer = each(() => (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6);

/** ModelTC/NART art/modules/default/src/op/hardsigmoid.c, with alpha 1 / 6 and beta 1 / 2. */
const hardSigmoid: Layer = each(() => (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1));

/**
 * Tencent/ncnn src/layer/{erf,gelu}.cpp call it in the C library. By its series where x is small, else by the continued fraction of
 * what is left to 1.
 */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size < 3) {
    let [term, sum] = [x, x];
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
      term *= -(x * x) / k;
      sum += term / (2 * k + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let rest = size;
  for (let k = 60; k >= 1; k--) rest = size + k / 2 / rest;
  return Math.sign(x) * (1 - Math.exp(-size * size) / rest / Math.sqrt(Math.PI));
}

/** x tanh(log(1 + e^x)), as YOLO v4 has it: AlexeyAB/darknet src/activations.h. */
const mish: Layer = each(() => (x) => x * Math.tanh(x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))));

/** The positive parts, and behind them those of -x: Cambricon/caffe src/caffe/layers/crelu_layer.cpp. */
const concatenatedRelu: Layer = (call) => {
  const x = bottom(call);
  const axis = number(call.node, 'crelu_param.concat_axis', 1);
  const at = axis < 0 ? axis + x.shape.length : axis;
  const slope = number(call.node, 'crelu_param.negative_slope', 0);
  const rectified = (value: number) => Math.max(value, 0) + slope * Math.min(value, 0);
  const length = x.shape.slice(at).reduce((a, b) => a * b, 1);
  const y = blobOf(x.shape.with(at, 2 * (x.shape[at] ?? 1)));
  x.data.forEach((value, k) => {
    const to = Math.floor(k / length) * 2 * length + (k % length);
    y.data[to] = rectified(value);
    y.data[to + length] = rectified(-value);
  });
  return y;
};

/**
 * Without `scale_train`, training does not scale, and so it is done here (Tencent/ncnn tools/caffe/caffe2ncnn.cpp); with
 * `sample_weights_test`, elements are dropped when the network runs too (alexgkendall/caffe-segnet src/caffe/layers/dropout_layer.cpp).
 */
const dropout: Layer = (call) => {
  const { node } = call;
  if (flag(node, 'dropout_param.sample_weights_test', false)) throw refusal(call, 'it drops elements at random');
  if (flag(node, 'dropout_param.scale_train', true)) return bottom(call);
  const kept = 1 - number(node, 'dropout_param.dropout_ratio', 0.5);
  return mapped(bottom(call), (value) => value * kept);
};

/** alpha x + beta: ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py. */
const scales: Layer = each(({ node }) => {
  const [alpha, beta] = [number(node, 'scales_param.alpha', 1), number(node, 'scales_param.beta', 0)];
  return (x) => alpha * x + beta;
});

export const activationLayers: Readonly<Record<string, Layer>> = {
  Abs: each(() => Math.abs),
  AbsVal: each(() => Math.abs),
  BNLL: each(() => (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))),
  Clip: clip,
  CReLU: concatenatedRelu,
  Dropout: dropout,
  // NVIDIA/caffe src/caffe/layers/elu_layer.cpp has a factor `lambda` for all of it.
  ELU: each(({ node }) => {
    const [alpha, lambda] = [number(node, 'elu_param.alpha', 1), number(node, 'elu_param.lambda', 1)];
    return (x) => lambda * (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Erf: each(() => errorFunction),
  Exp: exponent,
  GELU: each(() => (x) => (x * (1 + errorFunction(x / Math.SQRT2))) / 2),
  HSigmoid: hardSigmoid,
  Hsigmoid: hardSigmoid,
  HSwish: hardSwish,
  Hswish: hardSwish,
  Log: logarithm,
  Mish: mish,
  Power: power,
  PReLU: prelu,
  Reciprocal: each(() => (x) => 1 / x),
  ReLU: relu('relu_param'),
  ReLU3d: relu('relu3d_param'),
  ReLU6: relu6,
  Scales: scales,
  Sigmoid: each(() => (x) => 1 / (1 + Math.exp(-x))),
  SpatialDropout: same,
  Sqrt: each(() => Math.sqrt),
  Swish: each(({ node }) => {
    const beta = number(node, 'swish_param.beta', 1);
    return (x) => x / (1 + Math.exp(-beta * x));
  }),
  TanH: each(() => Math.tanh),
  // openvino-dev 2023.3, mo/front/caffe/binarization.py: FakeQuantize of two levels around 0; 0 is below.
  Binarization: each(() => (x) => (x > 0 ? 1 : -1)),
  Threshold: each(({ node }) => {
    const threshold = number(node, 'threshold_param.threshold', 0);
    return (x) => (x > threshold ? 1 : 0);
  }),
};
