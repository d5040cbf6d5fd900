/**
 * Layers that change height and width: Interp of DeepLab (Cambricon/caffe, src/caffe/layers/interp_layer.cpp), of ncnn
 * (tools/caffe/caffe2ncnn.cpp, src/layer/interp.cpp) and Tengine (interp_ref.c); those of NART (python/nart/utils/caffe_utils/
 * caffe_to_onnx.py, art/modules/cuda/src/op/interp.cu, subpixel.cu); Upsample (SeanQ88/caffe_upsample, darknet;
 * alexgkendall/caffe-segnet and Cambricon/caffe, upsample_layer.cpp).
 */
import type { Node } from '../../../ir/node.ts';
import type { StaticShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { both, checked, onlyOneBottom, resized, type Size, sizeOf } from '../image-sizes.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

const linear = (x: Value, to: Size, onnx: OnnxBuilder) =>
  resized(x, to, { mode: 'linear', keeps: 'align_corners' }, onnx);

/** Elements of one axis that stand for those of the result. */
type Places = (from: number, to: number) => readonly number[];

/** The nearest before, in single precision as the frameworks compute it. */
const before: Places = (from, to) => {
  const ratio = to > 1 ? Math.fround(from / to) : 0;
  return Array.from({ length: to }, (_, k) => Math.trunc(Math.fround(ratio * k)));
};

/** The nearest where the first and last keep their places; halves go up. */
const betweenCorners: Places = (from, to) => {
  const ratio = Math.fround((from - 1) / (to - 1));
  return Array.from({ length: to }, (_, k) => Math.floor(Math.fround(ratio * k) + 0.5));
};

/** Repeats elements; as Resize where each is repeated equally often, which every runtime takes for what it is. */
function nearest(layer: Layer, x: Value, to: Size, places: Places, onnx: OnnxBuilder): Value {
  const from = sizeOf(layer, x);
  const each = from.map((size, k) => places(size, to[k] ?? 0));
  const repeats = each.every((list, k) => {
    const times = (to[k] ?? 0) / (from[k] ?? 1);
    return Number.isInteger(times) && list.every((place, at) => place === Math.floor(at / times));
  });
  if (repeats) return resized(x, to, { mode: 'nearest', keeps: 'asymmetric' }, onnx);
  return each.reduce((y, list, k) => {
    const same = list.length === from[k] && list.every((place, at) => place === at);
    return same ? y : onnx.Gather(y, onnx.ints(list), { axis: k + 2 });
  }, x);
}

/** First made smaller, then larger; else a size that is given. */
function deeplabSize(layer: Layer, holder: string, from: Size): Size {
  const value = (name: string) => layer.number(`${holder}.${name}`, 1);
  const has = (name: string) => layer.has(`${holder}.${name}`);
  for (const name of ['shrink_factor', 'zoom_factor']) if (value(name) < 1) layer.invalid(`its ${name} is less than 1`);
  const smaller = (size: number) => Math.floor((size - 1) / value('shrink_factor')) + 1;
  const larger = (size: number) => size + (size - 1) * (value('zoom_factor') - 1);
  if (has('shrink_factor') && !has('zoom_factor')) return both(from, smaller);
  if (has('zoom_factor') && !has('shrink_factor')) return both(from, larger);
  if (has('height') && has('width')) return givenSize(layer, holder);
  if (has('zoom_factor')) return both(both(from, smaller), larger);
  return layer.invalid('it does not say its size');
}

function givenSize(layer: Layer, holder: string): Size {
  return [layer.number(`${holder}.height`, 0), layer.number(`${holder}.width`, 0)];
}

/** NART's layers say their size in one of several ways, the first of which counts. */
function nartSize(layer: Layer, holder: string, from: Size): Size {
  const given = givenSize(layer, holder);
  if (given[0] > 0 && given[1] > 0) return given;
  const factor = ['scale_factor', 'resize'].find((name) => layer.has(`${holder}.${name}`));
  const times = factor === undefined ? 2 : layer.number(`${holder}.${factor}`, 1);
  if (factor !== undefined || holder === 'nn_upsample_param') return both(from, (size) => Math.floor(size * times));
  return deeplabSize(layer, holder, from);
}

/** Without rows and columns that padding of less than nothing takes away. */
function cut(layer: Layer, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  const [begin, end] = [layer.number('interp_param.pad_beg', 0), layer.number('interp_param.pad_end', 0)];
  if (begin > 0 || end > 0) layer.invalid('Interp takes rows and columns away, it does not pad');
  if (begin === 0 && end === 0) return x;
  const ends = both(sizeOf(layer, x), (size) => size + end);
  return onnx.Slice(x, onnx.ints([-begin, -begin]), onnx.ints(ends), onnx.ints([2, 3]));
}

const interp: LayerRule = (layer, onnx) => {
  onlyOneBottom(layer);
  if (!layer.flag('interp_param.align_corners', true))
    layer.refuse('corners that are not aligned', 'it is not known where elements lie then');
  const x = cut(layer, onnx);
  return linear(x, checked(layer, deeplabSize(layer, 'interp_param', sizeOf(layer, x))), onnx);
};

/** Fields that the frameworks' readers drop. */
const DROPPED = ['shrink_factor', 'pad_beg', 'pad_end'];

/** The borders of the image keep their places; sizes are multiplied. */
function halfPixel(prefersSize: boolean): LayerRule {
  return (layer, onnx) => {
    onlyOneBottom(layer);
    for (const name of DROPPED) layer.has(`interp_param.${name}`);
    const x = layer.bottom();
    const given = givenSize(layer, 'interp_param');
    const zoomed = both(sizeOf(layer, x), (size) => size * layer.number('interp_param.zoom_factor', 1));
    const to = prefersSize && given[0] > 0 && given[1] > 0 ? given : zoomed;
    return resized(x, checked(layer, to), { mode: 'linear', keeps: 'half_pixel' }, onnx);
  };
}

/**
 * alibaba/MNN, tools/converter/source/caffe/ResizeInterp.cpp, source/shape/ShapeInterp.cpp: corners keep their places; a size that is
 * given, else the image times 1 or one over `shrink_factor`, and one over `zoom_factor` added to that.
 */
const interpOfMnn: LayerRule = (layer, onnx) => {
  onlyOneBottom(layer);
  const x = layer.bottom();
  const given = givenSize(layer, 'interp_param');
  const part = (name: string) => 1 / layer.number(`interp_param.${name}`, 1);
  const begun = Math.fround(part('shrink_factor'));
  const factor = layer.has('interp_param.zoom_factor') ? Math.fround(begun + part('zoom_factor')) : begun;
  const scaled = () => both(sizeOf(layer, x), (size) => Math.trunc(Math.fround(size * factor)));
  return linear(x, checked(layer, given[0] > 0 && given[1] > 0 ? given : scaled()), onnx);
};

/**
 * openvino-dev 2023.3, front/caffe/interp_ext.py, front/InterpolateNormalizer.py: corners keep their places; the size of a second
 * bottom, whatever else is said; the image times `zoom_factor`, else a size that is given. `shrink_factor` alone gives one element
 * there, or an error, and with padding it stops.
 */
const interpOfOpenVino: LayerRule = (layer, onnx) => {
  const value = (name: string, otherwise: number) => layer.number(`interp_param.${name}`, otherwise);
  if (value('pad_beg', 0) !== 0 || value('pad_end', 0) !== 0) layer.invalid('OpenVINO does not run it with padding');
  const [shrink, zoom] = [value('shrink_factor', 1), value('zoom_factor', 1)];
  const given = givenSize(layer, 'interp_param');
  const x = layer.bottom();
  if (layer.bottoms.length > 1) return linear(x, checked(layer, sizeOf(layer, layer.bottom(1))), onnx);
  if (shrink === 1 && zoom !== 1)
    return linear(
      x,
      checked(
        layer,
        both(sizeOf(layer, x), (size) => size * zoom),
      ),
      onnx,
    );
  if (shrink !== 1 && zoom === 1) layer.invalid('OpenVINO does not run a shrink_factor');
  if (given[0] === 0 || given[1] === 0) layer.invalid('it does not say its size');
  return linear(x, checked(layer, given), onnx);
};

function ofNart(holder: string, isLinear: (layer: Layer) => boolean): LayerRule {
  return (layer, onnx) => {
    onlyOneBottom(layer);
    // NART's reader drops them.
    for (const name of ['pad_beg', 'pad_end']) layer.has(`${holder}.${name}`);
    const x = layer.bottom();
    const to = checked(layer, nartSize(layer, holder, sizeOf(layer, x)));
    return isLinear(layer) ? linear(x, to, onnx) : nearest(layer, x, to, before, onnx);
  };
}

const upsample: LayerRule = (layer, onnx) => {
  if (layer.bottoms.length > 1) return unpooled(layer, onnx);
  const x = layer.bottom();
  const from = sizeOf(layer, x);
  if (layer.flag('upsample_param.nearestneighbor_mode')) {
    const to = maskedSize(layer, from);
    if (to.some((size) => size < 2)) layer.invalid('a size of 1 has no two corners');
    return nearest(layer, x, to, betweenCorners, onnx);
  }
  const scale = layer.number('upsample_param.scale', 0);
  return nearest(
    layer,
    x,
    checked(
      layer,
      both(from, (size) => Math.floor(size * scale)),
    ),
    repeated,
    onnx,
  );
};

const repeated: Places = (from, to) => Array.from({ length: to }, (_, k) => Math.floor((k * from) / to));

/** Repeated by `stride`, then multiplied by `scale`, as darknet does it. */
const upsampleOfAscend: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const from = sizeOf(layer, x);
  const value = (name: string) => layer.number(`upsample_param.${name}`, 1);
  // Strides of their own have a default too.
  const stride = (name: string) => (layer.has(`upsample_param.${name}`) ? value(name) : value('stride'));
  const to = checked(layer, [from[0] * stride('stride_h'), from[1] * stride('stride_w')]);
  const y = nearest(layer, x, to, repeated, onnx);
  const scale = value('scale');
  return scale === 1 ? y : onnx.Mul(y, onnx.constant(scale, 'float32'));
};

function maskedSize(layer: Layer, from: Size): Size {
  const value = (name: string, otherwise: number) => layer.number(`upsample_param.${name}`, otherwise);
  const scale = value('scale', 2);
  const scaled: Size = [
    from[0] * value('scale_h', scale) - value('pad_out_h', 0),
    // So is it called.
    from[1] * value('scale_w', scale) - value('pad_out_W', 0),
  ];
  // A size that is given counts before scales.
  const given: Size = [value('upsample_h', 0), value('upsample_w', 0)];
  return checked(layer, given[0] > 0 && given[1] > 0 ? given : scaled);
}

/** alexgkendall/caffe-segnet, src/caffe/layers/upsample_layer.cpp: a size, else the image times a scale, less one where it pads. */
function sizeOfSegNet(layer: Layer, from: Size): Size {
  const path = (name: string) => `upsample_param.${name}`;
  const has = (...names: readonly string[]) => names.every((name) => layer.has(path(name)));
  const value = (name: string) => layer.number(path(name), 0);
  const [height, width, scale, down, right] = ['upsample_h', 'upsample_w', 'scale', 'scale_h', 'scale_w'].map(value);
  const pads = ['pad_out_h', 'pad_out_w'].map((name) => layer.flag(path(name)));
  if (has('upsample_h', 'upsample_w')) return checked(layer, [height ?? 0, width ?? 0]);
  const own = has('scale_h', 'scale_w');
  if ((has('scale_h') || has('scale_w')) && (!own || has('scale')))
    layer.invalid('it says one scale, or one for each axis');
  const [first = 0, second = 0] = own ? [down, right] : [scale, scale];
  const along = (size: number, by: number, pad = false) => {
    if (by < 2 || (pad && by > 2)) layer.invalid('it scales by 2 where it pads, and by more than 1');
    return size * by - (pad ? 1 : 0);
  };
  return checked(layer, [along(from[0], first, pads[0]), along(from[1], second, pads[1])]);
}

/** Zeros, but for each element at the place in its plane that the mask says; of several at one place the last stays. */
function unpooled(layer: Layer, onnx: OnnxBuilder, sizes: (layer: Layer, from: Size) => Size = maskedSize): Value {
  const [x, mask] = [layer.bottom(), layer.bottom(1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(x);
  if (layer.sizes(mask).join() !== layer.sizes(x).join()) layer.invalid('its mask has another shape');
  const to = sizes(layer, [height, width]);
  const planes = (size: Size) => [batch, channels, size[0] * size[1]];
  const places = onnx.cast(onnx.reshape(mask, planes([height, width])), 'int64');
  const own = onnx.reshape(x, planes([height, width]));
  const empty = (value: Value) => onnx.Expand(value, onnx.ints(planes(to)));
  const shape: StaticShape = [batch, channels, ...to];
  if (isDistinct(layer.node))
    return onnx.reshape(onnx.ScatterElements(empty(onnx.constant(0)), places, own, { axis: 2 }), shape);
  const order = onnx.Expand(
    onnx.ints(Array.from({ length: height * width }, (_, k) => k)),
    onnx.ints(planes([height, width])),
  );
  const last = onnx.ScatterElements(empty(onnx.constant(-1n)), places, order, { axis: 2, reduction: 'max' });
  const taken = onnx.GatherElements(own, onnx.Max(last, onnx.constant(0n)), { axis: 2 });
  const isTaken = onnx.GreaterOrEqual(last, onnx.constant(0n));
  return onnx.reshape(onnx.Where(isTaken, taken, onnx.constant(0, 'float32')), shape);
}

/** Whether the mask is that of a Pooling whose windows do not overlap: no two of them take the same element. */
function isDistinct(node: Node): boolean {
  const pooling = node.input(1)?.producer;
  if (pooling?.op !== 'Pooling' || pooling.outputs.indexOf(node.input(1) as Value) !== 1) return false;
  const value = (name: string) => pooling.attributes.get(`pooling_param.${name}`);
  const [kernel, stride] = [value('kernel_size'), value('stride')];
  return kernel?.type === 'int' && stride?.type === 'int' && kernel.value <= stride.value;
}

/** Blocks of elements that become channels, in the order of the channels that they come from. */
const subpixelDown: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const factor = layer.number('subpixel_down_param.downsample', 1);
  const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(x);
  if (height % factor !== 0 || width % factor !== 0) layer.invalid(`${height} x ${width} is no multiple of ${factor}`);
  const blocks = onnx.reshape(x, [batch, channels, height / factor, factor, width / factor, factor]);
  const gathered = onnx.transpose(blocks, [0, 1, 3, 5, 2, 4]);
  return onnx.reshape(gathered, [batch, channels * factor * factor, height / factor, width / factor]);
};

const subpixelUp: LayerRule = (layer, onnx) =>
  onnx.DepthToSpace(layer.bottom(), { blocksize: layer.number('subpixel_up_param.upsample', 1), mode: 'CRD' });

export const resampling: LayerRules = {
  Interp: interp,
  SubpixelDown: subpixelDown,
  SubpixelUp: subpixelUp,
  Upsample: upsample,
};

/** By dialect. */
export const resamplingOf: Readonly<Record<string, LayerRules>> = {
  ascend: { Upsample: upsampleOfAscend },
  nart: {
    Interp: ofNart('interp_param', () => true),
    NNInterp: ofNart('nninterp_param', () => false),
    NNUpsample: ofNart('nn_upsample_param', () => false),
    Resize: ofNart('resize_param', (layer) => layer.number('resize_param.interp_mode', 1) === 1),
  },
  mnn: { Interp: interpOfMnn },
  ncnn: { Interp: halfPixel(true) },
  openvino: { Interp: interpOfOpenVino },
  segnet: { Upsample: (layer, onnx) => unpooled(layer, onnx, sizeOfSegNet) },
  tengine: { Interp: halfPixel(false) },
};
