/**
 * What FlowNet brought, and OpenVINO reads: Resample (opencv/dldt at 9f7cf58, model-optimizer/extensions/front/caffe/resample_ext.py,
 * InterpolateNormalizer.py and InterpolateV1ToInterpolate.py, with Interpolate-4 of ngraph/core/reference); Accum and
 * DataAugmentation (lmb-freiburg/flownet2, src/caffe/layers/accum_layer.cpp, data_augmentation_layer.cpp and .cu).
 */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { both, checked, resized, type Size, sizeOf } from '../image-sizes.ts';
import type { Layer } from '../layer.ts';
import { type Mixture, mixed } from '../mixing.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

const RESAMPLE = 'resample_param';

/** A size, else a factor; or what another blob has. */
function resampledSize(layer: Layer, from: Size): Size {
  if (layer.bottoms.length > 1) return sizeOf(layer, layer.bottom(1));
  const given = (name: string) => layer.number(`${RESAMPLE}.${name}`);
  const [height, width] = [given('height'), given('width')];
  if (height !== undefined && width !== undefined) return [height, width];
  if (height !== undefined || width !== undefined) layer.invalid('it says one of height and width');
  const factor = layer.number(`${RESAMPLE}.factor`, 1);
  return both(from, (size) => Math.trunc(size * Math.fround(factor)));
}

/** Triangles around the place of each element, wider where it takes several; only what lies in the image counts. */
function triangles(from: number, to: number, by: number): Mixture {
  const scale = Math.fround(to / from);
  return Array.from({ length: to }, (_, k) => {
    const place = Math.fround((k + 0.5) / scale - 0.5);
    const all = Array.from(
      { length: from },
      (_, element) => [element, Math.max(0, 1 - Math.abs(by * (place - element)))] as const,
    );
    const some = all.filter(([, share]) => share > 0);
    const sum = some.reduce((total, [, share]) => total + share, 0);
    return some.map(([element, share]) => [element, share / sum] as const);
  });
}

const resample: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const from = sizeOf(layer, x);
  const to = checked(layer, resampledSize(layer, from));
  const smaller = to[0] < from[0] || to[1] < from[1];
  switch (layer.text(`${RESAMPLE}.type`, 'LINEAR')) {
    case 'NEAREST':
      return scaled(x, to, { mode: 'nearest', nearest_mode: 'round_prefer_floor' }, onnx);
    case 'CUBIC':
      return scaled(x, to, { mode: 'cubic', cubic_coeff_a: -0.75 }, onnx);
    case 'LINEAR': {
      const antialias = layer.flag(`${RESAMPLE}.antialias`, true) && smaller;
      if (!antialias) return resized(x, to, { mode: 'linear', keeps: 'half_pixel' }, onnx);
      const [down, right] = [0, 1].map((k) => {
        const [size = 1, wanted = 1] = [from[k], to[k]];
        return triangles(size, wanted, Math.fround(wanted / size));
      }) as [Mixture, Mixture];
      return mixed(layer, x, down, right, onnx);
    }
    default:
      return layer.refuse('resampling by areas', "OpenVINO's Interpolate has no such mode");
  }
};

function scaled(
  x: Value,
  to: Size,
  attributes: Parameters<OnnxBuilder['Resize']>[4] & object,
  onnx: OnnxBuilder,
): Value {
  const [batch, channels] = x.shape ?? [];
  const sizes = onnx.sizes([batch, channels, ...to]);
  return onnx.Resize(x, undefined, undefined, sizes, { coordinate_transformation_mode: 'half_pixel', ...attributes });
}

/** Each bottom as large as the largest, or larger, between its corners; one behind the other. */
const accum: LayerRule = (layer, onnx) => {
  const value = (name: string) => layer.number(`accum_param.${name}`, 0);
  const hasReference = layer.flag('accum_param.have_reference');
  const all = layer.bottoms;
  const from = all.map((x) => sizeOf(layer, x));
  const to = hasReference ? (from.at(-1) as Size) : accumulatedSize(layer, from, value);
  if (hasReference && all.length < 2) layer.invalid('it has a reference and nothing else');
  if (to.some((size) => size < 2)) layer.invalid('a size of 1 has no two corners');
  const parts = all
    .slice(0, hasReference ? -1 : all.length)
    .map((x) => resized(x, to, { mode: 'linear', keeps: 'align_corners' }, onnx));
  return parts.length === 1 ? (parts[0] as Value) : onnx.Concat(...parts, { axis: 1 });
};

function accumulatedSize(layer: Layer, from: readonly Size[], value: (name: string) => number): Size {
  const largest: Size = [Math.max(...from.map(([height]) => height)), Math.max(...from.map(([, width]) => width))];
  const divisor = value('size_divisible_by');
  const wanted: Size =
    layer.has('accum_param.size_divisible_by') && divisor > 0
      ? both(largest, (size) => Math.ceil(size / divisor) * divisor)
      : [value('top_height'), value('top_width')];
  return wanted[0] > largest[0] && wanted[1] > largest[1] ? wanted : largest;
}

const AUGMENTATION = 'augmentation_param';

/** The middle of the image, whose last element is a twentieth nearer than it is. */
function cropped(from: number, to: number): Mixture {
  return Array.from({ length: to }, (_, k) => {
    const place = Math.max(0, Math.min(k - to / 2 + from / 2, Math.fround(from - 1.05)));
    const element = Math.floor(place);
    return [[element, 1 - (place - element)], ...(place > element ? ([[element + 1, place - element]] as const) : [])];
  });
}

/** What is taken from every image; undefined where nothing is. */
function meanOf(layer: Layer, [height, width]: Size, channels: number, onnx: OnnxBuilder): Value | undefined {
  const perPixel = layer.flag(`${AUGMENTATION}.mean_per_pixel`, true);
  const recomputed = layer.number(`${AUGMENTATION}.recompute_mean`, 0);
  if (recomputed === 0) {
    const mean = layer.numbers(`${AUGMENTATION}.mean`);
    if (mean.length !== 3 || perPixel) return undefined;
    if (channels !== 3) layer.invalid(`it has means of 3 channels for ${channels}`);
    return layer.made('mean', [1, 3, 1, 1], () => Float32Array.from(mean));
  }
  const iterations = layer.tensor(0).numbers()[0] ?? 0;
  if (iterations + 1 <= recomputed)
    layer.refuse(
      'a mean of what it is given',
      `it has seen ${iterations} of ${recomputed} batches, and goes on counting`,
    );
  if (!perPixel) return layer.weight(2, [1, channels, 1, 1]);
  const mean = layer.tensor(1);
  if (mean.shape.slice(-2).join() === [height, width].join()) return layer.weight(1, [1, channels, height, width]);
  if (mean.count % channels !== 0) layer.invalid(`its mean has ${mean.count} numbers for ${channels} channels`);
  return onnx.reshape(
    onnx.ReduceMean(layer.weight(1, [channels, mean.count / channels]), onnx.ints([1]), { keepdims: 0 }),
    [1, channels, 1, 1],
  );
}

/** In a test: the middle of the image where it is cut, without the mean. */
const dataAugmentation: LayerRule = (layer, onnx) => {
  // What is random happens in training alone, or where it is asked for.
  for (const path of layer.node.attributes.keys()) if (path.startsWith(`${AUGMENTATION}.`)) layer.has(path);
  const x = layer.bottom();
  if (layer.tops > 1 || layer.bottoms.length > 1) layer.refuse('parameters of the augmentation', 'they are random');
  const from = sizeOf(layer, x);
  const crops = layer.has(`${AUGMENTATION}.crop_width`) && layer.has(`${AUGMENTATION}.crop_height`);
  if (crops && layer.flag(`${AUGMENTATION}.augment_during_test`))
    layer.refuse('augmentation in a test', 'it is random');
  const to: Size = crops
    ? [layer.number(`${AUGMENTATION}.crop_height`, 0), layer.number(`${AUGMENTATION}.crop_width`, 0)]
    : from;
  if (to[0] > from[0] || to[1] > from[1]) layer.invalid(`${to.join(' x ')} is larger than its bottom`);
  const y = crops ? mixed(layer, x, cropped(from[0], to[0]), cropped(from[1], to[1]), onnx) : x;
  const mean = meanOf(layer, checked(layer, to), layer.size(x, 1), onnx);
  return mean ? onnx.Sub(y, mean) : y;
};

export const flow: LayerRules = { Accum: accum, DataAugmentation: dataAugmentation, Resample: resample };
