/**
 * What a single-shot detector found by ncnn: Tencent/ncnn, src/layer/detectionoutput.cpp, tools/caffe/caffe2ncnn.cpp. It always takes
 * the first class for the background, one location for all classes, and offsets from middles.
 */
import type { LayerRules } from '../rule.ts';
import { staying } from '../suppression.ts';
import { bestOf, byScore, candidates, sizesOf, tableOf, thresholdOf } from './detection.ts';

const ncnn: LayerRules = {
  /** Rows of label, score and corners, the best first; none where nothing is found. */
  DetectionOutput(layer, onnx) {
    const sizes = sizesOf(layer);
    const { batch, labels } = sizes;
    if (batch !== 1) layer.refuse(`${batch} images`, 'ncnn runs one image at a time');
    const most = layer.number('detection_output_param.keep_top_k', -1);
    if (most < 1 || layer.number('detection_output_param.nms_param.top_k', -1) < 1)
      layer.invalid('ncnn wants to know how many it keeps (keep_top_k, and top_k of nms_param)');
    const { scores, boxes, count } = candidates(layer, sizes, onnx, 'CENTER_SIZE');
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
    return onnx.unsqueeze(found, [0, 1]);
  },
};

export const detectionOf: Readonly<Record<string, LayerRules>> = { ncnn };
