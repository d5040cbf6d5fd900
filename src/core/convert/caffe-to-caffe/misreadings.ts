/**
 * Layers that have the same words in two dialects and do not compute the same: what differs, and for which parameters that
 * shows. These need what the network says of sizes and blobs; meanings.ts has those that a layer alone tells. The sources
 * are named where each framework's facts stand: src/core/targets, docs/caffe-dialects.md.
 */
import type { Wording } from './wording.ts';

/** What a framework does, by dialect; `otherwise` for those that are not named, as BVLC does. */
type ByDialect = { readonly otherwise: string } & Readonly<Record<string, string>>;

export interface Meaning {
  readonly of: readonly string[];
  readonly does: ByDialect;
  /** The field or blob that it is about; undefined where the difference does not show. */
  readonly shows: (layer: Wording) => string | undefined;
  /** Whether another order of rows is all that differs. */
  readonly inexact?: true;
}

/** What a layer says that the two frameworks understand otherwise; undefined where they do not. */
export function misunderstood(
  layer: Wording,
): { readonly attribute: string; readonly reason: string; readonly inexact: boolean } | undefined {
  for (const { of, does, shows, inexact = false } of MEANINGS) {
    if (!of.includes(layer.node.op)) continue;
    const [before, after] = [layer.from, layer.to].map(({ base }) =>
      Object.hasOwn(does, base) ? does[base] : does.otherwise,
    );
    if (before === after) continue;
    const attribute = shows(layer);
    if (attribute !== undefined)
      return { attribute, reason: `${before} in ${layer.from.title}, and ${after} there`, inexact };
  }
  return undefined;
}

const always = (attribute: string) => () => attribute;

/** Shows where a number is another one than that for which all do the same. */
const unless = (path: string, neutral: number) => (layer: Wording) =>
  layer.number(path, neutral) === neutral ? undefined : path;

const given = (path: string) => (layer: Wording) => (layer.has(path) ? path : undefined);

/** Averages of images that are padded. */
function paddedAverage(layer: Wording): string | undefined {
  if (layer.word('pooling_param.pool', 'MAX') !== 'AVE' || layer.flag('pooling_param.global_pooling', false))
    return undefined;
  return ['pad', 'pad_h', 'pad_w'].map((name) => `pooling_param.${name}`).find((path) => layer.number(path, 0) > 0);
}

/** Sizes with a fraction, which code that keeps whole numbers cuts off. */
function fractions(layer: Wording): string | undefined {
  const paths = ['prior_box_param.min_size', 'prior_box_param.max_size'];
  return paths.find((path) => layer.numbers(path).some((size) => !Number.isInteger(size)));
}

const normalizes = (layer: Wording) =>
  layer.flag('mvn_param.normalize_variance', true) ? 'mvn_param.normalize_variance' : undefined;

function coefficients(layer: Wording): string | undefined {
  return layer.numbers('eltwise_param.coeff').some((value) => value !== 1) ? 'eltwise_param.coeff' : undefined;
}

const NORMALIZE = ['Normalize', 'NormalizeBBox'];
/** Which axis the product begins at, where that is not 1. */
const otherAxis = (layer: Wording) => {
  const axis = layer.number('inner_product_param.axis', 1);
  const rank = layer.x.shape?.length;
  return axis === 1 || (rank !== undefined && axis + rank === 1) ? undefined : 'inner_product_param.axis';
};

/** An order that does not begin with the axis of images. */
const movesImages = (layer: Wording) =>
  ['permute_param.order', 'transpose_param.dim'].find((path) => (layer.numbers(path)[0] ?? 0) !== 0);

const SCALED: Readonly<Record<string, string>> = {
  nvcaffe: 'batch_norm_param.scale_bias',
  cambricon: 'batch_norm_param.use_alpha_beta',
};

/** Whether a BatchNorm scales by two blobs of its own. */
export function scales(layer: Wording): boolean {
  const path = SCALED[layer.from.base];
  return path !== undefined && layer.flag(path, layer.blobs.length > 3);
}

export const MEANINGS: readonly Meaning[] = [
  {
    of: ['Pooling'],
    does: { otherwise: 'an average counts the padding', ncnn: 'an average counts the image alone' },
    shows: paddedAverage,
  },
  {
    of: ['BatchNorm'],
    does: {
      otherwise: 'use_global_stats is read',
      ...{ ncnn: 'it is not read', mnn: 'it is not read', tengine: 'it is not read', openvino: 'it is not read' },
      nvcaffe: 'it is not read',
    },
    shows: (layer) =>
      layer.flag('batch_norm_param.use_global_stats', true) ? undefined : 'batch_norm_param.use_global_stats',
  },
  {
    of: ['BatchNorm'],
    does: { otherwise: 'eps is added as it is', nvcaffe: 'eps is 1e-5 at least' },
    shows: (layer) => (layer.number('batch_norm_param.eps', 1e-5) < 0.99e-5 ? 'batch_norm_param.eps' : undefined),
  },
  {
    of: ['BatchNorm'],
    does: { otherwise: 'further blobs are not read', nvcaffe: 'they scale', cambricon: 'they scale' },
    shows: (layer) => (layer.blobs.length > 3 && !scales(layer) ? 'more than three blobs' : undefined),
  },
  {
    of: ['LRN', 'CuDNNLRNCrossChannel'],
    does: { otherwise: 'squares are added as they are', tengine: 'k is added to each square' },
    shows: always('lrn_param.k'),
  },
  {
    of: ['MVN'],
    does: {
      otherwise: 'eps is added to the deviation',
      openvino: 'eps is added to the variance',
      opencv: 'eps is added to the variance',
      tengine: 'it divides by the root of the mean square',
    },
    shows: normalizes,
  },
  {
    of: NORMALIZE,
    does: { otherwise: 'eps is added', tengine: 'nothing is added' },
    shows: always('norm_param.eps'),
  },
  {
    of: NORMALIZE,
    does: { otherwise: 'it may be', tengine: 'it is not', mnn: 'it is not' },
    shows: (layer) => (layer.flag('norm_param.channel_shared', true) ? 'norm_param.channel_shared' : undefined),
  },
  {
    of: ['InnerProduct', 'InnerProductReLU'],
    does: {
      otherwise: 'axis is read',
      ...{ ncnn: 'axis is not read', tengine: 'axis is not read', nart: 'axis is not read' },
    },
    shows: otherAxis,
  },
  {
    of: ['InnerProduct', 'InnerProductReLU'],
    does: { otherwise: 'a top has two axes', tengine: 'a top has as many axes as its bottom' },
    shows: (layer) => (layer.x.shape?.length === 2 ? undefined : 'bottoms of other than two axes'),
  },
  {
    of: ['Eltwise'],
    does: { otherwise: 'coeff is read', tengine: 'coeff is not read' },
    shows: coefficients,
  },
  {
    of: ['Add'],
    does: { otherwise: 'blobs have as many elements', nart: 'they are repeated' },
    shows: always('bottoms'),
  },
  {
    of: ['Reduction'],
    does: { otherwise: 'all axes from one on go', tengine: 'the axes that are named go' },
    shows: always('reduction_param.axis'),
  },
  {
    of: ['Reorg', 'ReorgYolo'],
    does: { otherwise: 'channels lie as darknet numbers them', ncnn: 'channels of a block lie side by side' },
    shows: always('reorg_param.stride'),
  },
  {
    of: ['Reverse'],
    does: { otherwise: 'the first axis is turned where none is named', cambricon: 'the channels are' },
    shows: (layer) => (layer.has('reverse_param.axis') ? undefined : 'no reverse_param.axis'),
  },
  {
    of: ['PriorBox'],
    does: {
      otherwise: 'sizes are cut to whole numbers',
      ...{ ncnn: 'sizes are as they are', mnn: 'sizes are as they are', tengine: 'sizes are as they are' },
      ...{ openvino: 'sizes are as they are', ascend: 'sizes are as they are', opencv: 'sizes are as they are' },
    },
    shows: fractions,
  },
  {
    of: ['PriorBox'],
    does: { otherwise: 'it may say the size of the image', opencv: 'the size of the image is that of its bottom' },
    shows: (layer) =>
      ['img_size', 'img_h', 'img_w']
        .map((name) => given(`prior_box_param.${name}`)(layer))
        .find((path) => path !== undefined),
  },
  {
    of: ['DetectionOutput'],
    does: { otherwise: 'rows lie by class', opencv: 'rows lie by score' },
    shows: always('detections'),
    inexact: true,
  },
  {
    of: ['Proposal'],
    does: {
      otherwise: 'nothing public says what fills its rows',
      opencv: 'zeros fill its rows',
      openvino: 'a mark ends its rows',
    },
    shows: always('proposals'),
  },
  {
    of: ['ROIAlign'],
    does: { otherwise: 'points lie as Detectron has them', ncnn: 'points lie elsewhere' },
    shows: always('roi_align_param.spatial_scale'),
  },
  {
    of: ['Interp'],
    does: {
      otherwise: 'the corners keep their places',
      ncnn: 'the borders keep their places',
      tengine: 'the borders keep their places',
    },
    shows: always('interp_param'),
  },
  {
    of: ['Interp'],
    does: {
      otherwise: 'pad_beg and pad_end are read',
      nart: 'they are not',
      ncnn: 'they are not',
      tengine: 'they are not',
    },
    shows: (layer) =>
      ['pad_beg', 'pad_end'].map((name) => unless(`interp_param.${name}`, 0)(layer)).find((path) => path !== undefined),
  },
  {
    of: ['Interp'],
    does: { otherwise: 'the size is a field', tengine: 'the size is that of the image times zoom_factor' },
    shows: always('interp_param.height'),
  },
  {
    of: ['Interp'],
    does: {
      otherwise: 'factors count before sizes',
      nart: 'sizes count before factors',
      ncnn: 'sizes count before factors',
    },
    shows: (layer) =>
      layer.has('interp_param.height') && layer.has('interp_param.zoom_factor', 'interp_param.shrink_factor')
        ? 'interp_param.height'
        : undefined,
  },
  {
    of: ['Upsample'],
    does: {
      otherwise: 'elements are repeated by scale',
      ascend: 'elements are repeated by stride',
      mnn: 'nothing public says what it does',
      cambricon: 'elements go where a mask says',
    },
    shows: always('upsample_param'),
  },
  {
    of: ['Resize'],
    does: {
      otherwise: 'nothing public says what it does',
      nart: 'corners keep their places',
      tengine: 'nothing says what it does',
    },
    shows: always('resize_param'),
  },
  {
    of: ['Correlation'],
    does: { otherwise: 'blobs are compared at all displacements', nart: 'the first is a kernel over the second' },
    shows: always('correlation_param'),
  },
  {
    of: ['Permute', 'Transpose'],
    does: { otherwise: 'all axes move', ncnn: 'images stay in place' },
    shows: movesImages,
  },
];
