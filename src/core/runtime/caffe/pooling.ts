/** Pooling of images of one to three axes, and SPP, by the rules of BVLC/caffe and those of the dialects that differ. */
import { type Blob, blobOf, bottom, flag, type Layer, type LayerCall, number, product, refusal } from './blob.ts';
import { type Geometry, geometryOf, imageAxes, imageShape, spaceOf, type Triple } from './geometry.ts';

/**
 * The most, or the average, of each window (BVLC/caffe src/caffe/layers/pooling_layer.cpp; intel/caffe has three axes too).
 * A second top says where in its channel each greatest element is. STOCHASTIC at test time is the mean weighted by the
 * elements themselves (pooling_layer.cu).
 */
const pooling =
  (...holders: readonly string[]): Layer =>
  (call) => {
    const { node } = call;
    const x = bottom(call);
    const holder =
      holders.find((each) => [...node.attributes.keys()].some((path) => path.startsWith(`${each}.`))) ?? '';
    const where = { call, holder, axes: imageAxes(call, x) };
    const space = spaceOf(x);
    const wholeImage = flag(node, `${holder}.global_pooling`, false);
    const given = wholeImage ? globally(geometryOf(where, space)) : geometryOf(where);
    const fits = call.means.pooling.kernelFits && node.op === 'Pooling';
    const geometry = fits ? { ...given, kernel: fitting(given, space) } : given;
    const method = node.string(`${holder}.pool`, 'MAX');
    check(call, geometry, method);
    return pool(call, x, { ...geometry, method, windows: windowsOf(call, holder, space, geometry) }, holder);
  };

/** What frameworks do not take. */
function check(call: LayerCall, { kernel, pad }: Geometry, method: string): void {
  const padded = pad.some((size) => size > 0);
  if (padded && method === 'STOCHASTIC') throw refusal(call, 'pad goes with MAX and AVE alone');
  if (padded && !call.means.pooling.padsDepth && call.node.op === 'Pooling3D')
    throw refusal(call, 'its framework does not pad images of three axes alike');
  if (call.means.pooling.clips !== 'never' && pad.some((size, k) => size > 0 && size >= (kernel[k] ?? 0)))
    throw refusal(call, 'its pad is as large as its kernel');
}

/** BVLC wants no pad with global_pooling; strides change nothing. */
function globally(geometry: Geometry): Geometry {
  return { ...geometry, pad: [0, 0, 0], stride: [1, 1, 1] };
}

function fitting({ kernel, pad }: Geometry, space: Triple): Triple {
  const fitted = (axis: 0 | 1 | 2) => Math.min(kernel[axis], space[axis] + 2 * pad[axis]);
  return [fitted(0), fitted(1), fitted(2)];
}

/** How many windows there are along each axis. */
function windowsOf(call: LayerCall, holder: string, space: Triple, geometry: Geometry): Triple {
  const { kernel, stride, pad } = geometry;
  const rounded = roundedSteps(call, holder, space, geometry);
  const clips = clippedAxes(call, geometry);
  const along = (axis: 0 | 1 | 2) => {
    const count = rounded((space[axis] + 2 * pad[axis] - kernel[axis]) / stride[axis], axis) + 1;
    // The last window must begin within the image or the padding before it.
    return clips(axis) && (count - 1) * stride[axis] >= space[axis] + pad[axis] ? count - 1 : count;
  };
  const counts: Triple = [along(0), along(1), along(2)];
  if (counts.some((count) => count < 1)) throw refusal(call, 'its kernel is larger than the padded image');
  return counts;
}

/** Steps from the first window to the last. */
function roundedSteps({ node, means }: LayerCall, holder: string, space: Triple, { kernel, stride, pad }: Geometry) {
  const rule = means.pooling.windows;
  const all = kernel.every((size, axis) => size === space[axis]) && pad.every((size) => size === 0);
  if (rule === 'whole steps' && !all)
    // As division of whole numbers goes, towards 0: (rest - 1) / stride, and one more.
    return (steps: number, axis: 0 | 1 | 2) => 1 + Math.trunc(Math.round(steps * stride[axis] - 1) / stride[axis]);
  const down = node.string(`${holder}.round_mode`) === 'FLOOR' || !flag(node, `${holder}.ceil_mode`, true);
  const volumes = means.pooling.volumesDown && node.op === 'Pooling3D';
  return volumes || (rule === 'by field' && down) ? Math.floor : Math.ceil;
}

function clippedAxes(call: LayerCall, { kernel, pad }: Geometry): (axis: 0 | 1 | 2) => boolean {
  const rule = call.means.pooling.clips;
  if (rule === 'along padded axes') return (axis) => pad[axis] > 0;
  const padded = pad.some((size) => size > 0);
  const flat = bottom(call).shape.length === 4;
  const single = rule === 'where padded or of one element' && flat && kernel.slice(1).includes(1);
  return () => rule !== 'never' && (padded || single);
}

interface Pooling extends Geometry {
  readonly method: string;
  readonly windows: Triple;
}

function pool(call: LayerCall, x: Blob, by: Pooling, holder: string): Blob | readonly Blob[] {
  const space = spaceOf(x);
  const [images = 1, channels = 1] = x.shape;
  const shape = imageShape(x, channels, by.windows);
  const [y, mask] = [blobOf(shape), blobOf(shape)];
  const summary = summaryFor(call, by.method);
  const windows = windowsAt(by, space, countsPadding(call, holder));
  const area = product(space);
  for (let plane = 0; plane < images * channels; plane++) {
    const data = x.data.subarray(plane * area, (plane + 1) * area);
    windows.forEach((window, k) => {
      const { value, place } = summary(data, window);
      y.data[plane * windows.length + k] = value;
      mask.data[plane * windows.length + k] = place;
    });
  }
  return call.tops > 1 ? [y, mask] : y;
}

/** One window along one axis: from where to where it takes elements, and how far it reaches with the padding. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly reach: number;
}

/** One window: the places of its elements within their channel, in order, and what an average is divided by. */
interface Window {
  readonly places: readonly number[];
  readonly count: number;
}

function windowsAt(by: Pooling, space: Triple, padded: boolean): readonly Window[] {
  const [depths, heights, widths] = [spansAlong(by, space, 0), spansAlong(by, space, 1), spansAlong(by, space, 2)];
  const size = ({ from, to, reach }: Span) => (padded ? reach : Math.max(to - from, 0));
  return depths.flatMap((d) =>
    heights.flatMap((h) =>
      widths.map((w) => ({ places: placesOf(space, d, h, w), count: size(d) * size(h) * size(w) })),
    ),
  );
}

function spansAlong({ kernel, stride, pad, windows }: Pooling, space: Triple, axis: 0 | 1 | 2): Span[] {
  return Array.from({ length: windows[axis] }, (_, k) => {
    const start = k * stride[axis] - pad[axis];
    const end = Math.min(start + kernel[axis], space[axis] + pad[axis]);
    return { from: Math.max(start, 0), to: Math.min(end, space[axis]), reach: end - start };
  });
}

function placesOf([, height, width]: Triple, d: Span, h: Span, w: Span): number[] {
  const places: number[] = [];
  for (let z = d.from; z < d.to; z++) {
    for (let y = h.from; y < h.to; y++) {
      for (let x = w.from; x < w.to; x++) places.push((z * height + y) * width + x);
    }
  }
  return places;
}

function countsPadding({ node, means }: LayerCall, holder: string): boolean {
  const { divisor } = means.pooling;
  if (divisor !== 'as avg_include_pad says') return divisor === 'window';
  // Only the engines of MKL read the field; Caffe's own counts what it always counts.
  const engine = `${node.string(`${holder}.engine`, '')} ${node.string('engine', '')}`;
  return !engine.includes('MKL') || flag(node, `${holder}.avg_include_pad`, true);
}

type Summary = (data: Float32Array, window: Window) => { readonly value: number; readonly place: number };

const LOWEST = -3.4028234663852886e38;

const SUMMARIES: Readonly<Record<string, Summary>> = {
  /** The first of the greatest; a window of nothing gives the lowest number, and -1. */
  MAX: (data, { places }) => {
    let [value, place] = [LOWEST, -1];
    for (const k of places) {
      const element = data[k] ?? 0;
      if (element > value) [value, place] = [element, k];
    }
    return { value, place };
  },
  AVE: (data, { places, count }) => {
    let sum = 0;
    for (const k of places) sum += data[k] ?? 0;
    return { value: sum / count, place: -1 };
  },
  STOCHASTIC: (data, { places }) => {
    let [sum, squares] = [0, 0];
    for (const k of places) {
      const element = data[k] ?? 0;
      sum += element;
      squares += element * element;
    }
    return { value: sum > 0 ? squares / sum : 0, place: -1 };
  },
};

function summaryFor(call: LayerCall, method: string): Summary {
  const found = Object.hasOwn(SUMMARIES, method) ? SUMMARIES[method] : undefined;
  if (!found) throw refusal(call, `pooling by ${method} is not known`);
  if (call.tops > 1 && method !== 'MAX') throw refusal(call, 'only the greatest of a window have places');
  return found;
}

/**
 * Pooling by 1, 2, 4, ... windows along each axis, flattened and put behind each other; one level stays an image
 * (BVLC/caffe src/caffe/layers/spp_layer.cpp).
 */
const pyramid: Layer = (call) => {
  const { node } = call;
  const x = bottom(call);
  if (x.shape.length !== 4) throw refusal(call, `it takes a blob of four axes, not ${x.shape.length}`);
  const [images = 1] = x.shape;
  const [, height, width] = spaceOf(x);
  const method = node.string('spp_param.pool', 'MAX');
  const levels = Array.from({ length: number(node, 'spp_param.pyramid_height', 0) }, (_, level) => {
    const bins = 2 ** level;
    const along = (size: number) => {
      const kernel = Math.ceil(size / bins);
      return { kernel, pad: Math.floor((kernel * bins - size + 1) / 2) };
    };
    const [h, w] = [along(height), along(width)];
    const kernel: Triple = [1, h.kernel, w.kernel];
    const by = { kernel, stride: kernel, pad: [0, h.pad, w.pad], dilation: [1, 1, 1] } as const;
    const windows = windowsOf(call, 'spp_param', [1, height, width], by);
    const [top = blobOf([])] = [pool({ ...call, tops: 1 }, x, { ...by, method, windows }, 'spp_param')].flat();
    return top;
  });
  const [whole] = levels;
  if (whole && levels.length === 1) return whole;
  const y = blobOf([images, levels.reduce((sum, { data }) => sum + data.length / images, 0)]);
  let at = 0;
  for (let n = 0; n < images; n++) {
    for (const { data } of levels) {
      const size = data.length / images;
      y.data.set(data.subarray(n * size, (n + 1) * size), at);
      at += size;
    }
  }
  return y;
};

export const poolingLayers: Readonly<Record<string, Layer>> = {
  Pool3d: pooling('pooling3d_param', 'maxpooling3d_param', 'avepooling3d_param'),
  Pooling: pooling('pooling_param'),
  Pooling3D: pooling('pooling3d_param'),
  Pooling3d: pooling('pooling3d_param', 'maxpooling3d_param', 'avepooling3d_param'),
  SPP: pyramid,
};
