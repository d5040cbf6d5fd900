/**
 * Windows that are rounded up (`ceil_mode`), written with padding in numbers. From opset 22 on a window that would start
 * in the padding at the end is left out, as PyTorch does it; before, the specification did not say so, and runtimes
 * differ in how AveragePool counts what lies outside. With padding in numbers every opset means the same.
 */
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, rankOf, sizesOf, tooOld } from './adapter.ts';

export interface Axis {
  readonly stride: number;
  readonly dilation: number;
  /** Elements of a window. */
  readonly count: number;
  /** How far a window reaches, dilation included. */
  readonly extent: number;
  readonly before: number;
  readonly after: number;
}

/** The node itself where (unless `isAlways`) rounding down says the same, else one that rounds down; nothing where it needs no change. */
export function explicitWindows(
  node: Node,
  onnx: OnnxBuilder,
  needed: number,
  isAlways = false,
): Value | readonly Value[] | undefined {
  if (node.int('ceil_mode', 0n) === 0n) return undefined;
  const autoPad = node.string('auto_pad', 'NOTSET');
  if (autoPad !== 'NOTSET') tooOld(node, needed, `it rounds up with auto_pad ${autoPad}`);
  const axes = axesOf(node);
  if (!isAlways && node.op === 'MaxPool' && axes.every(({ stride, extent, after }) => after + stride <= extent)) {
    // No window can start in the padding, whatever the size.
    return undefined;
  }
  const sizes = sizesOf(node).slice(2);
  const extra = axes.map((axis, k) => endPadding(axis, sizes[k] ?? 0));
  const pads = [...axes.map((axis) => axis.before), ...extra];
  if (node.op !== 'AveragePool' || node.int('count_include_pad', 0n) === 0n) {
    return onnx.same(node.inputs, { ceil_mode: undefined, pads });
  }
  // Counted padding becomes data; what rounding up adds beyond it is not counted.
  const given = [...axes.map((axis) => axis.before), ...axes.map((axis) => axis.after)];
  const padded = given.some((pad) => pad > 0) ? zeroPadded(node, onnx, given) : operand(node);
  const rest = [...axes.map(() => 0), ...axes.map((axis, k) => Math.max(0, (extra[k] ?? 0) - axis.after))];
  return onnx.same([padded], { ceil_mode: undefined, count_include_pad: undefined, pads: rest });
}

export function axesOf(node: Node): Axis[] {
  const count = rankOf(node) - 2;
  const kernel = node.ints('kernel_shape', []);
  const at = (name: string, k: number, otherwise: bigint) => Number(node.ints(name)?.[k] ?? otherwise);
  return Array.from({ length: count }, (_, k) => ({
    stride: at('strides', k, 1n),
    dilation: at('dilations', k, 1n),
    count: Number(kernel[k] ?? 1n),
    extent: (Number(kernel[k] ?? 1n) - 1) * at('dilations', k, 1n) + 1,
    before: at('pads', k, 0n),
    after: at('pads', k + count, 0n),
  }));
}

/** The padding at the end with which rounding down gives as many windows. */
export function endPadding({ stride, extent, before, after }: Axis, size: number): number {
  const room = size + before + after - extent;
  let windows = Math.ceil(room / stride) + 1;
  if ((windows - 1) * stride >= size + before) windows--;
  return Math.max(0, (windows - 1) * stride + extent - size - before);
}

/** A batch of images with zeros around its places. */
export function zeroPadded(node: Node, onnx: OnnxBuilder, pads: readonly number[]): Value {
  const count = pads.length / 2;
  const whole = [0, 0, ...pads.slice(0, count), 0, 0, ...pads.slice(count)];
  const x = operand(node);
  if (onnx.opset < 11)
    return onnx.node('', 'Pad', [x], [['pads', { type: 'ints', value: whole.map(BigInt) }]]).output();
  return onnx.Pad(x, onnx.constant(Tensor.of('int64', [whole.length], whole)));
}
