/**
 * Normalization by what the network sees: LRN, MVN (BVLC/caffe, src/caffe/layers/lrn_layer.cpp, mvn_layer.cpp), Normalize
 * (weiliu89/caffe, branch ssd, normalize_layer.cpp), GRN (OpenVINO).
 */
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { perChannel } from '../broadcast.ts';
import type { Layer } from '../layer.ts';
import { ones, range } from '../lists.ts';
import type { LayerRule, LayerRules } from '../rule.ts';
import { shifted } from './pointwise.ts';

interface LocalResponse {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
}

function localResponseOf(layer: Layer, alpha = 1): LocalResponse {
  const size = layer.number('lrn_param.local_size', 5);
  if (size % 2 !== 1) layer.invalid(`its local_size ${size} is even`);
  if (layer.rank(layer.bottom()) !== 4)
    layer.invalid(`it takes images, not blobs of rank ${layer.rank(layer.bottom())}`);
  const own = layer.has('lrn_param.alpha') ? layer.number('lrn_param.alpha', alpha) : alpha;
  return { size, alpha: own, beta: layer.number('lrn_param.beta', 0.75) };
}

function isWithinChannel(layer: Layer): boolean {
  return layer.text('lrn_param.norm_region') === 'WITHIN_CHANNEL';
}

/** x (start + alpha mean)^-beta */
function respond(x: Value, mean: Value, { alpha, beta }: LocalResponse, start: number, onnx: OnnxBuilder): Value {
  return onnx.Mul(x, onnx.Pow(shifted(mean, alpha, start, onnx), onnx.like(x, -beta)));
}

/** The mean of squares over windows that count their padding, by which no more than 1 is taken; `k` is not read here. */
function withinChannel(layer: Layer, by: LocalResponse, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  layer.number('lrn_param.k');
  const pad = (by.size - 1) / 2;
  const windows = { kernel_shape: [by.size, by.size], pads: [pad, pad, pad, pad], count_include_pad: 1 };
  return respond(x, onnx.AveragePool(onnx.Mul(x, x), windows), by, 1, onnx);
}

/** The mean of squares of the channels around, to each of which `each` is added; those beyond the borders count as 0. */
function acrossChannels(layer: Layer, by: LocalResponse, start: number, each: number, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  const dims = layer.dims(x);
  const squares = shifted(onnx.Mul(x, x), 1, each, onnx);
  // Channels as an axis of an image.
  const flat = onnx.reshape(squares, [dims[0], 1, dims[1], elementCount(dims.slice(2)) ?? -1]);
  const pad = (by.size - 1) / 2;
  const mean = onnx.AveragePool(flat, { kernel_shape: [by.size, 1], pads: [pad, 0, pad, 0], count_include_pad: 1 });
  return respond(x, onnx.reshape(mean, dims), by, start, onnx);
}

/** x (start + alpha / size sum of squares of the channels around)^-beta; runtimes take LRN with positive factors alone. */
function localResponseFrom(layer: Layer, by: LocalResponse, start: number, onnx: OnnxBuilder): Value {
  if (by.alpha <= 0 || by.beta <= 0) return acrossChannels(layer, by, start, 0, onnx);
  return onnx.LRN(layer.bottom(), { ...by, bias: start });
}

const localResponse: LayerRule = (layer, onnx) => {
  const by = localResponseOf(layer);
  if (isWithinChannel(layer)) return withinChannel(layer, by, onnx);
  return localResponseFrom(layer, by, layer.number('lrn_param.k', 1), onnx);
};

/** ncnn's and MNN's converters leave `k` out (caffe2ncnn.cpp; tools/converter/source/caffe/LRN.cpp): it is 1. */
const localResponseOfOne =
  (alpha = 1): LayerRule =>
  (layer, onnx) => {
    const by = localResponseOf(layer, alpha);
    return isWithinChannel(layer) ? withinChannel(layer, by, onnx) : localResponseFrom(layer, by, 1, onnx);
  };

/** OAID/Tengine, source/device/cpu/op/lrn/lrn_ref.c: `k` is added to every square, and the sum begins at 1. */
const localResponseOfSquares: LayerRule = (layer, onnx) => {
  if (isWithinChannel(layer)) layer.refuse('WITHIN_CHANNEL', 'the framework does not run it');
  return acrossChannels(layer, localResponseOf(layer), 1, layer.number('lrn_param.k', 1), onnx);
};

/** What differences from the mean are divided by: eps beside the root or under it, of their squares or of all squares. */
interface Deviation {
  readonly eps: 'beside the root' | 'under the root';
  readonly of: 'differences' | 'numbers';
}

const meanVariance =
  ({ eps, of }: Deviation): LayerRule =>
  (layer, onnx) => {
    const x = layer.bottom();
    const axes = range(layer.rank(x)).slice(layer.flag('mvn_param.across_channels') ? 1 : 2);
    const epsilon = onnx.like(x, layer.number('mvn_param.eps', 1e-9));
    // A mean over no axes is the number itself.
    const mean = (y: Value) => (axes.length === 0 ? y : onnx.ReduceMean(y, onnx.ints(axes), { keepdims: 1 }));
    const centred = onnx.Sub(x, mean(x));
    if (!layer.flag('mvn_param.normalize_variance', true)) return centred;
    const base = of === 'numbers' ? x : centred;
    const squares = mean(onnx.Mul(base, base));
    const root = (y: Value) => onnx.Sqrt(y);
    return onnx.Div(
      centred,
      eps === 'beside the root' ? onnx.Add(root(squares), epsilon) : root(onnx.Add(squares, epsilon)),
    );
  };

/** FLT_MIN of C, below which no eps goes. */
const SMALLEST = 2 ** -126;

/** x / sqrt(sum of squares + eps) scale: over the channels of each place, or over everything of an image. */
const normalize: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const holder = 'norm_param';
  const across = layer.flag(`${holder}.across_spatial`, true);
  const scale = layer.flag(`${holder}.channel_shared`, true)
    ? layer.weight(0, ones(layer.rank(x)))
    : perChannel(layer, 0, x);
  const axes = across ? range(layer.rank(x) - 1, 1) : [1];
  const epsilon = Math.max(layer.number(`${holder}.eps`, 1e-10), SMALLEST);
  return onnx.Mul(byLength(x, axes, epsilon, onnx), scale);
};

/** A framework that has not all of it: refuses what it would read as something else. */
function without(names: readonly ('across_spatial' | 'channel_shared')[], rule: LayerRule): LayerRule {
  return (layer, onnx) => {
    for (const name of names) {
      if (layer.flag(`norm_param.${name}`, true)) layer.refuse(`norm_param.${name}`, 'the framework does not run it');
    }
    return rule(layer, onnx);
  };
}

function byLength(x: Value, axes: readonly number[], epsilon: number, onnx: OnnxBuilder): Value {
  const squares = onnx.ReduceSumSquare(x, onnx.ints(axes), { keepdims: 1 });
  return onnx.Div(x, onnx.Sqrt(shifted(squares, 1, epsilon, onnx)));
}

export const norms: LayerRules = {
  CuDNNLRNCrossChannel: localResponse,
  GRN: (layer, onnx) => byLength(layer.bottom(), [1], layer.number('grn_param.bias', 1), onnx),
  LRN: localResponse,
  MVN: meanVariance({ eps: 'beside the root', of: 'differences' }),
  Normalize: normalize,
  NormalizeBBox: normalize,
};

const mnn: LayerRules = {
  CuDNNLRNCrossChannel: localResponseOfOne(),
  LRN: localResponseOfOne(),
  // alibaba/MNN, source/backend/cpu: one scale for each channel.
  Normalize: without(['channel_shared'], normalize),
};

const ncnn: LayerRules = { LRN: localResponseOfOne() };

/** ModelTC/NART, art/modules/default/src/op/lpnormalization.c: coeff x / length over the channels. */
const nart: LayerRules = {
  Normalize(layer, onnx) {
    return shifted(byLength(layer.bottom(), [1], 0, onnx), layer.number('normalize_param.coeff', 1), 0, onnx);
  },
};

/** opencv/dldt, model-optimizer/extensions/front/caffe/MVNCaffeToMVN.py. */
const openvino: LayerRules = { MVN: meanVariance({ eps: 'under the root', of: 'differences' }) };

/** opencv/opencv, modules/dnn/src/layers, mvn_layer.cpp and lrn_layer.cpp: no `k`, and an `alpha` of its own where none is said. */
const opencv: LayerRules = {
  LRN: localResponseOfOne(1e-4),
  MVN: meanVariance({ eps: 'under the root', of: 'differences' }),
};

/** OAID/Tengine, source/device/cpu/op/mvn/mvn_ref.c and normalize/normalize_ref.c. */
const tengine: LayerRules = {
  LRN: localResponseOfSquares,
  MVN: meanVariance({ eps: 'beside the root', of: 'numbers' }),
  Normalize: without(['across_spatial', 'channel_shared'], (layer, onnx) => {
    const x = layer.bottom();
    layer.number('norm_param.eps');
    return onnx.Mul(byLength(x, [1], 0, onnx), perChannel(layer, 0, x));
  }),
};

export const normsOf: Readonly<Record<string, LayerRules>> = { mnn, nart, ncnn, opencv, openvino, tengine };
