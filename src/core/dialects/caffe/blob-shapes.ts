/**
 * Which blobs a layer must have, as far as its own parameters say: BVLC/caffe, src/caffe/layers. What its input decides is
 * left open.
 */

import type { ReaderFacts } from './as-read.ts';

export interface ExpectedBlob {
  readonly name: string;
  /** Sizes that are known; undefined for a blob of any shape. */
  readonly shape?: readonly (number | undefined)[];
}

/** What is asked of a layer. */
export interface LayerValues {
  /** The values of a field of its parameters, as `convolution_param.pad`; one that is absent is what the schema says. */
  values(path: string): readonly (number | boolean | string)[];
  /** How the framework reads windows. */
  readonly reader: ReaderFacts;
  readonly bottoms: number;
  /** How many blobs the file has for it. */
  readonly blobs: number;
  /** The rank of its first blob: kernels may have any. */
  readonly rank: number;
}

type Expectation = (layer: LayerValues) => readonly ExpectedBlob[];

const convolution =
  (parameters: string, deconvolution = false): Expectation =>
  (layer) => {
    const output = one(layer, `${parameters}.num_output`);
    const kernel = kernelOf(layer, parameters);
    const group = one(layer, `${parameters}.group`) ?? 1;
    const channels = deconvolution
      ? [undefined, output === undefined ? undefined : output / group]
      : [output, undefined];
    return [{ name: 'weight', shape: [...channels, ...kernel] }, ...bias(layer, `${parameters}.bias_term`, output)];
  };

/** One size stands for all axes, two stand for height and width. */
function kernelOf(layer: LayerValues, parameters: string): readonly (number | undefined)[] {
  const [height, width] = [one(layer, `${parameters}.kernel_h`), one(layer, `${parameters}.kernel_w`)];
  const { readsPairs, lists } = layer.reader;
  const both = height !== undefined && width !== undefined;
  if (both || (!readsPairs && (height !== undefined || width !== undefined))) return [height, width];
  const sizes = layer.values(`${parameters}.kernel_size`).map(Number);
  const axes = Math.max(layer.rank - 2, 1);
  if (sizes.length < 2 || lists === 'one size') return Array<number | undefined>(axes).fill(sizes[0]);
  return lists === 'width first' ? sizes.toReversed() : sizes;
}

const EXPECTED: Readonly<Record<string, Expectation>> = {
  Convolution: convolution('convolution_param'),
  ConvolutionBinary: convolution('convolution_param'),
  ConvolutionDepthwise: convolution('convolution_param'),
  DepthwiseConvolution: convolution('convolution_param'),
  HoleConvolution: convolution('convolution_param'),
  Deconvolution: convolution('convolution_param', true),
  InnerProduct(layer) {
    const output = one(layer, 'inner_product_param.num_output');
    const turned = layer.values('inner_product_param.transpose')[0] === true;
    const shape = turned ? [undefined, output] : [output, undefined];
    return [{ name: 'weight', shape }, ...bias(layer, 'inner_product_param.bias_term', output)];
  },
  Embed(layer) {
    const output = one(layer, 'embed_param.num_output');
    const shape = [one(layer, 'embed_param.input_dim'), output];
    return [{ name: 'weight', shape }, ...bias(layer, 'embed_param.bias_term', output)];
  },
  // A scale and a bias may stand behind, or before where NVIDIA's DIGITS has written them; Intel's may lack the bias.
  BatchNorm(layer) {
    const scaled = ['scale_bias', 'use_alpha_beta'].some(
      (name) => layer.values(`batch_norm_param.${name}`)[0] === true,
    );
    const names = ['mean', 'variance', 'factor', 'scale', 'bias'];
    const further = layer.blobs > 3 ? names.slice(0, layer.blobs) : names;
    if (scaled || layer.blobs > 3) return further.map((name) => ({ name, shape: [undefined] }));
    const [mean, variance] = names.slice(0, 2).map((name) => ({ name, shape: [undefined] }));
    return [mean, variance, { name: 'factor', shape: [1] }].filter((each) => each !== undefined);
  },
  // A second input takes the place of the blob.
  Scale(layer) {
    const scale = layer.bottoms > 1 ? [] : [{ name: 'scale' }];
    return layer.values('scale_param.bias_term')[0] === true ? [...scale, { name: 'bias' }] : scale;
  },
  Bias: (layer) => (layer.bottoms > 1 ? [] : [{ name: 'bias' }]),
  PReLU: () => [{ name: 'slope' }],
  // NART's has a number among its parameters in the place of a blob.
  Normalize: (layer) => (layer.values('normalize_param.coeff').length > 0 ? [] : [{ name: 'scale' }]),
  Parameter: () => [{ name: 'value' }],
};

function bias(layer: LayerValues, path: string, output: number | undefined): readonly ExpectedBlob[] {
  return layer.values(path)[0] === false ? [] : [{ name: 'bias', shape: [output] }];
}

function one(layer: LayerValues, path: string): number | undefined {
  const value = layer.values(path).at(-1);
  return typeof value === 'number' ? value : undefined;
}

/** Undefined for types whose blobs are not known. */
export function expectedBlobs(type: string, layer: LayerValues): readonly ExpectedBlob[] | undefined {
  return Object.hasOwn(EXPECTED, type) ? EXPECTED[type]?.(layer) : undefined;
}

/** Whether a blob has an expected shape, but for sizes of 1 in front, as blobs of old files have. */
export function hasShape(shape: readonly number[], expected: ExpectedBlob['shape']): boolean {
  if (!expected) return true;
  const surplus = shape.length - expected.length;
  if (surplus < 0 || shape.slice(0, surplus).some((size) => size !== 1)) return false;
  return expected.every((size, k) => size === undefined || size === shape[surplus + k]);
}

/** `[64, ?, 3, 3]`. */
export function shapeWords(shape: readonly (number | undefined)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
