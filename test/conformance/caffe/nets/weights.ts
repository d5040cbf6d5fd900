/**
 * Weights for networks that are published without: by a seed, and of such size that what flows through the network neither
 * dies out nor grows. Statistics are those of what comes in, as training leaves them.
 */

import type { Node } from '../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { type Blob, flag, number, numbers, product } from '../../../../src/core/runtime/caffe/blob.ts';
import type { Semantics } from '../../../../src/core/runtime/caffe/semantics.ts';
import { uniformArray } from './random.ts';

type Random = () => number;

/** What makes the blobs of a layer. */
interface Making {
  readonly node: Node;
  readonly bottoms: readonly Blob[];
  readonly random: Random;
  /** What the layers of the network's dialect mean. */
  readonly means: Semantics;
}

type Maker = (making: Making) => readonly Tensor[];

const convolution =
  (holder: string, kind: { readonly depthwise?: boolean; readonly turned?: boolean } = {}): Maker =>
  ({ node, bottoms: [x], random }) => {
    const channels = x?.shape[1] ?? 1;
    const outputs = number(node, `${holder}.num_output`, 1);
    const group = kind.depthwise ? channels : number(node, `${holder}.group`, 1);
    const kernel = kernelOf(node, holder, (x?.shape.length ?? 4) - 2);
    const shape = kind.turned ? [channels, outputs / group, ...kernel] : [outputs, channels / group, ...kernel];
    const fanIn = (channels / group) * (kind.turned ? 1 : product(kernel));
    return [spread(shape, fanIn, random), ...biasOf(node, holder, outputs, random)];
  };

function kernelOf(node: Node, holder: string, axes: number): readonly number[] {
  const [height, width] = [number(node, `${holder}.kernel_h`, 0), number(node, `${holder}.kernel_w`, 0)];
  if (height > 0 || width > 0) return [height, width];
  const sizes = numbers(node, `${holder}.kernel_size`);
  return Array.from({ length: axes }, (_, k) => sizes[k] ?? sizes.at(-1) ?? 1);
}

function biasOf(node: Node, holder: string, outputs: number, random: Random): readonly Tensor[] {
  return flag(node, `${holder}.bias_term`, true) ? [between([outputs], -0.1, 0.1, random)] : [];
}

/** Scale, then bias where it has one; a second bottom takes the place of the scale. */
const scaled =
  (holder: string, from: number, to: number): Maker =>
  ({ node, bottoms, random }) => {
    const shape = along(node, holder, bottoms[0]);
    const own = bottoms.length > 1 ? [] : [between(shape, from, to, random)];
    return flag(node, `${holder}.bias_term`, false) ? [...own, between(shape, -0.1, 0.1, random)] : own;
  };

/** The axes of a bottom that a blob goes along. */
function along(node: Node, holder: string, x: Blob | undefined): readonly number[] {
  const shape = x?.shape ?? [];
  const axis = number(node, `${holder}.axis`, 1);
  const first = axis < 0 ? axis + shape.length : axis;
  const count = number(node, `${holder}.num_axes`, 1);
  return count < 0 ? shape.slice(first) : shape.slice(first, first + count);
}

/** So many numbers say what a channel is like. */
const ENOUGH = 16;

/**
 * Mean and variance of each channel. Of all channels together where each has few numbers: one number less its own mean is nothing
 * but rounding.
 */
function statistics(x: Blob | undefined): readonly [mean: Float32Array, variance: Float32Array] {
  const [images = 1, channels = 1, ...space] = x?.shape ?? [];
  const size = product(space);
  const groups = images * size < ENOUGH ? 1 : channels;
  const [sums, squares] = [new Float64Array(groups), new Float64Array(groups)];
  x?.data.forEach((value, k) => {
    const group = Math.floor(k / size) % groups;
    sums[group] = (sums[group] ?? 0) + value;
    squares[group] = (squares[group] ?? 0) + value * value;
  });
  const count = (images * channels * size) / groups;
  const means = sums.map((sum) => sum / count);
  // Equal numbers have none.
  const variances = squares.map((sum, group) => Math.max(sum / count - (means[group] ?? 0) ** 2, 1e-3));
  const spread = (of: Float64Array) => new Float32Array(channels).map((_, c) => of[c % groups] ?? 0);
  return [spread(means), spread(variances)];
}

const MAKERS: Readonly<Record<string, Maker>> = {
  Convolution: convolution('convolution_param'),
  ConvolutionDepthwise: convolution('convolution_param', { depthwise: true }),
  DepthwiseConvolution: convolution('convolution_param', { depthwise: true }),
  Deconvolution: convolution('convolution_param', { turned: true }),
  InnerProduct({ node, bottoms: [x], random }) {
    const axis = number(node, 'inner_product_param.axis', 1);
    const [inputs, outputs] = [product(x?.shape.slice(axis) ?? []), number(node, 'inner_product_param.num_output', 1)];
    const shape = flag(node, 'inner_product_param.transpose', false) ? [inputs, outputs] : [outputs, inputs];
    return [spread(shape, inputs, random), ...biasOf(node, 'inner_product_param', outputs, random)];
  },
  Embed({ node, random }) {
    const [words, outputs] = [number(node, 'embed_param.input_dim', 1), number(node, 'embed_param.num_output', 1)];
    return [between([words, outputs], -1, 1, random), ...biasOf(node, 'embed_param', outputs, random)];
  },
  // Files hold sums over runs, and how much they stand for: https://github.com/BVLC/caffe, batch_norm_layer.cpp. Where a scale and
  // a bias follow, frameworks take the statistics as they are.
  BatchNorm({ node, bottoms: [x], random }) {
    const scales = flag(node, 'batch_norm_param.scale_bias', false);
    const factor = scales || random() < 0.5 ? 1 : 999.98;
    const [mean, variance] = statistics(x).map((own) =>
      tensor(
        [own.length],
        own.map((each) => each * factor),
      ),
    );
    if (!mean || !variance) return [];
    const further = scales ? [between(mean.shape, 0.5, 1.5, random), between(mean.shape, -0.1, 0.1, random)] : [];
    return [mean, variance, tensor([1], Float32Array.of(factor)), ...further];
  },
  // Scale and bias come first; where they are all, the statistics went into them.
  BN({ bottoms: [x], random, means }) {
    const shape = [x?.shape[1] ?? 1];
    const own = [between(shape, 0.5, 1.5, random), between(shape, -0.1, 0.1, random)];
    return means.bn?.blobs === 'scale, bias' ? own : [...own, ...statistics(x).map((each) => tensor(shape, each))];
  },
  Scale: scaled('scale_param', 0.5, 1.5),
  Bias: ({ node, bottoms, random }) =>
    bottoms.length > 1 ? [] : [between(along(node, 'bias_param', bottoms[0]), -0.1, 0.1, random)],
  PReLU({ node, bottoms: [x], random }) {
    const shape = flag(node, 'prelu_param.channel_shared', false) ? [1] : [x?.shape[1] ?? 1];
    return [between(shape, 0.05, 0.5, random)];
  },
  Normalize({ node, bottoms: [x], random }) {
    const shape = flag(node, 'norm_param.channel_shared', true) ? [1] : [x?.shape[1] ?? 1];
    return [between(shape, 5, 20, random)];
  },
  Parameter: ({ node, random }) => [between(numbers(node, 'parameter_param.shape.dim'), -1, 1, random)],
  LSTM: (making) => recurrent(making, 4),
  RNN: (making) => recurrent(making, 1),
};

/** Weights of the input, biases, of a static input where there is one, of the state: lstm_layer.cpp, rnn_layer.cpp. */
function recurrent({ node, bottoms, random }: Making, gates: number): readonly Tensor[] {
  const outputs = number(node, 'recurrent_param.num_output', 1);
  const still = bottoms.length === 3 || bottoms.length === 5 ? [product(bottoms[2]?.shape.slice(1) ?? [])] : [];
  const inputs = product(bottoms[0]?.shape.slice(2) ?? []);
  const matrix = (size: number) => spread([gates * outputs, size], size, random);
  const bias = (count: number) => between([count], -0.1, 0.1, random);
  const own = [matrix(inputs), bias(gates * outputs), ...still.map(matrix), matrix(outputs)];
  return gates === 1 ? [...own, spread([outputs, outputs], outputs, random), bias(outputs)] : own;
}

/** The blobs that a layer needs; none for types that have none. */
export function weightsFor(making: Making): readonly Tensor[] {
  return Object.hasOwn(MAKERS, making.node.op) ? (MAKERS[making.node.op]?.(making) ?? []) : [];
}

/** Uniform, of the variance 2 / fan in: a rectified sum of them is as large as what it is made of. */
function spread(shape: readonly number[], fanIn: number, random: Random): Tensor {
  const bound = Math.sqrt(6 / Math.max(fanIn, 1));
  return between(shape, -bound, bound, random);
}

function between(shape: readonly number[], from: number, to: number, random: Random): Tensor {
  return tensor(shape, uniformArray(product(shape), from, to, random));
}

function tensor(shape: readonly number[], data: Float32Array): Tensor {
  return Tensor.ofBytes('float32', shape, new Uint8Array(data.buffer));
}
