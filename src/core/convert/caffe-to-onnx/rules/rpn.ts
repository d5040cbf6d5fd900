/**
 * Where Tengine's region proposal network looks (OAID/Tengine, source/device/cpu/op/rpn/rpn_ref.c, source/operator/prototype/rpn.c,
 * tools/convert_tool/caffe/caffe2tengine.cpp): as py-faster-rcnn, but for small boxes, which go before they are cut; for borders of
 * the image, which are one pixel further; and for overlaps that are as large as the threshold.
 */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { anchorsOf, shifted } from '../anchors.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';
import { below, staying } from '../suppression.ts';

const HOLDER = 'rpn_param';

/** Places and sizes of all boxes, cell by cell, anchor by anchor: [count, 2] each, and scores: [count]. */
function boxesOf(layer: Layer, onnx: OnnxBuilder) {
  const [scores, deltas] = [layer.bottom(), layer.bottom(1)];
  const [batch = 0, channels = 0, height = 0, width = 0] = layer.sizes(deltas);
  if (batch !== 1) layer.refuse(`${batch} images`, 'Tengine proposes for one image at a time');
  const anchors = anchorsOf({
    base: layer.number(`${HOLDER}.basesize`, 0),
    ratios: layer.numbers(`${HOLDER}.ratio`),
    scales: layer.numbers(`${HOLDER}.scale`),
  });
  if (anchors.length === 0 || channels !== 4 * anchors.length)
    layer.invalid(`it has ${channels} numbers for ${anchors.length} anchors`);
  if (layer.sizes(scores).join() !== [1, 2 * anchors.length, height, width].join())
    layer.invalid(`its scores are ${layer.sizes(scores).join(' x ')}`);
  const count = height * width * anchors.length;
  const rows = (x: Value, shape: readonly number[]) => onnx.reshape(onnx.transpose(x, [0, 2, 3, 1]), shape);
  const fore = onnx.Slice(scores, onnx.ints([anchors.length]), onnx.ints([2 * anchors.length]), onnx.ints([1]));
  const all = shifted(anchors, layer.number(`${HOLDER}.feat_stride`, 0), height, width);
  const size = layer.made('sizes', [count, 2], () =>
    Float32Array.from(all().flatMap(([xmin, ymin, xmax, ymax]) => [xmax - xmin + 1, ymax - ymin + 1])),
  );
  const centre = layer.made('centres', [count, 2], () =>
    Float32Array.from(
      all().flatMap(([xmin, ymin, xmax, ymax]) => [xmin + (xmax - xmin + 1) / 2, ymin + (ymax - ymin + 1) / 2]),
    ),
  );
  const [move, grow] = onnx.many('Split', [rows(deltas, [count, 4]), onnx.ints([2, 2])], { axis: 1 }, 2);
  if (!move || !grow) throw new Error('a Split of two parts has two outputs');
  return {
    middle: onnx.Add(onnx.Mul(move, size), centre),
    size: onnx.Mul(onnx.Exp(grow), size),
    scores: rows(fore, [count]),
    count,
  };
}

/** Height, width and scale of the image; the first two as whole numbers. */
function infoOf(layer: Layer, onnx: OnnxBuilder): { readonly ends: Value; readonly scale: Value } {
  const count = layer.sizes(layer.bottom(2)).reduce((a, b) => a * b, 1);
  if (count < 3) layer.invalid(`its third bottom has ${count} numbers`);
  const info = onnx.reshape(layer.bottom(2), [count]);
  const whole = onnx.cast(onnx.cast(onnx.Gather(info, onnx.ints([1, 0, 1, 0])), 'int32'), 'float32');
  return { ends: whole, scale: onnx.Gather(info, onnx.ints([2])) };
}

export const rpn: LayerRules = {
  RPN(layer, onnx) {
    const { middle, size, scores, count } = boxesOf(layer, onnx);
    const { ends, scale } = infoOf(layer, onnx);
    const least = onnx.Mul(scale, onnx.constant(layer.number(`${HOLDER}.boxminsize`, 0), 'float32'));
    const half = onnx.Mul(size, onnx.constant(0.5));
    const corners = onnx.Concat(onnx.Sub(middle, half), onnx.Add(middle, half), { axis: 1 });
    const cut = onnx.Min(onnx.Max(corners, onnx.constant(0, 'float32')), ends);
    const isLarge = onnx.GreaterOrEqual(onnx.ReduceMin(size, onnx.ints([1]), { keepdims: 0 }), least);
    const worth = onnx.Where(isLarge, scores, onnx.constant(Number.NEGATIVE_INFINITY, 'float32'));
    const some = (name: string) => {
      const most = layer.number(`${HOLDER}.${name}`, 0);
      return most > 0 ? most : count;
    };
    const most = Math.min(some('per_nms_topn'), count);
    const [best, places] = onnx.many('TopK', [worth, onnx.ints([most])], { axis: 0 }, 2);
    if (!best || !places) throw new Error('TopK has two outputs');
    const boxes = onnx.Gather(cut, places, { axis: 0 });
    const threshold = layer.number(`${HOLDER}.nms_thresh`, 0);
    if (threshold <= 0) layer.invalid('no two boxes would stay (nms_thresh)');
    const rule = {
      ...{ threshold: below(threshold), least: -3.4028234663852886e38, eta: 1, pixels: true, near: true },
      most: some('post_nms_topn'),
    };
    const kept = staying({ boxes: onnx.unsqueeze(boxes, [0]), scores: best, rows: 1, count: most }, rule, onnx);
    const found = onnx.squeeze(onnx.NonZero(onnx.squeeze(kept, [0])), [0]);
    const first = onnx.Slice(found, onnx.ints([0]), onnx.ints([some('post_nms_topn')]), onnx.ints([0]));
    return onnx.unsqueeze(onnx.Gather(boxes, first, { axis: 0 }), [0, 3]);
  },
};
