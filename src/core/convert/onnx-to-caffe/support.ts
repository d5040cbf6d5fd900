/** Layers that many rules share: cutting, reshaping, scaling. */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { filled, spreadTo } from './weights.ts';

/** `length` elements along an axis from `begin` on. */
export function cut(caffe: CaffeBuilder, x: Value, axis: number, begin: number, length: number): Value {
  const shape = sizesOf(x);
  const total = shape[axis] ?? 1;
  const points = [begin, begin + length].filter((point) => point > 0 && point < total);
  if (points.length === 0) return x;
  return sliced(caffe, x, axis, points)[begin > 0 ? 1 : 0] ?? x;
}

/** All parts between points along an axis. */
export function sliced(caffe: CaffeBuilder, x: Value, axis: number, points: readonly number[]): readonly Value[] {
  const shape = sizesOf(x);
  const ends = [...points, shape[axis] ?? 1];
  const shapes = ends.map((end, k) => shape.with(axis, end - (points[k - 1] ?? 0)));
  return caffe.layers('Slice', [x], { axis: axis === 1 ? undefined : axis, slice_point: points }, shapes);
}

/** Parts one behind the other along an axis; no layer for a single one. */
export function joined(caffe: CaffeBuilder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const total = parts.reduce((sum, each) => sum + (sizesOf(each)[axis] ?? 0), 0);
  const shape = sizesOf(first).with(axis, total);
  return caffe.layer('Concat', parts, { axis: axis === 1 ? undefined : axis }, { shapes: [shape] });
}

/** The same elements in another shape; no layer where it is the same. */
export function reshaped(caffe: CaffeBuilder, x: Value, shape: StaticShape): Value {
  const own = sizesOf(x);
  if (own.length === shape.length && own.every((size, k) => size === shape[k])) return x;
  if (elementCount(own) !== elementCount(shape)) caffe.refuseShape(own, shape);
  const [batch] = own;
  if (shape.length === 2 && own.length > 1 && shape[0] === batch)
    return caffe.layer('Flatten', [x], {}, { shapes: [shape] });
  // 0 keeps the size of the first axis, so that a user may set another batch.
  const dims = shape.map((size, k) => (k === 0 && size === batch ? 0 : size));
  return caffe.layer('Reshape', [x], { 'shape.dim': dims }, { shapes: [shape] });
}

/** scale * x + shift. */
export function affine(caffe: CaffeBuilder, x: Value, scale: number, shift: number): Value {
  if (scale === 1 && shift === 0) return x;
  return caffe.layer('Power', [x], {
    scale: scale === 1 ? undefined : scale,
    shift: shift === 0 ? undefined : shift,
  });
}

/** x ^ power, as (scale * x) ^ power. */
export function power(caffe: CaffeBuilder, x: Value, exponent: number, scale = 1): Value {
  return caffe.layer('Power', [x], { power: exponent, scale: scale === 1 ? undefined : scale });
}

/** The axes of a shape that a constant changes along, and the constant spread over them. */
interface Spread {
  readonly axis: number;
  readonly axes: number;
  readonly tensor: Tensor;
}

/** How a constant that spreads over `shape`, as ONNX spreads operands, lies along its axes. */
export function spreadAlong(tensor: Tensor, shape: StaticShape): Spread {
  const own = [...Array<number>(shape.length - tensor.shape.length).fill(1), ...tensor.shape];
  const first = own.findIndex((size) => size > 1);
  const last = own.findLastIndex((size) => size > 1);
  const range = shape.slice(first, last + 1);
  return { axis: first, axes: range.length, tensor: spreadTo(tensor.reshaped(own.slice(first, last + 1)), range) };
}

/** factor * x, or factor * x + shift, where the factors stand along some axes of x. */
export function scaled(caffe: CaffeBuilder, x: Value, { axis, axes, tensor }: Spread, shift?: Tensor): Value {
  const parameters = {
    axis: axis === 1 ? undefined : axis,
    num_axes: axes === 1 ? undefined : axes,
    bias_term: shift ? true : undefined,
  };
  return caffe.layer('Scale', [x], parameters, { blobs: [tensor, shift] });
}

/** x + shift along some axes: a layer of its own, or factors of 1 where there is none. */
export function shifted(caffe: CaffeBuilder, x: Value, spread: Spread): Value {
  const { axis, axes, tensor } = spread;
  if (!caffe.backend.has('Bias')) return scaled(caffe, x, { ...spread, tensor: filled(tensor.shape, 1) }, tensor);
  const parameters = { axis: axis === 1 ? undefined : axis, num_axes: axes === 1 ? undefined : axes };
  return caffe.layer('Bias', [x], parameters, { blobs: [tensor] });
}
