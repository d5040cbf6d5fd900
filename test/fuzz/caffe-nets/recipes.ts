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

type Recipe = (chance: Chance, x: Blob, all: readonly Blob[], dialect: string) => Sketch | undefined;

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

const detectionOut: Recipe = (chance, x, all, dialect) =>
  yolo(
    (_, boxes) =>
      `detection_out_param { num_classes: CLASSES num_box: ${boxes} biases: ${numbers(chance, boxes * 2, 1, 4)}
         side: ${x.shape[2]} confidence_threshold: ${chance.pick([0, 0.3])} nms_threshold: ${chance.pick([0.2, 0.5])} }`,
  )(chance, x, all, dialect);

const numbers = (chance: Chance, count: number, least: number, most: number) =>
  `[${Array.from({ length: count }, () => chance.int(least, most)).join(', ')}]`;

/** Frameworks call the fields of Resize differently. */
const resize: Recipe = (chance, x, _, dialect) => {
  const shape = image(x);
  const factor = () => chance.pick([0.5, 0.75, 1.5, 2, 2.3]);
  const parameters: Readonly<Record<string, string>> = {
    mnn: `img_size_param { x_scaling: ${factor()} y_scaling: ${factor()} }`,
    nart: `resize_param { height: ${chance.int(2, 9)} width: ${chance.int(2, 9)} interp_mode: ${chance.int(0, 1)} }`,
    tengine: `resize1_param { out_height_scale: ${factor()} out_width_scale: ${factor()} resize_type: ${chance.int(0, 1)} }`,
  };
  return shape && { type: '', bottoms: [x], parameters: parameters[dialect] ?? '' };
};

/** MNN's LSTMs, over what Im2seq makes. */
const lstm: Recipe = (chance, x) => {
  const shape = image(x);
  if (shape?.[2] !== 1) return undefined;
  const [outputs, length] = [chance.int(1, 3), shape[3]];
  const apart = [[4 * outputs, length], [4 * outputs, outputs], [chance.pick([4, 8]) * outputs]];
  const blobs = chance.flip() ? apart : [[4 * outputs * (length + outputs + 2)]];
  return { type: '', bottoms: [x], parameters: `lstm_param { num_output: ${outputs} }`, blobs: shapes(...blobs) };
};

/** ncnn's LSTM, over rows of one image. */
const lstmOfRows: Recipe = (chance, x, _, dialect) => {
  const [steps = 1, length = 1] = x.shape.slice(-2);
  const others = x.shape.slice(0, -2);
  if (dialect !== 'ncnn' || others.length === 0 || others.some((size) => size !== 1) || steps < 1) return undefined;
  const outputs = chance.int(1, 3);
  return {
    type: '',
    bottoms: [x],
    parameters: `recurrent_param { num_output: ${outputs} }`,
    blobs: shapes([4 * outputs, length], [4 * outputs], [4 * outputs, outputs]),
  };
};

/** As many numbers of a transformation as another blob has for each image; the others are said. */
const transformer: Recipe = (chance, x, all) => {
  const [images = 1] = x.shape;
  const count = ({ shape }: Blob) => shape.reduce((a, b) => a * b, 1) / images;
  const some = all.filter((each) => each.shape[0] === images && count(each) <= 6);
  if (!image(x) || some.length === 0) return undefined;
  const theta = chance.pick(some);
  const said = ['1_1', '1_2', '1_3', '2_1', '2_2', '2_3'].slice(count(theta));
  const parameters = said.map((name) => `theta_${name}: ${chance.pick([-0.5, 0, 0.25, 1])}`).join(' ');
  return { type: '', bottoms: [x, theta], parameters: `st_param { ${parameters} output_W: ${chance.int(2, 6)} }` };
};

const accum: Recipe = (chance, x, all) => {
  const others = all.filter((each) => image(each) && each.shape[0] === x.shape[0]);
  const more = chance.pick(['', 'have_reference: true', 'size_divisible_by: 4']);
  return image(x) && { type: '', bottoms: [x, chance.pick(others)], parameters: `accum_param { ${more} }` };
};

const channels = (x: Blob) => [x.shape[1] ?? 1];

/** By layer types, the type filled in by `sketch`. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  Accum: accum,
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
  DetectionOut: (chance, x, all, dialect) => {
    const shape = image(x);
    return shape?.[2] === shape?.[3] ? detectionOut(chance, x, all, dialect) : undefined;
  },
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
  Im2seq: (_, x) => image(x) && { type: '', bottoms: [x] },
  Lstm: lstm,
  LSTM: lstmOfRows,
  OCRLSTM: lstm,
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
  Resample: (chance, x) => {
    const more = chance.pick(['', 'antialias: false', 'type: NEAREST', 'type: CUBIC']);
    const size = `height: ${chance.int(2, 9)} width: ${chance.int(2, 9)}`;
    return image(x) && { type: '', bottoms: [x], parameters: `resample_param { ${size} ${more} }` };
  },
  Reshape: reshape,
  Resize: resize,
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
  Seq2out: plain(),
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
  SpatialTransformer: transformer,
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
export function sketch(
  type: string,
  chance: Chance,
  x: Blob,
  all: readonly Blob[],
  dialect: string,
): Sketch | undefined {
  const found = x.shape.length < 2 ? undefined : RECIPES[type]?.(chance, x, all, dialect);
  return found && { ...found, type };
}
