/** Layers that many rules share: cutting, reshaping, scaling. */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { filled, spreadTo } from './weights.ts';

/** `length` elements along an axis from `begin` on. */
export function cut(caffe: CaffeBuilder, x: Value, axis: number, begin: number, length: number): Value {
  const shape = sizesOf(x);
  const total = shape[axis] ?? 1;
  const points = [begin, begin + length].filter((point) => point > 0 && point < total);
  if (points.length === 0) return x;
  if (caffe.mustReadTops) return cutByConvolution(caffe, x, axis, begin, length);
  return sliced(caffe, x, axis, points)[begin > 0 ? 1 : 0] ?? x;
}

/** The same without parts that nobody reads: windows of which only the elements at `begin` count, each channel by itself. */
export function cutByConvolution(caffe: CaffeBuilder, x: Value, axis: number, begin: number, length: number): Value {
  caffe.remarkNaN('what lies beside the elements that it keeps is multiplied by 0');
  const own = sizesOf(x);
  const [batch = 1, size = 1] = [axis === 0 ? 1 : own[0], own[axis]];
  const [outer, inner] = [elementCount(own.slice(0, axis)) / batch, elementCount(own.slice(axis + 1))];
  const isColumns = own.length === 4 && axis === 3;
  const image = own.length === 4 && axis > 1 ? x : reshaped(caffe, x, [batch, outer, size, inner]);
  const [, channels = 1] = sizesOf(image);
  const taps = size - length + 1;
  const weights = new Float32Array(channels * taps);
  for (let channel = 0; channel < channels; channel++) weights[channel * taps + begin] = 1;
  const kernel = isColumns ? [1, taps] : [taps, 1];
  const tensor = Tensor.ofBytes('float32', [channels, 1, ...kernel], new Uint8Array(weights.buffer));
  const [kernel_h, kernel_w] = kernel;
  const group = channels > 1 ? channels : undefined;
  const parameters = { num_output: channels, bias_term: false, kernel_h, kernel_w, group };
  const shapes = [sizesOf(image).with(isColumns ? 3 : 2, length)];
  const made = caffe.layer('Convolution', [image], parameters, { blobs: [tensor], shapes });
  return reshaped(caffe, made, own.with(axis, length));
}

/** a times b, element by element. */
export function product(caffe: CaffeBuilder, a: Value, b: Value): Value {
  return caffe.layer('Eltwise', [a, b], { operation: 'PROD' });
}

/** All parts between points along an axis. */
export function sliced(caffe: CaffeBuilder, x: Value, axis: number, points: readonly number[]): readonly Value[] {
  const shape = sizesOf(x);
  const ends = [...points, shape[axis] ?? 1];
  const shapes = ends.map((end, k) => shape.with(axis, end - (points[k - 1] ?? 0)));
  const parameters = { axis: axis === 1 ? undefined : axis, slice_point: points };
  if (points.length < 2 || caffe.can('Slice', [x], parameters)) return caffe.layers('Slice', [x], parameters, shapes);
  const [first = 0, ...others] = points;
  if (ends.every((end, k) => end === (k + 1) * first)) {
    return caffe.layers('Slice', [x], { ...parameters, slice_point: undefined }, shapes);
  }
  const [part, rest] = sliced(caffe, x, axis, [first]) as [Value, Value];
  const behind = others.map((point) => point - first);
  return [part, ...sliced(caffe, rest, axis, behind)];
}

/** Parts one behind the other along an axis; no layer for a single one. */
export function joined(caffe: CaffeBuilder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const total = parts.reduce((sum, each) => sum + (sizesOf(each)[axis] ?? 0), 0);
  const shape = sizesOf(first).with(axis, total);
  const { overwritesJoined, constants } = caffe.backend.limits;
  const withConstants = overwritesJoined && parts.some(({ producer }) => producer?.op === constants?.layer);
  const safe = withConstants ? parts.map((each) => (each.producer ? each : copied(caffe, each))) : parts;
  return caffe.layer('Concat', safe, { axis: axis === 1 ? undefined : axis }, { shapes: [shape] });
}

/** The same elements in another shape; no layer where it is the same. */
export function reshaped(caffe: CaffeBuilder, x: Value, shape: StaticShape): Value {
  const own = sizesOf(x);
  if (own.length === shape.length && own.every((size, k) => size === shape[k])) return x;
  if (elementCount(own) !== elementCount(shape)) caffe.refuseShape(own, shape);
  const [batch] = own;
  if (shape.length === 2 && own.length > 1 && shape[0] === batch && caffe.can('Flatten', [x]))
    return caffe.layer('Flatten', [x], {}, { shapes: [shape] });
  // 0 keeps the size of the first axis, so that a user may set another batch.
  const dims = shape.map((size, k) => (k === 0 && size === batch ? 0 : size));
  return caffe.layer('Reshape', [x], { 'shape.dim': dims }, { shapes: [shape] });
}

/** A layer whose top is its bottom: Power with its defaults, (0 + 1 x)^1, where there is one. */
export function copied(caffe: CaffeBuilder, x: Value): Value {
  if (caffe.backend.has('Power')) return caffe.layer('Power', [x]);
  return byChannels(caffe, x, 1, 0);
}

/** scale * x + shift. */
export function affine(caffe: CaffeBuilder, x: Value, scale: number, shift: number): Value {
  if (scale === 1 && shift === 0) return x;
  if (!caffe.backend.has('Power')) return byChannels(caffe, x, scale, shift);
  return caffe.layer('Power', [x], {
    scale: scale === 1 ? undefined : scale,
    shift: shift === 0 ? undefined : shift,
  });
}

/** scale * x + shift by a layer that has the two once for each channel. */
function byChannels(caffe: CaffeBuilder, x: Value, scale: number, shift: number): Value {
  const channels = sizesOf(x)[1] ?? 1;
  const spread = { axis: 1, axes: 1, tensor: filled([channels], scale) };
  return scaled(caffe, x, spread, shift === 0 ? undefined : filled([channels], shift));
}

/** x ^ power, as (scale * x) ^ power; as products where there is no layer for powers. */
export function power(caffe: CaffeBuilder, x: Value, exponent: number, scale = 1): Value {
  if (caffe.backend.has('Power'))
    return caffe.layer('Power', [x], { power: exponent, scale: scale === 1 ? undefined : scale });
  if (!Number.isInteger(exponent) || exponent < 1 || exponent > 4)
    caffe.refuseAttribute(`the power ${exponent}`, 'it has no layer for powers, and products make whole ones alone');
  const base = affine(caffe, x, scale, 0);
  let made = base;
  for (let k = 1; k < exponent; k++) made = product(caffe, made, base);
  return made;
}

/** The axes of a shape that a constant changes along, and the constant spread over them. */
export interface Spread {
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

function alongAxes({ axis, axes }: Spread) {
  return { axis: axis === 1 ? undefined : axis, num_axes: axes === 1 ? undefined : axes };
}

/** factor * x, or factor * x + shift, where the factors stand along some axes of x. */
export function scaled(caffe: CaffeBuilder, x: Value, spread: Spread, shift?: Tensor): Value {
  const parameters = { ...alongAxes(spread), bias_term: shift ? true : undefined };
  const { tensor } = spread;
  if (caffe.can('Scale', [x], parameters, [tensor.shape]))
    return caffe.layer('Scale', [x], parameters, { blobs: [tensor, shift] });
  const { blob, spread: own } = asChannels(caffe, x, spread);
  const blobs = [own(tensor), shift && own(shift)];
  const made = caffe.layer('Scale', [blob], { bias_term: shift ? true : undefined }, { blobs });
  return reshaped(caffe, made, sizesOf(x));
}

/** x + shift along some axes: a layer of its own, or factors of 1 where there is none. */
export function shifted(caffe: CaffeBuilder, x: Value, spread: Spread): Value {
  const { tensor } = spread;
  if (caffe.can('Bias', [x], alongAxes(spread), [tensor.shape]))
    return caffe.layer('Bias', [x], alongAxes(spread), { blobs: [tensor] });
  return scaled(caffe, x, { ...spread, tensor: filled(tensor.shape, 1) }, tensor);
}

/**
 * A blob whose channels are all elements up to the last axis that the factors stand along, for layers that have one factor a
 * channel; and factors repeated for what lies before their axes.
 */
function asChannels(caffe: CaffeBuilder, x: Value, { axis, axes }: Spread) {
  const shape = sizesOf(x);
  const [batch = 1] = shape;
  if (axis === 0 && batch > 1) caffe.refuseAttribute('factors of each image', 'its Scale has one factor a channel');
  const [from, end] = [Math.max(axis, 1), axis + axes];
  const [outer, own] = [shape.slice(1, from), shape.slice(from, end)];
  const channels = elementCount([...outer, ...own]);
  const blob = reshaped(caffe, x, [batch, channels, elementCount(shape.slice(end)), 1]);
  const spread = (tensor: Tensor) => spreadTo(tensor.reshaped(own), [...outer, ...own]).reshaped([channels]);
  return { blob, spread };
}
