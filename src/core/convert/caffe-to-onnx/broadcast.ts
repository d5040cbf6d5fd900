/** Numbers along some axes of a blob, put where ONNX spreads them over the others. */
import { type StaticShape, sameShape, shapeText } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';
import { ones, range } from './lists.ts';

/** A blob of the layer along `axis` of `x` alone, with sizes of 1 for the axes behind. */
export function alongAxis(layer: Layer, index: number, x: Value, axis: number): Value {
  return layer.weight(index, [layer.size(x, axis), ...ones(layer.rank(x) - axis - 1)]);
}

/** One number for each channel: a blob along axis 1. */
export function perChannel(layer: Layer, index: number, x: Value): Value {
  return alongAxis(layer, index, x, 1);
}

/** `value` has the sizes of `x` from `axis` on: gets sizes of 1 for the axes behind. */
export function spreadOver(layer: Layer, onnx: OnnxBuilder, value: Value, x: Value, axis: number): Value {
  const [dims, own] = [layer.dims(x), layer.dims(value)];
  const end = axis + own.length;
  if (end > dims.length || sameShape(dims.slice(axis, end), own) === false)
    layer.invalid(`its second bottom ${shapeText(own)} does not lie over axes of ${shapeText(dims)} from ${axis} on`);
  return onnx.unsqueeze(value, range(dims.length - end, own.length));
}

/** The shape of a blob over `count` axes of `x` from `axis` on (-1: all of them), with sizes of 1 for the axes behind. */
export function blobShapeOver(layer: Layer, x: Value, axis: number, count: number): StaticShape {
  const rank = layer.rank(x);
  const end = count === -1 ? rank : axis + count;
  if (count < -1 || end > rank)
    layer.invalid(`its blob has ${count} axes, and there are ${rank - axis} from ${axis} on`);
  const sizes = range(end - axis, axis).map((k) => layer.size(x, k));
  return [...sizes, ...ones(rank - end)];
}
