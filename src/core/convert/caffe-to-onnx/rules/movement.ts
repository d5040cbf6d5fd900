/** Layers that hand blobs on, join them or take them apart: BVLC/caffe, src/caffe/layers, concat_layer.cpp and what is beside it. */
import { cropPlaces } from '../../../dialects/caffe/crops.ts';
import { sameDim } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { problem } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Layer, TARGET } from '../layer.ts';
import { range } from '../lists.ts';
import { type LayerRule, type LayerRules, ofOne } from '../rule.ts';

/** The axis under its present name, or under an older one, which counts where it is given. */
function axisUnderTwoNames(layer: Layer, holder: string, older: string): number {
  const rank = layer.rank(layer.bottom());
  if (!layer.has(`${holder}.${older}`)) return layer.axis(`${holder}.axis`, rank, 1);
  if (layer.has(`${holder}.axis`)) layer.invalid(`it has both axis and ${older}`);
  return layer.axis(`${holder}.${older}`, rank);
}

/** Sizes of the pieces of a Slice: from point to point, or all alike. */
function pieces(layer: Layer, size: number): readonly number[] {
  const points = layer.numbers('slice_param.slice_point');
  if (points.length === 0) {
    if (size % layer.tops !== 0) layer.invalid(`its axis of ${size} does not make ${layer.tops} equal pieces`);
    return Array<number>(layer.tops).fill(size / layer.tops);
  }
  if (points.length !== layer.tops - 1) layer.invalid(`it has ${points.length} slice points for ${layer.tops} tops`);
  const ends = [...points, size];
  const sizes = ends.map((end, k) => end - (ends[k - 1] ?? 0));
  if (sizes.some((each) => each < 1))
    layer.invalid(`its slice points ${points.join(', ')} do not lie in order within ${size}`);
  return sizes;
}

/** From where to where an axis is kept. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly size: number;
}

function cut(layer: Layer, x: Value, cuts: readonly Cut[], onnx: OnnxBuilder): Value {
  for (const { axis, start, size } of cuts) {
    const whole = layer.size(x, axis);
    if (start < 0 || start + size > whole) layer.invalid(`it cuts ${size} from ${start} on of an axis of ${whole}`);
  }
  if (cuts.length === 0) return x;
  const list = (of: (each: Cut) => number) => onnx.ints(cuts.map(of));
  const [starts, ends] = [list(({ start }) => start), list(({ start, size }) => start + size)];
  return onnx.Slice(
    x,
    starts,
    ends,
    list(({ axis }) => axis),
  );
}

/** The part of the first bottom that has the sizes of the second from `axis` on. */
function croppedLike(layer: Layer, onnx: OnnxBuilder): Value {
  const [x, reference] = [layer.bottom(), layer.bottom(1)];
  const [dims, like] = [layer.dims(x), layer.dims(reference)];
  const offsets = layer.numbers('crop_param.offset');
  const words = { rank: dims.length, axis: layer.number('crop_param.axis', 2), offsets };
  const places =
    cropPlaces(layer.backend.base, words) ??
    layer.invalid(
      `${layer.backend.title} cuts no ${words.rank} axes from ${words.axis} on by ${offsets.length} offsets`,
    );
  const cuts = range(dims.length - places.first, places.first).flatMap((k): Cut[] => {
    const start = places.starts[k] ?? 0;
    return start === 0 && sameDim(dims[k], like[k]) ? [] : [{ axis: k, start, size: layer.size(reference, k) }];
  });
  return cut(layer, x, cuts, onnx);
}

/** The middle of an image, as NART's schema says it: `crop_h` by `crop_w`, moved by the offsets. */
function croppedToMiddle(layer: Layer, onnx: OnnxBuilder): Value {
  const x = layer.bottom();
  if (layer.text('crop_param.type') === 'RANDOM') layer.refuse('crop_param.type', 'it cuts at random');
  const along = (axis: number, name: 'h' | 'w'): Cut => {
    const size = layer.number(`crop_param.crop_${name}`, 0);
    if (size === 0) layer.invalid(`it has no second bottom and no crop_${name}`);
    const middle = Math.floor((layer.size(x, axis) - size) / 2);
    return { axis, start: middle + layer.number(`crop_param.offset_${name}`, 0), size };
  };
  return cut(layer, x, [along(2, 'h'), along(3, 'w')], onnx);
}

/** What is dropped in training is made up for there. */
const dropout = ofOne((x, layer, onnx) => {
  const ratio = layer.number('dropout_param.dropout_ratio', 0.5);
  layer.number('dropout_param.random_seed');
  return layer.flag('dropout_param.scale_train', true) ? x : onnx.Mul(x, onnx.like(x, 1 - ratio));
});

export const movement: LayerRules = {
  Concat(layer, onnx) {
    const axis = axisUnderTwoNames(layer, 'concat_param', 'concat_dim');
    return layer.bottoms.length === 1 ? layer.bottom() : onnx.Concat(...layer.bottoms, { axis });
  },

  Crop: (layer, onnx) => (layer.bottoms.length > 1 ? croppedLike(layer, onnx) : croppedToMiddle(layer, onnx)),

  Dropout: dropout,

  Silence(layer) {
    if (layer.bottoms.length === 0) layer.invalid('it has no bottoms');
    return [];
  },

  Slice(layer, onnx) {
    const x = layer.bottom();
    const axis = axisUnderTwoNames(layer, 'slice_param', 'slice_dim');
    if (layer.tops === 1 && layer.numbers('slice_param.slice_point').length === 0) return x;
    const sizes = pieces(layer, layer.size(x, axis));
    return onnx.many('Split', [x, onnx.ints(sizes)], { axis }, layer.tops);
  },

  Split: (layer) => layer.node.outputs.map(() => layer.bottom()),

  Tile(layer, onnx) {
    const x = layer.bottom();
    const axis = layer.axis('tile_param.axis', layer.rank(x), 1);
    const tiles = layer.number('tile_param.tiles', 0);
    if (tiles < 1) layer.invalid('it does not say how many tiles');
    return tiles === 1 ? x : onnx.Tile(x, onnx.ints(layer.dims(x).map((_, k) => (k === axis ? tiles : 1))));
  },
};

const tengine: LayerRules = {
  // OAID/Tengine, source/operator/prototype/crop.c: crop_h and crop_w are MXNet's.
  Crop: (layer, onnx) =>
    layer.bottoms.length > 1 ? croppedLike(layer, onnx) : layer.invalid('Tengine cuts to the sizes of a second bottom'),
  // OAID/Tengine, tools/convert_tool/caffe/caffe2tengine.cpp hands `index` on as a list that has no length.
  Tile: (layer) => layer.refuse('tile_param.index', 'the framework does not say which axis it repeats'),
};

/**
 * alexgkendall/caffe-segnet, src/caffe/layers/dropout_layer.cpp: with `sample_weights_test` elements are dropped when the network runs
 * too, with the odds of training, which is what an ONNX Dropout does that trains. Which ones, no two runs agree on.
 */
const sampled: LayerRule = (layer, onnx) => {
  if (!layer.flag('dropout_param.sample_weights_test')) return dropout(layer, onnx);
  const ratio = onnx.constant(layer.number('dropout_param.dropout_ratio', 0.5), 'float32');
  const reason = 'it drops elements at random when the network runs, so that no two runs give the same';
  layer.problems.push(problem('inexact', layer.node, { target: TARGET, reason }));
  return onnx.Dropout(layer.bottom(), ratio, onnx.constant(true));
};

export const movementOf: Readonly<Record<string, LayerRules>> = { segnet: { Dropout: sampled }, tengine };
