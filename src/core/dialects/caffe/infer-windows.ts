/**
 * Shapes of layers with windows: convolutions, pooling, and what is spread over windows. BVLC/caffe src/caffe/layers
 * (base_conv_layer.cpp, conv_layer.cpp, deconv_layer.cpp, pooling_layer.cpp, spp_layer.cpp, im2col_layer.cpp); the dialects that
 * round otherwise by their own sources (frameworks.ts).
 */
import type { Dim, Shape } from '../../ir/shape.ts';
import { type LayerShapes, one, open, product, type ShapeRule, type ShapeRules, sized } from './infer-layer.ts';
import { layerFacts } from './vocabulary.ts';

/** The windows of a layer along one axis. */
interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly dilation: number;
}

/** The names of a size: for all axes together, then for each alone, depth first. */
const NAMES = {
  kernel: {
    joint: ['kernel_size', 'kernel_size_3d'],
    alone: [['kernel_d', 'kernel_depth'], ['kernel_h'], ['kernel_w']],
  },
  stride: { joint: ['stride', 'stride_3d'], alone: [['stride_d', 'temporal_stride'], ['stride_h'], ['stride_w']] },
  pad: { joint: ['pad', 'pad_3d'], alone: [['pad_d', 'temporal_pad'], ['pad_h'], ['pad_w']] },
  dilation: { joint: ['dilation', 'hole'], alone: [['hole_d'], ['hole_h'], ['hole_w']] },
} as const;

function windowsOf(layer: LayerShapes, holder: string, axes: number): readonly Window[] {
  const size = (what: keyof typeof NAMES, axis: number, otherwise: number | undefined): number => {
    const { joint, alone } = NAMES[what];
    const given = (names: readonly string[]) =>
      names.map((name) => `${holder}.${name}`).find((path) => layer.isGiven(path) && layer.numbers(path).length > 0);
    const own = given(alone[axis + 3 - axes] ?? []);
    if (own !== undefined) return layer.number(own) ?? open();
    const all = given(joint);
    const sizes = all === undefined ? [] : layer.numbers(all);
    return (sizes.length > 1 ? sizes[axis] : sizes[0]) ?? otherwise ?? open();
  };
  return Array.from({ length: axes }, (_, axis) => ({
    kernel: size('kernel', axis, undefined),
    stride: size('stride', axis, 1),
    pad: size('pad', axis, 0),
    dilation: size('dilation', axis, 1),
  }));
}

function holderOf({ op }: LayerShapes, otherwise: string): string {
  return layerFacts({ own: {} }, op)?.parameters ?? otherwise;
}

const convolution =
  (spreads = false): ShapeRule =>
  (layer) => {
    const holder = holderOf(layer, 'convolution_param');
    const channels = layer.number(`${holder}.num_output`);
    // Each further bottom makes a top of its own, with the same weights; of a deformable one the second says where to look.
    const inputs = layer.op === 'DeformableConvolution' ? layer.bottoms.slice(0, 1) : layer.bottoms;
    return inputs.map((x) => {
      if (!x) return undefined;
      const axis = layer.isGiven(`${holder}.axis`) ? layer.axis(`${holder}.axis`, x.length) : 1;
      const space = x.slice(axis + 1);
      const windows = windowsOf(layer, holder, space.length);
      const sizes = space.map((size, k) => sized([size], (from) => along(from, windows[k] ?? open(), spreads)));
      return [...x.slice(0, axis), channels, ...sizes];
    });
  };

function along(from: number, { kernel, stride, pad, dilation }: Window, spreads: boolean): number {
  const reach = dilation * (kernel - 1) + 1;
  return spreads ? stride * (from - 1) + reach - 2 * pad : Math.floor((from + 2 * pad - reach) / stride) + 1;
}

/** Frameworks whose pooling always rounds up, and that cut nothing. */
const ALWAYS_UP: ReadonlySet<string> = new Set(['ncnn', 'mnn']);

const pooling: ShapeRule = (layer) => {
  const { x } = layer;
  const holder = holderOf(layer, 'pooling_param');
  const space = x.slice(2);
  if (layer.flag(`${holder}.global_pooling`)) return tops(layer, [...x.slice(0, 2), ...space.map(() => 1)]);
  const down =
    layer.word(`${holder}.round_mode`) === 'FLOOR' ||
    layer.flag(`${holder}.ceil_mode`) === false ||
    layer.flag(`${holder}.torch_pooling`) === true;
  const windows = windowsOf(layer, holder, space.length);
  const padded = windows.some(({ pad }) => pad > 0);
  const cuts = padded || (layer.dialect === 'intel' && windows.some(({ kernel }) => kernel === 1));
  const sizes = space.map((size, k) =>
    sized([size], (from) => pooledSize(layer, from, windows[k] ?? open(), down, cuts)),
  );
  return tops(layer, [...x.slice(0, 2), ...sizes]);
};

function pooledSize(
  { dialect }: LayerShapes,
  from: number,
  { kernel, stride, pad }: Window,
  down: boolean,
  cuts: boolean,
): number {
  // MNN takes no kernel that is larger than the padded image.
  const rest = from + 2 * pad - (dialect === 'mnn' ? Math.min(kernel, from + 2 * pad) : kernel);
  if (ALWAYS_UP.has(dialect)) return Math.ceil(rest / stride) + 1;
  // Tengine counts whole steps of integers.
  const count =
    dialect === 'tengine' && !down
      ? 2 + Math.trunc((rest - 1) / stride)
      : (down ? Math.floor(rest / stride) : Math.ceil(rest / stride)) + 1;
  // The last window begins in the image, or in the padding before it.
  return cuts && (count - 1) * stride >= from + pad ? count - 1 : count;
}

/** A second top says where each greatest element was. */
function tops(layer: LayerShapes, shape: Shape): readonly Shape[] {
  return Array<Shape>(layer.tops).fill(shape);
}

/** 1, 4, 16 … bins of each channel, in one row. */
const pyramid = (layer: LayerShapes): Shape => {
  const height = layer.number('spp_param.pyramid_height') ?? open();
  const [images, channels] = layer.x;
  const bins = Array.from({ length: height }, (_, k) => 4 ** k).reduce((a, b) => a + b, 0);
  return [images, product([channels, bins])];
};

const columns = (layer: LayerShapes): Shape => {
  const { x } = layer;
  const space = x.slice(2);
  const windows = windowsOf(layer, 'convolution_param', space.length);
  const kernel = windows.reduce((all, { kernel: size }) => all * size, 1);
  const sizes = space.map((size, k) => sized([size], (from) => along(from, windows[k] ?? open(), false)));
  return [x[0], product([x[1], kernel]), ...sizes];
};

/** Regions that are pooled into bins: as many as the second bottom has. */
const regions =
  (holder: string, channels: (layer: LayerShapes) => Dim, height = 'pooled_h', width = 'pooled_w'): ShapeRule =>
  (layer) => {
    const [bins, across] = [height, width].map((name) => layer.number(`${holder}.${name}`) || undefined);
    // Tengine has them behind an axis of 1 (source/device/cpu/op/roipooling/roipooling_ref.c).
    // ncnn pools one (src/layer/roipooling.cpp).
    const count = layer.dialect === 'ncnn' ? 1 : layer.bottoms[1]?.[layer.dialect === 'tengine' ? 1 : 0];
    return [[count, channels(layer), bins, across]];
  };

const outputDim = (layer: LayerShapes) => layer.number('psroi_pooling_param.output_dim');

export const WINDOW_SHAPES: ShapeRules = {
  Convolution: convolution(),
  Convolution3D: convolution(),
  Convolution3d: convolution(),
  ConvolutionBinary: convolution(),
  ConvolutionDepthwise: convolution(),
  ConvolutionReLU: convolution(),
  CuDNNGroupedConvolutionForward: convolution(),
  DeConvolution: convolution(true),
  Deconvolution: convolution(true),
  Deconvolution3d: convolution(true),
  DeconvolutionDepthwise: convolution(true),
  DeformableConvolution: convolution(),
  DepthwiseConv: convolution(),
  DepthwiseConvolution: convolution(),
  HoleConvolution: convolution(),
  Im2col: one(columns),
  Pool3d: pooling,
  Pooling: pooling,
  Pooling3D: pooling,
  Pooling3d: pooling,
  PSROIPooling: regions('psroi_pooling_param', outputDim, 'group_size', 'group_size'),
  ROIAlign: regions('roi_align_param', ({ x }) => x[1]),
  ROIAlignPooling: regions('roi_align_pooling_param', ({ x }) => x[1]),
  ROIPooling: regions('roi_pooling_param', ({ x }) => x[1]),
  SPP: one(pyramid),
};
