/**
 * Shapes of layers that move elements, join and cut: BVLC/caffe src/caffe/layers (concat, slice, crop, reshape, flatten, tile,
 * split), and those of the dialects (frameworks.ts).
 */
import type { Dim, Shape } from '../../ir/shape.ts';
import { cropsFrom } from './crops.ts';
import { type LayerShapes, one, open, product, type ShapeRule, type ShapeRules, sized, sum } from './infer-layer.ts';
import { resized } from './infer-resizing.ts';

const concat = (layer: LayerShapes): Shape => {
  const { x } = layer;
  const path = layer.isGiven('concat_param.axis') || !layer.isGiven('concat_param.concat_dim') ? 'axis' : 'concat_dim';
  const axis = layer.axis(`concat_param.${path}`, x.length);
  const all = layer.bottoms.map((_, k) => layer.bottom(k));
  if (all.some(({ length }) => length !== x.length)) open();
  return x.with(axis, sum(all.map((shape) => shape[axis])));
};

const slice: ShapeRule = (layer) => {
  const { x } = layer;
  const path = layer.isGiven('slice_param.axis') || !layer.isGiven('slice_param.slice_dim') ? 'axis' : 'slice_dim';
  const axis = layer.axis(`slice_param.${path}`, x.length);
  const points = layer.numbers('slice_param.slice_point');
  const size = x[axis];
  const cuts: readonly Dim[] = [0, ...points, size];
  return Array.from({ length: layer.tops }, (_, k) => {
    if (points.length === 0)
      return x.with(
        axis,
        sized([size], (all) => all / layer.tops),
      );
    return x.with(
      axis,
      sized([cuts[k], cuts[k + 1]], (from, to) => (to ?? 0) - (from ?? 0)),
    );
  });
};

const crop = (layer: LayerShapes): Shape => {
  const { x } = layer;
  const like = layer.bottom(1);
  const first = cropsFrom(layer.dialect) ?? layer.axis('crop_param.axis', x.length, 2);
  return x.map((size, k) => (k < first ? size : like[k]));
};

const reshape =
  (holder: string) =>
  (layer: LayerShapes): Shape => {
    const { x } = layer;
    const given = layer.numbers(`${holder}.shape.dim`);
    // ncnn has no axis of images: channels, height and width alone are read.
    if (layer.dialect === 'ncnn') {
      const own = given.length === 1 ? given : given.slice(1, 4);
      const dims = own.map((dim, k) => (dim === 0 ? x.at(k - own.length) : dim));
      return filled([x[0], ...dims], x);
    }
    const rank = x.length;
    const axis = layer.number(`${holder}.axis`) ?? 0;
    const first = axis < 0 ? axis + rank + 1 : axis;
    const covered = layer.number(`${holder}.num_axes`) ?? -1;
    const end = covered < 0 ? rank : first + covered;
    if (first < 0 || end > rank) open();
    const dims = given.map((dim, k) => (dim === 0 ? x[first + k] : dim));
    return filled([...x.slice(0, first), ...dims, ...x.slice(end)], x);
  };

/** With what is left in the place of a -1. */
function filled(dims: Shape, x: Shape): Shape {
  const at = dims.indexOf(-1);
  if (at < 0) return dims;
  const others = product(dims.toSpliced(at, 1));
  return dims.with(
    at,
    sized([product(x), others], (all, known) => all / (known ?? 0)),
  );
}

const flatten = (layer: LayerShapes): Shape => {
  const { x } = layer;
  // OAID/Tengine, source/operator/prototype/flatten.c
  if (layer.dialect === 'tengine') return [x[0], product(x.slice(layer.number('flatten_param.axis') ?? 1))];
  const start = layer.axis('flatten_param.axis', x.length, 1);
  const end = layer.axis('flatten_param.end_axis', x.length, -1) + 1;
  return end > start ? [...x.slice(0, start), product(x.slice(start, end)), ...x.slice(end)] : open();
};

const permute =
  (path: string) =>
  (layer: LayerShapes): Shape => {
    const given = layer.numbers(path);
    const order = [...given, ...layer.x.map((_, k) => k).filter((k) => !given.includes(k))];
    return order.map((axis) => layer.x[axis]);
  };

const tile = (layer: LayerShapes): Shape => {
  const axis = layer.axis('tile_param.axis', layer.x.length);
  return layer.x.with(axis, product([layer.x[axis], layer.number('tile_param.tiles')]));
};

/** Squares of places become channels, or channels become squares. */
const squares =
  (path: string, reverse: boolean | string, otherwise: number) =>
  (layer: LayerShapes): Shape => {
    const [images, channels, height, width, ...more] = layer.x;
    if (more.length > 0 || layer.x.length < 4) open();
    const n = layer.number(path) ?? otherwise;
    const unfolds = typeof reverse === 'string' ? layer.flag(reverse) === true : reverse;
    const times = (size: Dim) => product([size, n]);
    const part = (size: Dim, by: number) => sized([size], (all) => all / by);
    return unfolds
      ? [images, part(channels, n * n), times(height), times(width)]
      : [images, product([channels, n, n]), part(height, n), part(width, n)];
  };

/** The same for all tops. */
const copies: ShapeRule = (layer) => Array<Shape>(layer.tops).fill(layer.x);

/** alexgkendall/caffe-segnet, src/caffe/layers/upsample_layer.cpp: a size, else the image times a scale, less one where it pads. */
function ofSegNet(layer: LayerShapes, size: Dim, axis: 'h' | 'w'): Dim {
  const value = (name: string) => layer.number(`upsample_param.${name}`);
  if (value('upsample_h') !== undefined && value('upsample_w') !== undefined) return value(`upsample_${axis}`);
  const less = layer.flag(`upsample_param.pad_out_${axis}`) ? 1 : 0;
  return sized([size], (from) => from * (value(`scale_${axis}`) ?? value('scale') ?? 2) - less);
}

const repeated = (layer: LayerShapes): Shape => {
  const [images, channels, height, width] = layer.x;
  if (layer.dialect === 'segnet') return [images, channels, ofSegNet(layer, height, 'h'), ofSegNet(layer, width, 'w')];
  const path = layer.dialect === 'ascend' ? 'stride' : layer.dialect === 'yolo-upsample' ? 'scale' : undefined;
  if (path === undefined || layer.bottoms.length > 1) return [images, channels, undefined, undefined];
  const both = layer.number(`upsample_param.${path}`);
  const by = (name: string) =>
    path === 'stride' && layer.isGiven(`upsample_param.${name}`) ? layer.number(`upsample_param.${name}`) : both;
  return [images, channels, product([height, by('stride_h')]), product([width, by('stride_w')])];
};

const chosen = (layer: LayerShapes): Shape => layer.x.with(0, layer.bottom(1)[0]);

/** Which images are left is known when the network runs. */
const filtered: ShapeRule = (layer) =>
  Array.from({ length: layer.tops }, (_, k) => layer.bottoms[k]?.with(0, undefined));

export const MOVEMENT_SHAPES: ShapeRules = {
  BatchReindex: one(chosen),
  Concat: one(concat),
  Crop: one(crop),
  Filter: filtered,
  Flatten: one(flatten),
  Interp: one(resized('interp_param')),
  NNInterp: one(resized('nninterp_param')),
  Permute: one(permute('permute_param.order')),
  Reorg: one(squares('reorg_param.stride', 'reorg_param.reverse', 2)),
  ReorgYolo: one(squares('reorg_yolo_param.stride', false, 2)),
  Reshape: one(reshape('reshape_param')),
  Reshape3d: one(reshape('reshape3d_param')),
  Slice: slice,
  Split: copies,
  SubpixelDown: one(squares('subpixel_down_param.downsample', false, 1)),
  SubpixelUp: one(squares('subpixel_up_param.upsample', true, 1)),
  Tile: one(tile),
  Transpose: one(permute('transpose_param.dim')),
  Upsample: one(repeated),
};
