/** Layers that take mean, variance or length away: BatchNorm and BN, LRN, MVN, Normalize, GRN. */
import {
  around,
  type Blob,
  blobOf,
  bottom,
  flag,
  type Layer,
  type LayerCall,
  mapped,
  number,
  product,
  refusal,
  weightsOf,
} from './blob.ts';

/** How many channels a blob has, and which one an element is of; axis 1 has them. */
export function channelsOf(x: Blob): { channels: number; channelAt: (at: number) => number } {
  if (x.shape.length === 1) return { channels: 1, channelAt: () => 0 };
  const [, channels, inner] = around(x.shape, 1);
  return { channels, channelAt: (at) => Math.floor(at / inner) % channels };
}

/** y = (x - mean) / sqrt(variance + eps), channel by channel; `scale` and `bias` afterwards where there are some. */
function standardised(
  x: Blob,
  given: { readonly mean: Channels; readonly variance: Channels; readonly eps: number },
  scale?: Channels,
  bias?: Channels,
): Blob {
  const { channelAt } = channelsOf(x);
  return mapped(x, (value, at) => {
    const c = channelAt(at);
    const plain = (value - (given.mean[c] ?? 0)) / Math.sqrt((given.variance[c] ?? 0) + given.eps);
    return plain * (scale?.[c] ?? 1) + (bias?.[c] ?? 0);
  });
}

type Channels = ArrayLike<number>;

/**
 * (x - mean) / sqrt(variance + eps), with mean and variance divided by the blob that counts them: BVLC/caffe
 * src/caffe/layers/batch_norm_layer.cpp; NVIDIA/caffe and Cambricon/caffe scale it by two blobs more.
 */
const batchNorm: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const { channels } = channelsOf(x);
  const rules = means.batchNorm;
  const eps = Math.max(number(node, 'batch_norm_param.eps', 1e-5), rules.leastEps);
  const more = call.blobs.length > 3;
  const scaled = rules.scaled !== undefined && flag(node, rules.scaled, more && !rules.mustSayScaled);
  if (rules.mustSayScaled && more && !scaled) throw refusal(call, 'it does not say that it scales by its blobs');
  // Net::CopyTrainedLayersFrom of NVIDIA/caffe: five of which the last is one number are those of DIGITS.
  const digits = rules.digits && channels > 1 && call.blobs[4]?.data.length === 1;
  const at = digits ? DIGITS_PLACES : PLACES;
  const scale = scaled ? weightsOf(call, at.scale, channels).data : undefined;
  const bias = scaled ? weightsOf(call, at.bias, channels).data : undefined;
  if (rules.batchStatistics && !flag(node, 'batch_norm_param.use_global_stats', true))
    return standardised(x, { ...statistics(x), eps }, scale, bias);
  const factor = call.blobs[2]?.data[0] ?? 1;
  // A factor of 0 stands for statistics that were never gathered.
  const isLast = call.blobs.length === 3;
  const divides = rules.factor === 'where there is one' || (rules.factor === 'where it is the last' && isLast);
  const by = !divides ? 1 : factor === 0 ? 0 : 1 / factor;
  const counted = (blob: Blob) => blob.data.map((value) => value * by);
  const mean = counted(weightsOf(call, at.mean, channels));
  const variance = counted(weightsOf(call, at.variance, channels));
  return standardised(x, { mean, variance, eps }, scale, bias);
};

/** Where the blobs of a BatchNorm lie. */
const PLACES = { mean: 0, variance: 1, scale: 3, bias: 4 };
const DIGITS_PLACES = { scale: 0, bias: 1, mean: 2, variance: 3 };

/** Mean and variance of each channel of what a layer is given. */
function statistics(x: Blob): { mean: Channels; variance: Channels } {
  const { channels, channelAt } = channelsOf(x);
  const count = x.data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.data.forEach((value, at) => {
    const c = channelAt(at);
    mean[c] = (mean[c] ?? 0) + value / count;
  });
  x.data.forEach((value, at) => {
    const c = channelAt(at);
    variance[c] = (variance[c] ?? 0) + (value - (mean[c] ?? 0)) ** 2 / count;
  });
  return { mean, variance };
}

/**
 * BatchNorm and Scale in one, by blobs whose order is the dialect's: Cambricon/caffe src/caffe/layers/bn_layer.cpp;
 * Tencent/ncnn tools/caffe/caffe2ncnn.cpp, where the statistics are folded; ModelTC/NART art/modules/default/src/op/bn.c;
 * alexgkendall/caffe-segnet src/caffe/layers/bn_layer.cpp, whose further tops are the statistics of what it is given.
 */
const fusedBatchNorm: Layer = (call) => {
  const x = bottom(call);
  const { channels } = channelsOf(x);
  const rules = call.means.bn;
  if (!rules) throw refusal(call, 'its dialect has no such layer');
  const [scale, bias] = [weightsOf(call, 0, channels).data, weightsOf(call, 1, channels).data];
  if (rules.learns && call.node.string('bn_param.bn_mode') !== 'INFERENCE') {
    const own = statistics(x);
    const y = standardised(x, { ...own, eps: rules.eps[1] }, scale, bias);
    const moment = (of: Channels) => blobOf([1, channels, 1, 1], Float32Array.from(of));
    return [y, moment(own.mean), moment(own.variance)];
  }
  if (rules.blobs === 'scale, bias') {
    const { channelAt } = channelsOf(x);
    return mapped(x, (value, at) => value * (scale[channelAt(at)] ?? 1) + (bias[channelAt(at)] ?? 0));
  }
  const [mean, variance] = [weightsOf(call, 2, channels).data, weightsOf(call, 3, channels).data];
  return standardised(x, { mean, variance, eps: number(call.node, ...rules.eps) }, scale, bias);
};

/** Mean and variance, then scale and bias: alibaba/MNN tools/converter/source/caffe/BatchNormalScale.cpp. */
const cudnnBatchNorm: Layer = (call) => {
  const x = bottom(call);
  const { channels } = channelsOf(x);
  const eps = number(call.node, 'batch_norm_param.eps', 1e-5);
  const [mean, variance] = [weightsOf(call, 0, channels).data, weightsOf(call, 1, channels).data];
  return standardised(x, { mean, variance, eps }, call.blobs[2]?.data, call.blobs[3]?.data);
};

/**
 * y = x (k + alpha / n * sum of squares nearby) ^ -beta: of the n channels around, or of the n x n elements around in the
 * channel itself, where k does not count (BVLC/caffe src/caffe/layers/lrn_layer.cpp).
 */
const localResponse: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const size = number(node, 'lrn_param.local_size', 5);
  if (size % 2 === 0) throw refusal(call, 'local_size is even');
  const alpha = number(node, 'lrn_param.alpha', means.lrn.alpha);
  const beta = number(node, 'lrn_param.beta', 0.75);
  const k = number(node, 'lrn_param.k', 1);
  if (node.string('lrn_param.norm_region') === 'WITHIN_CHANNEL') {
    if (!means.lrn.withinChannel) throw refusal(call, 'its framework has only ACROSS_CHANNELS');
    const area = size ** 2;
    return mapped(x, (value, at) => value * (1 + (alpha / area) * squaresWithin(x, at, (size - 1) / 2)) ** -beta);
  }
  const constant = means.lrn.constant;
  const [start, each] = constant === 'begins the sum' ? [k, 0] : [1, constant === 'each square' ? k : 0];
  return mapped(x, (value, at) => {
    const sum = squaresAcross(x, at, (size - 1) / 2, each);
    return value * (start + (alpha / size) * sum) ** -beta;
  });
};

/** The squares of the channels up to `reach` away; those beyond the borders do not count. */
function squaresAcross(x: Blob, at: number, reach: number, each: number): number {
  const [, channels, inner] = around(x.shape, 1);
  const c = Math.floor(at / inner) % channels;
  let sum = 0;
  for (let other = Math.max(c - reach, 0); other <= Math.min(c + reach, channels - 1); other++) {
    sum += (x.data[at + (other - c) * inner] ?? 0) ** 2 + each;
  }
  return sum;
}

function squaresWithin(x: Blob, at: number, reach: number): number {
  const [height, width] = [x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1];
  const [row, column] = [Math.floor(at / width) % height, at % width];
  let sum = 0;
  for (let r = Math.max(row - reach, 0); r <= Math.min(row + reach, height - 1); r++) {
    for (let c = Math.max(column - reach, 0); c <= Math.min(column + reach, width - 1); c++) {
      sum += (x.data[at + (r - row) * width + (c - column)] ?? 0) ** 2;
    }
  }
  return sum;
}

/**
 * Takes the mean of each channel (or image) away, and divides by the deviation plus eps (BVLC/caffe
 * src/caffe/layers/mvn_layer.cpp: eps is added to the root, not under it).
 */
const meanVariance: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const together = flag(node, 'mvn_param.across_channels', false) ? 1 : 2;
  const size = product(x.shape.slice(together));
  const eps = number(node, 'mvn_param.eps', 1e-9);
  const divides = flag(node, 'mvn_param.normalize_variance', true);
  const y = blobOf(x.shape);
  for (let from = 0; from < x.data.length; from += size) {
    const part = x.data.subarray(from, from + size);
    const mean = part.reduce((sum, value) => sum + value, 0) / size;
    const about = means.mvn.by === 'deviation' ? mean : 0;
    const variance = part.reduce((sum, value) => sum + (value - about) ** 2, 0) / size;
    const root = means.mvn.eps === 'under the root' ? Math.sqrt(variance + eps) : Math.sqrt(variance) + eps;
    part.forEach((value, k) => {
      y.data[from + k] = (value - mean) / (divides ? root : 1);
    });
  }
  return y;
};

/**
 * y = scale x / sqrt(sum of squares + eps): of all channels at one place, or of the whole image (weiliu89/caffe, branch
 * ssd, src/caffe/layers/normalize_layer.cpp: eps 1e-10 is under the root).
 */
const normalize: Layer = (call) => {
  const { node, means } = call;
  if ([...node.attributes.keys()].some((path) => path.startsWith('normalize_param.'))) return lengthTimes(call);
  const x = bottom(call);
  const { channels, channelAt } = channelsOf(x);
  const acrossSpatial = flag(node, 'norm_param.across_spatial', true);
  const shared = flag(node, 'norm_param.channel_shared', true);
  if (acrossSpatial && !means.normalize.acrossSpatial) throw refusal(call, 'its framework has no across_spatial');
  if (shared && !means.normalize.channelShared) throw refusal(call, 'its framework has no channel_shared');
  const eps = means.normalize.eps ? number(node, 'norm_param.eps', 1e-10) : 0;
  const scale = weightsOf(call, 0, shared ? 1 : channels).data;
  const sums = squaresOf(x, acrossSpatial);
  return mapped(x, (value, at) => (value / Math.sqrt(sums(at) + eps)) * (scale[shared ? 0 : channelAt(at)] ?? 1));
};

/** The sum of squares that an element belongs to: of its place in all channels, or of its whole image. */
function squaresOf(x: Blob, wholeImage: boolean): (at: number) => number {
  const [images = 1] = x.shape;
  const image = x.data.length / images;
  const [, , inner] = around(x.shape, 1);
  const place = (at: number) => {
    const n = Math.floor(at / image);
    return wholeImage ? n : n * inner + (at % inner);
  };
  const sums = new Float64Array(images * (wholeImage ? 1 : inner));
  x.data.forEach((value, at) => {
    const k = place(at);
    sums[k] = (sums[k] ?? 0) + value ** 2;
  });
  return (at) => sums[place(at)] ?? 0;
}

/** NART's own `normalize_param`: coeff x / length over the channels, without an epsilon (art/modules/default/src/op/lpnormalization.c). */
function lengthTimes(call: LayerCall): Blob {
  const x = bottom(call);
  const by = number(call.node, 'normalize_param.coeff', 1);
  const sums = squaresOf(x, false);
  return mapped(x, (value, at) => (by * value) / Math.sqrt(sums(at)));
}

/** y = x / sqrt(bias + sum of squares over the channels): opencv/dldt model-optimizer/extensions/front/caffe/grn_ext.py. */
const responseOverChannels: Layer = (call) => {
  const x = bottom(call);
  const bias = number(call.node, 'grn_param.bias', 1);
  const sums = squaresOf(x, false);
  return mapped(x, (value, at) => value / Math.sqrt(sums(at) + bias));
};

export const normalizationLayers: Readonly<Record<string, Layer>> = {
  BatchNorm: batchNorm,
  BatchNorm3d: (call) => {
    const eps = number(call.node, 'batchnorm3d_param.eps', 1e-6);
    return fusedBatchNorm({
      ...call,
      means: { ...call.means, bn: { blobs: 'scale, bias, mean, variance', eps: ['', eps] } },
    });
  },
  BN: fusedBatchNorm,
  CuDNNBatchNorm: cudnnBatchNorm,
  CuDNNLRNCrossChannel: localResponse,
  GRN: responseOverChannels,
  LRN: localResponse,
  MVN: meanVariance,
  Normalize: normalize,
  NormalizeBBox: normalize,
};
