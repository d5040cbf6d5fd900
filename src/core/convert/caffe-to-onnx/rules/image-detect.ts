/**
 * What Fast R-CNN finds by Cambricon's ImageDetect, as its code for CPUs has it: Cambricon/caffe, src/caffe/layers/
 * image_detect_layer.cpp. Regions are not sorted: each hides those behind it that are no better, up to the first that is better,
 * which hides it; also regions that are hidden do. So it is a Loop over the regions.
 */
import { graph as graphAttribute } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

interface Regions {
  /** [classes, regions, 4]: xmin, ymin, xmax, ymax. */
  readonly boxes: Value;
  /** [classes, regions]. */
  readonly scores: Value;
  readonly classes: number;
  readonly count: number;
}

const value = (layer: Layer, name: string) => layer.number(`image_detect_param.${name}`, 0);

function halves(x: Value, onnx: OnnxBuilder): readonly [Value, Value] {
  return onnx.many('Split', [x, onnx.ints([2, 2])], { axis: -1 }, 2) as unknown as readonly [Value, Value];
}

function regionsOf(layer: Layer, onnx: OnnxBuilder): Regions {
  const [deltas, scores, rois] = [layer.bottom(), layer.bottom(1), layer.bottom(2)];
  const classes = value(layer, 'num_class');
  const [count = 0, ...rest] = layer.sizes(deltas);
  const numbers = (x: Value) => layer.sizes(x).reduce((a, b) => a * b, 1);
  if (
    rest.reduce((a, b) => a * b, 1) !== 4 * classes ||
    numbers(scores) !== count * classes ||
    numbers(rois) !== 5 * count
  )
    layer.invalid(`its bottoms do not go with ${count} regions of ${classes} classes`);
  const scale = onnx.constant(value(layer, 'scale'), 'float32');
  const regions = onnx.Div(
    onnx.Slice(onnx.reshape(rois, [count, 5]), onnx.ints([1]), onnx.ints([5]), onnx.ints([1])),
    scale,
  );
  const [low, high] = halves(regions, onnx);
  const sides = onnx.Add(onnx.Sub(high, low), onnx.constant(1, 'float32'));
  const centre = onnx.Add(low, onnx.Div(sides, onnx.constant(2, 'float32')));
  const each = (x: Value) => onnx.unsqueeze(x, [1]);
  const [move, grow] = halves(onnx.reshape(deltas, [count, classes, 4]), onnx);
  const middle = onnx.Add(each(centre), onnx.Mul(each(sides), move));
  const reach = onnx.Mul(onnx.Mul(onnx.Exp(grow), each(sides)), onnx.constant(0.5));
  const image = [value(layer, 'im_w'), value(layer, 'im_h')];
  const ends = onnx.Add(middle, reach);
  const within = onnx.Less(ends, onnx.constant(Tensor.of('float32', [2], image)));
  const last = onnx.constant(
    Tensor.of(
      'float32',
      [2],
      image.map((size) => size - 1),
    ),
  );
  const corners = onnx.Concat(
    onnx.Max(onnx.Sub(middle, reach), onnx.constant(0, 'float32')),
    onnx.Where(within, ends, last),
    { axis: 2 },
  );
  return {
    boxes: onnx.transpose(corners, [1, 0, 2]),
    scores: onnx.transpose(onnx.reshape(scores, [count, classes]), [1, 0]),
    classes,
    count,
  };
}

function areasOf(boxes: Value, onnx: OnnxBuilder): Value {
  const [low, high] = halves(boxes, onnx);
  return onnx.ReduceProd(onnx.Sub(high, low), onnx.ints([-1]), { keepdims: 0 });
}

/** Which regions of each class are left: [classes, regions]. */
function left(layer: Layer, { boxes, scores, classes, count }: Regions, onnx: OnnxBuilder): Value {
  const areas = areasOf(boxes, onnx);
  const body = new Graph('next_region');
  const index = body.addInput({ name: onnx.unique('region'), type: tensorType('int64', []) });
  body.addInput({ name: onnx.unique('going'), type: tensorType('bool', []) });
  const use = body.addInput({ name: onnx.unique('used'), type: tensorType('bool', [classes, count]) });
  const inner = onnx.within(body);
  const at = inner.reshape(index, [1]);
  const own = (x: Value) => inner.Gather(x, at, { axis: 1 });
  const [[low, high], [lows, highs]] = [halves(own(boxes), inner), halves(boxes, inner)];
  const zero = inner.constant(0, 'float32');
  // Whole numbers of pixels.
  const sides = inner.Floor(inner.Max(inner.Sub(inner.Min(high, highs), inner.Max(low, lows)), zero));
  const shared = inner.ReduceProd(sides, inner.ints([-1]), { keepdims: 0 });
  const overlaps = inner.Div(shared, inner.Sub(inner.Add(own(areas), areas), shared));
  const places = inner.ints(Array.from({ length: count }, (_, k) => k));
  const limit = inner.constant(value(layer, 'nms_thresh'), 'float32');
  const meets = inner.And(inner.Greater(places, at), inner.Not(inner.Less(overlaps, limit)));
  const better = inner.And(meets, inner.Greater(scores, own(scores)));
  const asNumbers = inner.cast(better, 'float32');
  const any = inner.Greater(inner.ReduceMax(asNumbers, inner.ints([1]), { keepdims: 1 }), inner.constant(0.5));
  const first = inner.Where(any, inner.ArgMax(asNumbers, { axis: 1, keepdims: 1 }), inner.ints([count]));
  const alive = own(use);
  const hidden = inner.And(inner.And(meets, inner.Not(better)), inner.Less(places, first));
  const lost = inner.Or(hidden, inner.And(any, inner.Equal(places, at)));
  body.addOutput(inner.Identity(body.inputs[1] as Value));
  body.addOutput(inner.And(use, inner.Not(inner.And(alive, lost))));
  const all = onnx.Expand(onnx.constant(true), onnx.ints([classes, count]));
  const inputs = [onnx.constant(BigInt(count)), onnx.constant(true), all];
  return onnx.node('', 'Loop', inputs, [['body', graphAttribute(body)]]).outputs[0] as Value;
}

export const imageDetect: LayerRules = {
  /** Rows of corners, class and score, class by class, region by region; zeros behind them. */
  ImageDetect(layer, onnx) {
    const regions = regionsOf(layer, onnx);
    const { boxes, scores, classes, count } = regions;
    const enough = onnx.Greater(scores, onnx.constant(value(layer, 'score_thresh'), 'float32'));
    const found = onnx.transpose(onnx.NonZero(onnx.And(left(layer, regions, onnx), enough)), [1, 0]);
    const label = onnx.cast(onnx.Gather(found, onnx.ints([0]), { axis: 1 }), 'float32');
    const score = onnx.unsqueeze(onnx.GatherND(scores, found), [1]);
    const rows = onnx.Concat(onnx.GatherND(boxes, found), label, score, { axis: 1 });
    const most = classes * count;
    const zeros = onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([most, 6]));
    const filled = onnx.Slice(onnx.Concat(rows, zeros, { axis: 0 }), onnx.ints([0]), onnx.ints([most]), onnx.ints([0]));
    return onnx.unsqueeze(filled, [0, 2]);
  },
};
