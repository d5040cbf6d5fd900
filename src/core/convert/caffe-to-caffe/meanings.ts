/**
 * Layers that frameworks read alike and do not understand alike: what one means, in words that are the same for those that
 * mean the same. docs/caffe.md says where each fact was read.
 */
import type { Node } from '../../ir/node.ts';
import { flagAt, numbersAt } from './wording.ts';

/** One question about a layer, and each dialect's answer. */
interface Meaning {
  readonly type: string;
  /** What of the layer it is about, for messages. */
  readonly about: string;
  /** How a framework understands it; undefined where it makes no difference for this layer. */
  readonly means: (node: Node, dialect: string) => string | undefined;
}

export interface Difference {
  readonly about: string;
  /** How the other framework understands it. */
  readonly there: string;
}

/** What a layer of one dialect would mean otherwise in another; undefined where it means the same. */
export function differenceOf(node: Node, from: string, to: string): Difference | undefined {
  for (const { type, about, means } of MEANINGS) {
    if (type !== node.op) continue;
    const there = means(node, to);
    if (there !== undefined && there !== means(node, from)) return { about, there };
  }
  return undefined;
}

/** Answers of some dialects; all others give the last. */
function answer(dialect: string, some: Readonly<Record<string, string>>, others: string): string {
  return Object.hasOwn(some, dialect) ? (some[dialect] ?? others) : others;
}

const number = (node: Node, path: string, otherwise: number) => numbersAt(node, path)[0] ?? otherwise;

/** Kernel, stride and pad of height and width. */
function windowsOf(node: Node): readonly { kernel: number; stride: number; pad: number }[] {
  const size = (name: string, alone: string, axis: string, otherwise: number) =>
    number(node, `pooling_param.${alone}_${axis}`, number(node, `pooling_param.${name}`, otherwise));
  return ['h', 'w'].map((axis) => ({
    kernel: size('kernel_size', 'kernel', axis, 0),
    stride: size('stride', 'stride', axis, 1),
    pad: size('pad', 'pad', axis, 0),
  }));
}

const isWhole = (node: Node) => flagAt(node, 'pooling_param.global_pooling', false);

const roundsDown = (node: Node) =>
  node.string('pooling_param.round_mode') === 'FLOOR' || !flagAt(node, 'pooling_param.ceil_mode', true);

/** Whether a last window can begin behind the image and the pad before it: where steps are longer than what is seen of it. */
const mayLeave = (node: Node) =>
  !isWhole(node) && !roundsDown(node) && windowsOf(node).some(({ kernel, stride, pad }) => stride > kernel - pad);

const isPadded = (node: Node) => windowsOf(node).some(({ pad }) => pad > 0);

function blobs(node: Node): readonly (readonly number[])[] {
  return node.inputs.flatMap((value) => (value?.constant ? [value.constant.numbers()] : []));
}

const withinChannel = (node: Node) => node.string('lrn_param.norm_region') === 'WITHIN_CHANNEL';

/** Whether a Reshape keeps the images apart and says all other sizes, so that nobody has to count axes. */
function isPlainReshape(node: Node): boolean {
  const [first = -1, ...others] = numbersAt(node, 'reshape_param.shape.dim');
  const whole = number(node, 'reshape_param.axis', 0) === 0 && number(node, 'reshape_param.num_axes', -1) === -1;
  return whole && (first === 0 || first === 1) && others.length >= 1 && others.length <= 3 && !others.includes(0);
}

const MEANINGS: readonly Meaning[] = [
  {
    type: 'Pooling',
    about: 'the padding of an average',
    means(node, dialect) {
      if (node.string('pooling_param.pool') !== 'AVE' || isWhole(node) || !isPadded(node)) return undefined;
      const engines = `${node.string('pooling_param.engine', '')} ${node.string('engine', '')}`;
      const excluded = !flagAt(node, 'pooling_param.avg_include_pad', true) && engines.includes('MKL');
      return dialect === 'ncnn' || (dialect === 'intel' && excluded) ? 'it does not count' : 'it counts';
    },
  },
  {
    type: 'Pooling',
    about: 'a last window behind the image',
    means(node, dialect) {
      if (!mayLeave(node)) return undefined;
      const windows = windowsOf(node);
      const single = windows.some(({ kernel }) => kernel === 1);
      if (dialect === 'ncnn' || dialect === 'mnn') return 'it stays';
      if (dialect === 'intel' && single) return 'it goes';
      if (!isPadded(node)) return 'it stays';
      const everywhere = windows.every(({ pad }) => pad > 0);
      return (dialect === 'opencv' || dialect === 'tengine') && !everywhere ? 'it goes along padded axes' : 'it goes';
    },
  },
  {
    type: 'BatchNorm',
    about: 'a factor that is not 1',
    means: (node, dialect) =>
      (blobs(node)[2]?.[0] ?? 1) === 1 ? undefined : answer(dialect, { nvcaffe: 'it does not count' }, 'it divides'),
  },
  {
    type: 'BatchNorm',
    about: 'batch_norm_param.eps',
    means: (node, dialect) =>
      number(node, 'batch_norm_param.eps', 1e-5) >= 1e-5
        ? undefined
        : answer(dialect, { nvcaffe: 'it is 1e-5' }, 'it is what it is'),
  },
  {
    type: 'BatchNorm',
    about: 'batch_norm_param.use_global_stats',
    means(node, dialect) {
      const stored = ['nvcaffe', 'ncnn', 'mnn', 'tengine', 'openvino'].includes(dialect);
      if (flagAt(node, 'batch_norm_param.use_global_stats', true)) return undefined;
      return stored ? 'it does not count' : 'it takes the statistics of what it is given';
    },
  },
  {
    type: 'BN',
    about: 'its blobs',
    means(node, dialect) {
      if (dialect === 'ncnn') return 'they are a scale and a bias';
      const eps = dialect === 'nart' ? number(node, 'bn_param.var_eps', 1e-10) : number(node, 'bn_param.eps', 1e-5);
      return `they are scale, bias, mean and variance, with an eps of ${eps}`;
    },
  },
  {
    type: 'LRN',
    about: 'lrn_param.k',
    means(node, dialect) {
      const k = number(node, 'lrn_param.k', 1);
      if (withinChannel(node)) return undefined;
      if (dialect === 'tengine') return k === 0 ? 'it is 1' : 'it is added to each square';
      return ['ncnn', 'mnn', 'opencv'].includes(dialect) ? 'it is 1' : `it is ${k}`;
    },
  },
  {
    type: 'LRN',
    about: 'lrn_param.norm_region',
    means: (node, dialect) =>
      withinChannel(node) ? answer(dialect, { tengine: 'it has no such region' }, 'it has it') : undefined,
  },
  {
    type: 'MVN',
    about: 'mvn_param.eps',
    means: (node, dialect) =>
      flagAt(node, 'mvn_param.normalize_variance', true)
        ? answer(
            dialect,
            {
              openvino: 'it is added to the variance',
              opencv: 'it is added to the variance',
              tengine: 'it is added to the root of the mean of squares',
            },
            'it is added to the deviation',
          )
        : undefined,
  },
  {
    type: 'Normalize',
    about: 'norm_param.eps',
    means: (_, dialect) => answer(dialect, { tengine: 'it does not count' }, 'it is added to the squares'),
  },
  {
    type: 'Normalize',
    about: 'norm_param.channel_shared',
    means: (node, dialect) =>
      flagAt(node, 'norm_param.channel_shared', true)
        ? answer(dialect, { mnn: 'it does not count', tengine: 'it does not count' }, 'it has it')
        : undefined,
  },
  {
    type: 'InnerProduct',
    about: 'inner_product_param.axis',
    means: (node, dialect) =>
      number(node, 'inner_product_param.axis', 1) === 1
        ? undefined
        : answer(
            dialect,
            Object.fromEntries(['nart', 'tengine', 'ncnn'].map((each) => [each, 'it does not count'])),
            'it counts',
          ),
  },
  {
    type: 'InnerProduct',
    about: 'inner_product_param.transpose',
    means: (node, dialect) =>
      flagAt(node, 'inner_product_param.transpose', false)
        ? answer(
            dialect,
            Object.fromEntries(['nart', 'tengine', 'ncnn', 'opencv'].map((each) => [each, 'it does not count'])),
            'it counts',
          )
        : undefined,
  },
  {
    type: 'Eltwise',
    about: 'eltwise_param.coeff',
    means: (node, dialect) =>
      numbersAt(node, 'eltwise_param.coeff').every((each) => each === 1)
        ? undefined
        : answer(dialect, { tengine: 'it does not count' }, 'it counts'),
  },
  {
    type: 'Reduction',
    about: 'its axes',
    means: (_, dialect) =>
      answer(dialect, { tengine: 'they are listed one by one, and stay' }, 'they are all from one on'),
  },
  {
    type: 'Reorg',
    about: 'the order of channels',
    means: (_, dialect) => answer(dialect, { ncnn: 'it goes block by block' }, "it is darknet's"),
  },
  {
    type: 'Permute',
    about: 'permute_param.order',
    means: (node, dialect) =>
      number(node, 'permute_param.order', 0) === 0
        ? undefined
        : answer(dialect, { ncnn: 'images stay where they are' }, 'images move'),
  },
  {
    type: 'Reshape',
    about: 'reshape_param.shape',
    means: (node, dialect) =>
      isPlainReshape(node)
        ? undefined
        : answer(dialect, { ncnn: 'they count from the end' }, 'they count from the front'),
  },
  {
    type: 'Interp',
    about: 'the places of its elements',
    means: (_, dialect) =>
      answer(
        dialect,
        { ncnn: 'borders of the image keep their places', tengine: 'borders of the image keep their places' },
        'corners keep their places',
      ),
  },
];
