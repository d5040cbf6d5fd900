/**
 * What FlowNet brought, and OpenVINO reads: Resample as its Model Optimizer makes Interpolate-4 of it (opencv/dldt at 9f7cf58,
 * ngraph/core/reference, interpolate.hpp); Accum and DataAugmentation of lmb-freiburg/flownet2, in a test.
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
  numbers,
  refusal,
  weights,
} from './blob.ts';
import { cornered, type Place, resampled, type Size, sizeOf } from './sampling.ts';

const f = Math.fround;

function resampledSize(call: LayerCall, from: Size): Size {
  const { node, bottoms } = call;
  if (bottoms[1]) return sizeOf(bottoms[1]);
  const given = (name: string) => number(node, `resample_param.${name}`, 0);
  if (given('height') > 0 && given('width') > 0) return [given('height'), given('width')];
  const factor = f(number(node, 'resample_param.factor', 1));
  return [Math.trunc(from[0] * factor), Math.trunc(from[1] * factor)];
}

/** Where the middle of an element lies in the old size. */
const middle = (k: number, from: number, to: number) => f((k + 0.5) / f(to / from) - 0.5);

/** Halves go down. */
const nearest =
  (from: number, to: number): Place =>
  (k) => {
    const place = middle(k, from, to);
    return [Math.max(0, Math.min(Math.ceil(place - 0.5), from - 1)), 0];
  };

/** Sums of weights over all elements, row by row and column by column: slow, and by the definition. */
function weighed(x: Blob, to: Size, weight: (axis: 0 | 1, k: number, element: number) => number): Blob {
  const from = sizeOf(x);
  const y = blobOf([...x.shape.slice(0, 2), ...to]);
  const area = from[0] * from[1];
  for (let at = 0; at < y.data.length; at++) {
    const [column, row] = [at % to[1], Math.floor(at / to[1]) % to[0]];
    const plane = Math.floor(at / to[1] / to[0]);
    let [sum, weights] = [0, 0];
    for (let p = 0; p < area; p++) {
      const w = weight(0, row, Math.floor(p / from[1])) * weight(1, column, p % from[1]);
      sum += w * (x.data[plane * area + p] ?? 0);
      weights += w;
    }
    // Narrow triangles may lie between all elements.
    y.data[at] = weights === 0 ? 0 : sum / weights;
  }
  return y;
}

function cubic(x: Blob, from: Size, to: Size): Blob {
  const a = -0.75;
  const share = (distance: number) => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
  };
  return weighed(x, to, (axis, k, element) => {
    const place = middle(k, from[axis], to[axis]);
    let sum = 0;
    // Elements beyond the border are those at it.
    for (let near = Math.floor(place) - 1; near <= Math.floor(place) + 2; near++) {
      if (Math.max(0, Math.min(near, from[axis] - 1)) === element) sum += share(place - near);
    }
    return sum;
  });
}

const resample: Layer = (call) => {
  const x = bottom(call);
  const from = sizeOf(x);
  const to = resampledSize(call, from);
  const type = call.node.string('resample_param.type') ?? 'LINEAR';
  if (type === 'NEAREST') return resampled(x, to, nearest(from[0], to[0]), nearest(from[1], to[1]));
  if (type === 'CUBIC') return cubic(x, from, to);
  if (type !== 'LINEAR') throw refusal(call, 'OpenVINO has no such mode');
  const widens = flag(call.node, 'resample_param.antialias', true) && (to[0] < from[0] || to[1] < from[1]);
  return weighed(x, to, (axis, k, element) => {
    const by = widens ? f(to[axis] / from[axis]) : 1;
    return Math.max(0, 1 - Math.abs(by * (middle(k, from[axis], to[axis]) - element)));
  });
};

const accum: Layer = (call) => {
  const { node, bottoms } = call;
  const value = (name: string) => number(node, `accum_param.${name}`, 0);
  const reference = flag(node, 'accum_param.have_reference', false);
  const sizes = bottoms.map(sizeOf);
  const largest: Size = [Math.max(...sizes.map(([h]) => h)), Math.max(...sizes.map(([, w]) => w))];
  const by = value('size_divisible_by');
  const up = (size: number) => Math.ceil(size / by) * by;
  const wanted: Size = by > 0 ? [up(largest[0]), up(largest[1])] : [value('top_height'), value('top_width')];
  const larger = wanted[0] > largest[0] && wanted[1] > largest[1] ? wanted : largest;
  const to = reference ? (sizes.at(-1) ?? larger) : larger;
  if (Math.min(...to) < 2) throw refusal(call, 'a size of 1 has no two corners');
  const parts = bottoms
    .slice(0, reference ? -1 : bottoms.length)
    .map((x) => resampled(x, to, cornered(sizeOf(x)[0], to[0]), cornered(sizeOf(x)[1], to[1])));
  const channels = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  const images = bottom(call).shape[0] ?? 1;
  const y = blobOf([images, channels, ...to]);
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (const { data } of parts) {
      const own = data.length / images;
      y.data.set(data.subarray(image * own, (image + 1) * own), at);
      at += own;
    }
  }
  return y;
};

const dataAugmentation: Layer = (call) => {
  const { node, bottoms, tops } = call;
  const has = (name: string) => isGiven(node, `augmentation_param.${name}`);
  const value = (name: string) => number(node, `augmentation_param.${name}`, 0);
  if (bottoms.length > 1 || tops > 1) throw refusal(call, 'its parameters are random');
  const x = bottom(call);
  const from = sizeOf(x);
  const crops = has('crop_width') && has('crop_height');
  if (crops && flag(node, 'augmentation_param.augment_during_test', false)) throw refusal(call, 'it is random');
  const to: Size = crops ? [value('crop_height'), value('crop_width')] : from;
  const inner =
    (axis: 0 | 1): Place =>
    (k) => {
      const place = Math.max(0, Math.min(f(k - to[axis] / 2 + from[axis] / 2), f(from[axis] - 1.05)));
      return [Math.floor(place), place - Math.floor(place)];
    };
  const y = crops ? resampled(x, to, inner(0), inner(1)) : blobOf(x.shape, x.data.slice());
  const mean = meanOf(call, y);
  const area = to[0] * to[1];
  const channels = x.shape[1] ?? 1;
  if (mean) {
    for (const [at, one] of y.data.entries()) {
      const channel = Math.floor(at / area) % channels;
      y.data[at] = one - (mean.length === channels ? (mean[channel] ?? 0) : (mean[at % (channels * area)] ?? 0));
    }
  }
  return y;
};

/** A number for each channel, or for each element of an image. */
function meanOf(call: LayerCall, { shape }: Blob): readonly number[] | undefined {
  const { node } = call;
  const perPixel = flag(node, 'augmentation_param.mean_per_pixel', true);
  const batches = number(node, 'augmentation_param.recompute_mean', 0);
  const [, channels = 1, height = 1, width = 1] = shape;
  if (batches === 0) {
    const mean = numbers(node, 'augmentation_param.mean');
    return mean.length === 3 && !perPixel ? mean : undefined;
  }
  if ((weights(call, 0).data[0] ?? 0) < batches) throw refusal(call, 'it still looks for its mean');
  if (!perPixel) return [...weights(call, 2).data];
  const { shape: sizes, data } = weights(call, 1);
  if (sizes.at(-2) === height && sizes.at(-1) === width) return [...data];
  const area = data.length / channels;
  return Array.from({ length: channels }, (_, channel) =>
    f(data.subarray(channel * area, (channel + 1) * area).reduce((a, b) => a + b, 0) / area),
  );
}

export const flowLayers: Readonly<Record<string, Layer>> = {
  Accum: accum,
  DataAugmentation: dataAugmentation,
  Resample: resample,
};
