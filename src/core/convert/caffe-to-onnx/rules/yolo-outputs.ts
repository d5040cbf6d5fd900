/**
 * The boxes that YOLO's grids stand for, those that others hide left out: YoloDetectionOutput and Yolov3DetectionOutput of
 * Tencent/ncnn, src/layer/yolodetectionoutput.cpp and yolov3detectionoutput.cpp. ncnn's sort says nothing of equal scores: here
 * the first box comes first.
 */
import { graph as graphAttribute } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Grid, gridOf, placesOf } from '../grids.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';
import { staying } from '../suppression.ts';

/** Boxes of one grid or of all: [count, 4], and for each a score and a label, [count]. */
interface Boxes {
  readonly boxes: Value;
  readonly scores: Value;
  readonly labels: Value;
  readonly count: number;
}

/** The corners of the boxes of a grid, one box after the other: [boxes x cells, 4]. */
function boxesOf(
  layer: Layer,
  grid: Grid,
  anchors: readonly (readonly number[])[],
  net: readonly [width: number, height: number],
  onnx: OnnxBuilder,
): Value {
  const { middle, size } = placesOf(layer, grid, anchors, net, onnx);
  const half = onnx.Mul(size, onnx.constant(0.5));
  const corners = onnx.Concat(onnx.Sub(middle, half), onnx.Add(middle, half), { axis: 1 });
  return onnx.reshape(onnx.transpose(corners, [0, 2, 1]), [grid.boxes * grid.height * grid.width, 4]);
}

/** One list of all grids. */
function joined(grids: readonly Boxes[], onnx: OnnxBuilder): Boxes {
  const all = (of: (one: Boxes) => Value) =>
    grids.length === 1 ? of(grids[0] as Boxes) : onnx.Concat(...grids.map(of), { axis: 0 });
  return {
    boxes: all(({ boxes }) => boxes),
    scores: all(({ scores }) => scores),
    labels: all(({ labels }) => labels),
    count: grids.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Rows of label, score, xmin, ymin, xmax, ymax, the best first, whose scores reach the threshold: [found, 6]. */
function found(layer: Layer, holder: string, all: Boxes, onnx: OnnxBuilder): Value {
  const least = onnx.constant(layer.number(`${holder}.confidence_threshold`, 0.01), 'float32');
  const threshold = layer.number(`${holder}.nms_threshold`, 0.45);
  const worth = onnx.Where(
    onnx.GreaterOrEqual(all.scores, least),
    all.scores,
    onnx.constant(Number.NEGATIVE_INFINITY, 'float32'),
  );
  const [scores, places] = onnx.many('TopK', [worth, onnx.ints([all.count])], { axis: 0 }, 2);
  if (!scores || !places) throw new Error('TopK has two outputs');
  const boxes = onnx.Gather(all.boxes, places, { axis: 0 });
  const kept = staying(
    { boxes: onnx.unsqueeze(boxes, [0]), scores, rows: 1, count: all.count },
    { threshold, least: -3.4028234663852886e38, eta: 1, pixels: false, near: false },
    onnx,
  );
  const rows = onnx.squeeze(onnx.NonZero(onnx.squeeze(kept, [0])), [0]);
  const labels = onnx.cast(onnx.Gather(all.labels, onnx.Gather(places, rows), { axis: 0 }), 'float32');
  const column = (value: Value) => onnx.unsqueeze(value, [1]);
  // The first class is 1: 0 is for the background.
  const label = column(onnx.Add(labels, onnx.constant(1, 'float32')));
  return onnx.Concat(label, column(onnx.Gather(scores, rows)), onnx.Gather(boxes, rows, { axis: 0 }), { axis: 1 });
}

/** The first of the greatest classes of each box, [boxes x cells]. */
function labelsOf({ classes, boxes, height, width }: Grid, onnx: OnnxBuilder): Value {
  return onnx.reshape(onnx.ArgMax(classes, { axis: 1, keepdims: 0 }), [boxes * height * width]);
}

/** The rows, or another blob where there are none: what a layer leaves that writes over its bottom. */
function rowsOr(rows: Value, otherwise: Value, onnx: OnnxBuilder): Value {
  const branch = (name: string, value: Value) => {
    const body = new Graph(name);
    body.addOutput(onnx.within(body).Identity(value));
    return graphAttribute(body);
  };
  const count = onnx.squeeze(onnx.Slice(onnx.shapeOf(rows), onnx.ints([0]), onnx.ints([1])), [0]);
  const any = onnx.Greater(count, onnx.constant(0n));
  const branches = [
    ['then_branch', branch('found', onnx.unsqueeze(rows, [0, 1]))],
    ['else_branch', branch('nothing', otherwise)],
  ] as const;
  return onnx.node('', 'If', [any], branches).outputs[0] as Value;
}

export const yoloOutputs: LayerRules = {
  /** YOLO 2: anchors are measured in cells, classes are a softmax. */
  YoloDetectionOutput(layer, onnx) {
    const holder = 'yolo_detection_output_param';
    const [classes, boxes] = [layer.number(`${holder}.num_classes`, 20), layer.number(`${holder}.num_box`, 5)];
    const biases = layer.numbers(`${holder}.biases`);
    if (biases.length < boxes * 2) layer.invalid(`it has ${biases.length} biases for ${boxes} boxes`);
    const anchors = Array.from({ length: boxes }, (_, box) => biases.slice(box * 2, box * 2 + 2));
    const all = layer.bottoms.map((_, index): Boxes => {
      const grid = gridOf(layer, index, { boxes, classes, framework: 'ncnn' }, onnx);
      const count = boxes * grid.height * grid.width;
      const best = onnx.ReduceMax(onnx.Softmax(grid.classes, { axis: 1 }), onnx.ints([1]), { keepdims: 1 });
      return {
        boxes: boxesOf(layer, grid, anchors, [grid.width, grid.height], onnx),
        scores: onnx.reshape(onnx.Mul(onnx.Sigmoid(grid.object), best), [count]),
        labels: labelsOf(grid, onnx),
        count,
      };
    });
    return rowsOr(found(layer, holder, joined(all, onnx), onnx), layer.bottom(), onnx);
  },

  /** YOLO 3: a bottom for each scale, whose anchors `mask` chooses; they are measured in pixels of the network. */
  Yolov3DetectionOutput(layer, onnx) {
    const holder = 'yolov3_detection_output_param';
    const [classes, boxes] = [layer.number(`${holder}.num_classes`, 20), layer.number(`${holder}.num_box`, 3)];
    const [biases, mask, scales] = ['biases', 'mask', 'anchors_scale'].map((name) =>
      layer.numbers(`${holder}.${name}`),
    ) as [readonly number[], readonly number[], readonly number[]];
    const all = layer.bottoms.map((_, index): Boxes => {
      const grid = gridOf(layer, index, { boxes, classes, framework: 'ncnn' }, onnx);
      const count = boxes * grid.height * grid.width;
      const scale = scales[index] ?? layer.invalid(`it has no anchors_scale for its bottom ${index}`);
      const anchors = Array.from({ length: boxes }, (_, box) => {
        const at = mask[index * boxes + box] ?? layer.invalid(`it has no mask for box ${box} of its bottom ${index}`);
        if (at * 2 + 2 > biases.length) layer.invalid(`it has no biases for the mask ${at}`);
        return biases.slice(at * 2, at * 2 + 2);
      });
      // Not the product of two sigmoids: ncnn multiplies before it adds 1.
      const best = onnx.ReduceMax(grid.classes, onnx.ints([1]), { keepdims: 1 });
      const one = onnx.constant(1, 'float32');
      const odds = onnx.Mul(onnx.Exp(onnx.Neg(grid.object)), onnx.Add(onnx.Exp(onnx.Neg(best)), one));
      return {
        boxes: boxesOf(layer, grid, anchors, [scale * grid.width, scale * grid.height], onnx),
        scores: onnx.reshape(onnx.Div(one, onnx.Add(odds, one)), [count]),
        labels: labelsOf(grid, onnx),
        count,
      };
    });
    return onnx.unsqueeze(found(layer, holder, joined(all, onnx), onnx), [0, 1]);
  },
};
