/** Other shapes and orders of axes: BVLC/caffe, src/caffe/layers/reshape_layer.cpp, flatten_layer.cpp; Permute of SSD; Reorg of YOLO. */
import { type Dim, elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { range } from '../lists.ts';
import { type LayerRule, type LayerRules, ofOne } from '../rule.ts';

/** The sizes that take the place of `num_axes` axes from `axis` on: 0 copies one, -1 is what is left. */
function reshaped(holder: string): LayerRule {
  return (layer, onnx) => {
    const x = layer.bottom();
    const dims = layer.dims(x);
    const given = layer.number(`${holder}.axis`, 0);
    const start = given < 0 ? given + dims.length + 1 : given;
    const count = layer.number(`${holder}.num_axes`, -1);
    const end = count === -1 ? dims.length : start + count;
    if (start < 0 || end > dims.length || end < start)
      layer.invalid(`it has no ${count} axes from ${given} on: its rank is ${dims.length}`);
    const sizes = layer.numbers(`${holder}.shape.dim`).map((size, k): Dim => {
      if (size !== 0) return size;
      return start + k < end ? dims[start + k] : layer.invalid(`it copies an axis ${start + k} that is not there`);
    });
    return onnx.reshape(x, [...dims.slice(0, start), ...sizes, ...dims.slice(end)]);
  };
}

/** Axes in the order that a field names; those that it does not name stand behind. */
function permuted(layer: Layer, onnx: OnnxBuilder, order: readonly number[]): Value {
  const x = layer.bottom();
  const rank = layer.rank(x);
  if (new Set(order).size !== order.length || order.some((axis) => axis < 0 || axis >= rank))
    layer.invalid(`its order ${order.join(', ')} is none of ${rank} axes`);
  return onnx.transpose(x, [...order, ...range(rank).filter((axis) => !order.includes(axis))]);
}

/** Axes in an order that names all of them. */
function transposed(layer: Layer, onnx: OnnxBuilder, order: readonly number[]): Value {
  const rank = layer.rank(layer.bottom());
  if (order.length !== rank) layer.invalid(`its order ${order.join(', ')} is none of ${rank} axes`);
  return permuted(layer, onnx, order);
}

/** Channels that are dealt out to groups, in turn. */
function shuffled(path: string): LayerRule {
  return (layer, onnx) => {
    const x = layer.bottom();
    const [batch, , ...rest] = layer.dims(x);
    const [channels, group] = [layer.size(x, 1), layer.number(path, 1)];
    if (group < 1 || channels % group !== 0) layer.invalid(`its ${channels} channels do not make ${group} groups`);
    const apart = onnx.reshape(x, [batch, group, channels / group, ...rest]);
    const dealt = onnx.transpose(apart, [0, 2, 1, ...range(rest.length, 3)]);
    return onnx.reshape(dealt, layer.dims(x));
  };
}

/** Last to first along axes. */
export function reversed(x: Value, axes: readonly number[], onnx: OnnxBuilder): Value {
  const each = (value: bigint) => onnx.ints(axes.map(() => value));
  return onnx.Slice(x, each(-1n), each(-(2n ** 63n)), onnx.ints(axes), each(-1n));
}

/** Channels, height and width. */
function imageSizes(layer: Layer, x: Value): readonly [number, number, number] {
  if (layer.rank(x) !== 4) layer.invalid(`it takes images, not blobs of rank ${layer.rank(x)}`);
  return [layer.size(x, 1), layer.size(x, 2), layer.size(x, 3)];
}

/**
 * As darknet does it: the numbers of an image are taken for one of channels / stride² channels and stride² as many places, from
 * which places of a block become channels, and that is taken for what it is to be. `reverse` goes the other way.
 */
function reorganized(holder: string): LayerRule {
  return (layer, onnx) => {
    const x = layer.bottom();
    const [batch] = layer.dims(x);
    const [c, h, w] = imageSizes(layer, x);
    const s = layer.number(`${holder}.stride`) ?? layer.invalid('it does not say stride');
    const reverse = layer.flag(`${holder}.reverse`);
    if (c % (s * s) !== 0) layer.refuse(`a stride of ${s}`, `its ${c} channels are no multiple of ${s * s}`);
    if (reverse) {
      const apart = onnx.reshape(x, [batch, s, s, c / (s * s), h, w]);
      return onnx.reshape(onnx.transpose(apart, [0, 3, 4, 1, 5, 2]), [batch, c / (s * s), h * s, w * s]);
    }
    if (h % s !== 0 || w % s !== 0) layer.refuse(`a stride of ${s}`, `it does not divide ${h} and ${w}`);
    const apart = onnx.reshape(x, [batch, c / (s * s), h, s, w, s]);
    return onnx.reshape(onnx.transpose(apart, [0, 3, 5, 1, 2, 4]), [batch, c * s * s, h / s, w / s]);
  };
}

/** alibaba/MNN, tools/converter/source/optimizer/postconvert/TransformIm2Seq.cpp and RemoveUnusefulOp.cpp. */
const sequences: LayerRules = {
  /** [images, channels, height, width] become [images, width, 1, channels x height]. */
  Im2seq(layer, onnx) {
    const x = layer.bottom();
    const [batch] = layer.dims(x);
    const [channels, height, width] = imageSizes(layer, x);
    return onnx.reshape(onnx.transpose(x, [0, 3, 1, 2]), [batch, width, 1, channels * height]);
  },

  Seq2out: (layer) => layer.bottom(),
};

export const shape: LayerRules = {
  ...sequences,

  ChannelShuffle: shuffled('channel_shuffle_param.group'),

  // NART: the batch goes behind the width (python/nart/utils/caffe_utils/caffe_to_onnx.py).
  Exchange: (layer, onnx) => transposed(layer, onnx, [3, 0, 1, 2]),

  /** Axes from `axis` to `end_axis` become one. */
  Flatten: ofOne((x, layer, onnx) => {
    const dims = layer.dims(x);
    const [start, end] = [
      layer.axis('flatten_param.axis', dims.length, 1),
      layer.axis('flatten_param.end_axis', dims.length, -1),
    ];
    if (end < start) layer.invalid(`its end_axis ${end} stands before its axis ${start}`);
    if (start === 1 && end === dims.length - 1) return dims.length === 2 ? x : onnx.Flatten(x, { axis: 1 });
    const inner = elementCount(dims.slice(start, end + 1));
    return onnx.reshape(x, [...dims.slice(0, start), inner ?? -1, ...dims.slice(end + 1)]);
  }),

  Permute: (layer, onnx) => permuted(layer, onnx, layer.numbers('permute_param.order')),
  Reorg: reorganized('reorg_param'),
  ReorgYolo: reorganized('reorg_yolo_param'),

  Reshape(layer, onnx) {
    // Intel/caffe makes images of channels with it.
    if (layer.number('reshape_param.pixelshuffler', 1) !== 1)
      layer.refuse('reshape_param.pixelshuffler', 'it is not known what it does');
    return reshaped('reshape_param')(layer, onnx);
  },
  Reshape3d: reshaped('reshape3d_param'),

  Reverse(layer, onnx) {
    const x = layer.bottom();
    const axes = layer.numbers('reverse_param.axis').map((axis) => layer.axisOf(axis, layer.rank(x)));
    return axes.length === 0 ? layer.invalid('it does not say axis') : reversed(x, axes, onnx);
  },

  ShuffleChannel: shuffled('shuffle_channel_param.group'),
  Transpose: (layer, onnx) => transposed(layer, onnx, layer.numbers('transpose_param.dim')),
};

/** Cambricon/caffe, src/caffe/layers/reverse_layer.cpp: channels, always. */
const cambricon: LayerRules = {
  Reverse: (layer, onnx) => reversed(layer.bottom(), [1], onnx),
};

/** Places of a block become channels next to each other. */
function blocksToChannels(layer: Layer, s: number, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  const [batch] = layer.dims(x);
  const [c, h, w] = imageSizes(layer, x);
  if (h % s !== 0 || w % s !== 0) layer.refuse(`blocks of ${s}`, `they do not divide ${h} and ${w}`);
  const apart = onnx.reshape(x, [batch, c, h / s, s, w / s, s]);
  return onnx.reshape(onnx.transpose(apart, [0, 1, 3, 5, 2, 4]), [batch, c * s * s, h / s, w / s]);
}

/** Tencent/ncnn, which has no axis of images: src/layer/reorg.cpp, src/layer/reshape.cpp, tools/caffe/caffe2ncnn.cpp. */
const ncnn: LayerRules = {
  Permute(layer, onnx) {
    const order = layer.numbers('permute_param.order');
    if ((order[0] ?? 0) !== 0) layer.refuse('permute_param.order', 'the framework does not move the axis of images');
    return permuted(layer, onnx, order);
  },

  Reorg(layer, onnx) {
    return blocksToChannels(layer, layer.number('reorg_param.stride') ?? layer.invalid('it does not say stride'), onnx);
  },

  /** Width, height and channels from the end of `dim`; 0 keeps that of them. */
  Reshape(layer, onnx) {
    const x = layer.bottom();
    const dims = layer.dims(x);
    const given = layer.numbers('reshape_param.shape.dim');
    const own = given.length === 1 ? given : given.slice(1, 4);
    const sizes = own.map((size, k): Dim => (size === 0 ? (dims.at(k - own.length) ?? 1) : size));
    return onnx.reshape(x, [dims[0], ...sizes]);
  },
};

/** OAID/Tengine, source/operator/prototype/flatten.c: its top has two axes, images and all from `axis` on. */
const tengine: LayerRules = {
  Flatten: ofOne((x, layer, onnx) => {
    const axis = layer.number('flatten_param.axis', 1);
    const [images, ...rest] = layer.dims(x);
    const lost = rest.slice(0, Math.max(axis - 1, 0)).some((size) => size !== 1);
    if (axis < 0 || lost || (axis === 0 && images !== 1))
      layer.invalid(`Tengine has no room for all that it flattens from axis ${axis} on`);
    return rest.length === 1 ? x : onnx.Flatten(x, { axis: 1 });
  }),
};

export const shapeOf: Readonly<Record<string, LayerRules>> = { cambricon, ncnn, tengine };
