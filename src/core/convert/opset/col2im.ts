/**
 * Col2Im before opset 18, which brought it: summing columns where they overlap is a transposed convolution whose filter k
 * is one at place k of the block and zero elsewhere. Where a run computes the sizes, columns are multiplied along each axis
 * with a matrix of zeros and ones, which says where each place of each block lies. Definition: the ONNX operator specification.
 */
import { intsOf } from '../../dialects/onnx/data.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, constantInts, down, operand, sizesOf, tooOld } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { sizeOf } from './decompositions/forms.ts';

const NEEDED = 18;

function summedColumns(node: Node, onnx: OnnxBuilder): Value {
  if (!isFloat(dtypeOf(operand(node)))) tooOld(node, NEEDED, 'it sums what is no float');
  const isKnown = [1, 2].every((index) => intsOf(operand(node, index)));
  return isKnown ? transposedConvolution(node, onnx) : placedColumns(node, onnx);
}

function transposedConvolution(node: Node, onnx: OnnxBuilder): Value {
  const columns = operand(node);
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

/** One axis, each number a list of one. */
interface OpenAxis {
  readonly image: Value;
  readonly block: Value;
  /** How many blocks there are along it. */
  readonly places: Value;
  /** The first place of the first block. */
  readonly start: number;
  readonly stride: number;
  readonly dilation: number;
}

function placedColumns(node: Node, onnx: OnnxBuilder): Value {
  const columns = operand(node);
  const [count] = node.input(1)?.shape ?? [];
  if (typeof count !== 'number') refuse('shape-unknown', node, { reason: 'the number of its sizes decides' });
  const axes = naturals(count).map((k) => openAxis(node, onnx, k, count));
  const sizes = onnx.Concat(onnx.ints([-1]), ...axes.map(({ block }) => block), ...axes.map(({ places }) => places), {
    axis: 0,
  });
  // Channels, then for each axis the blocks and the place in one, so that both are one axis for the matrix.
  const order = [0, ...naturals(count).flatMap((k) => [1 + k, 1 + count + k])];
  const blocks = onnx.transpose(onnx.Reshape(columns, sizes), order);
  const lengths = axes.map(({ block, places }) => onnx.Mul(block, places));
  let value = onnx.Reshape(blocks, onnx.Concat(onnx.ints([-1]), ...lengths, { axis: 0 }));
  for (const [k, axis] of axes.entries()) {
    const matrix = onnx.cast(hits(onnx, axis), dtypeOf(columns));
    value = onnx.movedToLast(value, k + 1, (last) => onnx.MatMul(last, matrix));
  }
  const target = onnx.Concat(sizeOf(onnx, columns, 0), onnx.ints([-1]), ...axes.map(({ image }) => image), { axis: 0 });
  return onnx.Reshape(value, target);
}

function openAxis(node: Node, onnx: OnnxBuilder, k: number, count: number): OpenAxis {
  const at = (name: string, index: number, otherwise: bigint) => Number(node.ints(name)?.[index] ?? otherwise);
  const [image, block] = [1, 2].map((index) => onnx.Gather(operand(node, index), onnx.ints([k])));
  if (!image || !block) throw new Error('an axis has two sizes');
  const [stride, dilation] = [at('strides', k, 1n), at('dilations', k, 1n)];
  const [before, after] = [at('pads', k, 0n), at('pads', k + count, 0n)];
  // (image + pads - dilation * (block - 1) - 1) / stride + 1
  const reach = onnx.Mul(block, onnx.ints([dilation]));
  const room = onnx.Sub(onnx.Add(image, onnx.ints([before + after + dilation - 1])), reach);
  const places = onnx.Add(onnx.Div(room, onnx.ints([stride])), onnx.ints([1]));
  return { image, block, places, start: -before, stride, dilation };
}

/** [places in a block * blocks, places of the image]: true where one lies on the other. */
function hits(onnx: OnnxBuilder, { image, block, places, start, stride, dilation }: OpenAxis): Value {
  const list = (length: Value) => counted(onnx, onnx.squeeze(length, [0]));
  const within = onnx.Add(onnx.Mul(list(block), onnx.ints([dilation])), onnx.ints([start]));
  const first = onnx.Mul(list(places), onnx.ints([stride]));
  const all = onnx.Add(onnx.unsqueeze(within, [1]), onnx.unsqueeze(first, [0]));
  return onnx.Equal(onnx.Reshape(all, onnx.ints([-1, 1])), onnx.unsqueeze(list(image), [0]));
}

export const col2im: readonly Adapter[] = [adapter(down(NEEDED, 'Col2Im'), summedColumns)];
