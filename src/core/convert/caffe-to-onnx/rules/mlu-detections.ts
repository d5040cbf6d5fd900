/**
 * What Cambricon's layers find in YOLO's grids, as their code for CPUs has it: Cambricon/caffe, src/caffe/layers/
 * detection_out_layer.cpp with include/caffe/util/bbox.hpp, yolov3_detection_layer.cpp. Of equal scores the first counts; std::sort
 * leaves more than 16 equals as it likes.
 */
import { graph as graphAttribute, int } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { gridOf, placesOf } from '../grids.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';
import { below, staying } from '../suppression.ts';

const framework = "Cambricon's Caffe";

/** Pairs of anchors from a list of numbers. */
function pairs(numbers: readonly number[], from: number, count: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, k) => numbers.slice(from + 2 * k, from + 2 * k + 2));
}

function topOf(x: Value, count: number, axis: number, onnx: OnnxBuilder): readonly [Value, Value] {
  const [values, places] = onnx.many('TopK', [x, onnx.ints([count])], { axis }, 2);
  if (!values || !places) throw new Error('TopK has two outputs');
  return [values, places];
}

/** YOLO 2: rows of image, class, score, middle and size, class by class, the best first; none where nothing is found. */
const detectionOut: LayerRule = (layer, onnx) => {
  const value = (name: string, otherwise: number) => layer.number(`detection_out_param.${name}`, otherwise);
  const [classes, boxes] = [value('num_classes', 20), value('num_box', 5)];
  const biases = layer.numbers('detection_out_param.biases');
  if (biases.length < boxes * 2) layer.invalid(`it has ${biases.length} biases for ${boxes} boxes`);
  const grid = gridOf(layer, 0, { boxes, classes, framework }, onnx);
  const { height, width } = grid;
  const side = value('side', 13);
  if (side !== height || side !== width) layer.invalid(`its side is ${side}, its bottom ${height} x ${width}`);
  const count = boxes * height * width;
  // Cell by cell, box by box.
  const rows = (x: Value, numbers: number) => onnx.reshape(onnx.transpose(x, [2, 0, 1]), [count, numbers]);
  const { middle, size } = placesOf(layer, grid, pairs(biases, 0, boxes), [width, height], onnx);
  const placed = rows(onnx.Concat(middle, size, { axis: 1 }), 4);
  const half = onnx.Mul(size, onnx.constant(0.5));
  const zero = onnx.constant(0, 'float32');
  const low = onnx.Max(onnx.Sub(middle, half), zero);
  const corners = rows(onnx.Concat(low, onnx.Min(onnx.Add(middle, half), onnx.constant(1, 'float32')), { axis: 1 }), 4);
  const least = value('confidence_threshold', 0.01);
  if (least < 0) layer.refuse('a threshold below 0', 'classes of no probability would count');
  const scores = onnx.Mul(onnx.Sigmoid(grid.object), onnx.Softmax(grid.classes, { axis: 1 }));
  const [best, places] = topOf(onnx.transpose(rows(scores, classes), [1, 0]), count, 1, onnx);
  const kept = staying(
    { boxes: onnx.Gather(corners, places, { axis: 0 }), scores: best, rows: classes, count },
    { threshold: below(value('nms_threshold', 0.45)), least, eta: 1, pixels: false, near: false },
    onnx,
  );
  const found = onnx.transpose(onnx.NonZero(kept), [1, 0]);
  const column = (x: Value) => onnx.unsqueeze(x, [1]);
  const label = onnx.cast(onnx.Gather(found, onnx.ints([0]), { axis: 1 }), 'float32');
  const place = onnx.GatherND(places, found);
  const table = onnx.Concat(label, column(onnx.GatherND(best, found)), onnx.Gather(placed, place, { axis: 0 }), {
    axis: 1,
  });
  // The number of the image before them.
  return onnx.unsqueeze(onnx.Pad(table, onnx.ints([0, 1, 0, 0])), [0, 2]);
};

/** Of one scale: middles and sizes in pixels [count, 4], the object [count, 1], classes [count, classes]; cell by cell. */
function scaleOf(layer: Layer, index: number, classes: number, onnx: OnnxBuilder) {
  const value = (name: string) => layer.number(`yolov3_param.${name}`, 0);
  const biases = layer.numbers('yolov3_param.biases');
  const grid = gridOf(layer, index, { boxes: 3, classes, framework }, onnx);
  const { height, width, boxes } = grid;
  const count = boxes * height * width;
  const stride = Math.trunc(value('im_w') / Math.sqrt(height * width));
  const rows = (x: Value, numbers: number) => onnx.reshape(onnx.transpose(x, [2, 0, 1]), [count, numbers]);
  const cells = layer.made('cells', [2, height * width], () =>
    Float32Array.from({ length: 2 * height * width }, (_, k) => {
      const cell = k % (height * width);
      return k < height * width ? cell % width : Math.floor(cell / width);
    }),
  );
  const anchors = onnx.constant(Tensor.of('float32', [boxes, 2, 1], biases.slice(6 * index, 6 * index + 6)));
  const middle = onnx.Mul(onnx.Add(onnx.Sigmoid(grid.place), cells), onnx.constant(stride, 'float32'));
  return {
    boxes: rows(onnx.Concat(middle, onnx.Mul(onnx.Exp(grid.size), anchors), { axis: 1 }), 4),
    object: rows(onnx.Sigmoid(grid.object), 1),
    classes: rows(onnx.Sigmoid(grid.classes), classes),
    count,
  };
}

/** The order in which boxes stand after they were sorted by each class in turn; equals keep the order that they had. */
function sortedByAll(scores: Value, classes: number, count: number, onnx: OnnxBuilder): Value {
  const body = new Graph('sort');
  const order = body.addInput({ name: onnx.unique('order'), type: tensorType('int64', [count]) });
  const one = body.addInput({ name: onnx.unique('scores'), type: tensorType('float32', [count]) });
  const inner = onnx.within(body);
  const [, places] = topOf(inner.Gather(one, order), count, 0, inner);
  body.addOutput(inner.Gather(order, places));
  const first = onnx.ints(Array.from({ length: count }, (_, k) => k));
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(1n)],
  ] as const;
  return onnx.node('', 'Scan', [first, onnx.reshape(scores, [classes, count])], attributes).outputs[0] as Value;
}

/**
 * YOLO 3: how many were found, 63 numbers of -1, then rows of image, class, score and corners in parts of the image, and -1 behind
 * them. Boxes stand as they do after they were sorted by the last class.
 */
const yolov3Detection: LayerRule = (layer, onnx) => {
  const value = (name: string) => layer.number(`yolov3_param.${name}`, 0);
  const classes = value('num_classes');
  const all = layer.bottoms;
  if (value('anchor_num') !== 3) layer.refuse(`${value('anchor_num')} anchors`, 'the framework takes three in turn');
  if (layer.numbers('yolov3_param.biases').length !== 6 * all.length) layer.invalid('it has not six biases a bottom');
  const scales = all.map((_, index) => scaleOf(layer, index, classes, onnx));
  const joined = (of: (scale: (typeof scales)[number]) => Value) =>
    scales.length === 1 ? of(scales[0] as (typeof scales)[number]) : onnx.Concat(...scales.map(of), { axis: 0 });
  const [placed, object] = [joined(({ boxes }) => boxes), joined((each) => each.object)];
  const count = scales.reduce((sum, each) => sum + each.count, 0);
  const least = value('confidence_threshold');
  if (least < 0) layer.refuse('a threshold below 0', 'what is left out would count');
  const limit = onnx.constant(least, 'float32');
  const products = onnx.Mul(
    object,
    joined((each) => each.classes),
  );
  // What is too little is 0; what is nowhere is below, since it is not sorted with the others.
  const some = onnx.Where(onnx.Greater(products, limit), products, onnx.constant(0, 'float32'));
  const isThere = onnx.Greater(object, limit);
  const scores = onnx.transpose(onnx.Where(isThere, some, onnx.constant(-1, 'float32')), [1, 0]);
  const [middle, size] = onnx.many('Split', [placed, onnx.ints([2, 2])], { axis: 1 }, 2) as [Value, Value];
  const half = onnx.Div(size, onnx.constant(2, 'float32'));
  const corners = onnx.Concat(onnx.Sub(middle, half), onnx.Add(middle, half), { axis: 1 });
  const [best, places] = topOf(scores, count, 1, onnx);
  const kept = staying(
    { boxes: onnx.Gather(corners, places, { axis: 0 }), scores: best, rows: classes, count },
    { threshold: value('nms_threshold'), least, eta: 1, pixels: true, near: true },
    onnx,
  );
  // By box again, then in the order of the last sort.
  const byBox = onnx.ScatterElements(
    onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([classes, count])),
    places,
    onnx.cast(kept, 'float32'),
    { axis: 1 },
  );
  const order = sortedByAll(scores, classes, count, onnx);
  const stands = onnx.transpose(onnx.Gather(byBox, order, { axis: 1 }), [1, 0]);
  const found = onnx.NonZero(stands);
  const row = (k: number) => onnx.squeeze(onnx.Gather(found, onnx.ints([k]), { axis: 0 }), [0]);
  const [box, label] = [onnx.Gather(order, row(0)), row(1)];
  const column = (x: Value) => onnx.unsqueeze(x, [1]);
  const score = onnx.GatherND(scores, onnx.Concat(column(label), column(box), { axis: 1 }));
  const [width, height] = [value('im_w'), value('im_h')];
  const parts = onnx.Div(
    onnx.Gather(corners, box, { axis: 0 }),
    onnx.constant(Tensor.of('float32', [4], [width, height, width, height])),
  );
  const table = onnx.Concat(column(onnx.cast(label, 'float32')), column(score), parts, { axis: 1 });
  return laidOut(onnx.Pad(table, onnx.ints([0, 1, 0, 0])), value('num_box'), onnx);
};

function laidOut(rows: Value, most: number, onnx: OnnxBuilder): Value {
  const rest = onnx.Expand(onnx.constant(-1, 'float32'), onnx.ints([most, 7]));
  const filled = onnx.Slice(onnx.Concat(rows, rest, { axis: 0 }), onnx.ints([0]), onnx.ints([most]), onnx.ints([0]));
  const count = onnx.cast(onnx.Slice(onnx.shapeOf(rows), onnx.ints([0]), onnx.ints([1])), 'float32');
  const head = onnx.Expand(onnx.constant(-1, 'float32'), onnx.ints([63]));
  const flat = onnx.Concat(count, head, onnx.reshape(filled, [most * 7]), { axis: 0 });
  return onnx.reshape(flat, [1, 64 + most * 7, 1, 1]);
}

/** The brightness of a picture in bytes, around 0 (include/caffe/layers/mlu_gray_normalized_layer.hpp). */
const grayNormalized: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  if (layer.size(x, 1) !== 1) layer.invalid('its picture has more than one channel');
  return onnx.Sub(onnx.Div(x, onnx.constant(255, 'float32')), onnx.constant(0.5));
};

export const mluDetections: LayerRules = {
  DetectionOut: detectionOut,
  MLUGrayNormalized: grayNormalized,
  Yolov3Detection: yolov3Detection,
};
