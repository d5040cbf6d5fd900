/** How random Caffe networks grow: for each layer type what it may be given, and parameters that it may have. */
import type { Chance } from '../simplify/chance.ts';

export interface Blob {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A layer to be: what it reads, its parameters, its blobs, and how many tops it makes. */
export interface Sketch {
  readonly type: string;
  readonly bottoms: readonly Blob[];
  readonly parameters?: string;
  /** Shapes; `positive` ones hold no numbers below 0.5. */
  readonly blobs?: readonly { readonly shape: readonly number[]; readonly positive?: boolean }[];
  readonly tops?: number;
  /** Whether its top may have the name of its bottom. */
  readonly inPlace?: boolean;
  /** Whether nothing reads its tops: how large they are, only a run tells. */
  readonly last?: boolean;
}

type Recipe = (chance: Chance, x: Blob, all: readonly Blob[]) => Sketch | undefined;

const plain =
  (parameters: (chance: Chance) => string = () => ''): Recipe =>
  (chance, x) => ({ type: '', bottoms: [x], parameters: parameters(chance), inPlace: true });

const image = (x: Blob): readonly [number, number, number, number] | undefined =>
  x.shape.length === 4 ? [x.shape[0] ?? 1, x.shape[1] ?? 1, x.shape[2] ?? 1, x.shape[3] ?? 1] : undefined;

const shapes = (...all: readonly (readonly number[])[]) => all.map((shape) => ({ shape }));

function divisorOf(chance: Chance, ...counts: readonly number[]): number {
  return chance.pick([1, 2, 3, 4, 5, 6].filter((each) => counts.every((count) => count % each === 0)));
}

/** One size for both axes, or one for each by name. */
function sizes(
  chance: Chance,
  name: string,
  alone: string,
  least: number,
  most: number,
): readonly [string, number, number] {
  const [height, width] = [chance.int(least, most), chance.int(least, most)];
  if (chance.flip(0.6)) return [`${name}: ${height}`, height, height];
  return [`${alone}_h: ${height} ${alone}_w: ${width}`, height, width];
}

const convolution =
  (turned: boolean): Recipe =>
  (chance, x) => {
    const shape = image(x);
    if (!shape) return undefined;
    const [, channels, height, width] = shape;
    const outputs = chance.int(1, 6);
    const group = divisorOf(chance, channels, outputs);
    const [kernel, kernelHeight, kernelWidth] = sizes(chance, 'kernel_size', 'kernel', 1, Math.min(3, height, width));
    const [stride] = sizes(chance, 'stride', 'stride', 1, 2);
    const [pad] = sizes(chance, 'pad', 'pad', 0, Math.max(Math.min(kernelHeight, kernelWidth) - 1, 0));
    const dilation = chance.flip(0.2) ? 'dilation: 2' : '';
    const biased = chance.flip();
    const weight = turned ? [channels, outputs / group] : [outputs, channels / group];
    return {
      type: '',
      bottoms: [x],
      parameters: `convolution_param { num_output: ${outputs} group: ${group} ${kernel} ${stride} ${pad} ${dilation} bias_term: ${biased} }`,
      blobs: shapes([...weight, kernelHeight, kernelWidth], ...(biased ? [[outputs]] : [])),
    };
  };

const pooling: Recipe = (chance, x) => {
  const shape = image(x);
  if (!shape) return undefined;
  const [, , height, width] = shape;
  const method = chance.pick(['MAX', 'AVE']);
  if (chance.flip(0.15))
    return { type: '', bottoms: [x], parameters: `pooling_param { pool: ${method} global_pooling: true }` };
  const [kernel, kernelHeight, kernelWidth] = sizes(chance, 'kernel_size', 'kernel', 1, Math.min(3, height, width));
  const [stride] = sizes(chance, 'stride', 'stride', 1, 3);
  const [pad] = sizes(chance, 'pad', 'pad', 0, Math.min(kernelHeight, kernelWidth) - 1);
  return { type: '', bottoms: [x], parameters: `pooling_param { pool: ${method} ${kernel} ${stride} ${pad} }` };
};

const innerProduct: Recipe = (chance, x) => {
  const axis = chance.flip(0.7) ? 1 : chance.int(1, x.shape.length - 1);
  const outputs = chance.int(1, 5);
  const length = x.shape.slice(axis).reduce((a, b) => a * b, 1);
  const biased = chance.flip();
  const parameters = `num_output: ${outputs} bias_term: ${biased} ${axis === 1 ? '' : `axis: ${axis}`}`;
  return {
    type: '',
    bottoms: [x],
    parameters: `inner_product_param { ${parameters} }`,
    blobs: shapes([outputs, length], ...(biased ? [[outputs]] : [])),
  };
};

const alike: Recipe = (chance, x, all) => {
  const others = all.filter(({ shape }) => shape.join() === x.shape.join());
  const bottoms = [x, chance.pick(others), ...(chance.flip(0.2) ? [chance.pick(others)] : [])];
  const operation = chance.pick(['SUM', 'SUM', 'PROD', 'MAX']);
  const weighed = operation === 'SUM' && chance.flip(0.4);
  const coefficients = weighed ? bottoms.map(() => `coeff: ${chance.pick([-1, 0.5, 1, 2])}`).join(' ') : '';
  return { type: '', bottoms, parameters: `eltwise_param { operation: ${operation} ${coefficients} }` };
};

const concat: Recipe = (chance, x, all) => {
  const axis = chance.flip(0.7) ? 1 : chance.int(1, x.shape.length - 1);
  const rest = ({ shape }: Blob) => shape.with(axis, 0).join();
  const others = all.filter((each) => each.shape.length === x.shape.length && rest(each) === rest(x));
  const bottoms = [x, chance.pick(others), ...(chance.flip(0.3) ? [chance.pick(others)] : [])];
  return { type: '', bottoms, parameters: axis === 1 ? '' : `concat_param { axis: ${axis} }` };
};

const slice: Recipe = (chance, x) => {
  const axis = chance.int(1, x.shape.length - 1);
  const size = x.shape[axis] ?? 1;
  if (size < 2) return undefined;
  const parts = chance.int(2, Math.min(size, 3));
  if (size % parts === 0 && chance.flip())
    return { type: '', bottoms: [x], parameters: `slice_param { axis: ${axis} }`, tops: parts };
  const points = chance
    .shuffled(Array.from({ length: size - 1 }, (_, k) => k + 1))
    .slice(0, parts - 1)
    .sort((a, b) => a - b);
  const said = points.map((point) => `slice_point: ${point}`).join(' ');
  return { type: '', bottoms: [x], parameters: `slice_param { axis: ${axis} ${said} }`, tops: parts };
};

const crop: Recipe = (chance, x, all) => {
  const fits = all.filter(
    ({ shape }) =>
      shape.length === x.shape.length && shape.every((size, axis) => axis < 2 || size <= (x.shape[axis] ?? 0)),
  );
  if (x.shape.length !== 4 || fits.length === 0) return undefined;
  const like = chance.pick(fits);
  const offsets = [2, 3].map((axis) => `offset: ${chance.int(0, (x.shape[axis] ?? 0) - (like.shape[axis] ?? 0))}`);
  return { type: '', bottoms: [x, like], parameters: `crop_param { ${offsets.join(' ')} }` };
};

const reshape: Recipe = (chance, x) => {
  const count = x.shape.slice(1).reduce((a, b) => a * b, 1);
  const first = chance.pick([1, 2, 3, 4, 6].filter((size) => count % size === 0));
  const dims = chance.pick([
    [0, -1],
    [0, first, -1],
    [0, first, -1, 1],
  ]);
  return {
    type: '',
    bottoms: [x],
    parameters: `reshape_param { shape { ${dims.map((dim) => `dim: ${dim}`).join(' ')} } }`,
  };
};

const permute: Recipe = (chance, x) => {
  const order = [0, ...chance.shuffled(x.shape.map((_, k) => k).slice(1))];
  return { type: '', bottoms: [x], parameters: `permute_param { ${order.map((axis) => `order: ${axis}`).join(' ')} }` };
};

/** Boxes of YOLO: each has five numbers, and one for each class. */
const yolo =
  (parameters: (chance: Chance, boxes: number) => string): Recipe =>
  (chance, x) => {
    const shape = image(x);
    const counts = [1, 2, 3].filter((boxes) => shape && shape[1] % boxes === 0 && shape[1] / boxes > 5);
    if (shape?.[0] !== 1 || counts.length === 0) return undefined;
    const boxes = chance.pick(counts);
    const said = parameters(chance, boxes).replace('CLASSES', String(shape[1] / boxes - 5));
    return { type: '', bottoms: [x], parameters: said, last: true };
  };

const numbers = (chance: Chance, count: number, least: number, most: number) =>
  `[${Array.from({ length: count }, () => chance.int(least, most)).join(', ')}]`;

const channels = (x: Blob) => [x.shape[1] ?? 1];

/** By layer types, the type filled in by `sketch`. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  AbsVal: plain(),
  BatchNorm: (chance, x) => ({
    type: '',
    bottoms: [x],
    parameters: chance.flip(0.3) ? `batch_norm_param { eps: 0.01 }` : '',
    blobs: [{ shape: channels(x) }, { shape: channels(x), positive: true }, { shape: [1], positive: true }],
    inPlace: true,
  }),
  BNLL: plain(),
  Bias: (_, x) => ({ type: '', bottoms: [x], blobs: shapes(channels(x)), inPlace: true }),
  Clip: plain(() => 'clip_param { min: -0.5 max: 1 }'),
  Concat: concat,
  Convolution: convolution(false),
  Crop: crop,
  Deconvolution: convolution(true),
  Dropout: plain(),
  Eltwise: alike,
  ELU: plain((chance) => (chance.flip() ? 'elu_param { alpha: 0.7 }' : '')),
  Exp: plain(() => 'exp_param { base: 2 scale: 0.5 }'),
  Flatten: (chance, x) => ({
    type: '',
    bottoms: [x],
    parameters: chance.flip(0.3) ? `flatten_param { axis: ${chance.int(1, x.shape.length - 1)} }` : '',
  }),
  InnerProduct: innerProduct,
  LRN: (chance, x) => {
    const region = chance.flip(0.3) ? 'norm_region: WITHIN_CHANNEL' : '';
    const k = chance.flip(0.3) ? 'k: 2' : '';
    const parameters = `lrn_param { local_size: ${chance.pick([1, 3, 5])} alpha: 0.5 ${k} ${region} }`;
    return image(x) && { type: '', bottoms: [x], parameters };
  },
  MVN: (chance, x) => {
    const more = chance.pick(['', 'across_channels: true', 'normalize_variance: false', 'eps: 0.5']);
    return image(x) && { type: '', bottoms: [x], parameters: `mvn_param { ${more} }` };
  },
  Normalize: (chance, x) => {
    const [spatial, shared] = [chance.flip(), chance.flip()];
    const parameters = `norm_param { across_spatial: ${spatial} channel_shared: ${shared} }`;
    return image(x) && { type: '', bottoms: [x], parameters, blobs: shapes(shared ? [1] : channels(x)) };
  },
  Permute: permute,
  Pooling: pooling,
  Power: plain(
    (chance) => `power_param { power: ${chance.pick([1, 2, 3])} scale: 0.5 shift: ${chance.pick([0, 0.25])} }`,
  ),
  PReLU: (_, x) => ({ type: '', bottoms: [x], blobs: shapes(channels(x)), inPlace: true }),
  Reduction: (chance, x) => {
    const operation = chance.pick(['SUM', 'ASUM', 'SUMSQ', 'MEAN']);
    const axis = chance.int(1, x.shape.length - 1);
    return {
      type: '',
      bottoms: [x],
      parameters: `reduction_param { operation: ${operation} axis: ${axis} coeff: 0.5 }`,
    };
  },
  ReLU: plain((chance) => (chance.flip(0.4) ? 'relu_param { negative_slope: 0.2 }' : '')),
  ReLU6: plain(),
  Reshape: reshape,
  Scale: (chance, x) => {
    const biased = chance.flip();
    return {
      type: '',
      bottoms: [x],
      parameters: `scale_param { bias_term: ${biased} }`,
      blobs: shapes(channels(x), ...(biased ? [channels(x)] : [])),
      inPlace: true,
    };
  },
  ShuffleChannel: (chance, x) => ({
    type: '',
    bottoms: [x],
    parameters: `shuffle_channel_param { group: ${divisorOf(chance, x.shape[1] ?? 1)} }`,
  }),
  Sigmoid: plain(),
  Slice: slice,
  Softmax: (chance, x) => ({
    type: '',
    bottoms: [x],
    parameters: chance.flip(0.3) ? `softmax_param { axis: ${chance.int(1, x.shape.length - 1)} }` : '',
  }),
  Swish: plain(),
  TanH: plain(),
  Tile: (chance, x) => {
    const parameters = `tile_param { axis: ${chance.int(1, x.shape.length - 1)} tiles: 2 }`;
    return x.shape.reduce((a, b) => a * b, 1) < 200 ? { type: '', bottoms: [x], parameters } : undefined;
  },
  YoloDetectionOutput: yolo(
    (chance, boxes) =>
      `yolo_detection_output_param { num_classes: CLASSES num_box: ${boxes} biases: ${numbers(chance, boxes * 2, 1, 4)}
         confidence_threshold: ${chance.pick([0.1, 0.4])} nms_threshold: ${chance.pick([0.2, 0.5])} }`,
  ),
  Yolov3DetectionOutput: yolo(
    (chance, boxes) =>
      `yolov3_detection_output_param { num_classes: CLASSES num_box: ${boxes} biases: ${numbers(chance, 6, 5, 40)}
         mask: ${numbers(chance, boxes, 0, 2)} anchors_scale: ${chance.pick([8, 16])}
         confidence_threshold: ${chance.pick([0.1, 0.4])} nms_threshold: ${chance.pick([0.2, 0.5])} }`,
  ),
};

export const RECIPE_TYPES: readonly string[] = Object.keys(RECIPES);

/** A layer of a type on a blob, where it takes such; what stands before it may be read too. */
export function sketch(type: string, chance: Chance, x: Blob, all: readonly Blob[]): Sketch | undefined {
  const found = x.shape.length < 2 ? undefined : RECIPES[type]?.(chance, x, all);
  return found && { ...found, type };
}
