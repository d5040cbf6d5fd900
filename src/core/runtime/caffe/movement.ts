/** Layers that move elements and compute nothing: joining, cutting, turning, repeating. */
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

/** Elements of x by the places of the top: the place in x, or -1 for one that stands in none. */
export function gathered(
  x: Blob,
  shape: readonly number[],
  from: (index: readonly number[]) => readonly number[] | undefined,
  otherwise = 0,
): Blob {
  const y = blobOf(shape);
  const index = shape.map(() => 0);
  for (let at = 0; at < y.data.length; at++) {
    const source = from(index);
    y.data[at] = source ? (x.data[source.reduce((sum, k, axis) => sum * (x.shape[axis] ?? 1) + k, 0)] ?? 0) : otherwise;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      index[axis] = 0;
    }
  }
  return y;
}

/** Behind each other along `axis`; `concat_dim` is what it was called before (BVLC/caffe src/caffe/layers/concat_layer.cpp). */
const concat: Layer = (call) => {
  const { node, bottoms } = call;
  const first = bottom(call);
  const axis = axisAt(call, 'concat_param.axis', number(node, 'concat_param.concat_dim', 1), first.shape.length);
  const other = bottoms.find((x) => x.shape.with(axis, 0).join() !== first.shape.with(axis, 0).join());
  if (other) throw refusal(call, `${sizesOf(first.shape)} and ${sizesOf(other.shape)} differ beside axis ${axis}`);
  const y = blobOf(
    first.shape.with(
      axis,
      bottoms.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0),
    ),
  );
  const [outer, , inner] = around(first.shape, axis);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const { shape, data } of bottoms) {
      const length = (shape[axis] ?? 0) * inner;
      y.data.set(data.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return y;
};

/** Parts that cover the axis, by `slice_point`, or of one size (BVLC/caffe src/caffe/layers/slice_layer.cpp). */
const slice: Layer = (call) => {
  const { node, tops } = call;
  const x = bottom(call);
  const axis = axisAt(call, 'slice_param.axis', number(node, 'slice_param.slice_dim', 1), x.shape.length);
  const size = x.shape[axis] ?? 1;
  const given = numbers(node, 'slice_param.slice_point');
  if (given.length === 0 && size % tops !== 0)
    throw refusal(call, `axis ${axis} of ${size} has no ${tops} equal parts`);
  const points = given.length > 0 ? given : Array.from({ length: tops - 1 }, (_, k) => ((k + 1) * size) / tops);
  const ends = [...points, size];
  if (ends.length !== tops) throw refusal(call, `it cuts ${ends.length} parts for ${tops} tops`);
  if (ends.some((end, k) => end <= (ends[k - 1] ?? 0)))
    throw refusal(call, `its points ${points.join(', ')} do not rise within ${size}`);
  return ends.map((end, k) => part(x, axis, ends[k - 1] ?? 0, end));
};

/** From one place to another along an axis. */
export function part(x: Blob, axis: number, from: number, to: number): Blob {
  const [outer, size, inner] = around(x.shape, axis);
  const y = blobOf(x.shape.with(axis, to - from));
  for (let o = 0; o < outer; o++) {
    y.data.set(x.data.subarray((o * size + from) * inner, (o * size + to) * inner), o * (to - from) * inner);
  }
  return y;
}

/**
 * With a second bottom: every axis from `axis` on as long as its, from an offset on (BVLC/caffe
 * src/caffe/layers/crop_layer.cpp); ncnn's has channels and rows like it whatever the axis (src/layer/crop.cpp), Tengine's images too
 * (OAID/Tengine source/operator/prototype/crop.c). With one: the middle of an image, `crop_h` by `crop_w`, as NART has it.
 */
const crop: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const like = call.bottoms[1];
  const { crop: means } = call.means;
  if (!like && !means.middle) throw refusal(call, 'it has no second bottom');
  if (!like) return centreCrop(call, x);
  const offsets = numbers(node, 'crop_param.offset');
  if (means.offsets === 'last axes') return croppedByLastAxes(call, x, like, offsets);
  const first = axisAt(call, 'crop_param.axis', 2, x.shape.length);
  if (offsets.length > 1 && offsets.length !== x.shape.length - first)
    throw refusal(call, `it has ${offsets.length} offsets for ${x.shape.length - first} axes`);
  let y = x;
  for (let axis = first; axis < x.shape.length; axis++) {
    const from = (offsets.length === 1 ? offsets[0] : offsets[axis - first]) ?? 0;
    y = cut(call, y, axis, from, like.shape[axis] ?? 0);
  }
  return y;
};

/**
 * Offsets of columns, of rows and columns, or of channels, rows and columns; one alone is that of the axes from `axis` on (Tencent/ncnn
 * tools/caffe/caffe2ncnn.cpp, OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, load_crop, and crop_ref.c).
 */
function croppedByLastAxes(call: LayerCall, x: Blob, like: Blob, offsets: readonly number[]): Blob {
  const { axes, images } = call.means.crop;
  const axis = number(call.node, 'crop_param.axis', 2);
  if (images && (x.shape.length !== 4 || (axis !== 1 && axis !== 2)))
    throw refusal(call, `it cuts images from axis 1 or 2 on, not from ${axis}`);
  const [one = 0] = offsets;
  // By channels, rows and columns, of which a blob has the last ones.
  const from = [0, 0, 0].map((_, k) => {
    if (offsets.length === 1) return axis >= 1 && k >= axis - 1 ? one : 0;
    return offsets.length > 3 ? 0 : (offsets[k - 3 + offsets.length] ?? 0);
  });
  const rank = x.shape.length;
  let y = x;
  for (let k = axes === 'all' ? 0 : 1; k < rank; k++) {
    const isCut = k > 0 && !(images && k < axis);
    y = cut(call, y, k, isCut ? (from[k - rank + 3] ?? 0) : 0, like.shape[k] ?? 0);
  }
  return y;
}

function cut(call: LayerCall, x: Blob, axis: number, from: number, size: number): Blob {
  if (from < 0 || from + size > (x.shape[axis] ?? 1))
    throw refusal(call, `axis ${axis} of ${x.shape[axis]} does not reach to ${from + size}`);
  return part(x, axis, from, from + size);
}

function centreCrop(call: LayerCall, x: Blob): Blob {
  const { node } = call;
  const size = (name: string) => number(node, `crop_param.${name}`, 0);
  if (size('crop_h') === 0 || size('crop_w') === 0) throw refusal(call, 'it has no second bottom');
  if (node.string('crop_param.type', 'CENTER') === 'RANDOM') throw refusal(call, 'it cuts at random');
  const middle = (axis: number, name: string) =>
    Math.floor(((x.shape[axis] ?? 1) - size(`crop_${name}`)) / 2) + size(`offset_${name}`);
  return cut(call, cut(call, x, 2, middle(2, 'h'), size('crop_h')), 3, middle(3, 'w'), size('crop_w'));
}

/** Axes in the order that is given; those that are not given follow (weiliu89/caffe, branch ssd, permute_layer.cpp). */
const permute: Layer = (call) => {
  const x = bottom(call);
  const given = numbers(call.node, 'permute_param.order');
  const order = [...given, ...x.shape.map((_, k) => k).filter((k) => !given.includes(k))];
  if (!call.means.imageAxis && order[0] !== 0) throw refusal(call, 'its framework does not move the images');
  return transposed(call, x, order);
};

/** NART says the whole order (ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py). */
const transpose: Layer = (call) => {
  const order = numbers(call.node, 'transpose_param.dim');
  return transposed(call, bottom(call), order);
};

function transposed(call: LayerCall, x: Blob, order: readonly number[]): Blob {
  const rank = x.shape.length;
  if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => axis < 0 || axis >= rank))
    throw refusal(call, `${order.join(', ')} is no order of ${rank} axes`);
  return gathered(
    x,
    order.map((axis) => x.shape[axis] ?? 1),
    (index) => x.shape.map((_, axis) => index[order.indexOf(axis)] ?? 0),
  );
}

/** The last first: along `axis` (opencv/dldt), along several (Ascend), or the channels (Cambricon/caffe reverse_layer.cpp). */
const reverse: Layer = (call) => {
  const x = bottom(call);
  const given = numbers(call.node, 'reverse_param.axis');
  const rank = x.shape.length;
  const otherwise = call.means.reverse === 'channels' ? 1 : 0;
  const axes = new Set((given.length > 0 ? given : [otherwise]).map((axis) => (axis < 0 ? axis + rank : axis)));
  return gathered(x, x.shape, (index) => index.map((k, axis) => (axes.has(axis) ? (x.shape[axis] ?? 1) - 1 - k : k)));
};

/** `tiles` copies along `axis` (BVLC/caffe src/caffe/layers/tile_layer.cpp). */
const tile: Layer = (call) => {
  const x = bottom(call);
  const axis = axisAt(call, 'tile_param.axis', 1, x.shape.length);
  const tiles = number(call.node, 'tile_param.tiles', 0);
  if (tiles < 1) throw refusal(call, 'tiles is not given');
  const size = x.shape[axis] ?? 1;
  return gathered(x, x.shape.with(axis, size * tiles), (index) => index.with(axis, (index[axis] ?? 0) % size));
};

/** Zeros (or a value, or what stands at the borders) around an image: ModelTC/NART python/nart/ops/op.py, ONNX's Pad. */
const pad: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  const pads = numbers(node, 'pad_param.pads');
  const rank = x.shape.length;
  if (pads.length !== 2 * rank) throw refusal(call, `it has ${pads.length} pads for ${rank} axes`);
  const mode = node.string('pad_param.mode', 'constant');
  const shape = x.shape.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0));
  const inside = (k: number, size: number): number => {
    if (mode === 'edge') return Math.min(Math.max(k, 0), size - 1);
    if (mode !== 'reflect') return k;
    const round = Math.max(2 * (size - 1), 1);
    const folded = ((k % round) + round) % round;
    return Math.min(folded, round - folded);
  };
  if (!['constant', 'edge', 'reflect'].includes(mode)) throw refusal(call, `padding by ${mode} is not known`);
  return gathered(
    x,
    shape,
    (index) => {
      const places = index.map((k, axis) => inside(k - (pads[axis] ?? 0), x.shape[axis] ?? 1));
      return places.every((k, axis) => k >= 0 && k < (x.shape[axis] ?? 1)) ? places : undefined;
    },
    number(node, 'pad_param.value', 0),
  );
};

/** Images by number (BVLC/caffe src/caffe/layers/batch_reindex_layer.cpp). */
const batchReindex: Layer = (call) => {
  const [x, by] = [bottom(call), bottom(call, 1)];
  const images = x.shape[0] ?? 1;
  if (by.shape.length !== 1) throw refusal(call, 'its numbers are no list');
  const bad = by.data.find((k) => !Number.isInteger(k) || k < 0 || k >= images);
  if (bad !== undefined) throw refusal(call, `there is no image ${bad} among ${images}`);
  return imagesOf(x, [...by.data]);
};

/** The images whose number in the last bottom is not 0 (BVLC/caffe src/caffe/layers/filter_layer.cpp). */
const filter: Layer = (call) => {
  const { bottoms } = call;
  const by = bottom(call, bottoms.length - 1);
  const kept = [...by.data.keys()].filter((k) => by.data[k] !== 0);
  if (bottoms.some(({ shape }) => shape[0] !== by.data.length))
    throw refusal(call, `its bottoms have other numbers of images than ${by.data.length}`);
  return bottoms.slice(0, -1).map((x) => imagesOf(x, kept));
};

function imagesOf(x: Blob, which: readonly number[]): Blob {
  const size = product(x.shape.slice(1));
  const y = blobOf(x.shape.with(0, which.length));
  which.forEach((image, k) => {
    y.data.set(x.data.subarray(image * size, (image + 1) * size), k * size);
  });
  return y;
}

export const movementLayers: Readonly<Record<string, Layer>> = {
  BatchReindex: batchReindex,
  Concat: concat,
  Crop: crop,
  // Images, channels, height and width become width, images, channels and height: ModelTC/NART caffe_to_onnx.py.
  Exchange: (call) => transposed(call, bottom(call), [3, 0, 1, 2]),
  Filter: filter,
  Pad: pad,
  Permute: permute,
  Reverse: reverse,
  Silence: () => [],
  Slice: slice,
  Split: (call) => Array<Blob>(call.tops).fill(bottom(call)),
  Tile: tile,
  Transpose: transpose,
};
