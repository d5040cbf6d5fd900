/**
 * What a single-shot detector found by frameworks that leave the number of the image out: Tencent/ncnn, src/layer/
 * detectionoutput.cpp and tools/caffe/caffe2ncnn.cpp; alibaba/MNN, source/backend/cpu/CPUDetectionOutput.cpp and
 * source/shape/ShapeDetectionOutput.cpp; OAID/Tengine, source/device/cpu/op/detection_output/detection_output_ref.c and
 * load_detectionoutput of tools/convert_tool/caffe/caffe2tengine.cpp. They always take the first class for the background, one
 * location for all classes, and offsets from middles.
 */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';
import { staying } from '../suppression.ts';
import { bestOf, byScore, candidates, moved, sizesOf, tableOf, thresholdOf } from './detection.ts';

interface Manner {
  /** How many candidates of each class are looked at; less than 1 where the layer does not say and must. */
  readonly candidates: (said: number | undefined) => number;
  /** Axes of one size around the rows. */
  readonly around: readonly number[];
  /** Whether bottoms behind the priors refine them first, as in RefineDet. */
  readonly refines?: true;
}

const NCNN: Manner = { candidates: (said = 0) => said, around: [0, 1] };
const MNN: Manner = { candidates: () => Number.POSITIVE_INFINITY, around: [0, 1], refines: true };
const TENGINE: Manner = { candidates: (said = 100) => said, around: [0, 3] };

/** Rows of label, score and corners, the best first; none where nothing is found. */
function detected(manner: Manner): LayerRule {
  return (layer, onnx) => {
    const sizes = sizesOf(layer);
    const { batch, labels } = sizes;
    const { title } = layer.backend;
    if (batch !== 1) layer.refuse(`${batch} images`, `${title} looks at one image at a time`);
    const most = layer.number('detection_output_param.keep_top_k', -1);
    const path = 'detection_output_param.nms_param.top_k';
    const looked = manner.candidates(layer.has(path) ? layer.number(path) : undefined);
    if (most < 1 || looked < 1)
      layer.invalid(`${title} wants to know how many it keeps (keep_top_k, and top_k of nms_param)`);
    const given = { code: 'CENTER_SIZE', count: looked, ...(manner.refines && refined(layer, sizes, onnx)) };
    const { scores, boxes, count } = candidates(layer, sizes, onnx, given);
    const [rows, all] = [labels.length, labels.length * count];
    const kept = staying(
      { boxes: onnx.reshape(boxes, [rows, count, 4]), scores, rows, count },
      {
        threshold: layer.number('detection_output_param.nms_param.nms_threshold', 0.3),
        ...{ least: thresholdOf(layer), eta: 1, pixels: false, near: false },
      },
      onnx,
    );
    const flat = { scores: onnx.reshape(scores, [1, all]), boxes: onnx.reshape(boxes, [1, all, 4]) };
    const best = bestOf(onnx.reshape(kept, [1, all]), flat.scores, Math.min(most, all), onnx);
    const table = tableOf(byScore(best, onnx), flat, labels, count, onnx);
    // Without the number of the image.
    const found = onnx.Slice(table, onnx.ints([1]), onnx.ints([7]), onnx.ints([1]));
    return onnx.unsqueeze(found, manner.around);
  };
}

/** Of five bottoms the last two say which priors hold something, and how to move them before the others do. */
function refined(layer: Layer, { batch, priors, classes }: ReturnType<typeof sizesOf>, onnx: OnnxBuilder) {
  if (layer.bottoms.length < 5) return {};
  const holds = onnx.Gather(onnx.reshape(layer.bottom(3), [batch, priors, 2]), onnx.ints([1]), { axis: 2 });
  const least = layer.number('detection_output_param.objectness_score', 0.01);
  const empty = onnx.Less(holds, onnx.constant(least, 'float32'));
  const scores = onnx.reshape(layer.bottom(1), [batch, priors, classes]);
  const rows = onnx.reshape(layer.bottom(2), [1, 2, priors, 4]);
  const [prior, variance] = onnx.many('Split', [rows, onnx.ints([1, 1])], { axis: 1 }, 2) as readonly [Value, Value];
  const offsets = onnx.Mul(variance, onnx.reshape(layer.bottom(4), [1, 1, priors, 4]));
  const better = moved(prior, offsets, onnx);
  return {
    scores: onnx.Where(empty, onnx.constant(0, 'float32'), scores),
    priors: onnx.Concat(better, variance, { axis: 1 }),
  };
}

/** By dialect. */
export const detectionOf: Readonly<Record<string, LayerRules>> = {
  mnn: { DetectionOutput: detected(MNN) },
  ncnn: { DetectionOutput: detected(NCNN) },
  tengine: { DetectionOutput: detected(TENGINE) },
};
