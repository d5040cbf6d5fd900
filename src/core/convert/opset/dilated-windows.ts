/**
 * Pooling by windows with gaps, and by windows that are rounded up, for opsets that lack them: sums are convolutions with ones,
 * the largest is found among places that are gathered along one axis after the other.
 */
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { operand, rankOf, sizesOf, tooOld } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { reduced } from './decompositions/forms.ts';
import { type Axis, axesOf, endPadding } from './windows.ts';

export function isDilated(node: Node): boolean {
  return node.ints('dilations')?.some((dilation) => dilation !== 1n) ?? false;
}

/** A dilated AveragePool: sums of windows, divided by how many elements each counts. */
export function dilatedAverages(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const x = operand(node);
  const axes = paddedAxes(node, needed);
  const total = sums(node, onnx, wide(onnx, x), axes);
  const counts = countsOf(node, axes);
  const full = axes.reduce((product, { count }) => product * count, 1);
  const same = counts?.every((along, k) => along.every((each) => each === axes[k]?.count)) ?? true;
  let average = onnx.Div(total, onnx.like(total, same ? full : 1));
  if (!same) {
    for (const [k, along] of (counts ?? []).entries()) {
      const behind = Array<number>(axes.length - k - 1).fill(1);
      average = onnx.Div(average, onnx.constant(Tensor.of(dtypeOf(total), [along.length, ...behind], along)));
    }
  }
  return onnx.cast(average, dtypeOf(x));
}

/** A dilated LpPool: the root of sums of powers, to which padding adds nothing. */
export function dilatedNorms(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const x = operand(node);
  const size = onnx.Abs(wide(onnx, x));
  const power = node.int('p', 2n);
  const number = (value: number) => onnx.like(size, value);
  const total = sums(node, onnx, power === 1n ? size : onnx.Pow(size, number(Number(power))), paddedAxes(node, needed));
  return onnx.cast(power === 1n ? total : onnx.Pow(total, number(1 / Number(power))), dtypeOf(x));
}

/** A dilated MaxPool whose sizes are known. */
export function dilatedExtremes(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const sizes = sizesOf(node).slice(2);
  return paddedAxes(node, needed).reduce((x, axis, k) => {
    const size = sizes[k] ?? 0;
    const windows = placesOf(axis, size).map((places) => {
      const inside = places.filter((place) => place >= 0 && place < size);
      const [held] = inside;
      if (held === undefined) tooOld(node, needed, 'one of its windows lies in the padding');
      // What lies outside counts for nothing: one that counts stands for it.
      return places.map((place) => (inside.includes(place) ? place : held));
    });
    const list = Tensor.of('int64', [windows.length, axis.count], windows.flat());
    return reduced(onnx, 'ReduceMax', onnx.Gather(x, onnx.constant(list), { axis: k + 2 }), [k + 3]);
  }, operand(node));
}

function wide(onnx: OnnxBuilder, x: Value): Value {
  const isNarrow = x.dtype === 'float16' || x.dtype === 'bfloat16';
  return isNarrow ? onnx.cast(x, 'float32') : x;
}

/** An axis, and the padding at its end with which rounding down gives all windows. */
export interface Padded extends Axis {
  readonly end: number;
}

/** The axes with the padding in numbers: what is rounded up has known sizes. */
export function paddedAxes(node: Node, needed: number): readonly Padded[] {
  const axes = axesOf(node);
  const autoPad = node.string('auto_pad', 'NOTSET');
  const isCeil = node.int('ceil_mode', 0n) !== 0n;
  if (!isCeil && (autoPad === 'NOTSET' || autoPad === 'VALID'))
    return axes.map((axis) => ({ ...axis, end: axis.after }));
  if (autoPad !== 'NOTSET') tooOld(node, needed, `runtimes do not agree on auto_pad ${autoPad} of windows with gaps`);
  const sizes = sizesOf(node).slice(2);
  return axes.map((axis, k) => ({ ...axis, end: endPadding(axis, sizes[k] ?? 0) }));
}

/** The sum of each window of each channel. */
function sums(node: Node, onnx: OnnxBuilder, x: Value, axes: readonly Padded[]): Value {
  const channels = operand(node).shape?.[1];
  if (typeof channels !== 'number') refuse('shape-unknown', node, { reason: 'the number of its channels decides' });
  const kernel = axes.map(({ count }) => count);
  const ones = Array<number>(kernel.reduce((product, size) => product * size, channels)).fill(1);
  return onnx.Conv(x, onnx.constant(Tensor.of(dtypeOf(x), [channels, 1, ...kernel], ones)), {
    group: channels,
    kernel_shape: kernel,
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ end }) => end)],
  });
}

/** How many elements each window counts along each axis; undefined where that is all of them, whatever the size. */
function countsOf(node: Node, axes: readonly Padded[]): readonly (readonly number[])[] | undefined {
  const includes = node.int('count_include_pad', 0n) !== 0n;
  if (axes.every(({ before, after, end }) => end === after && (includes || (before === 0 && after === 0))))
    return undefined;
  const { shape } = operand(node);
  const sizes = shape?.slice(2, rankOf(node));
  if (!isStatic(sizes)) refuse('shape-unknown', node, { reason: 'the sizes of its input decide' });
  return axes.map((axis, k) => {
    const size = sizes[k] ?? 0;
    const [from, to] = includes ? [-axis.before, size + axis.after] : [0, size];
    return placesOf(axis, size).map((places) => places.filter((place) => place >= from && place < to).length);
  });
}

/** The places that each window looks at; some may lie outside. */
export function placesOf({ stride, extent, dilation, count, before, end }: Padded, size: number): number[][] {
  const windows = Math.floor((size + before + end - extent) / stride) + 1;
  return naturals(Math.max(0, windows)).map((k) => naturals(count).map((t) => k * stride + t * dilation - before));
}
