/** Convolutions of any rank. Weights are laid out alike in PyTorch and ONNX, also for the transposed ones. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { rankOf, refuseArgument, sizes, spread } from '../support.ts';

interface Convolution {
  readonly input: Value;
  readonly weight: Value;
  readonly bias: Value | undefined;
  readonly stride: readonly number[];
  /** Zeros at both ends of each axis, or `valid` for none, or `same` for as many as keep the size. */
  readonly padding: readonly number[] | string;
  readonly dilation: readonly number[];
  readonly groups: number;
}

interface TransposedConvolution extends Convolution {
  readonly padding: readonly number[];
  readonly output_padding: readonly number[];
}

function convolve(args: Convolution, onnx: OnnxBuilder, node: Node): Value {
  const { input, weight, bias } = args;
  const kernel = sizes(weight, node).slice(2);
  const dilations = spread(args.dilation, kernel.length);
  return batched(onnx, input, kernel.length, node, (x) =>
    onnx.Conv(x, weight, bias, {
      kernel_shape: kernel,
      strides: spread(args.stride, kernel.length),
      pads: pads(args.padding, kernel, dilations, node),
      dilations,
      group: args.groups,
    }),
  );
}

function convolveTransposed(args: TransposedConvolution, onnx: OnnxBuilder, node: Node): Value {
  const { input, weight, bias } = args;
  const kernel = sizes(weight, node).slice(2);
  const padding = spread(args.padding, kernel.length);
  const output_padding = spread(args.output_padding, kernel.length);
  return batched(onnx, input, kernel.length, node, (x) =>
    onnx.ConvTranspose(x, weight, bias, {
      kernel_shape: kernel,
      strides: spread(args.stride, kernel.length),
      pads: [...padding, ...padding],
      dilations: spread(args.dilation, kernel.length),
      group: args.groups,
      ...(output_padding.some((each) => each !== 0) && { output_padding }),
    }),
  );
}

/** ONNX wants a batch; PyTorch also takes one item without. */
export function batched(onnx: OnnxBuilder, input: Value, axes: number, node: Node, inner: (x: Value) => Value): Value {
  if (rankOf(input, node) === axes + 2) return inner(input);
  return onnx.squeeze(inner(onnx.unsqueeze(input, [0])), [0]);
}

/** Begins of all axes, then ends. */
function pads(
  padding: readonly number[] | string,
  kernel: readonly number[],
  dilations: readonly number[],
  node: Node,
): number[] {
  if (typeof padding === 'string') {
    if (padding !== 'valid' && padding !== 'same')
      refuseArgument(node, `padding='${padding}'`, 'there is no such padding');
    const totals = kernel.map((size, k) => (padding === 'same' ? (dilations[k] ?? 1) * (size - 1) : 0));
    // PyTorch puts the odd one at the end.
    const begins = totals.map((total) => Math.floor(total / 2));
    return [...begins, ...totals.map((total, k) => total - (begins[k] ?? 0))];
  }
  const both = spread(padding, kernel.length);
  return [...both, ...both];
}

export const convolution = lowerings({
  // Time, batch and channels in that order.
  'aten::conv_tbc': ({ self, weight, bias, pad }, onnx, node) => {
    const filters = onnx.transpose(weight, [2, 1, 0]);
    const result = onnx.Conv(onnx.transpose(self, [1, 2, 0]), filters, bias, {
      kernel_shape: sizes(weight, node).slice(0, 1),
      pads: [pad, pad],
    });
    return onnx.transpose(result, [2, 0, 1]);
  },
  'aten::conv1d': convolve,
  'aten::conv2d': convolve,
  'aten::conv3d': convolve,
  'aten::conv_transpose1d': convolveTransposed,
  'aten::conv_transpose2d': convolveTransposed,
  'aten::conv_transpose3d': convolveTransposed,
  'aten::convolution': (args, onnx, node) =>
    args.transposed ? convolveTransposed(args, onnx, node) : convolve(args, onnx, node),
  'aten::_convolution': (args, onnx, node) =>
    args.transposed ? convolveTransposed(args, onnx, node) : convolve(args, onnx, node),
});
