/**
 * What comes out of heat maps and of YOLO's grids: HeatMap2Coord (ModelTC/NART, art/modules/default/src/op/heatmap2coord.c),
 * RegionYolo (opencv/dldt, ngraph reference region_yolo.hpp).
 */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

/** A quarter towards the larger of the neighbours before and behind, where there are two. */
function quarters(x: Value, at: Value, place: Value, step: number, size: number, onnx: OnnxBuilder): Value {
  const last = Number(x.shape?.[2]) - 1;
  const beside = (by: number) => {
    const found = onnx.Add(at, onnx.constant(BigInt(by)));
    const within = onnx.Min(onnx.Max(found, onnx.constant(0n)), onnx.constant(BigInt(last)));
    return onnx.GatherElements(x, within, { axis: 2 });
  };
  const towards = onnx.Mul(onnx.Sign(onnx.Sub(beside(step), beside(-step))), onnx.constant(0.25));
  const between = onnx.And(onnx.Greater(place, onnx.constant(0n)), onnx.Less(place, onnx.constant(BigInt(size - 1))));
  return onnx.Where(between, towards, onnx.constant(0, 'float32'));
}

/** Axes as one, from `axis` to `end_axis`. */
function flattened(layer: Layer, x: Value, onnx: OnnxBuilder): Value {
  const sizes = layer.sizes(x);
  const start = layer.axis('flatten_param.axis', sizes.length, 1);
  const end = layer.axis('flatten_param.end_axis', sizes.length, -1);
  const middle = sizes.slice(start, end + 1).reduce((a, b) => a * b, 1);
  return onnx.reshape(x, [...sizes.slice(0, start), middle, ...sizes.slice(end + 1)]);
}

export const yolo: LayerRules = {
  /** x, y and score of the greatest element of each map, in a picture of given size. */
  HeatMap2Coord(layer, onnx) {
    const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(layer.bottom());
    const picture = { x: layer.number('heatmap_param.coord_w', 0), y: layer.number('heatmap_param.coord_h', 0) };
    const x = onnx.reshape(layer.bottom(), [batch, channels, height * width]);
    const at = onnx.ArgMax(x, { axis: 2, keepdims: 1 });
    const [row, column] = [onnx.Div(at, onnx.constant(BigInt(width))), onnx.Mod(at, onnx.constant(BigInt(width)))];
    const repositions = layer.flag('heatmap_param.coord_reposition');
    const place = (whole: Value, step: number, size: number, length: number) => {
      const own = onnx.cast(whole, 'float32');
      const found = repositions ? onnx.Add(own, quarters(x, at, whole, step, size, onnx)) : own;
      const middle = onnx.Add(found, onnx.constant(0.5));
      return onnx.Div(onnx.Mul(middle, onnx.constant(length, 'float32')), onnx.constant(size, 'float32'));
    };
    const all = [
      place(column, 1, width, picture.x),
      place(row, width, height, picture.y),
      onnx.ReduceMax(x, onnx.ints([2]), { keepdims: 1 }),
    ];
    return onnx.reshape(onnx.Concat(...all, { axis: 2 }), [batch, channels * 3]);
  },

  RegionYolo(layer, onnx) {
    const value = (name: string, otherwise: number) => layer.number(`region_yolo_param.${name}`, otherwise);
    const [coordinates, classes, regions] = [value('coords', 4), value('classes', 20), value('num', 1)];
    const softmax = layer.flag('region_yolo_param.do_softmax', true);
    const mask = layer.numbers('region_yolo_param.mask');
    // What the boxes are measured by is for whoever reads them.
    layer.has('region_yolo_param.anchors');
    const count = softmax ? regions : mask.length;
    const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(layer.bottom());
    const entries = coordinates + classes + 1;
    if (channels !== count * entries) layer.invalid(`it has ${channels} channels for ${count} times ${entries}`);
    if (coordinates < 2) layer.invalid('it has fewer than two coordinates');
    const x = onnx.reshape(layer.bottom(), [batch, count, entries, height, width]);
    const parts = onnx.many('Split', [x, onnx.ints([2, coordinates - 2, 1, classes])], { axis: 2 }, 4);
    const [place, size, score, kinds] = parts as [Value, Value, Value, Value];
    const all = [
      onnx.Sigmoid(place),
      size,
      onnx.Sigmoid(score),
      softmax ? onnx.Softmax(kinds, { axis: 2 }) : onnx.Sigmoid(kinds),
    ];
    const y = onnx.reshape(onnx.Concat(...all, { axis: 2 }), [batch, channels, height, width]);
    return softmax ? flattened(layer, y, onnx) : y;
  },
};
