/**
 * Pooling by windows: how many there are is computed here, and said to ONNX as padding at the end, which all runtimes understand
 * alike; what the average of a window at the border counts too.
 */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';
import type { Windows } from './windows.ts';

/** How a framework counts windows, and what an average is over. */
export interface PoolingRules {
  /** How many windows there are beside the first, for so many places that are left and a stride. */
  readonly further: (rest: number, stride: number, windows: Windows) => number;
  /** Along which axes a last window goes that begins behind the image and the padding before it. */
  readonly clips: (windows: Windows, axis: number) => boolean;
  /** Whether a kernel that is larger than the image and its padding is cut to these. */
  readonly fits?: boolean;
  /** What an average counts: the image and its padding, but nothing behind; or the image alone. */
  readonly counts: 'padding' | 'image';
}

/** One axis: its size, its windows, and how many of them there are. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly count: number;
}

export const roundedUp = (rest: number, stride: number) => Math.ceil(rest / stride);
export const roundedDown = (rest: number, stride: number) => Math.floor(rest / stride);

export const wherePadded = ({ pad }: Windows) => pad.some((size) => size > 0);

/** BVLC/caffe, src/caffe/layers/pooling_layer.cpp: what others are held against. */
export const CAFFE_POOLING: PoolingRules = { further: roundedUp, clips: wherePadded, counts: 'padding' };

/** (size + 2 pad - kernel) / stride + 1 windows. */
function axesOf(layer: Layer, sizes: StaticShape, windows: Windows, rules: PoolingRules): readonly Axis[] {
  return sizes.map((size, k) => {
    const [given = 1, stride = 1, pad = 0] = [windows.kernel[k], windows.stride[k], windows.pad[k]];
    const kernel = rules.fits ? Math.min(given, size + 2 * pad) : given;
    if (pad >= kernel) layer.invalid(`its padding ${pad} is not smaller than its kernel ${kernel}`);
    let count = rules.further(size + 2 * pad - kernel, stride, windows) + 1;
    if (rules.clips(windows, k) && (count - 1) * stride >= size + pad) count--;
    if (count < 1) layer.invalid(`its kernel of ${kernel} is larger than what it slides over`);
    if ((count - 1) * stride - pad >= size)
      layer.refuse(`a stride of ${stride}`, 'its last window lies behind the image');
    return { size, kernel, stride, pad, count };
  });
}

/** How far the last window reaches behind the image. */
function overhang({ size, kernel, stride, pad, count }: Axis): number {
  return Math.max((count - 1) * stride + kernel - pad - size, 0);
}

function attributesOf(axes: readonly Axis[]) {
  return {
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ pad }) => pad), ...axes.map(overhang)],
  };
}

function average(x: Value, axes: readonly Axis[], { counts }: PoolingRules, onnx: OnnxBuilder): Value {
  if (counts === 'image') return onnx.AveragePool(x, { ...attributesOf(axes), count_include_pad: 0 });
  const y = onnx.AveragePool(x, { ...attributesOf(axes), count_include_pad: 1 });
  if (axes.every((axis) => overhang(axis) <= axis.pad)) return y;
  // What lies behind the padding was counted: by the size of each window that was to count.
  const full = elementCount(axes.map(({ kernel }) => kernel));
  const areas = axes.map(countedAlong).reduce<number[]>((all, row) => all.flatMap((a) => row.map((b) => a * b)), [1]);
  const shape = axes.map(({ count }) => count);
  const factors = areas.map((area) => full / area);
  return onnx.Mul(y, onnx.constant(Tensor.of('float32', shape, factors)));
}

/** How much of each window along an axis lies within the image and its padding. */
function countedAlong({ size, kernel, stride, pad, count }: Axis): number[] {
  return Array.from({ length: count }, (_, k) => Math.min(k * stride - pad + kernel, size + pad) - (k * stride - pad));
}

/** What stochastic pooling does when nothing is trained: sum of squares by sum, 0 where that is not positive. */
function expected(layer: Layer, x: Value, axes: readonly Axis[], onnx: OnnxBuilder): Value {
  if (axes.some(({ pad }) => pad > 0)) layer.invalid('stochastic pooling has no padding');
  const mean = (of: Value) => onnx.AveragePool(of, { ...attributesOf(axes), count_include_pad: 1 });
  const sum = mean(x);
  const zero = onnx.like(x, 0);
  return onnx.Where(onnx.Greater(sum, zero), onnx.Div(mean(onnx.Mul(x, x)), sum), zero);
}

/** Places of the largest within each plane, as numbers: what a second top of MAX pooling holds. */
function placesOf(indices: Value, plane: number, onnx: OnnxBuilder): Value {
  return onnx.cast(onnx.Mod(indices, onnx.constant(plane, 'int64')), 'float32');
}

/** Pools the axes behind the channels. Gives as many tops as the layer has: two of MAX pooling alone. */
export function pooled(
  layer: Layer,
  x: Value,
  method: string,
  windows: Windows,
  rules: PoolingRules,
  onnx: OnnxBuilder,
): readonly Value[] {
  const sizes = layer.imageSizes(x);
  const axes = axesOf(layer, sizes, windows, rules);
  if (layer.tops > 1 && method !== 'MAX') layer.invalid('a second top goes with MAX pooling alone');
  switch (method) {
    case 'MAX': {
      if (layer.tops < 2) return [onnx.MaxPool(x, attributesOf(axes))];
      const [y, indices] = onnx.many('MaxPool', [x], attributesOf(axes), 2) as [Value, Value];
      return [y, placesOf(indices, elementCount(sizes), onnx)];
    }
    case 'AVE':
      return [average(x, axes, rules, onnx)];
    case 'STOCHASTIC':
      return [expected(layer, x, axes, onnx)];
    default:
      return layer.refuse(`the method ${method}`, 'it is not known what it does');
  }
}
