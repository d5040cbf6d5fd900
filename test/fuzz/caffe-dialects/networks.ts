/** Networks of several layers: what frameworks take together, or read otherwise for what stands around it. */
import { FRAMEWORKS } from '../../../src/core/dialects/caffe/frameworks.ts';
import { CAFFE_DIALECTS, type CaffeDialect } from '../../../src/core/formats/caffe/dialects.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { layer, namedInput, positive, type Sizes } from '../../unit/core/formats/caffe/lines.ts';
import type { OneLayer } from './layers.ts';

export interface SmallNetwork {
  readonly title: string;
  readonly text: string;
}

/** A layer alone, with its inputs before it. */
export function networkOfLayer({ line, shapes, blobs = [] }: OneLayer): SmallNetwork {
  const inputs = shapes.map((shape, k) => namedInput('abc'[k] ?? '', ...shape));
  return { title: line.replace(/^.*=> y: /, ''), text: [...inputs, layer(line, blobs)].join('\n') };
}

/** The dialects that have all its layers. */
export function dialectsOf({ text }: SmallNetwork): readonly CaffeDialect[] {
  const types = [...text.matchAll(/ type: "(\w+)"/g)].map(([, type = '']) => type);
  return CAFFE_DIALECTS.filter((dialect) => {
    const layers: readonly string[] = FRAMEWORKS[dialect].layers;
    return types.every((type) => layers.includes(type));
  });
}

type Line = string | readonly [line: string, ...blobs: (Sizes | Tensor)[]];

const image: Sizes = [1, 4, 6, 6];
const statistics = [[4], positive([4]), Tensor.of('float32', [1], [1])] as const;

/** Lines behind inputs a, b, c of those sizes. */
function network(title: string, lines: readonly Line[], shapes: readonly Sizes[] = [image]): SmallNetwork {
  const inputs = shapes.map((shape, k) => namedInput('abc'[k] ?? '', ...shape));
  const layers = lines.map((line) => (typeof line === 'string' ? layer(line) : layer(line[0], line.slice(1) as never)));
  return { title, text: [...inputs, ...layers].join('\n') };
}

const CONVOLUTION = 'Convolution convolution_param { num_output: 4 kernel_size: 3 pad: 1';
const convolution = (top: string, bottom = 'a'): Line => [`${bottom} => ${top}: ${CONVOLUTION} }`, [4, 4, 3, 3], [4]];
const unbiased = (top: string, more = '', weights: Sizes = [4, 4, 3, 3]): Line => [
  `a => ${top}: ${CONVOLUTION} bias_term: false ${more} }`,
  weights,
];
const product = (top: string, bottom = 'a'): Line => [
  `${bottom} => ${top}: InnerProduct inner_product_param { num_output: 4 }`,
  [4, 5],
  [4],
];
const normalized = (bottom: string, top: string): Line => [`${bottom} => ${top}: BatchNorm`, ...statistics];
const scaled = (bottom: string, top: string): Line => [
  `${bottom} => ${top}: Scale scale_param { bias_term: true }`,
  [4],
  [4],
];
const plainlyScaled = (bottom: string, top: string): Line => [`${bottom} => ${top}: Scale`, [4]];

const NORMALIZED: readonly SmallNetwork[] = [
  network('BatchNorm behind Convolution', [convolution('m'), normalized('m', 'y')]),
  network('BatchNorm behind Convolution without a bias', [unbiased('m'), normalized('m', 'y')]),
  network('BatchNorm behind Convolution in groups', [unbiased('m', 'group: 2', [4, 2, 3, 3]), normalized('m', 'y')]),
  network('BatchNorm and Scale behind Convolution', [convolution('m'), normalized('m', 'n'), scaled('n', 'y')]),
  network('BatchNorm, Scale and ReLU in place', [
    unbiased('y'),
    normalized('y', 'y'),
    scaled('y', 'y'),
    'y => y: ReLU',
  ]),
  network('BatchNorm and Scale without a bias', [convolution('m'), normalized('m', 'n'), plainlyScaled('n', 'y')]),
  network('BatchNorm and Scale without a bias, of the input', [normalized('a', 'n'), plainlyScaled('n', 'y')]),
  network('BatchNorm and Scale, of the input', [normalized('a', 'n'), scaled('n', 'y')]),
  network('Scale behind a BatchNorm that others read', [normalized('a', 'n'), scaled('n', 'y'), 'n => z: ReLU']),
  network('two Scales behind a BatchNorm', [normalized('a', 'n'), scaled('n', 'y'), scaled('n', 'z')]),
  network('two Scales of images behind a BatchNorm, joined', [
    convolution('m'),
    normalized('m', 'n'),
    scaled('n', 'p'),
    scaled('n', 'q'),
    'p, q => y: Concat',
  ]),
  network('BatchNorm behind a Convolution that others read', [convolution('m'), normalized('m', 'y'), 'm => z: ReLU']),
  network('BatchNorm behind a Convolution that others read, joined', [
    convolution('m'),
    normalized('m', 'n'),
    scaled('n', 's'),
    's, m => y: Eltwise',
  ]),
  network('two BatchNorms behind a Convolution', [
    convolution('m'),
    normalized('m', 'y'),
    [`m => z: BatchNorm`, [4], positive([4], 5), Tensor.of('float32', [1], [1])],
  ]),
  network('BatchNorm behind Convolution, read twice', [
    convolution('m'),
    normalized('m', 'n'),
    'n => p: ReLU',
    'n => q: Sigmoid',
    'p, q => y: Eltwise',
  ]),
  network('BatchNorm behind InnerProduct', [product('m'), normalized('m', 'y')], [[1, 5]]),
  network(
    'BatchNorm behind an InnerProduct that others read',
    [product('m'), normalized('m', 'y'), 'm => z: Sigmoid'],
    [[1, 5]],
  ),
  network('BatchNorm behind Deconvolution', [
    ['a => m: Deconvolution convolution_param { num_output: 4 kernel_size: 2 stride: 2 }', [4, 4, 2, 2], [4]],
    normalized('m', 'n'),
    scaled('n', 'y'),
  ]),
  network('BatchNorm whose statistics are counted', [
    convolution('m'),
    ['m => y: BatchNorm', [4], positive([4]), Tensor.of('float32', [1], [3])],
  ]),
  network('BatchNorm of the input whose statistics are counted', [
    ['a => n: BatchNorm', [4], positive([4]), Tensor.of('float32', [1], [3])],
    scaled('n', 'y'),
  ]),
];

const ACTIVATED: readonly SmallNetwork[] = [
  network('ReLU behind Convolution', [convolution('m'), 'm => y: ReLU']),
  network('ReLU behind a Convolution that others read', [convolution('m'), 'm => y: ReLU', 'm => z: Sigmoid']),
  network('two ReLUs behind a Convolution', [convolution('m'), 'm => y: ReLU', 'm => z: ReLU']),
  network('a leaky ReLU behind Convolution', [convolution('m'), 'm => y: ReLU relu_param { negative_slope: 0.1 }']),
  network('ReLU6 behind Convolution', [convolution('m'), 'm => y: ReLU6']),
  ...['min: 0 max: 6', 'min: 0 max: 0.5', 'min: -1 max: 6', 'min: -0.5 max: 0.5'].map((limits) =>
    network(`Clip behind Convolution, ${limits}`, [convolution('m'), `m => y: Clip clip_param { ${limits} }`]),
  ),
  network('Clip behind InnerProduct', [product('m'), 'm => y: Clip clip_param { min: 0 max: 0.5 }'], [[1, 5]]),
  network('Clip in place of the input', [
    'a => y: Power power_param { scale: 2 }',
    'y => y: Clip clip_param { min: 0 max: 1 }',
  ]),
  network('PReLU behind Convolution', [convolution('m'), ['m => y: PReLU', [4]]]),
  network('Dropout between products', [product('m'), 'm => m: Dropout', 'm => y: Sigmoid'], [[1, 5]]),
  network('Dropout at the end', [product('m'), 'm => y: Dropout'], [[1, 5]]),
  network('Dropout at the end, in place', [product('m'), 'm => m: Dropout'], [[1, 5]]),
];

const PARTED: readonly SmallNetwork[] = [
  ...[1, 2, 3].map((axis) =>
    network(`Slice along axis ${axis}, both parts read`, [
      `a => p, q: Slice slice_param { axis: ${axis} slice_point: 1 }`,
      'p => y: ReLU',
      'q => z: Sigmoid',
    ]),
  ),
  network('Slice in equal parts, added up', ['a => p, q: Slice', 'p, q => y: Eltwise']),
  network('Slice in four equal parts', [
    'a => p, q, r, s: Slice',
    'p => t: ReLU',
    'q => u: ReLU',
    'r => v: ReLU',
    's => w: ReLU',
  ]),
  network('Slice at two points', [
    'a => p, q, r: Slice slice_param { slice_point: 1 slice_point: 3 }',
    'p => t: ReLU',
    'q => u: ReLU',
    'r => v: ReLU',
  ]),
  network('Slice whose first part is an output', ['a => p, q: Slice slice_param { slice_point: 1 }', 'q => y: ReLU']),
  network('Slice whose later part is an output', ['a => p, q: Slice slice_param { slice_point: 1 }', 'p => y: ReLU']),
  network('Slice whose parts are outputs', ['a => p, q: Slice slice_param { slice_point: 1 }']),
  network('Slice of which a part is silenced', [
    'a => p, q: Slice slice_param { slice_point: 1 }',
    'p => y: ReLU',
    'q => : Silence',
  ]),
  network('Slice of which the first part is silenced', [
    'a => p, q: Slice slice_param { slice_point: 1 }',
    'q => y: ReLU',
    'p => : Silence',
  ]),
  network('Split whose tops are outputs', ['a => p, q: Split']),
  network('Split, read twice', ['a => p, q: Split', 'p => y: ReLU', 'q => z: Sigmoid']),
  network('Split, added up', ['a => m: Sigmoid', 'm => p, q: Split', 'p, q => y: Eltwise']),
  network('a blob that is read and goes out behind a Slice', ['a => p, q: Slice', 'p => r: ReLU', 'q, r => y: Concat']),
  network('Crop of channels', ['a, b => y: Crop crop_param { axis: 1 offset: 1 }'], [image, [1, 2, 3, 4]]),
  network(
    'Crop of channels at three places',
    ['a, b => y: Crop crop_param { axis: 1 offset: 1 offset: 2 offset: 0 }'],
    [image, [1, 2, 3, 4]],
  ),
  network('Crop of rows', ['a, b => y: Crop crop_param { axis: 2 offset: 1 }'], [image, [1, 4, 3, 4]]),
  network('Crop of rows at two places', ['a, b => y: Crop crop_param { offset: 1 offset: 2 }'], [image, [1, 4, 3, 4]]),
  network('Crop from the front', ['a, b => y: Crop'], [image, [1, 4, 3, 4]]),
  network('Crop of columns', ['a, b => y: Crop crop_param { axis: 3 offset: 1 }'], [image, [1, 4, 6, 4]]),
  network(
    'Crop of the last axis, counted from the end',
    ['a, b => y: Crop crop_param { axis: -1 offset: 2 }'],
    [image, [1, 4, 6, 3]],
  ),
  network(
    'Crop of rows, counted from the end',
    ['a, b => y: Crop crop_param { axis: -2 offset: 2 }'],
    [image, [1, 4, 3, 3]],
  ),
  network('Crop of images and channels', ['a, b => y: Crop crop_param { axis: 0 }'], [image, [1, 3, 3, 3]]),
  network('Crop by what is computed of the same', [
    'a => m: Pooling pooling_param { pool: MAX kernel_size: 3 stride: 1 }',
    'a, m => y: Crop crop_param { axis: 2 offset: 1 }',
  ]),
];

const JOINED: readonly SmallNetwork[] = [
  network('Concat of three', ['a => p: ReLU', 'a => q: Sigmoid', 'a, p, q => y: Concat']),
  network('Concat along rows', ['a => p: ReLU', 'a, p => y: Concat concat_param { axis: 2 }']),
  network('Concat along columns, counted from the end', [
    'a => p: ReLU',
    'a, p => y: Concat concat_param { axis: -1 }',
  ]),
  network('Eltwise of three', ['a => p: ReLU', 'a => q: Sigmoid', 'a, p, q => y: Eltwise']),
  network('the largest of three', [
    'a => p: ReLU',
    'a => q: Sigmoid',
    'a, p, q => y: Eltwise eltwise_param { operation: MAX }',
  ]),
  network('Eltwise of rows', [product('p'), product('q'), 'p, q => y: Eltwise'], [[1, 5]]),
  network('a difference', ['a => p: ReLU', 'a, p => y: Eltwise eltwise_param { coeff: 1 coeff: -1 }']),
  network('a blob with itself', ['a, a => y: Eltwise']),
  network('channels weighed by the network', [
    'a => p: Pooling pooling_param { pool: AVE global_pooling: true }',
    ['p => q: Convolution convolution_param { num_output: 4 kernel_size: 1 }', [4, 4, 1, 1], [4]],
    'q => s: Sigmoid',
    's => f: Flatten',
    'a, f => y: Scale scale_param { axis: 0 }',
  ]),
  network('a residual block', [
    convolution('m'),
    normalized('m', 'n'),
    scaled('n', 'n'),
    'n => n: ReLU',
    convolution('k', 'n'),
    normalized('k', 'o'),
    scaled('o', 'o'),
    'a, o => y: Eltwise',
    'y => y: ReLU',
  ]),
];

const ORDERED: readonly SmallNetwork[] = [
  network('Permute and Flatten', [
    'a => p: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
    'p => y: Flatten',
  ]),
  network(
    'Permute, Flatten and Concat of two',
    [
      'a => p: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
      'p => q: Flatten',
      'b => r: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
      'r => s: Flatten',
      'q, s => y: Concat',
    ],
    [image, [1, 4, 3, 3]],
  ),
  network(
    'Permute twice',
    [
      'a => p: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
      'p => y: Permute permute_param { order: 0 order: 3 order: 1 order: 2 }',
    ],
    [[1, 4, 6, 5]],
  ),
  network(
    'Permute to the channels last, twice',
    [
      'a => p: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
      'p => y: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
    ],
    [[1, 4, 6, 5]],
  ),
  network('Permute behind Reshape', [
    'a => p: Reshape reshape_param { shape { dim: 0 dim: 2 dim: 2 dim: -1 } }',
    'p => y: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
  ]),
  network('scores of boxes', [
    'a => p: Permute permute_param { order: 0 order: 2 order: 3 order: 1 }',
    'p => q: Flatten',
    'q => r: Reshape reshape_param { shape { dim: 0 dim: -1 dim: 2 } }',
    'r => s: Softmax softmax_param { axis: 2 }',
    's => y: Flatten flatten_param { axis: 1 }',
  ]),
  network('Reshape to rows and a product', [
    'a => p: Reshape reshape_param { shape { dim: 0 dim: -1 } }',
    ['p => y: InnerProduct inner_product_param { num_output: 3 }', [3, 144], [3]],
  ]),
  network('InnerProduct of images, then ReLU', [
    ['a => p: InnerProduct inner_product_param { num_output: 3 }', [3, 144], [3]],
    'p => y: ReLU',
  ]),
  network('InnerProduct of images, then Softmax', [
    ['a => p: InnerProduct inner_product_param { num_output: 3 }', [3, 144], [3]],
    'p => y: Softmax',
  ]),
  network('InnerProduct of what was pooled', [
    'a => p: Pooling pooling_param { pool: AVE global_pooling: true }',
    ['p => y: InnerProduct inner_product_param { num_output: 3 }', [3, 4], [3]],
  ]),
  network('two InnerProducts of images', [
    ['a => p: InnerProduct inner_product_param { num_output: 5 }', [5, 144], [5]],
    'p => p: ReLU',
    product('y', 'p'),
  ]),
  network('InnerProduct from axis 2 on', [
    ['a => y: InnerProduct inner_product_param { num_output: 3 axis: 2 }', [3, 36], [3]],
  ]),
  network('InnerProduct of columns', [
    ['a => y: InnerProduct inner_product_param { num_output: 3 transpose: true }', [144, 3], [3]],
  ]),
  network('InnerProduct without a bias', [
    ['a => y: InnerProduct inner_product_param { num_output: 3 bias_term: false }', [3, 144]],
  ]),
  network('Upsample joined with a Convolution', [
    'a => p: Upsample upsample_param { scale: 2 }',
    ['p => q: Convolution convolution_param { num_output: 2 kernel_size: 1 }', [2, 4, 1, 1], [2]],
    'p, q => y: Concat',
  ]),
];

const SIZED: readonly SmallNetwork[] = [
  network('several images', [convolution('m'), normalized('m', 'n'), scaled('n', 'y')], [[3, 4, 6, 6]]),
  network('several rows', [product('m'), 'm => y: Softmax'], [[3, 5]]),
  network(
    'several images through Pooling and a product',
    [
      'a => p: Pooling pooling_param { kernel_size: 3 stride: 2 }',
      ['p => y: InnerProduct inner_product_param { num_output: 3 }', [3, 36], [3]],
    ],
    [[2, 4, 6, 6]],
  ),
  ...[
    'kernel_size: 3 stride: 2',
    'kernel_size: 2 stride: 2',
    'kernel_size: 3 stride: 2 pad: 1',
    'kernel_size: 3 stride: 3',
    'kernel_h: 3 kernel_w: 2 stride: 2',
  ].flatMap((words) =>
    ['MAX', 'AVE'].map((pool) =>
      network(
        `Pooling ${pool}, ${words}, of 7x8`,
        [`a => y: Pooling pooling_param { pool: ${pool} ${words} }`],
        [[1, 2, 7, 8]],
      ),
    ),
  ),
  ...[
    'kernel_h: 1 kernel_w: 3 pad_w: 1',
    'kernel_size: 3 stride: 2',
    'kernel_size: 3 stride_h: 2 stride_w: 1',
    'kernel_size: 5 pad: 2 stride: 2',
  ].map((words) => {
    const [high = 3, wide = high] = [...words.matchAll(/kernel_\w+: (\d)/g)].map(([, size]) => Number(size));
    return network(
      `Convolution, ${words}`,
      [[`a => y: Convolution convolution_param { num_output: 2 ${words} }`, [2, 4, high, wide], [2]]],
      [[1, 4, 7, 8]],
    );
  }),
  network('Deconvolution in groups', [
    [
      'a => y: Deconvolution convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4 bias_term: false }',
      [4, 1, 4, 4],
    ],
  ]),
  network('Deconvolution without stride', [
    ['a => y: Deconvolution convolution_param { num_output: 3 kernel_size: 3 }', [4, 3, 3, 3], [3]],
  ]),
  network('ConvolutionDepthwise', [
    ['a => y: ConvolutionDepthwise convolution_param { num_output: 4 kernel_size: 3 pad: 1 }', [4, 1, 3, 3], [4]],
  ]),
];

const SAID_OTHERWISE: readonly SmallNetwork[] = [
  ...['pad_h: 1', 'pad_w: 1', 'pad: 1 pad: 0', 'stride: 1 stride: 2', 'kernel_size: 1'].map((words) =>
    network(`Convolution, kernel_size: 3 ${words}`, [
      [
        `a => y: Convolution convolution_param { num_output: 2 kernel_size: 3 ${words} }`,
        [2, 4, 3, words.startsWith('kernel') ? 1 : 3],
        [2],
      ],
    ]),
  ),
  network('Deconvolution, pad_h alone', [
    ['a => y: Deconvolution convolution_param { num_output: 3 kernel_size: 3 pad_h: 1 }', [4, 3, 3, 3], [3]],
  ]),
  ...['kernel_size: 3 pad_h: 1', 'kernel_size: 3 stride: 2 pad_w: 1', 'kernel_size: 2 stride_h: 2 stride_w: 1'].map(
    (words) => network(`Pooling, ${words}`, [`a => y: Pooling pooling_param { ${words} }`]),
  ),
  network('Softmax of the last axis, counted from the end', ['a => y: Softmax softmax_param { axis: -1 }']),
  network('Softmax of rows', ['a => y: Softmax'], [[3, 5]]),
  network('Slice of the last axis, counted from the end', [
    'a => p, q: Slice slice_param { axis: -1 slice_point: 2 }',
    'p => y: ReLU',
    'q => z: ReLU',
  ]),
  network('Slice by slice_dim', ['a => p, q: Slice slice_param { slice_dim: 2 }', 'p => y: ReLU', 'q => z: ReLU']),
  network('Concat by concat_dim', ['a => p: ReLU', 'a, p => y: Concat concat_param { concat_dim: 2 }']),
  ...[2, 3].map((axis) =>
    network(`Slice along axis ${axis} of which a part is silenced`, [
      `a => p, q: Slice slice_param { axis: ${axis} slice_point: 1 }`,
      'p => y: ReLU',
      'q => : Silence',
    ]),
  ),
  network(
    'Slice of rows of which a part is silenced',
    ['a => p, q: Slice slice_param { slice_point: 2 }', 'p => y: ReLU', 'q => : Silence'],
    [[2, 5]],
  ),
  network('an input that is silenced', ['a => y: ReLU', 'b => : Silence'], [image, image]),
  network('Crop of fewer channels', ['a, b => y: Crop'], [image, [1, 2, 3, 4]]),
  network(
    'Crop of images',
    ['a, b => y: Crop crop_param { axis: 1 }'],
    [
      [2, 4, 6, 6],
      [1, 2, 6, 6],
    ],
  ),
  network('Flatten to the end', ['a => y: Flatten flatten_param { end_axis: 3 }']),
  network('Flatten of two axes', ['a => y: Flatten flatten_param { axis: 1 end_axis: 2 }']),
  network('Flatten of rows', ['a => y: Flatten'], [[3, 5]]),
  network(
    'Reshape of some axes',
    ['a => y: Reshape reshape_param { shape { dim: 2 dim: 2 } axis: 1 num_axes: 1 }'],
    [[1, 4, 6]],
  ),
  network(
    'ROIPooling of an image',
    [
      'b => r: Power power_param { scale: 2 shift: 0 }',
      'a, r => y: ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 0.5 }',
    ],
    [image, [3, 5]],
  ),
  ...[
    'min_size: 2 max_size: 4 aspect_ratio: 2 variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2',
    'min_size: 2 aspect_ratio: 2 aspect_ratio: 3 aspect_ratio: 1 clip: true',
    'min_size: 2 min_size: 3 aspect_ratio: 2 flip: false variance: 0.1 step: 3 offset: 0.25',
    'min_size: 2 step_w: 2 step_h: 3 img_h: 10 img_w: 11 aspect_ratio: 0.5',
  ].map((words) =>
    network(`PriorBox, ${words}`, [`a, b => y: PriorBox prior_box_param { ${words} }`], [image, [1, 3, 10, 14]]),
  ),
  network(
    'boxes of two images, joined',
    [
      'a, c => p: PriorBox prior_box_param { min_size: 2 aspect_ratio: 2 variance: 0.1 }',
      'b, c => q: PriorBox prior_box_param { min_size: 3 max_size: 5 variance: 0.1 }',
      'p, q => y: Concat concat_param { axis: 2 }',
    ],
    [image, [1, 4, 3, 3], [1, 3, 12, 12]],
  ),
  network(
    'Embed',
    ['a => i: Threshold', ['i => y: Embed embed_param { num_output: 3 input_dim: 5 }', [5, 3], [3]]],
    [[2, 1]],
  ),
  network('LRN behind Convolution', [convolution('m'), 'm => y: LRN lrn_param { local_size: 3 alpha: 0.1 beta: 0.5 }']),
  network('Normalize behind Convolution', [
    convolution('m'),
    ['m => y: Normalize norm_param { across_spatial: false channel_shared: false }', [4]],
  ]),
  network('ELU and Threshold', [
    'a => m: ELU elu_param { alpha: 0.5 }',
    'm => y: Threshold threshold_param { threshold: 0.25 }',
  ]),
  network('Reduction to images', ['a => y: Reduction reduction_param { operation: MEAN axis: 1 }']),
  network('ArgMax of channels', ['a => y: ArgMax argmax_param { axis: 1 }']),
  network('Tile of channels', ['a => y: Tile tile_param { tiles: 2 }']),
];

export const NETWORKS: readonly SmallNetwork[] = [
  ...NORMALIZED,
  ...ACTIVATED,
  ...PARTED,
  ...JOINED,
  ...ORDERED,
  ...SIZED,
  ...SAID_OTHERWISE,
];
