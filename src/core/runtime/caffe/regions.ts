/**
 * Pooling over regions [image, xmin, ymin, xmax, ymax]: rbgirshick/caffe-fast-rcnn, roi_pooling_layer.cpp;
 * daijifeng001/caffe-rfcn, psroi_pooling_layer.cu; Cambricon/caffe, roi_align_layer.cpp; ModelTC/NART,
 * art/modules/cuda/src/op (roialignpooling.cu, podroialignpooling.cu, psroimaskpooling.cu).
 */
import { between } from './bilinear.ts';
import { type Blob, blobOf, bottom, isGiven, type Layer, type LayerCall, number, refusal } from './blob.ts';

const f = Math.fround;

/** As C rounds: halves away from zero. */
function round(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + (Math.abs(value) % 1 >= 0.5 ? 0.5 : 0));
}

interface Region {
  readonly image: number;
  readonly corners: readonly [xmin: number, ymin: number, xmax: number, ymax: number];
}

function regionsOf(call: LayerCall): readonly Region[] {
  const { shape, data } = bottom(call, 1);
  if (call.bottoms.length > 2) throw refusal(call, 'it is not known what its third bottom does');
  if (call.node.op === 'ROIPooling' && call.means.regions === 'corners') return ofFirstImage(call, shape, data);
  if (call.means.regions === 'corners of one') return [onlyRegion(call, data)];
  // [regions, 5], with axes of 1 around it.
  const count = data.length / 5;
  if (!shape.includes(5)) throw refusal(call, 'a region has five numbers');
  return Array.from({ length: count }, (_, k) => {
    const [image = 0, xmin = 0, ymin = 0, xmax = 0, ymax = 0] = data.subarray(k * 5);
    return { image: Math.trunc(image), corners: [xmin, ymin, xmax, ymax] };
  });
}

/** [1, regions, 4], perhaps with an axis of 1 behind it: OAID/Tengine source/device/cpu/op/roipooling/roipooling_ref.c. */
function ofFirstImage(call: LayerCall, shape: readonly number[], data: Float32Array): readonly Region[] {
  if (shape[2] !== 4) throw refusal(call, 'a region has four numbers');
  return Array.from({ length: shape[1] ?? 0 }, (_, k) => {
    const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = data.subarray(k * 4);
    return { image: 0, corners: [xmin, ymin, xmax, ymax] };
  });
}

/** Tencent/ncnn src/layer/roipooling.cpp and psroipooling.cpp read four numbers, whatever comes behind them. */
function onlyRegion(call: LayerCall, data: Float32Array): Region {
  if (data.length !== 4) throw refusal(call, 'one region is pooled, of four numbers');
  const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = data;
  return { image: 0, corners: [xmin, ymin, xmax, ymax] };
}

/** Where a bin begins and ends along one axis, in whole elements: from `from` up to, not with, `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** One value for each region, channel of the result and bin. */
function pooled(
  call: LayerCall,
  channels: number,
  bins: readonly [rows: number, columns: number],
  one: (x: Blob, region: Region, channel: number, row: number, column: number) => number,
): Blob {
  const x = bottom(call);
  const regions = regionsOf(call);
  const [rows, columns] = bins;
  const y = blobOf([regions.length, channels, rows, columns]);
  let at = 0;
  for (const region of regions) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) y.data[at++] = one(x, region, channel, row, column);
      }
    }
  }
  return y;
}

/** The elements of a channel of an image within a bin. */
function elements({ shape, data }: Blob, image: number, channel: number, rows: Span, columns: Span): number[] {
  const [, channels = 1, height = 1, width = 1] = shape;
  const found: number[] = [];
  for (let row = rows.from; row < rows.to; row++) {
    const start = ((image * channels + channel) * height + row) * width;
    found.push(...data.subarray(start + columns.from, start + columns.to));
  }
  return found;
}

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size);
}

/** The largest element of each bin, 0 where there is none. */
const roiPooling: Layer = (call) => {
  const { node } = call;
  if (isGiven(node, 'roi_pooling_param.spatial_scale_h') || isGiven(node, 'roi_pooling_param.spatial_scale_w')) {
    throw refusal(call, 'it has scales of their own for height and width');
  }
  const scale = f(number(node, 'roi_pooling_param.spatial_scale', call.means.regionScale));
  const both = number(node, 'roi_pooling_param.pooled_size', 0);
  const bins = [
    number(node, 'roi_pooling_param.pooled_h', both),
    number(node, 'roi_pooling_param.pooled_w', both),
  ] as const;
  const span = (first: number, last: number, bin: number, count: number, size: number): Span => {
    const start = round(f(first * scale));
    const width = f(Math.max(round(f(last * scale)) - start + 1, 1) / count);
    return {
      from: within(Math.floor(f(bin * width)) + start, size),
      to: within(Math.ceil(f((bin + 1) * width)) + start, size),
    };
  };
  const [, channels = 1, height = 1, width = 1] = bottom(call).shape;
  return pooled(call, channels, bins, (x, { image, corners }, channel, row, column) => {
    const rows = span(corners[1], corners[3], row, bins[0], height);
    const columns = span(corners[0], corners[2], column, bins[1], width);
    if (rows.to <= rows.from || columns.to <= columns.from) return 0;
    return elements(x, image, channel, rows, columns).reduce((a, b) => Math.max(a, b));
  });
};

/** The mean of each bin; each bin has channels of its own. Regions may be enlarged around their middle, and bins too. */
function positionSensitive(holder: string, enlarges: boolean): Layer {
  return (call) => {
    const { node } = call;
    const value = (name: string, otherwise: number) => f(number(node, `${holder}.${name}`, otherwise));
    const [group, outputs, scale] = [value('group_size', 0), value('output_dim', 0), value('spatial_scale', 1)];
    const [larger, wider] = [value('roi_scale', 1), value('bin_scale', 1)];
    const [, , height = 1, width = 1] = bottom(call).shape;
    const span = (first: number, last: number, bin: number, size: number): Span => {
      const half = f(f(f(last - first) * larger) * 0.5);
      const middle = f(f(first + last) * 0.5);
      const [low, high] = enlarges ? [f(middle - half), f(middle + half)] : [first, last];
      const start = f(round(low) * scale);
      const step = f(Math.max(f(f((round(high) + 1) * scale) - start), f(0.1)) / group);
      const more = f(f(f(step * wider) - step) * 0.5);
      return {
        from: within(Math.floor(f(f(f(bin * step) + start) - more)), size),
        to: within(Math.ceil(f(f(f((bin + 1) * step) + start) + more)), size),
      };
    };
    return pooled(call, outputs, [group, group], (x, { image, corners }, output, row, column) => {
      const channel = (output * group + row) * group + column;
      const rows = span(corners[1], corners[3], row, height);
      const columns = span(corners[0], corners[2], column, width);
      if (rows.to <= rows.from || columns.to <= columns.from) return 0;
      const all = elements(x, image, channel, rows, columns);
      return all.reduce((a, b) => a + b) / all.length;
    });
  };
}

/** Between the elements around a point, 0 where the point lies outside of the image by more than a margin. */
function near(x: Blob, image: number, channel: number, row: number, column: number, margin: number): number {
  const [, , height = 1, width = 1] = x.shape;
  if (row < -margin || row > height - 1 + margin || column < -margin || column > width - 1 + margin) return 0;
  return between(x, image, channel, row, column);
}

function binsOf({ node }: LayerCall, holder: string): readonly [rows: number, columns: number] {
  return [number(node, `${holder}.pooled_h`, 0), number(node, `${holder}.pooled_w`, 0)];
}

/** The mean of points spread evenly over each bin; where their number is not said, about one for each element. */
function aligned(holder: string, samples: string): Layer {
  return (call) => {
    const { node } = call;
    if (number(node, `${holder}.roi_end_mode`, 0) !== 0 || !call.means.alignsRegions) {
      throw refusal(call, 'its framework has its points elsewhere');
    }
    const scale = f(number(node, `${holder}.spatial_scale`, 1));
    const bins = binsOf(call, holder);
    const given = number(node, `${holder}.${samples}`, holder === 'podroi_align_pooling_param' ? 1 : 0);
    const [, channels = 1] = bottom(call).shape;
    const points = (first: number, last: number, bin: number, count: number): readonly number[] => {
      const start = f(first * scale);
      const size = Math.max(f(f(last * scale) - start), 1);
      const step = f(size / count);
      const grid = given > 0 ? given : Math.ceil(f(size / count));
      return Array.from({ length: grid }, (_, k) => f(f(start + f(bin * step)) + f(f((k + 0.5) * step) / grid)));
    };
    return pooled(call, channels, bins, (x, { image, corners }, channel, row, column) => {
      const rows = points(corners[1], corners[3], row, bins[0]);
      const columns = points(corners[0], corners[2], column, bins[1]);
      const values = rows.flatMap((y) => columns.map((each) => near(x, image, channel, y, each, 1)));
      return values.reduce((a, b) => a + b, 0) / values.length;
    });
  };
}

/** The largest of points within each bin, away from its borders; bins end at the last element. */
const roiAlignPooling: Layer = (call) => {
  const holder = 'roi_align_pooling_param';
  const scale = f(number(call.node, `${holder}.spatial_scale`, 1));
  const bins = binsOf(call, holder);
  const samples = number(call.node, `${holder}.sample_num`, 1);
  const [, channels = 1, height = 1, width = 1] = bottom(call).shape;
  const points = (first: number, last: number, bin: number, count: number, size: number): readonly number[] => {
    const start = f(first * scale);
    const step = f(Math.max(f(f(f(last + 1) * scale) - start), 1) / count);
    const from = within(f(f(bin * step) + start), size - 1);
    const to = within(f(f((bin + 1) * step) + start), size - 1);
    const distance = f(step / (samples + 1));
    return Array.from({ length: samples }, (_, k) => f(from + f((k + 1) * distance))).filter((each) => each < to);
  };
  return pooled(call, channels, bins, (x, { image, corners }, channel, row, column) => {
    const rows = points(corners[1], corners[3], row, bins[0], height);
    const columns = points(corners[0], corners[2], column, bins[1], width);
    const values = rows.flatMap((y) => columns.map((each) => near(x, image, channel, y, each, 0.5)));
    return values.length === 0 ? 0 : values.reduce((a, b) => Math.max(a, b));
  });
};

export const regionLayers: Readonly<Record<string, Layer>> = {
  PODROIAlignPooling: aligned('podroi_align_pooling_param', 'sample_num'),
  PSROIMaskPooling: positionSensitive('psroi_mask_pooling_param', true),
  PSROIPooling: positionSensitive('psroi_pooling_param', false),
  ROIAlign: aligned('roi_align_param', 'sampling_ratio'),
  ROIAlignPooling: roiAlignPooling,
  ROIPooling: roiPooling,
};
