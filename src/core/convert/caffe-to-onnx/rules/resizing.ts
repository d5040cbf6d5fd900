/**
 * Resize and Upsample of MNN, Resize of Tengine, as these frameworks run them.
 */
import { checked, onlyOneBottom, resized, sizeOf } from '../image-sizes.ts';
import { type Mixture, mixed } from '../mixing.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

/** alibaba/MNN, source/shape/ShapeResize.cpp, source/geometry/GeometryImageOp.cpp: between elements, the first keeps its place. */
function ofMnn(vertical: string, horizontal: string): LayerRule {
  return (layer, onnx) => {
    onlyOneBottom(layer);
    const x = layer.bottom();
    const from = sizeOf(layer, x);
    const to = [vertical, horizontal].map((path, k) =>
      Math.trunc(Math.fround((from[k] ?? 0) * Math.fround(layer.number(path, 0)))),
    );
    return resized(x, checked(layer, to as [number, number]), { mode: 'linear', keeps: 'asymmetric' }, onnx);
  };
}

/**
 * OAID/Tengine, source/device/cpu/op/resize/resize_ref.c: the last columns are those before the last, and rows above the first
 * and below the last but one are mixed as those beside them.
 */
const tengineMixture = (from: number, to: number, scale: number, isRow: boolean): Mixture =>
  Array.from({ length: to }, (_, k) => {
    const place = Math.fround((k + 0.5) * scale - 0.5);
    const element = Math.floor(place);
    const last = Math.max(Math.min(element, from - 2), 0);
    const part = isRow || (element >= 0 && element < from - 1) ? Math.fround(place - element) : 0;
    return [
      [last, Math.fround(1 - part)],
      [last + 1, part],
    ];
  });

const resizeOfTengine: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const from = sizeOf(layer, x);
  const scales = ['out_height_scale', 'out_width_scale'].map((name) =>
    Math.fround(layer.number(`resize1_param.${name}`, 1)),
  ) as [number, number];
  const to = checked(layer, [
    Math.trunc(Math.fround(from[0] * scales[0])),
    Math.trunc(Math.fround(from[1] * scales[1])),
  ]);
  const steps = scales.map((scale) => Math.fround(1 / scale)) as [number, number];
  if (layer.number('resize1_param.resize_type', 0) === 0) {
    // Both places are made with a scale of their own, so sizes alone do not tell them.
    return [0, 1].reduce((y, k) => {
      const [size = 0, count = 0, step = 1] = [from[k], to[k], steps[k]];
      const places = Array.from({ length: count }, (_, at) => Math.min(Math.trunc(Math.fround(at * step)), size - 1));
      return onnx.Gather(y, onnx.ints(places), { axis: k + 2 });
    }, x);
  }
  if (layer.size(x, 0) !== 1) layer.refuse('several images', 'Tengine resizes one at a time between elements');
  if (from.some((size) => size < 2)) layer.refuse(`${from.join(' x ')} elements`, 'Tengine mixes two of each axis');
  return mixed(
    layer,
    x,
    tengineMixture(from[0], to[0], steps[0], true),
    tengineMixture(from[1], to[1], steps[1], false),
    onnx,
  );
};

/** By dialect. */
export const resizingOf: Readonly<Record<string, LayerRules>> = {
  mnn: {
    Resize: ofMnn('img_size_param.y_scaling', 'img_size_param.x_scaling'),
    Upsample: ofMnn('upsample_param.scale', 'upsample_param.scale'),
  },
  tengine: { Resize: resizeOfTengine },
};
