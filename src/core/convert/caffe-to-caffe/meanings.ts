/**
 * What frameworks read alike and understand otherwise: one table of questions about layers, with the answer of each framework.
 * The sources are named where the facts of each stand: src/core/targets, docs/caffe.md, docs/caffe-dialects.md.
 */
import { cropPlaces } from '../../dialects/caffe/crops.ts';
import { sameDim } from '../../ir/shape.ts';
import * as shown from './shown.ts';
import type { Wording } from './wording.ts';

/** Answers of some frameworks by the dialect that they are based on; `otherwise` for all others, as BVLC does. */
type ByDialect = { readonly otherwise: string } & Readonly<Record<string, string>>;

/** One question about layers. */
export interface Meaning {
  readonly of: readonly string[];
  /** The field, or what else of the layer it is about; `settles` of a rewording names it. */
  readonly about: string;
  /** Whether the answer makes a difference for this layer; it does for every one where absent. */
  readonly shows?: (layer: Wording) => boolean;
  readonly means: ByDialect | ((layer: Wording, dialect: string) => string);
  /** Whether another order of rows is all that differs. */
  readonly inexact?: true;
}

export interface Difference {
  readonly about: string;
  /** How the other framework understands it. */
  readonly there: string;
  readonly inexact: boolean;
}

/** What a layer would mean otherwise in the other framework, but for what is settled; undefined where it means the same. */
export function differenceOf(layer: Wording, settled: readonly string[] = []): Difference | undefined {
  for (const { of, about, shows, means, inexact = false } of MEANINGS) {
    if (!of.includes(layer.node.op) || settled.includes(about)) continue;
    const answer = (dialect: string) => (typeof means === 'function' ? means(layer, dialect) : named(means, dialect));
    const there = answer(layer.to.base);
    if (there !== answer(layer.from.base) && (shows?.(layer) ?? true)) return { about, there, inexact };
  }
  return undefined;
}

function named(answers: ByDialect, dialect: string): string {
  return (Object.hasOwn(answers, dialect) ? answers[dialect] : undefined) ?? answers.otherwise;
}

/** One answer for several frameworks. */
function each(dialects: readonly string[], answer: string): Readonly<Record<string, string>> {
  return Object.fromEntries(dialects.map((dialect) => [dialect, answer]));
}

const NORMALIZE = ['Normalize', 'NormalizeBBox'];
const PRODUCTS = ['InnerProduct', 'InnerProductReLU'];
const BORDERS = each(['ncnn', 'tengine'], 'borders of the image keep their places');

/** What the size of Interp is, where both sizes and factors, or factors alone, are said. */
function sizeOfInterp(layer: Wording, dialect: string): string {
  const has = (...names: readonly string[]) => layer.has(...names.map((name) => `interp_param.${name}`));
  if (layer.bottoms.length > 1)
    return dialect === 'openvino' ? 'it is that of the second bottom' : 'nothing says it where there are two bottoms';
  const times = 'it is that of the image times zoom_factor';
  if (dialect === 'tengine') return times;
  if (!has('zoom_factor', 'shrink_factor')) return 'it is said';
  if (has('height') && SIZE_FIRST.has(dialect)) return 'height and width count first';
  if (dialect === 'mnn') return 'one over each factor is added up';
  if (dialect !== 'openvino') return 'factors count first';
  return has('shrink_factor') ? 'it does not run' : times;
}

/** Which axes become as long as those of the second bottom, and from where on. */
function cutsOf(layer: Wording, dialect: string): string {
  const [own, like] = layer.bottoms.map(({ shape }) => shape);
  if (layer.bottoms.length < 2) return dialect === 'tengine' ? 'it does not run' : 'it keeps the middle';
  const rank = own?.length ?? 4;
  const axis = shown.cropAxis(layer, dialect, rank);
  const places = cropPlaces(dialect, { rank, axis, offsets: layer.numbers('crop_param.offset') });
  if (!places) return 'it does not run';
  const cuts = places.starts.flatMap((start, k) => {
    const stays = k < places.first || (start === 0 && sameDim(own?.[k], like?.[k]));
    return stays ? [] : [`axis ${k} from ${start} on`];
  });
  return cuts.length === 0 ? 'nothing' : cuts.join(', ');
}

const SIZE_FIRST: ReadonlySet<string> = new Set(['mnn', 'nart', 'ncnn']);

export const MEANINGS: readonly Meaning[] = [
  {
    of: ['Pooling'],
    about: 'the padding of an average',
    shows: shown.isPaddedAverage,
    means: (layer, dialect) =>
      dialect === 'ncnn' || (dialect === 'intel' && shown.excludesPadding(layer)) ? 'it does not count' : 'it counts',
  },
  {
    of: ['Pooling'],
    about: 'a last window behind the image',
    shows: shown.mayLeave,
    means: (layer, dialect) => {
      if (dialect === 'ncnn' || dialect === 'mnn') return 'it stays';
      if (dialect === 'intel' && shown.leavesImage(layer)) return 'it goes';
      if (!shown.isPadded(layer, 'some')) return 'it stays';
      const byAxis = dialect === 'opencv' || dialect === 'tengine';
      return byAxis && !shown.isPadded(layer, 'every') ? 'it goes along padded axes' : 'it goes';
    },
  },
  {
    of: ['BatchNorm'],
    about: 'batch_norm_param.eps',
    shows: (layer) => layer.number('batch_norm_param.eps', 1e-5) < Math.fround(1e-5),
    means: { otherwise: 'it is what it is', nvcaffe: 'it is 1e-5' },
  },
  {
    of: ['BatchNorm'],
    about: 'batch_norm_param.use_global_stats',
    shows: (layer) => !layer.flag('batch_norm_param.use_global_stats', true),
    means: {
      otherwise: 'it takes the statistics of what it is given',
      ...each(['nvcaffe', 'ncnn', 'mnn', 'tengine', 'openvino'], 'it does not count'),
    },
  },
  {
    of: ['BatchNorm'],
    about: 'the third blob',
    shows: ({ blobs: [, , factor, ...others] }) =>
      others.length === 0 && factor !== undefined && factor.numbers()[0] !== 1,
    means: { otherwise: 'mean and variance are divided by it', tengine: 'it is not read' },
  },
  {
    of: ['Slice'],
    about: 'a later top that is an output',
    shows: shown.givesLaterOutput,
    means: ({ from, to }, dialect) => {
      const { unusedTops } = (dialect === to.base ? to : from).limits;
      return unusedTops === 'take the place of the first' ? 'the first takes its place' : 'it is itself';
    },
  },
  {
    of: ['BatchNorm'],
    about: 'more than three blobs',
    shows: (layer) => layer.blobs.length > 3 && !shown.scales(layer),
    means: {
      otherwise: 'those behind are not read',
      ...each(['nvcaffe', 'cambricon', 'opencv'], 'those behind scale'),
    },
  },
  {
    of: ['BN'],
    about: 'its blobs',
    means: (layer, dialect) => {
      if (dialect === 'ncnn') return 'they are a scale and a bias';
      if (dialect === 'segnet')
        return layer.word('bn_param.bn_mode', 'LEARN') === 'INFERENCE'
          ? 'they are a scale and a bias'
          : 'they are a scale and a bias, behind statistics of what it is given';
      const eps = dialect === 'nart' ? layer.number('bn_param.var_eps', 1e-10) : layer.number('bn_param.eps', 1e-5);
      return `they are scale, bias, mean and variance, with an eps of ${eps}`;
    },
  },
  {
    of: ['Dropout'],
    about: 'dropout_param.sample_weights_test',
    shows: (layer) => layer.flag('dropout_param.sample_weights_test', false),
    means: {
      otherwise: 'nothing is dropped when the network runs',
      segnet: 'elements are dropped when the network runs',
    },
  },
  {
    of: ['LRN', 'CuDNNLRNCrossChannel'],
    about: 'lrn_param.norm_region',
    shows: (layer) => layer.word('lrn_param.norm_region', '') === 'WITHIN_CHANNEL',
    means: { otherwise: 'it has it', tengine: 'it has no such region' },
  },
  {
    of: ['LRN', 'CuDNNLRNCrossChannel'],
    about: 'lrn_param.k',
    shows: (layer) => layer.word('lrn_param.norm_region', '') !== 'WITHIN_CHANNEL',
    means: (layer, dialect) => {
      const k = layer.number('lrn_param.k', 1);
      if (dialect === 'tengine') return k === 0 ? 'it is 1' : 'it is added to each square';
      return ['ncnn', 'mnn', 'opencv'].includes(dialect) ? 'it is 1' : `it is ${k}`;
    },
  },
  {
    of: ['MVN'],
    about: 'mvn_param.eps',
    shows: shown.normalizes,
    means: {
      otherwise: 'it is added to the deviation',
      ...each(['openvino', 'opencv'], 'it is added to the variance'),
      tengine: 'it is added to the root of the mean of squares',
    },
  },
  {
    of: NORMALIZE,
    about: 'norm_param.eps',
    means: { otherwise: 'it is added to the squares', tengine: 'it does not count' },
  },
  {
    of: NORMALIZE,
    about: 'norm_param.channel_shared',
    shows: (layer) => layer.flag('norm_param.channel_shared', true),
    means: { otherwise: 'it has it', ...each(['mnn', 'tengine'], 'it does not count') },
  },
  {
    of: PRODUCTS,
    about: 'inner_product_param.axis',
    shows: shown.multipliesOtherAxes,
    means: { otherwise: 'it counts', ...each(['nart', 'tengine', 'ncnn', 'openvino'], 'it does not count') },
  },
  {
    of: PRODUCTS,
    about: 'inner_product_param.transpose',
    shows: (layer) => layer.flag('inner_product_param.transpose', false),
    means: { otherwise: 'it counts', ...each(['nart', 'tengine', 'ncnn', 'opencv'], 'it does not count') },
  },
  {
    of: PRODUCTS,
    about: 'bottoms of other than two axes',
    shows: (layer) => layer.x.shape?.length !== 2,
    means: { otherwise: 'its top has two axes', tengine: 'its top has as many' },
  },
  {
    of: ['Eltwise'],
    about: 'eltwise_param.coeff',
    shows: shown.weighs,
    means: { otherwise: 'it counts', tengine: 'it does not count' },
  },
  {
    of: ['Add'],
    about: 'bottoms of several shapes',
    means: { otherwise: 'they have as many elements', nart: 'they are repeated' },
  },
  {
    of: ['Reduction'],
    about: 'its axes',
    means: { otherwise: 'they are all from one on', tengine: 'they are listed one by one, and stay' },
  },
  {
    of: ['Reorg', 'ReorgYolo'],
    about: 'the order of channels',
    means: { otherwise: "it is darknet's", ncnn: 'it goes block by block' },
  },
  {
    of: ['Reverse'],
    about: 'no reverse_param.axis',
    shows: (layer) => !layer.has('reverse_param.axis'),
    means: { otherwise: 'the first axis is turned', cambricon: 'channels are turned' },
  },
  ...[['Permute', 'permute_param.order'] as const, ['Transpose', 'transpose_param.dim'] as const].map(
    ([type, about]): Meaning => ({
      of: [type],
      about,
      shows: shown.movesFirst(about),
      means: { otherwise: 'images move', ncnn: 'images stay where they are' },
    }),
  ),
  {
    of: ['Reshape'],
    about: 'reshape_param.shape',
    shows: (layer) => !shown.plainReshape(layer),
    means: { otherwise: 'sizes count from the front', ncnn: 'sizes count from the end' },
  },
  {
    of: ['Flatten'],
    about: 'flatten_param.axis',
    shows: (layer) => layer.number('flatten_param.axis', 1) !== 1,
    means: { otherwise: 'axes before it stay', tengine: 'its top has two axes' },
  },
  {
    of: ['Interp'],
    about: 'the places of its elements',
    means: { otherwise: 'corners keep their places', ...BORDERS },
  },
  {
    of: ['Interp'],
    about: 'its size',
    means: sizeOfInterp,
  },
  {
    of: ['Interp'],
    about: 'interp_param.pad_beg',
    shows: (layer) => ['pad_beg', 'pad_end'].some((name) => layer.number(`interp_param.${name}`, 0) !== 0),
    means: {
      otherwise: 'it counts',
      ...each(['mnn', 'nart', 'ncnn', 'tengine'], 'it does not count'),
      openvino: 'it does not run',
    },
  },
  {
    of: ['LSTM'],
    about: 'where sequences begin',
    means: { otherwise: 'a second bottom says it', ncnn: 'it runs over the rows of one image' },
  },
  {
    of: ['Upsample'],
    about: 'how often elements are repeated',
    means: {
      otherwise: 'scale says it',
      ascend: 'stride says it',
      mnn: 'scale says it, with elements between them',
      ...each(['cambricon', 'segnet'], 'elements go where a mask says'),
    },
  },
  {
    of: ['Resize'],
    about: 'the places of its elements',
    means: {
      otherwise: 'nothing public says them',
      nart: 'corners keep their places',
      mnn: 'the first keeps its place',
      tengine: 'borders keep their places',
    },
  },
  {
    of: ['LSTM'],
    about: 'its sequences',
    means: { otherwise: 'a second bottom says where they begin', ncnn: 'they are the rows of one image' },
  },
  {
    of: ['Correlation'],
    about: 'what it compares',
    means: { otherwise: 'blobs at all displacements', nart: 'the first blob is a kernel over the second' },
  },
  {
    of: ['PriorBox'],
    about: 'sizes with a fraction',
    shows: shown.fractions,
    means: {
      otherwise: 'they are cut to whole numbers',
      ...each(['ncnn', 'mnn', 'openvino', 'ascend', 'opencv'], 'they are what they are'),
    },
  },
  {
    of: ['PriorBox'],
    about: 'the size of the image',
    shows: shown.saysImageSize,
    means: { otherwise: 'it is what the layer says', opencv: 'it is that of its bottom' },
  },
  {
    of: ['DetectionOutput'],
    about: 'the order of its rows',
    means: {
      otherwise: 'they lie by class',
      ...each(['mnn', 'ncnn'], 'they lie by score, without the number of the image'),
      opencv: 'they lie by score',
      tengine: 'they lie by score along the second axis, without the number of the image',
    },
    inexact: true,
  },
  {
    of: ['DetectionOutput'],
    about: 'detection_output_param.code_type',
    shows: (layer) => layer.node.string('detection_output_param.code_type', 'CORNER') !== 'CENTER_SIZE',
    means: { otherwise: 'it is read', ...each(['mnn', 'ncnn', 'tengine'], 'offsets are from middles') },
  },
  {
    of: ['DetectionOutput'],
    about: 'detection_output_param.nms_param.top_k',
    means: (layer, dialect) => {
      if (!layer.has('detection_output_param.nms_param.top_k'))
        return dialect === 'tengine' ? 'a hundred candidates count' : 'all candidates count';
      return dialect === 'mnn' ? 'all candidates count' : 'as many candidates count as it says';
    },
  },
  {
    of: ['Proposal'],
    about: 'what fills its rows up',
    means: { otherwise: 'nothing public says it', opencv: 'zeros do', openvino: 'a mark ends them' },
  },
  {
    of: ['SimplerNMS'],
    about: 'rows behind its boxes',
    means: { otherwise: 'there are none', openvino: 'there are as many as it may have' },
  },
  {
    of: ['ROIPooling'],
    about: 'its regions',
    means: {
      otherwise: 'they are five numbers, the image first',
      tengine: 'they are four numbers of one image (roipooling_ref.c)',
      ncnn: 'it is one of four numbers (roipooling.cpp)',
    },
  },
  {
    of: ['PSROIPooling'],
    about: 'its regions',
    means: {
      otherwise: 'they are five numbers, the image first',
      ncnn: 'it is one of four numbers (psroipooling.cpp)',
    },
  },
  {
    of: ['Crop'],
    about: 'what it cuts',
    means: cutsOf,
  },
  {
    of: ['ROIAlign'],
    about: 'the points of its regions',
    means: { otherwise: 'they lie as Detectron has them', ncnn: 'they lie elsewhere' },
  },
];
