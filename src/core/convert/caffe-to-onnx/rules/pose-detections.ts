/**
 * What a single-shot detector of poses found: Cambricon/caffe, src/caffe/layers/detection_pose_output_layer.cpp and
 * src/caffe/util/bbox_util.cpp. As DetectionOutput, but for scores, of which none is too low; boxes, of which tiny ones do not count
 * and which end with the image; and the best pose of each, with its score.
 */
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';
import { staying } from '../suppression.ts';
import {
  bestOf,
  byPlace,
  candidates,
  halves,
  holderOf,
  LEAST,
  marked,
  type Sizes,
  sizesOf,
  tableOf,
} from './detection.ts';

/** Boxes of less than a hundred-thousandth of the image. */
function tiny(boxes: Value, onnx: OnnxBuilder): Value {
  const [low, high] = halves(boxes, onnx);
  const sides = onnx.Max(onnx.Sub(high, low), onnx.constant(0, 'float32'));
  const area = onnx.ReduceProd(sides, onnx.ints([-1]), { keepdims: 0 });
  return onnx.LessOrEqual(area, onnx.constant(1e-5, 'float32'));
}

/** For each row the best pose and its score: [found, 2]. `prior` and `label` are [found, 1]. */
function posesOf(
  layer: Layer,
  { batch, priors, classes }: Sizes,
  image: Value,
  prior: Value,
  label: Value,
  onnx: OnnxBuilder,
) {
  const poses = layer.number(`${holderOf(layer)}.num_poses`, 0);
  const kinds = layer.flag(`${holderOf(layer)}.share_pose`, true) ? 1 : classes;
  const count = layer.sizes(layer.bottom(2)).reduce((a, b) => a * b, 1);
  if (poses < 1 || count !== batch * priors * kinds * poses)
    layer.invalid(`it has ${count} scores of poses for ${priors} boxes of ${poses} poses`);
  const all = onnx.reshape(layer.bottom(2), [batch, priors, kinds, poses]);
  const kind = kinds === 1 ? onnx.Mul(label, onnx.constant(0n)) : label;
  const at = onnx.Concat(image, prior, kind, { axis: 1 });
  const best = onnx.GatherND(onnx.ArgMax(all, { axis: 3, keepdims: 0 }), at);
  const score = onnx.GatherND(onnx.ReduceMax(all, onnx.ints([3]), { keepdims: 0 }), at);
  return onnx.Concat(onnx.unsqueeze(onnx.cast(best, 'float32'), [1]), onnx.unsqueeze(score, [1]), { axis: 1 });
}

export const poseDetections: LayerRules = {
  DetectionPoseOutput(layer, onnx) {
    const holder = holderOf(layer);
    const sizes = sizesOf(layer);
    const { batch, labels } = sizes;
    // The picture is for who looks at what was found.
    layer.bottom(4);
    const { scores, boxes, count, places } = candidates(layer, sizes, onnx);
    const [rows, all] = [batch * labels.length, labels.length * count];
    const own = onnx.reshape(boxes, [rows, count, 4]);
    const worth = onnx.Where(tiny(own, onnx), onnx.constant(LEAST, 'float32'), onnx.reshape(scores, [rows, count]));
    const rule = {
      threshold: layer.number(`${holder}.nms_param.nms_threshold`, 0.3),
      ...{ least: -3.4028234663852886e38, eta: 1, pixels: false, near: false },
    };
    // Tiny boxes hide nothing: behind the others they are not reached.
    const [best, order] = onnx.many('TopK', [worth, onnx.ints([count])], { axis: 1 }, 2) as [Value, Value];
    const sorted = onnx.GatherND(own, onnx.unsqueeze(order, [-1]), { batch_dims: 1 });
    const stays = onnx.ScatterElements(
      onnx.Expand(onnx.constant(0, 'float32'), onnx.ints([rows, count])),
      order,
      onnx.cast(staying({ boxes: sorted, scores: best, rows, count }, rule, onnx), 'float32'),
      { axis: 1 },
    );
    const mask = onnx.reshape(onnx.Greater(stays, onnx.constant(0.5)), [batch, all]);
    const flat = { scores: onnx.reshape(scores, [batch, all]), boxes: onnx.reshape(boxes, [batch, all, 4]) };
    const most = layer.number(`${holder}.keep_top_k`, -1);
    if (most === 0) layer.invalid('it keeps nothing (keep_top_k: 0)');
    const few = most > 0 && most < all;
    const found = byPlace(few ? marked(bestOf(mask, flat.scores, most, onnx), mask, onnx) : mask, onnx);
    const limits = (x: Value) => onnx.Clip(x, onnx.constant(0, 'float32'), onnx.constant(1, 'float32'));
    const table = tableOf(found, { ...flat, boxes: limits(flat.boxes) }, labels, count, onnx);
    const column = (k: number) => onnx.Gather(found, onnx.ints([k]), { axis: 1 });
    const label = onnx.Gather(
      onnx.constant(Tensor.of('int64', [labels.length], labels.map(BigInt))),
      onnx.Div(column(1), onnx.constant(BigInt(count))),
    );
    const prior = onnx.unsqueeze(onnx.GatherND(onnx.reshape(places, [batch, all]), found), [1]);
    const poses = posesOf(layer, sizes, column(0), prior, label, onnx);
    return onnx.unsqueeze(onnx.Concat(table, poses, { axis: 1 }), [0, 1]);
  },
};
