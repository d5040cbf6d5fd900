/** Layers that change shapes: Reshape, Flatten, and those that fold places of an image into channels and back. */
import {
  around,
  axisAt,
  type Blob,
  blobOf,
  bottom,
  type Layer,
  type LayerCall,
  number,
  numbers,
  product,
  refusal,
  sizesOf,
} from './blob.ts';
import { gathered } from './movement.ts';

/**
 * `dim` in the place of `num_axes` axes from `axis` on; 0 keeps the size at its place, one -1 takes what is left (BVLC/caffe
 * src/caffe/layers/reshape_layer.cpp).
 */
const reshape: Layer = (call) => {
  const { node, means } = call;
  const holder = node.op === 'Reshape3d' ? 'reshape3d_param' : 'reshape_param';
  const x = bottom(call);
  const given = numbers(node, `${holder}.shape.dim`);
  if (!means.imageAxis) return imageReshaped(call, x, given);
  const rank = x.shape.length;
  const { within } = means.reshape;
  const start = within ? number(node, `${holder}.axis`, 0) : 0;
  const first = start < 0 ? start + rank + 1 : start;
  const covered = within ? number(node, `${holder}.num_axes`, -1) : -1;
  const end = covered < 0 ? rank : first + covered;
  if (first < 0 || first > rank || end > rank)
    throw refusal(call, `there are no axes ${first} to ${end} among ${rank}`);
  const kept = (k: number) => {
    if (first + k >= rank) throw refusal(call, `there is no axis ${first + k} to keep`);
    return x.shape[first + k] ?? 1;
  };
  const dims = given.map((dim, k) => (dim === 0 ? kept(k) : dim));
  return inferred(call, x, [...x.shape.slice(0, first), ...dims, ...x.shape.slice(end)]);
};

/**
 * ncnn has no axis of images: it reads width, height and channels from the end of `dim`, and 0 keeps that of them
 * (Tencent/ncnn tools/caffe/caffe2ncnn.cpp, src/layer/reshape.cpp).
 */
function imageReshaped(call: LayerCall, x: Blob, given: readonly number[]): Blob {
  const own = given.length === 1 ? given : given.slice(1, 4);
  const dims = own.map((dim, k) => (dim === 0 ? (x.shape.at(k - own.length) ?? 1) : dim));
  return inferred(call, x, [x.shape[0] ?? 1, ...dims]);
}

function inferred(call: LayerCall, x: Blob, dims: readonly number[]): Blob {
  const known = product(dims.filter((dim) => dim >= 0));
  const open = dims.filter((dim) => dim < 0).length;
  if (open > 1) throw refusal(call, 'it has more than one size to find');
  const shape = dims.map((dim) => (dim < 0 ? x.data.length / known : dim));
  if (product(shape) !== x.data.length || !shape.every(Number.isInteger))
    throw refusal(call, `${sizesOf(x.shape)} is no ${sizesOf(dims)}`);
  return blobOf(shape, x.data);
}

/**
 * The axes from `axis` to `end_axis` become one (BVLC/caffe src/caffe/layers/flatten_layer.cpp). Tengine's top is as large as the
 * images and all from `axis` on, and gets all there is (OAID/Tengine source/operator/prototype/flatten.c,
 * source/device/cpu/op/flatten/flatten_ref.c).
 */
const flatten: Layer = (call) => {
  const x = bottom(call);
  if (call.means.flatten === 'images and the rest') {
    const shape = [x.shape[0] ?? 1, product(x.shape.slice(number(call.node, 'flatten_param.axis', 1)))];
    if (product(shape) !== x.data.length) throw refusal(call, `${sizesOf(shape)} has no room for ${sizesOf(x.shape)}`);
    return blobOf(shape, x.data);
  }
  const start = axisAt(call, 'flatten_param.axis', 1, x.shape.length);
  const end = axisAt(call, 'flatten_param.end_axis', -1, x.shape.length) + 1;
  if (end <= start) throw refusal(call, `it has no axes from ${start} to ${end - 1}`);
  return blobOf([...x.shape.slice(0, start), product(x.shape.slice(start, end)), ...x.shape.slice(end)], x.data);
};

/** Channel i of group j becomes channel j of block i: Tencent/ncnn src/layer/shufflechannel.cpp and all that have it. */
const shuffleChannel: Layer = (call) => {
  const x = bottom(call);
  const [outer, channels, inner] = around(x.shape, 1);
  const group = number(call.node, 'shuffle_channel_param.group', number(call.node, 'channel_shuffle_param.group', 1));
  if (channels % group !== 0) throw refusal(call, `${channels} channels have no ${group} groups`);
  const size = channels / group;
  const y = blobOf(x.shape);
  for (let plane = 0; plane < outer * channels; plane++) {
    const [n, c] = [Math.floor(plane / channels), plane % channels];
    const to = n * channels + (c % size) * group + Math.floor(c / size);
    y.data.set(x.data.subarray(plane * inner, (plane + 1) * inner), to * inner);
  }
  return y;
};

/**
 * Blocks of places become channels, or with `reverse` channels become blocks. Darknet numbers the channels as if the
 * image were already folded: what comes out is read through a grid of another size (AlexeyAB/darknet src/blas.c, and so
 * intel/caffe, Cambricon/caffe, OAID/Tengine); ncnn puts those of one block side by side (Tencent/ncnn src/layer/reorg.cpp).
 */
const reorg: Layer = (call) => {
  const { node, means } = call;
  const x = bottom(call);
  const holder = node.op === 'ReorgYolo' ? 'reorg_yolo_param' : 'reorg_param';
  const stride = number(node, `${holder}.stride`, 2);
  const [, channels = 1, height = 1, width = 1] = x.shape;
  if (x.shape.length !== 4) throw refusal(call, `it takes images of two axes, not a blob of ${x.shape.length}`);
  if (means.reorg.order === 'block by block') return folded(call, x, stride);
  if (channels % stride ** 2 !== 0) throw refusal(call, `${channels} channels are no multiple of ${stride ** 2}`);
  const flag = node.attributes.get(`${holder}.reverse`);
  const unfolds = means.reorg.reverses && flag?.type === 'bool' && flag.value;
  if (!unfolds && (height % stride !== 0 || width % stride !== 0))
    throw refusal(call, `an image of ${height}x${width} has no blocks of ${stride}x${stride}`);
  const y = blobOf(
    unfolds
      ? [x.shape[0] ?? 1, channels / stride ** 2, height * stride, width * stride]
      : [x.shape[0] ?? 1, channels * stride ** 2, height / stride, width / stride],
  );
  x.data.forEach((value, at) => {
    const wide = darknetPlace([channels, height, width], stride, at);
    // Not unfolding reads through the very places that unfolding writes to.
    if (unfolds) y.data[wide] = value;
    else y.data[at] = x.data[wide] ?? 0;
  });
  return y;
};

/** Where an element of an image with these sizes stands in one with channels folded into places. */
function darknetPlace(
  [channels, height, width]: readonly [number, number, number],
  stride: number,
  at: number,
): number {
  const fewer = channels / stride ** 2;
  const [column, row] = [at % width, Math.floor(at / width) % height];
  const channel = Math.floor(at / (width * height)) % channels;
  const image = Math.floor(at / (width * height * channels));
  const block = Math.floor(channel / fewer);
  const [x, y] = [column * stride + (block % stride), row * stride + Math.floor(block / stride)];
  return ((image * fewer + (channel % fewer)) * height * stride + y) * width * stride + x;
}

/** Channel c of a place in a block becomes channel c n^2 + place: ncnn, and SubpixelDown of NART. */
function folded(call: LayerCall, x: Blob, n: number): Blob {
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  if (height % n !== 0 || width % n !== 0) throw refusal(call, `${height}x${width} has no blocks of ${n}x${n}`);
  return gathered(x, [images, channels * n * n, height / n, width / n], ([image = 0, c = 0, row = 0, column = 0]) => {
    const place = c % (n * n);
    return [image, Math.floor(c / (n * n)), row * n + Math.floor(place / n), column * n + (place % n)];
  });
}

/** The other way: ModelTC/NART art/modules/default/src/op/subpixel.c. */
function unfolded(call: LayerCall, x: Blob, n: number): Blob {
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  if (channels % (n * n) !== 0) throw refusal(call, `${channels} channels are no multiple of ${n * n}`);
  return gathered(x, [images, channels / (n * n), height * n, width * n], ([image = 0, c = 0, row = 0, column = 0]) => [
    image,
    (c * n + (row % n)) * n + (column % n),
    Math.floor(row / n),
    Math.floor(column / n),
  ]);
}

export const reshapingLayers: Readonly<Record<string, Layer>> = {
  ChannelShuffle: shuffleChannel,
  Flatten: flatten,
  Reorg: reorg,
  ReorgYolo: reorg,
  Reshape: reshape,
  Reshape3d: reshape,
  ShuffleChannel: shuffleChannel,
  SubpixelDown: (call) => folded(call, bottom(call), number(call.node, 'subpixel_down_param.downsample', 1)),
  SubpixelUp: (call) => unfolded(call, bottom(call), number(call.node, 'subpixel_up_param.upsample', 1)),
};
