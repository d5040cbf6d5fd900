/**
 * Pooling over regions [image, xmin, ymin, xmax, ymax]: rbgirshick/caffe-fast-rcnn, roi_pooling_layer.cpp, whose rounding is that
 * of MaxRoiPool; daijifeng001/caffe-rfcn, psroi_pooling_layer.cu; Cambricon/caffe, roi_align_layer.cpp; ModelTC/NART,
 * art/modules/cuda/src/op (roialignpooling.cu, podroialignpooling.cu, psroimaskpooling.cu).
 * What ONNX has no operator for is a Scan over the regions, so that no more than one of them is in memory.
 */
import { graph as graphAttribute, int } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { elementCount, isStatic } from '../../../ir/shape.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { roundAway } from '../rounding.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

/** [regions, 5]: there may be axes of 1 around it. */
function regionsOf(layer: Layer, onnx: OnnxBuilder): Value {
  if (layer.bottoms.length > 2) layer.refuse('a third bottom', 'it is not known what it does');
  if (layer.backend.base === 'ncnn') return onlyRegion(layer, onnx);
  const rois = layer.bottom(1);
  const sizes = layer.dims(rois);
  if (sizes.length === 2 && sizes[1] === 5) return rois;
  if (!sizes.includes(5)) layer.invalid('a region has five numbers');
  return onnx.reshape(rois, [-1, 5]);
}

/** ncnn reads four numbers (src/layer/roipooling.cpp, psroipooling.cpp), whatever comes behind them: [1, 5]. */
function onlyRegion(layer: Layer, onnx: OnnxBuilder): Value {
  const rois = layer.bottom(1);
  const sizes = layer.dims(rois);
  if (!isStatic(sizes) || elementCount(sizes) !== 4)
    layer.refuse('its regions', 'it pools one, and takes the first four numbers for it');
  return onnx.Pad(onnx.reshape(rois, [1, 4]), onnx.ints([0, 1, 0, 0]));
}

/** Of the corners that Tengine reads, [1, regions, 4] with an axis of 1 behind it perhaps: 0 in front of each. */
function ofFirstImage(layer: Layer, onnx: OnnxBuilder): Value {
  const rois = layer.bottom(1);
  if (layer.dims(rois)[2] !== 4) layer.invalid('a region has four numbers');
  return onnx.Pad(onnx.reshape(rois, [-1, 4]), onnx.ints([0, 1, 0, 0]));
}

/** The image of each region: [regions]. */
function imagesOf(regions: Value, onnx: OnnxBuilder): Value {
  return onnx.cast(onnx.squeeze(onnx.Gather(regions, onnx.ints([0]), { axis: 1 }), [1]), 'int64');
}

/** Columns of the regions: [regions, columns]. */
function columns(regions: Value, which: readonly number[], onnx: OnnxBuilder): Value {
  return onnx.Gather(regions, onnx.ints(which), { axis: 1 });
}

const roiPooling: LayerRule = (layer, onnx) => {
  const both = layer.number('roi_pooling_param.pooled_size', 0);
  const size = (name: string) => layer.number(`roi_pooling_param.${name}`, 0) || both;
  const pooled = [size('pooled_h'), size('pooled_w')];
  if (pooled.some((each) => each < 1)) layer.invalid('it has no bins');
  const spatial_scale = layer.number('roi_pooling_param.spatial_scale', 1);
  const regions = layer.backend.base === 'tengine' ? ofFirstImage(layer, onnx) : regionsOf(layer, onnx);
  return onnx.MaxRoiPool(layer.bottom(), regions, { pooled_shape: pooled, spatial_scale });
};

/** Points as Detectron has them: `count` each way in a bin, or about one for each element. */
function aligned(holder: string, count: string): LayerRule {
  return (layer, onnx) => {
    if (layer.number(`${holder}.roi_end_mode`, 0) !== 0)
      layer.refuse('roi_end_mode', 'it is not known where regions end then');
    const x = layer.bottom();
    if (layer.backend.base === 'ncnn') layer.refuse('aligned regions', 'ncnn has its points elsewhere');
    if (layer.backend.base === 'cambricon' && layer.size(x, 0) !== 1)
      layer.refuse('several images', 'Cambricon pools every region in each of them');
    const regions = regionsOf(layer, onnx);
    return onnx.RoiAlign(x, columns(regions, [1, 2, 3, 4], onnx), imagesOf(regions, onnx), {
      coordinate_transformation_mode: 'output_half_pixel',
      output_height: layer.number(`${holder}.pooled_h`, 0),
      output_width: layer.number(`${holder}.pooled_w`, 0),
      sampling_ratio: Math.max(layer.number(`${holder}.${count}`, 0), 0),
      spatial_scale: layer.number(`${holder}.spatial_scale`, 1),
    });
  };
}

/** What is computed for one region: its image, and more that is given for each. */
function forEach(
  layer: Layer,
  images: Value,
  more: readonly Value[],
  onnx: OnnxBuilder,
  one: (x: Value, more: readonly Value[], onnx: OnnxBuilder) => Value,
): Value {
  const body = new Graph('region');
  const image = body.addInput({ name: onnx.unique('image'), type: tensorType('int64', []) });
  const given = more.map((value, k) =>
    body.addInput({ name: onnx.unique(`of_region_${k}`), type: tensorType('float32', value.shape?.slice(1)) }),
  );
  const inner = onnx.within(body);
  body.addOutput(one(inner.Gather(layer.bottom(), image, { axis: 0 }), given, inner));
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(BigInt(1 + more.length))],
  ] as const;
  return onnx.node('', 'Scan', [images, ...more], attributes).output();
}

/** The mean of each bin, whose borders are whole elements; each bin has channels of its own. */
function positionSensitive(holder: string, enlarges: boolean): LayerRule {
  return (layer, onnx) => {
    const value = (name: string, otherwise: number) => layer.number(`${holder}.${name}`, otherwise);
    const [group, outputs, scale] = [value('group_size', 0), value('output_dim', 0), value('spatial_scale', 1)];
    const [channels, height, width] = [1, 2, 3].map((axis) => layer.size(layer.bottom(), axis)) as [
      number,
      number,
      number,
    ];
    if (channels !== outputs * group * group)
      layer.invalid(`it has ${channels} channels for ${outputs} times ${group} x ${group}`);
    const single = (number: number) => onnx.constant(number, 'float32');
    const regions = regionsOf(layer, onnx);
    const [first, last] = [columns(regions, [2, 1], onnx), columns(regions, [4, 3], onnx)];
    const [low, high] = enlarges ? enlarged(first, last, value('roi_scale', 1), onnx) : [first, last];
    const start = onnx.Mul(roundAway(low, onnx), single(scale));
    const end = onnx.Mul(onnx.Add(roundAway(high, onnx), single(1)), single(scale));
    const size = onnx.Max(onnx.Sub(end, start), single(0.1));
    const step = onnx.unsqueeze(onnx.Div(size, single(group)), [-1]);
    const border = (bin: number) => {
      const bins = onnx.constant(
        Array.from({ length: group }, (_, k) => k + bin),
        'float32',
      );
      return onnx.Add(onnx.Mul(bins, step), onnx.unsqueeze(start, [-1]));
    };
    const wider = enlarges ? value('bin_scale', 1) : 1;
    const more = wider === 1 ? undefined : onnx.Mul(onnx.Sub(onnx.Mul(step, single(wider)), step), single(0.5));
    const most = onnx.unsqueeze(onnx.constant([height, width], 'float32'), [-1]);
    const within = (x: Value) => onnx.Min(onnx.Max(x, single(0)), most);
    const from = within(onnx.Floor(more ? onnx.Sub(border(0), more) : border(0)));
    const to = within(onnx.Ceil(more ? onnx.Add(border(1), more) : border(1)));
    const axis = (x: Value, k: number) => onnx.squeeze(onnx.Gather(x, onnx.ints([k]), { axis: 1 }), [1]);
    const inside = (k: number, count: number) => {
      const places = onnx.constant(
        Array.from({ length: count }, (_, place) => place),
        'float32',
      );
      const begun = onnx.GreaterOrEqual(places, onnx.unsqueeze(axis(from, k), [-1]));
      const going = onnx.Less(places, onnx.unsqueeze(axis(to, k), [-1]));
      return onnx.cast(onnx.And(begun, going), 'float32');
    };
    const masks = [inside(0, height), inside(1, width)];
    return forEach(layer, imagesOf(regions, onnx), masks, onnx, (image, [rows, across], inner) => {
      if (!rows || !across) throw new Error('a region has two masks');
      const planes = inner.reshape(image, [outputs, group, group, height, width]);
      const summed = inner.ReduceSum(inner.Mul(planes, inner.unsqueeze(across, [1])), inner.ints([4]), { keepdims: 0 });
      const sums = inner.ReduceSum(inner.Mul(summed, inner.unsqueeze(rows, [1])), inner.ints([3]), { keepdims: 0 });
      const counts = (mask: Value) => inner.ReduceSum(mask, inner.ints([1]), { keepdims: 1 });
      const area = inner.Mul(counts(rows), inner.transpose(counts(across), [1, 0]));
      // A bin outside of the image has a sum of 0.
      return inner.Div(sums, inner.Max(area, inner.constant(1, 'float32')));
    });
  };
}

/** Around their middle. */
function enlarged(first: Value, last: Value, by: number, onnx: OnnxBuilder): readonly [Value, Value] {
  const half = onnx.constant(0.5);
  const middle = onnx.Mul(onnx.Add(first, last), half);
  const reach = onnx.Mul(onnx.Mul(onnx.Sub(last, first), onnx.constant(by, 'float32')), half);
  return [onnx.Sub(middle, reach), onnx.Add(middle, reach)];
}

/**
 * The largest of points within each bin, each between the elements around it. What lies between is a product of matrices: how
 * much of each row, and of each column, there is in a point.
 */
const roiAlignPooling: LayerRule = (layer, onnx) => {
  const holder = 'roi_align_pooling_param';
  const value = (name: string, otherwise: number) => layer.number(`${holder}.${name}`, otherwise);
  const [scale, samples] = [value('spatial_scale', 1), value('sample_num', 1)];
  const [bins, sizes] = [
    [value('pooled_h', 0), value('pooled_w', 0)] as const,
    [layer.size(layer.bottom(), 2), layer.size(layer.bottom(), 3)] as const,
  ];
  if (bins.some((each) => each < 1) || samples < 1) layer.invalid('it has no bins, or no points in them');
  const single = (number: number) => onnx.constant(number, 'float32');
  const regions = regionsOf(layer, onnx);
  /** How much of each element there is in each point, and which points count: [regions, points, size], [regions, points]. */
  const points = (axis: 0 | 1) => {
    const [first, last] = axis === 0 ? [2, 4] : [1, 3];
    const start = onnx.Mul(columns(regions, [first], onnx), single(scale));
    const end = onnx.Mul(onnx.Add(columns(regions, [last], onnx), single(1)), single(scale));
    const step = onnx.Div(onnx.Max(onnx.Sub(end, start), single(1)), single(bins[axis]));
    const border = (bin: number) => {
      const all = onnx.constant(
        Array.from({ length: bins[axis] }, (_, k) => k + bin),
        'float32',
      );
      const place = onnx.Add(onnx.Mul(all, step), start);
      return onnx.unsqueeze(onnx.Min(onnx.Max(place, single(0)), single(sizes[axis] - 1)), [-1]);
    };
    const distance = onnx.unsqueeze(onnx.Div(step, single(samples + 1)), [-1]);
    const steps = onnx.constant(
      Array.from({ length: samples }, (_, k) => k + 1),
      'float32',
    );
    const places = onnx.Add(border(0), onnx.Mul(steps, distance));
    const count = onnx.cast(onnx.Less(places, border(1)), 'float32');
    const flat = onnx.unsqueeze(onnx.reshape(places, [-1, bins[axis] * samples]), [-1]);
    const elements = onnx.constant(
      Array.from({ length: sizes[axis] }, (_, k) => k),
      'float32',
    );
    const shares = onnx.Relu(onnx.Sub(single(1), onnx.Abs(onnx.Sub(flat, elements))));
    return [shares, onnx.reshape(count, [-1, bins[axis] * samples])] as const;
  };
  const [down, right] = [points(0), points(1)];
  return forEach(layer, imagesOf(regions, onnx), [...down, ...right], onnx, (image, given, inner) => {
    const [rows, rowsCount, across, acrossCount] = given;
    if (!rows || !rowsCount || !across || !acrossCount) throw new Error('a region has four matrices');
    const values = inner.MatMul(inner.MatMul(rows, image), inner.transpose(across, [1, 0]));
    const counts = inner.Greater(
      inner.Mul(inner.unsqueeze(rowsCount, [1]), inner.unsqueeze(acrossCount, [0])),
      inner.constant(0.5),
    );
    const none = inner.constant(Number.NEGATIVE_INFINITY, 'float32');
    const shape = [layer.size(layer.bottom(), 1), bins[0], samples, bins[1], samples];
    const only = inner.reshape(inner.Where(counts, values, none), shape);
    const most = inner.ReduceMax(only, inner.ints([2, 4]), { keepdims: 0 });
    // A bin without points is 0.
    return inner.Where(inner.Greater(most, none), most, inner.constant(0, 'float32'));
  });
};

export const regions: LayerRules = {
  PODROIAlignPooling: aligned('podroi_align_pooling_param', 'sample_num'),
  PSROIMaskPooling: positionSensitive('psroi_mask_pooling_param', true),
  PSROIPooling: positionSensitive('psroi_pooling_param', false),
  ROIAlign: aligned('roi_align_param', 'sampling_ratio'),
  ROIAlignPooling: roiAlignPooling,
  ROIPooling: roiPooling,
};
