/** Pooling. Output sizes are PyTorch's: a window that begins behind the input and its left padding does not count. */
import type { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, elementCount, exactQuotient, floorDivide, isStatic, sameDim } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowered, lowerings } from '../lowering.ts';
import {
  asNumber,
  dimAt,
  dimsOf,
  neutral,
  range,
  rankOf,
  refuseArgument,
  resultDims,
  sizeAt,
  spread,
} from '../support.ts';
import { batched } from './convolution.ts';

interface Windows {
  readonly kernel_shape: number[];
  readonly strides: number[];
  readonly dilations: number[];
  /** Zeros (or nothing) at both ends, as asked for. */
  readonly padding: number[];
  /** How far the last window reaches beyond the input: at least the padding of floor mode, more in ceil mode. */
  readonly ends: number[];
  /** Only so many windows count, where that may be fewer than there is room for. */
  readonly counts: readonly Dim[] | undefined;
}

interface PoolArguments {
  readonly self: Value;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceil_mode: boolean;
}

/**
 * Ceil mode as longer padding at the end, because runtimes round differently there: the sizes come from the output that
 * capture recorded.
 */
function windows(args: PoolArguments, dilation: readonly number[], axes: number, node: Node): Windows {
  const kernel_shape = spread(args.kernel_size, axes);
  const strides = args.stride.length === 0 ? kernel_shape : spread(args.stride, axes);
  const padding = spread(args.padding, axes);
  const dilations = spread(dilation, axes);
  const input = dimsOf(args.self, node).slice(-axes);
  const output = resultDims(node).slice(-axes);
  let counts: readonly Dim[] | undefined;
  const ends = range(axes).map((k) => {
    const [asked = 0, step = 1, size, count] = [padding[k], strides[k], input[k], output[k]];
    if (!args.ceil_mode) return asked;
    const reach = ((kernel_shape[k] ?? 1) - 1) * (dilations[k] ?? 1) + 1;
    if (typeof size === 'number' && typeof count === 'number')
      return Math.max(asked, (count - 1) * step - asked + reach - size);
    // Room for every window that ceil mode may add: of those a few may not count.
    const end = asked + step - 1;
    if (end >= reach) refuseArgument(node, 'ceil_mode=True', 'its windows may lie beyond an input of unknown size');
    if (!sameDim(add(floorDivide(add(size, asked + end - reach), step), 1), count)) counts = output;
    return end;
  });
  return { kernel_shape, strides, dilations, padding, ends, counts };
}

/** The first windows of each of the last axes. */
function counted(onnx: OnnxBuilder, x: Value, counts: readonly Dim[] | undefined, node: Node): Value {
  if (!counts) return x;
  const axes = range(counts.length, rankOf(x, node) - counts.length);
  return onnx.Slice(x, onnx.ints(counts.map(() => 0)), onnx.sizes(counts), onnx.ints(axes));
}

function maxPool(
  args: PoolArguments & { readonly dilation: readonly number[] },
  onnx: OnnxBuilder,
  node: Node,
): Lowered {
  const axes = args.kernel_size.length === 1 ? axesOf(node) : args.kernel_size.length;
  const { padding, ends, counts, ...rest } = windows(args, args.dilation, axes, node);
  const attributes = { ...rest, pads: [...padding, ...ends] };
  const indices = node.outputs[1];
  // Runtimes want windows to be longer than the padding.
  const reachesTooFar = ends.some((end, k) => end >= (rest.kernel_shape[k] ?? 1));
  if (!indices || indices.useCount === 0) {
    const all = batched(onnx, args.self, axes, node, (x) => {
      if (!reachesTooFar) return onnx.MaxPool(x, attributes);
      const lowest = neutral(onnx, x, Number.NEGATIVE_INFINITY);
      return onnx.MaxPool(padded(onnx, x, padding, ends, node, lowest), {
        ...rest,
        pads: ends.map(() => 0).concat(ends.map(() => 0)),
      });
    });
    return counted(onnx, all, counts, node);
  }
  if (reachesTooFar) refuseArgument(node, 'ceil_mode', 'its last window lies behind the input by more than its length');
  const single = rankOf(args.self, node) === axes + 1;
  const x = single ? onnx.unsqueeze(args.self, [0]) : args.self;
  const [values, flat] = onnx.many('MaxPool', [x], attributes, 2);
  // ONNX counts through the whole tensor, PyTorch within each plane.
  const plane = elementCount(dimsOf(args.self, node).slice(-axes));
  const within = flat && onnx.Mod(flat, onnx.size(plane));
  return [values, within].flatMap((each) =>
    each ? [counted(onnx, single ? onnx.squeeze(each, [0]) : each, counts, node)] : [],
  );
}

interface AveragePoolArguments extends PoolArguments {
  readonly count_include_pad: boolean;
  readonly divisor_override?: number | undefined;
}

function averagePool(args: AveragePoolArguments, onnx: OnnxBuilder, node: Node): Value {
  const axes = args.kernel_size.length === 1 ? axesOf(node) : args.kernel_size.length;
  const { padding, ends, kernel_shape, strides, counts } = windows(args, [1], axes, node);
  const overhang = ends.map((end, k) => end - (padding[k] ?? 0));
  const beyond = overhang.some((each) => each > 0);
  const rule = { kernel_shape, strides };
  const all = batched(onnx, args.self, axes, node, (x) => {
    if (args.divisor_override !== undefined) {
      // The sum of a window, from its mean over zeros too.
      const mean = onnx.AveragePool(padded(onnx, x, padding, ends, node), rule);
      return onnx.Mul(mean, onnx.like(x, kernel_shape.reduce((a, b) => a * b, 1) / args.divisor_override));
    }
    if (!args.count_include_pad || padding.every((each) => each === 0)) {
      return onnx.AveragePool(x, { ...rule, pads: [...padding, ...ends], count_include_pad: 0 });
    }
    if (!beyond) return onnx.AveragePool(x, { ...rule, pads: [...padding, ...padding], count_include_pad: 1 });
    // Padding counts, what lies beyond it does not: so the padding becomes data.
    const data = padded(onnx, x, padding, padding, node);
    return onnx.AveragePool(data, { ...rule, pads: [...padding.map(() => 0), ...overhang], count_include_pad: 0 });
  });
  return counted(onnx, all, counts, node);
}

function padded(
  onnx: OnnxBuilder,
  x: Value,
  begins: readonly number[],
  ends: readonly number[],
  node: Node,
  filling = onnx.like(x, 0),
): Value {
  if ([...begins, ...ends].every((each) => each === 0)) return x;
  const outer = Array<number>(rankOf(x, node) - begins.length).fill(0);
  return onnx.Pad(x, onnx.ints([...outer, ...begins, ...outer, ...ends]), filling);
}

function axesOf(node: Node): number {
  const found = /([123])d/.exec(node.op);
  return Number(found?.[1] ?? 1);
}

interface AdaptiveArguments {
  readonly self: Value;
  readonly output_size: readonly (number | Expression)[];
}

/** How many times the input is as long as the output along each axis, where that is a number on all; else undefined. */
function wholeWindows(self: Value, axes: number, node: Node): number[] | undefined {
  const output = resultDims(node).slice(-axes);
  const times = dimsOf(self, node)
    .slice(-axes)
    .map((size, k) => exactQuotient(size, output[k]));
  return isStatic(times) ? [...times] : undefined;
}

function adaptiveAverage({ self }: AdaptiveArguments, onnx: OnnxBuilder, node: Node): Value {
  const axes = axesOf(node);
  const output = resultDims(node).slice(-axes);
  const kernel = wholeWindows(self, axes, node);
  if (output.every((size) => size === 1)) return batched(onnx, self, axes, node, (x) => onnx.GlobalAveragePool(x));
  if (kernel?.every((each) => each === 1)) return self;
  if (kernel) {
    return batched(onnx, self, axes, node, (x) => onnx.AveragePool(x, { kernel_shape: kernel, strides: kernel }));
  }
  // Windows of different lengths, axis by axis.
  const rank = rankOf(self, node);
  let x = self;
  for (const [k, size] of output.entries()) {
    const axis = rank - axes + k;
    const from = dimAt(self, axis, node);
    if (sameDim(from, size)) continue;
    if (size === 1) {
      x = onnx.ReduceMean(x, onnx.ints([axis]));
      continue;
    }
    const known = typeof from === 'number' && typeof size === 'number';
    const means = known ? knownMeans(onnx, from, size, self) : computedMeans(onnx, from, size, self);
    x = onnx.movedToLast(x, axis, means);
  }
  return x;
}

/** Means of the windows along the last axis. */
type Means = (x: Value) => Value;

function knownMeans(onnx: OnnxBuilder, from: number, to: number, like: Value): Means {
  const matrix = onnx.constant(meansOfWindows(from, to, like));
  return (x) => onnx.MatMul(x, matrix);
}

/** Where window `k` of an adaptive pooling begins and ends. */
function adaptiveWindow(k: number, from: number, to: number): { start: number; end: number } {
  return { start: Math.floor((k * from) / to), end: Math.ceil(((k + 1) * from) / to) };
}

/** [from, to]: column k takes the mean of window k. */
function meansOfWindows(from: number, to: number, like: Value): Tensor {
  const matrix = Array<number>(from * to).fill(0);
  for (const k of range(to)) {
    const { start, end } = adaptiveWindow(k, from, to);
    for (let i = start; i < end; i++) matrix[i * to + k] = 1 / (end - start);
  }
  return Tensor.of(dtypeOf(like), [from, to], matrix);
}

/** Of sizes that only a run knows: sums of the windows by their lengths, as PyTorch computes them. */
function computedMeans(onnx: OnnxBuilder, from: Dim, to: Dim, like: Value): Means {
  const [zero, one] = [onnx.constant(0n), onnx.constant(1n)];
  const [rows, columns] = [onnx.size(from), onnx.size(to)];
  const places = onnx.unsqueeze(onnx.Range(zero, rows, one), [1]);
  const windows = onnx.Range(zero, columns, one);
  const starts = onnx.Div(onnx.Mul(windows, rows), columns);
  // Rounded up.
  const ends = onnx.Div(onnx.Add(onnx.Mul(onnx.Add(windows, one), rows), onnx.Sub(columns, one)), columns);
  const inside = onnx.And(onnx.GreaterOrEqual(places, starts), onnx.Less(places, ends));
  const dtype = dtypeOf(like);
  const lengths = onnx.cast(onnx.Sub(ends, starts), dtype);
  return (x) => onnx.Div(onnx.MatMul(x, onnx.cast(inside, dtype)), lengths);
}

/** Above this many windows of unequal length a model would drown in slices. */
const MAX_WINDOWS = 64;

function adaptiveMax({ self }: AdaptiveArguments, onnx: OnnxBuilder, node: Node): Lowered {
  const indices = node.outputs[1];
  if (indices && indices.useCount > 0) refuseArgument(node, 'return_indices=True', 'ONNX has no adaptive pooling');
  const axes = axesOf(node);
  const kernel = wholeWindows(self, axes, node);
  if (
    resultDims(node)
      .slice(-axes)
      .every((size) => size === 1)
  )
    return batched(onnx, self, axes, node, (x) => onnx.GlobalMaxPool(x));
  if (kernel) {
    return batched(onnx, self, axes, node, (x) => onnx.MaxPool(x, { kernel_shape: kernel, strides: kernel }));
  }
  const output = resultDims(node)
    .slice(-axes)
    .map((each) => asNumber(each, node));
  if (Math.max(...output) > MAX_WINDOWS)
    refuseArgument(node, 'output_size', 'it does not divide the input, and is too large to write out');
  const rank = rankOf(self, node);
  let x = self;
  for (const [k, size] of output.entries()) {
    const axis = rank - axes + k;
    const from = sizeAt(self, axis, node);
    const parts = range(size).map((each) => {
      const { start, end } = adaptiveWindow(each, from, size);
      return onnx.ReduceMax(onnx.Slice(x, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis])), onnx.ints([axis]));
    });
    x = onnx.Concat(...parts, { axis });
  }
  return x;
}

export const pooling = lowerings({
  'aten::max_pool1d': maxPool,
  'aten::max_pool2d': maxPool,
  'aten::max_pool3d': maxPool,
  'aten::max_pool1d_with_indices': maxPool,
  'aten::max_pool2d_with_indices': maxPool,
  'aten::max_pool3d_with_indices': maxPool,
  'aten::avg_pool1d': averagePool,
  'aten::avg_pool2d': averagePool,
  'aten::avg_pool3d': averagePool,
  'aten::adaptive_avg_pool1d': adaptiveAverage,
  'aten::adaptive_avg_pool2d': adaptiveAverage,
  'aten::_adaptive_avg_pool2d': adaptiveAverage,
  'aten::adaptive_avg_pool3d': adaptiveAverage,
  'aten::_adaptive_avg_pool3d': adaptiveAverage,
  'aten::adaptive_max_pool1d': adaptiveMax,
  'aten::adaptive_max_pool2d': adaptiveMax,
  'aten::adaptive_max_pool3d': adaptiveMax,
});
