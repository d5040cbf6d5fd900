/** Normalization by numbers that the network holds: BVLC/caffe, src/caffe/layers/batch_norm_layer.cpp; BN of other frameworks. */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { perChannel } from '../broadcast.ts';
import type { Layer } from '../layer.ts';
import { range } from '../lists.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

const HOLDER = 'batch_norm_param';

/** Places of the blobs. */
interface Places {
  readonly mean: number;
  readonly variance: number;
  readonly scale?: number;
  readonly bias?: number;
  /** What mean and variance are divided by. */
  readonly factor?: number;
}

/** (x - mean) / sqrt(variance + eps) scale + bias */
function normalized(layer: Layer, places: Places, epsilon: number, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  const channels = [layer.size(x, 1)];
  const by = places.factor === undefined ? 1 : factorOf(layer, places.factor);
  const statistic = (place: number, name: string) => {
    if (by === 1) return layer.weight(place, channels);
    return layer.made(name, channels, () => Float32Array.from(layer.tensor(place).numbers(), (each) => each * by));
  };
  const optional = (place: number | undefined, otherwise: number) =>
    place === undefined ? filled(layer, otherwise, channels[0] ?? 0) : layer.weight(place, channels);
  return onnx.BatchNormalization(
    x,
    optional(places.scale, 1),
    optional(places.bias, 0),
    statistic(places.mean, 'mean'),
    statistic(places.variance, 'variance'),
    { epsilon },
  );
}

/** 1 / factor, in single precision; 0 stands for no images seen. */
function factorOf(layer: Layer, place: number): number {
  const [factor = 0] = layer.tensor(place).numbers();
  return factor === 0 ? 0 : Math.fround(1 / Math.fround(factor));
}

function filled(layer: Layer, value: number, count: number): Value {
  return layer.made(value === 1 ? 'ones' : 'zeros', [count], () => new Float32Array(count).fill(value));
}

/** By the statistics of the images at hand, where the network says so; and these. */
function overBatch(
  layer: Layer,
  epsilon: number,
  { scale, bias }: Partial<Places>,
  onnx: OnnxBuilder,
): readonly [y: Value, mean: Value, variance: Value] {
  const x = layer.bottom();
  const axes = onnx.ints(range(layer.rank(x)).filter((axis) => axis !== 1));
  const mean = onnx.ReduceMean(x, axes, { keepdims: 1 });
  const centred = onnx.Sub(x, mean);
  const variance = onnx.ReduceMean(onnx.Mul(centred, centred), axes, { keepdims: 1 });
  const y = onnx.Div(centred, onnx.Sqrt(onnx.Add(variance, onnx.like(x, epsilon))));
  const scaled = scale === undefined ? y : onnx.Mul(y, perChannel(layer, scale, x));
  return [bias === undefined ? scaled : onnx.Add(scaled, perChannel(layer, bias, x)), mean, variance];
}

/** Mean, variance and their factor; two more blobs scale and shift where a framework puts them there. */
const batchNorm =
  (batchStatistics: boolean, divides = true): LayerRule =>
  (layer, onnx) => {
    const epsilon = layer.number(`${HOLDER}.eps`, 1e-5);
    // Some frameworks take what the network holds, whatever it says.
    const own = layer.flag(`${HOLDER}.use_global_stats`, true) || !batchStatistics;
    const factor = divides && layer.blobCount > 2 ? { factor: 2 } : {};
    const scaled = layer.blobCount > 3 ? { scale: 3 } : {};
    const shifted = layer.blobCount > 4 ? { bias: 4 } : {};
    for (const name of ['use_weight_bias', 'bias_term', 'scale_bias', 'use_alpha_beta'])
      layer.flag(`${HOLDER}.${name}`);
    if (own) return normalized(layer, { mean: 0, variance: 1, ...factor, ...scaled, ...shifted }, epsilon, onnx);
    return overBatch(layer, epsilon, { ...scaled, ...shifted }, onnx)[0];
  };

/**
 * NVIDIA/caffe, src/caffe/layers/batch_norm_layer.cpp and Net::CopyTrainedLayersFrom: statistics of the network in any case,
 * eps of at least 1e-5, and a factor only beside two blobs. Five of which the last is one number come from DIGITS: scale, bias,
 * mean, variance, nothing.
 */
const nvidiaBatchNorm: LayerRule = (layer, onnx) => {
  const epsilon = Math.max(layer.number(`${HOLDER}.eps`, 1e-5), 1e-5);
  for (const name of ['use_global_stats', 'scale_bias']) layer.flag(`${HOLDER}.${name}`);
  if (layer.blobCount < 5) return normalized(layer, { mean: 0, variance: 1, factor: 2 }, epsilon, onnx);
  const digits = layer.tensor(4).count === 1 && layer.size(layer.bottom(), 1) > 1;
  const places = digits ? { scale: 0, bias: 1, mean: 2, variance: 3 } : { mean: 0, variance: 1, scale: 3, bias: 4 };
  return normalized(layer, places, epsilon, onnx);
};

/**
 * opencv/opencv 4.x, modules/dnn/src/layers/batch_norm_layer.cpp: scale and bias are its last two blobs where it says so, and then
 * nothing divides the statistics.
 */
const openCvBatchNorm: LayerRule = (layer, onnx) => {
  const path = `${HOLDER}.scale_bias`;
  if (!layer.flag(path)) {
    if (layer.blobCount > 3) layer.refuse(path, 'it does not say that it scales by its blobs');
    return batchNorm(true)(layer, onnx);
  }
  if (layer.blobCount < 5)
    layer.refuse(path, `it has ${layer.blobCount} blobs, where a scale and a bias stand behind three`);
  if (!layer.flag(`${HOLDER}.use_global_stats`, true))
    layer.refuse(`${HOLDER}.use_global_stats`, 'its scale and bias go with statistics of the network');
  return normalized(layer, { mean: 0, variance: 1, scale: 3, bias: 4 }, layer.number(`${HOLDER}.eps`, 1e-5), onnx);
};

/** Scale, shift, mean, variance: Cambricon/caffe, bn_layer.cpp; NART, caffe_to_onnx.py; OpenVINO, front/caffe/bn.py. */
const scaledFirst =
  (epsilon: string): LayerRule =>
  (layer, onnx) => {
    const holder = epsilon.split('.')[0] ?? '';
    for (const name of ['frozen', 'moving_average', 'use_global_stats']) layer.flag(`${holder}.${name}`);
    for (const name of ['momentum', 'decay']) layer.number(`${holder}.${name}`);
    return normalized(layer, { scale: 0, bias: 1, mean: 2, variance: 3 }, layer.number(epsilon, 1e-5), onnx);
  };

const bn = scaledFirst('bn_param.eps');

export const normalization: LayerRules = {
  BatchNorm: batchNorm(true),

  // MNN, tools/converter/source/caffe/BatchNormalScale.cpp: mean, variance, scale, bias.
  CuDNNBatchNorm(layer, onnx) {
    const scaled = layer.blobCount > 2 ? { scale: 2 } : {};
    const shifted = layer.blobCount > 3 ? { bias: 3 } : {};
    const epsilon = layer.number(`${HOLDER}.eps`, 1e-5);
    return normalized(layer, { mean: 0, variance: 1, ...scaled, ...shifted }, epsilon, onnx);
  },
};

/** Frameworks that do not ask whether the network's own statistics are meant, by their readers of the layer. */
const ownStatistics: LayerRules = { BatchNorm: batchNorm(false) };

const nart: LayerRules = {
  BN: scaledFirst('bn_param.var_eps'),

  // NART's tools would have those of the images at hand, and its runtime does not compute any.
  BatchNorm3d(layer, onnx) {
    const path = 'batchnorm3d_param.use_global_stats';
    if (!layer.flag(path)) layer.refuse(path, 'it does not say that the statistics are those of the network');
    return scaledFirst('batchnorm3d_param.eps')(layer, onnx);
  },
};

/** A scale and a shift. */
const scaled: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  return onnx.Add(onnx.Mul(x, perChannel(layer, 0, x)), perChannel(layer, 1, x));
};

const ncnn: LayerRules = {
  ...ownStatistics,
  // Tencent/ncnn, tools/caffe/caffe2ncnn.cpp: the statistics went into them.
  BN: scaled,
};

const segnet: LayerRules = {
  // alexgkendall/caffe-segnet, src/caffe/layers/bn_layer.cpp: statistics of what it is given, unless they were folded.
  BN(layer, onnx) {
    if (layer.text('bn_param.bn_mode') === 'INFERENCE') return scaled(layer, onnx);
    return overBatch(layer, 1e-9, { scale: 0, bias: 1 }, onnx);
  },
};

export const normalizationOf: Readonly<Record<string, LayerRules>> = {
  cambricon: { BN: bn },
  mnn: ownStatistics,
  nart,
  ncnn,
  nvcaffe: { BatchNorm: nvidiaBatchNorm },
  opencv: { BatchNorm: openCvBatchNorm },
  openvino: { ...ownStatistics, BN: bn },
  segnet,
  // OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp: load_blob takes means and variances alone.
  tengine: { BatchNorm: batchNorm(false, false) },
};
