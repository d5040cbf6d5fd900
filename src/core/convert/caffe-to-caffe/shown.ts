/** What layers say that decides whether frameworks understand them otherwise: the conditions of meanings.ts. */
import type { Wording } from './wording.ts';

/** The axis that a Crop cuts from in a framework: where that counts from the front alone, others' are written so (carry.ts). */
export function cropAxis(layer: Wording, dialect: string, rank: number): number {
  const said = layer.number('crop_param.axis', 2);
  const asSaid = dialect === layer.from.base && layer.from.limits.countsFromFront?.includes('crop_param.axis');
  return said < 0 && !asSaid ? said + rank : said;
}

/** Kernel, stride and pad of height and width. */
function windowsOf(layer: Wording): readonly { kernel: number; stride: number; pad: number }[] {
  const size = (name: string, alone: string, axis: string, otherwise: number) =>
    layer.numbers(`pooling_param.${alone}_${axis}`)[0] ?? layer.number(`pooling_param.${name}`, otherwise);
  return ['h', 'w'].map((axis) => ({
    kernel: size('kernel_size', 'kernel', axis, 0),
    stride: size('stride', 'stride', axis, 1),
    pad: size('pad', 'pad', axis, 0),
  }));
}

const isWhole = (layer: Wording) => layer.flag('pooling_param.global_pooling', false);

const roundsDown = (layer: Wording) =>
  layer.word('pooling_param.round_mode', '') === 'FLOOR' || !layer.flag('pooling_param.ceil_mode', true);

/** Whether a last window can begin behind the image and the pad before it: where steps are longer than what is seen of it. */
export function mayLeave(layer: Wording): boolean {
  if (isWhole(layer) || roundsDown(layer)) return false;
  return windowsOf(layer).some(({ kernel, stride, pad }) => stride > kernel - pad);
}

/** Whether windows of one element step over elements: Intel takes a last one behind the image away. */
export function leavesImage(layer: Wording): boolean {
  return windowsOf(layer).some(({ kernel }) => kernel === 1);
}

export function isPadded(layer: Wording, axes: 'some' | 'every'): boolean {
  return windowsOf(layer)[axes](({ pad }) => pad > 0);
}

export function isPaddedAverage(layer: Wording): boolean {
  return layer.word('pooling_param.pool', 'MAX') === 'AVE' && !isWhole(layer) && isPadded(layer, 'some');
}

/** Intel's MKL engines read avg_include_pad. */
export function excludesPadding(layer: Wording): boolean {
  const engines = `${layer.word('pooling_param.engine', '')} ${layer.word('engine', '')}`;
  return !layer.flag('pooling_param.avg_include_pad', true) && engines.includes('MKL');
}

const SCALED: Readonly<Record<string, string>> = {
  nvcaffe: 'batch_norm_param.scale_bias',
  cambricon: 'batch_norm_param.use_alpha_beta',
  opencv: 'batch_norm_param.scale_bias',
};

/** Whether a BatchNorm scales by two blobs of its own. */
export function scales(layer: Wording): boolean {
  const path = SCALED[layer.from.base];
  return path !== undefined && layer.flag(path, layer.blobs.length > 3);
}

/** Whether a top that is not the first, and that nobody reads, is an output of the network. */
export function givesLaterOutput({ node }: Wording): boolean {
  return node.outputs.some((top, k) => k > 0 && top.isGraphOutput && top.users.size === 0);
}

export function normalizes(layer: Wording): boolean {
  return layer.flag('mvn_param.normalize_variance', true);
}

/** Whether a product begins at another axis than 1. */
export function multipliesOtherAxes(layer: Wording): boolean {
  const axis = layer.number('inner_product_param.axis', 1);
  const rank = layer.x.shape?.length;
  return axis !== 1 && (rank === undefined || axis + rank !== 1);
}

export function weighs(layer: Wording): boolean {
  return layer.numbers('eltwise_param.coeff').some((value) => value !== 1);
}

/** Whether an order does not begin with the axis of images. */
export function movesFirst(path: string): (layer: Wording) => boolean {
  return (layer) => (layer.numbers(path)[0] ?? 0) !== 0;
}

/** Whether a Reshape keeps the images apart and says all other sizes, so that nobody has to count axes. */
export function plainReshape(layer: Wording): boolean {
  const [first = -1, ...others] = layer.numbers('reshape_param.shape.dim');
  const whole = layer.number('reshape_param.axis', 0) === 0 && layer.number('reshape_param.num_axes', -1) === -1;
  return whole && (first === 0 || first === 1) && others.length >= 1 && others.length <= 3 && !others.includes(0);
}

export const BOX_SIZES = ['prior_box_param.min_size', 'prior_box_param.max_size'];

/** Sizes with a fraction, which code that keeps whole numbers cuts off. */
export function fractions(layer: Wording): boolean {
  return BOX_SIZES.some((path) => layer.numbers(path).some((size) => !Number.isInteger(size)));
}

export function saysImageSize(layer: Wording): boolean {
  return layer.has(...['img_size', 'img_h', 'img_w'].map((name) => `prior_box_param.${name}`));
}
