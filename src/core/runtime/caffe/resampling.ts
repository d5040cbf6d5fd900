/**
 * Layers that change height and width: Interp of DeepLab (Cambricon/caffe, src/caffe/layers/interp_layer.cpp and
 * src/caffe/util/interp.cpp), NNInterp, NNUpsample, Resize, SubpixelUp and SubpixelDown of NART (ModelTC/NART,
 * art/modules/cuda/src/op/interp.cu and subpixel.cu), Upsample (SeanQ88/caffe_upsample; alexgkendall/caffe-segnet and
 * Cambricon/caffe, upsample_layer.cpp).
 */
import {
  type Blob,
  blobOf,
  bottom,
  flag,
  isGiven,
  type Layer,
  type LayerCall,
  number,
  product,
  refusal,
} from './blob.ts';

import { resizedByMnn, resizedByTengine } from './resizing.ts';
import { centred, cornered, floored, nearestCornered, type Place, resampled, type Size, sizeOf } from './sampling.ts';

function map([height, width]: Size, change: (size: number) => number): Size {
  return [change(height), change(width)];
}

/** First made smaller, then larger, or a size that is given. */
function interpolatedSize(call: LayerCall, holder: string, from: Size): Size {
  const { node } = call;
  const [shrink, zoom] = ['shrink_factor', 'zoom_factor'].map((name) => `${holder}.${name}`) as [string, string];
  const smaller = (size: number) => Math.floor((size - 1) / number(node, shrink, 1)) + 1;
  const larger = (size: number) => size + (size - 1) * (number(node, zoom, 1) - 1);
  if (isGiven(node, shrink) && !isGiven(node, zoom)) return map(from, smaller);
  if (isGiven(node, zoom) && !isGiven(node, shrink)) return map(from, larger);
  if (isGiven(node, `${holder}.height`) && isGiven(node, `${holder}.width`)) return givenSize(node, holder);
  if (isGiven(node, zoom)) return map(map(from, smaller), larger);
  throw refusal(call, 'it says nothing of its size');
}

function givenSize(node: LayerCall['node'], holder: string): Size {
  return [number(node, `${holder}.height`, 0), number(node, `${holder}.width`, 0)];
}

const interp: Layer = (call) => {
  const { node, means } = call;
  if (call.bottoms.length > 1 && means.interp.size !== 'openvino')
    throw refusal(call, 'its size is that of another blob');
  if (!flag(node, 'interp_param.align_corners', true)) throw refusal(call, 'its corners are not aligned');
  const { keeps, size, pads } = means.interp;
  const x = padded(call, 'interp_param', pads);
  const from = sizeOf(x);
  const to = INTERP_SIZES[size](call, from);
  const place = keeps === 'corners' ? cornered : centred;
  return resampled(x, to, place(from[0], to[0]), place(from[1], to[1]));
};

/** How frameworks read the size of Interp. */
const INTERP_SIZES: Readonly<Record<LayerCall['means']['interp']['size'], (call: LayerCall, from: Size) => Size>> = {
  deeplab: (call, from) => interpolatedSize(call, 'interp_param', from),
  mnn: sizeOfMnn,
  nart: (call, from) => sizeOfNart(call, 'interp_param', from),
  openvino: sizeOfOpenVino,
  'size, else factor': (call, from) => sizeOrFactor(call, from, true),
  factor: (call, from) => sizeOrFactor(call, from, false),
};

/**
 * alibaba/MNN, tools/converter/source/caffe/ResizeInterp.cpp, source/shape/ShapeInterp.cpp: a size that is given; else the image
 * times a factor, which begins at 1 or at one over `shrink_factor`, and to which one over `zoom_factor` is added.
 */
function sizeOfMnn({ node }: LayerCall, from: Size): Size {
  const given = givenSize(node, 'interp_param');
  if (given[0] > 0 && given[1] > 0) return given;
  const shrink = number(node, 'interp_param.shrink_factor', 1);
  const zoom = isGiven(node, 'interp_param.zoom_factor') ? 1 / number(node, 'interp_param.zoom_factor', 1) : 0;
  const factor = Math.fround(Math.fround(1 / shrink) + zoom);
  return map(from, (size) => Math.trunc(Math.fround(size * factor)));
}

/**
 * openvino-dev 2023.3, front/InterpolateNormalizer.py: the size of a second bottom, whatever else is said; the image times
 * `zoom_factor`, else a size that is given. What it makes of
 * `shrink_factor` alone is one element, or an error; where it pads it does not run.
 */
function sizeOfOpenVino(call: LayerCall, from: Size): Size {
  const { node } = call;
  const value = (name: string, otherwise: number) => number(node, `interp_param.${name}`, otherwise);
  if (value('pad_beg', 0) !== 0 || value('pad_end', 0) !== 0)
    throw refusal(call, 'its framework does not run it padded');
  if (call.bottoms.length > 1) return sizeOf(bottom(call, 1));
  const [shrink, zoom] = [value('shrink_factor', 1), value('zoom_factor', 1)];
  if (shrink === 1 && zoom !== 1) return map(from, (size) => size * zoom);
  const given = givenSize(node, 'interp_param');
  if (shrink !== 1 && zoom === 1) throw refusal(call, 'its framework does not run a shrink_factor');
  if (given[0] === 0 || given[1] === 0) throw refusal(call, 'it says nothing of its size');
  return given;
}

/** ncnn prefers the size that is given, Tengine the factor, which is 1 where it is not given. */
function sizeOrFactor({ node }: LayerCall, from: Size, prefersSize: boolean): Size {
  const given = givenSize(node, 'interp_param');
  if (prefersSize && given[0] > 0 && given[1] > 0) return given;
  return map(from, (size) => size * number(node, 'interp_param.zoom_factor', 1));
}

/** Without the rows and columns that padding of less than nothing takes away; frameworks that do not pad do not read it. */
function padded(call: LayerCall, holder: string, pads: boolean): Blob {
  const x = bottom(call);
  const [before, after] = [number(call.node, `${holder}.pad_beg`, 0), number(call.node, `${holder}.pad_end`, 0)];
  if (!pads || (before === 0 && after === 0)) return x;
  if (before > 0 || after > 0) throw refusal(call, 'it takes rows and columns away, it does not pad');
  return cut(x, -before, -after);
}

/** Without so many rows and columns before and behind. */
function cut(x: Blob, before: number, after: number): Blob {
  if (before === 0 && after === 0) return x;
  const [height, width] = sizeOf(x);
  const size = map([height, width], (each) => each - before - after);
  const y = blobOf([...x.shape.slice(0, 2), ...size]);
  let at = 0;
  for (let plane = 0; plane < product(x.shape.slice(0, 2)); plane++) {
    for (let row = before; row < height - after; row++) {
      const start = (plane * height + row) * width;
      y.data.set(x.data.subarray(start + before, start + width - after), at);
      at += size[1];
    }
  }
  return y;
}

/** NART's layers say their size in one of several ways (python/nart/utils/caffe_utils/caffe_to_onnx.py, _InterpCommon). */
function enlargedOfNart(holder: string, place: (from: number, to: number) => Place): Layer {
  return (call) => {
    if (call.bottoms.length > 1) throw refusal(call, 'its size is that of another blob');
    const x = bottom(call);
    const from = sizeOf(x);
    const to = sizeOfNart(call, holder, from);
    return resampled(x, to, place(from[0], to[0]), place(from[1], to[1]));
  };
}

function sizeOfNart(call: LayerCall, holder: string, from: Size): Size {
  const { node } = call;
  const [height, width] = givenSize(node, holder);
  if (height > 0 && width > 0) return [height, width];
  for (const name of ['scale_factor', 'resize']) {
    const factor = number(node, `${holder}.${name}`, 0);
    if (isGiven(node, `${holder}.${name}`)) return map(from, (size) => Math.floor(size * factor));
  }
  if (holder === 'nn_upsample_param') return map(from, (size) => size * 2);
  return interpolatedSize(call, holder, from);
}

const resize: Layer = (call) => {
  if (call.means.resize === 'tengine') return resizedByTengine(call);
  if (call.means.resize === 'mnn') return resizedByMnn(call, 'img_size_param.y_scaling', 'img_size_param.x_scaling');
  if (call.means.interp.size !== 'nart') throw refusal(call, 'it is not known what its framework does');
  const bilinear = number(call.node, 'resize_param.interp_mode', 1) === 1;
  return enlargedOfNart('resize_param', bilinear ? cornered : floored)(call);
};

/** Every element as often as the scale says, or, with a mask as second bottom, at the place that the mask says. */
const upsample: Layer = (call) => {
  const { node, means, bottoms } = call;
  if (!means.upsample) throw refusal(call, 'it is not known what its framework does');
  if (means.upsample === 'resize') return resizedByMnn(call, 'upsample_param.scale', 'upsample_param.scale');
  const x = bottom(call);
  const from = sizeOf(x);
  if (means.upsample === 'mask') return unpooled(call, sizeOfSegNet(call, from));
  if (bottoms.length > 1) return unpooled(call, maskedSize(call, from));
  if (means.upsample === 'stride') {
    const both = number(node, 'upsample_param.stride', 2);
    const stride = [
      number(node, 'upsample_param.stride_h', both),
      number(node, 'upsample_param.stride_w', both),
    ] as const;
    const by = number(node, 'upsample_param.scale', 1);
    const y = repeated(x, [from[0] * stride[0], from[1] * stride[1]]);
    return blobOf(
      y.shape,
      y.data.map((value) => value * by),
    );
  }
  if (flag(node, 'upsample_param.nearestneighbor_mode', false)) {
    const to = maskedSize(call, from);
    return resampled(x, to, nearestCornered(from[0], to[0]), nearestCornered(from[1], to[1]));
  }
  const scale = number(node, 'upsample_param.scale', 1);
  return repeated(
    x,
    map(from, (size) => Math.floor(size * scale)),
  );
};

function repeated(x: Blob, to: Size): Blob {
  const from = sizeOf(x);
  const place = (k: 0 | 1): Place => {
    const scale = to[k] / from[k];
    return (at) => [Math.floor(at / scale), 0];
  };
  return resampled(x, to, place(0), place(1));
}

function maskedSize({ node }: LayerCall, from: Size): Size {
  const value = (name: string, otherwise: number) => number(node, `upsample_param.${name}`, otherwise);
  const given: Size = [value('upsample_h', 0), value('upsample_w', 0)];
  if (given[0] > 0 && given[1] > 0) return given;
  const both = value('scale', 2);
  const padded = [value('pad_out_h', 0), value('pad_out_W', 0)] as const;
  return [from[0] * value('scale_h', both) - padded[0], from[1] * value('scale_w', both) - padded[1]];
}

/** alexgkendall/caffe-segnet, src/caffe/layers/upsample_layer.cpp: a size, else the image times a scale, less one where it pads. */
function sizeOfSegNet(call: LayerCall, from: Size): Size {
  const { node } = call;
  const path = (name: string) => `upsample_param.${name}`;
  const [size, scales] = [['upsample_h', 'upsample_w'].map(path), ['scale_h', 'scale_w'].map(path)];
  if (size.every((each) => isGiven(node, each))) return map2((k) => number(node, size[k] ?? '', 0));
  const own = scales.every((each) => isGiven(node, each));
  if (scales.some((each) => isGiven(node, each)) && (!own || isGiven(node, path('scale'))))
    throw refusal(call, 'it says one scale, or one for each axis');
  return map2((k) => {
    const scale = number(node, own ? (scales[k] ?? '') : path('scale'), 2);
    const pads = flag(node, path(k === 0 ? 'pad_out_h' : 'pad_out_w'), false);
    if (scale < 2 || (pads && scale > 2)) throw refusal(call, 'it scales by 2 where it pads, and by more than 1');
    return from[k] * scale - (pads ? 1 : 0);
  });
}

function map2(make: (axis: 0 | 1) => number): Size {
  return [make(0), make(1)];
}

/** Zeros, but for each element at the place within its plane that pooling had taken it from. Of several the last one stays. */
function unpooled(call: LayerCall, to: Size): Blob {
  const [x, mask] = [bottom(call), bottom(call, 1)];
  const planes = product(x.shape.slice(0, 2));
  const y = blobOf([...x.shape.slice(0, 2), ...to]);
  const [per, made] = [x.data.length / planes, product(to)];
  for (let at = 0; at < x.data.length; at++) {
    const place = Math.trunc(mask.data[at] ?? 0);
    if (place >= made) throw refusal(call, `its mask points outside of ${to.join(' x ')}`);
    y.data[Math.floor(at / per) * made + place] = x.data[at] ?? 0;
  }
  return y;
}

/** Moves blocks of `factor` by `factor` elements of a channel into as many channels, or back. */
function subpixel(path: string, up: boolean): Layer {
  return (call) => {
    const factor = number(call.node, path, 1);
    const x = bottom(call);
    const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
    const area = factor * factor;
    const y = up
      ? blobOf([batch, channels / area, height * factor, width * factor])
      : blobOf([batch, channels * area, height / factor, width / factor]);
    const [coarse, fine] = up ? [x, y] : [y, x];
    const [, blocks = 1, rows = 1, columns = 1] = coarse.shape;
    for (let at = 0; at < x.data.length; at++) {
      const column = at % columns;
      const row = Math.floor(at / columns) % rows;
      const channel = Math.floor(at / columns / rows) % blocks;
      const image = Math.floor(at / columns / rows / blocks);
      const [dy, dx] = [Math.floor((channel % area) / factor), channel % factor];
      const plane = image * (blocks / area) + Math.floor(channel / area);
      const place = (plane * rows * factor + row * factor + dy) * columns * factor + column * factor + dx;
      if (up) fine.data[place] = coarse.data[at] ?? 0;
      else coarse.data[at] = fine.data[place] ?? 0;
    }
    return y;
  };
}

export const resamplingLayers: Readonly<Record<string, Layer>> = {
  Interp: interp,
  NNInterp: enlargedOfNart('nninterp_param', floored),
  NNUpsample: enlargedOfNart('nn_upsample_param', floored),
  Resize: resize,
  SubpixelDown: subpixel('subpixel_down_param.downsample', false),
  SubpixelUp: subpixel('subpixel_up_param.upsample', true),
  Upsample: upsample,
};
