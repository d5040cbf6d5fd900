/**
 * Col2Im before opset 18, which brought it: summing columns where they overlap is a transposed convolution whose filter k
 * is one at place k of the block and zero elsewhere.
 */
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, constantInts, down, operand, sizesOf, tooOld } from './adapter.ts';

const NEEDED = 18;

function transposedConvolution(node: Node, onnx: OnnxBuilder): Value {
  const columns = operand(node);
  if (!isFloat(dtypeOf(columns))) tooOld(node, NEEDED, 'it sums what is no float');
  const image = constantInts(node, 1, 'sizes', NEEDED) ?? [];
  const block = constantInts(node, 2, 'blocks', NEEDED) ?? [];
  const axes = image.map((_, k) => axisOf(node, k, image, block));
  // The batch may be open: -1 stands for it.
  const [, known] = columns.shape ?? [];
  const [, rows = 0] = typeof known === 'number' ? [0, known] : sizesOf(node);
  const count = block.reduce((product, size) => product * size, 1);
  const single = onnx.reshape(columns, [-1, count, ...axes.map(({ places }) => places)]);
  const filters = Array.from({ length: count * count }, (_, at) => (at % (count + 1) === 0 ? 1 : 0));
  const summed = onnx.ConvTranspose(single, onnx.constant(Tensor.of(dtypeOf(columns), [count, 1, ...block], filters)), {
    kernel_shape: block,
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    output_padding: axes.map(({ rest }) => rest),
  });
  return onnx.reshape(summed, [-1, rows / count, ...image]);
}

/** An axis of the image; `rest` is what lies behind the last place of the block. */
function axisOf(node: Node, k: number, image: readonly number[], block: readonly number[]) {
  const at = (name: string, index: number, otherwise: bigint) => Number(node.ints(name)?.[index] ?? otherwise);
  const [stride, dilation] = [at('strides', k, 1n), at('dilations', k, 1n)];
  const [before, after] = [at('pads', k, 0n), at('pads', k + image.length, 0n)];
  const room = (image[k] ?? 0) + before + after - dilation * ((block[k] ?? 1) - 1) - 1;
  return { stride, dilation, before, after, places: Math.floor(room / stride) + 1, rest: room % stride };
}

export const col2im: readonly Adapter[] = [adapter(down(NEEDED, 'Col2Im'), transposedConvolution)];
