/** DeformConv (19): sampled columns and a product of matrices. Formulas: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, sizesOf } from '../adapter.ts';
import { naturals } from './counting.ts';
import { typed } from './forms.ts';
import { extentOf, rowsOf, type Sampling, sampled, tapsAt } from './sampling.ts';

const SAMPLING: Sampling = { mode: 'linear', padding: 'zeros', corners: false, dtype: 'float32' };

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly image: StaticShape;
  readonly kernel: StaticShape;
  /** Of the result. */
  readonly output: StaticShape;
  readonly outputChannels: number;
  readonly groups: number;
  /** Groups of channels that share their offsets. */
  readonly offsetGroups: number;
}

const deformConv = adapter(down(19, 'DeformConv'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const sizes = readSizes(node);
  const { batch, channels, image, kernel, output, groups, offsetGroups } = sizes;
  const [spatial, places] = [image.length, elementCount(kernel)];
  // [batch, offset groups, places of the kernel, output ...]
  const rank = spatial + 3;
  const offsets = onnx.Reshape(operand(node, 2), onnx.ints([batch, offsetGroups, places, spatial, ...output]));
  const grouped = onnx.Reshape(x, onnx.ints([batch * offsetGroups, channels / offsetGroups, ...image]));
  const axes = naturals(spatial).map((axis) => {
    const own = onnx.cast(onnx.Gather(offsets, onnx.constant(BigInt(axis)), { axis: 3 }), SAMPLING.dtype);
    const place = onnx.Add(own, onnx.constant(regular(node, sizes, axis)));
    const extent = extentOf(onnx, grouped, axis + 2, SAMPLING.dtype);
    return { taps: tapsAt(onnx, place, extent, SAMPLING, dtype), size: onnx.ints([image[axis] ?? 0]) };
  });
  const ones = Array<number>(spatial + 1).fill(1);
  const samples = Tensor.of('int64', [batch, offsetGroups, ...ones], naturals(batch * offsetGroups));
  const rows = rowsOf(onnx, grouped, 1, spatial + 2);
  const values = masked(node, onnx, sampled(onnx, rows, onnx.constant(samples), axes, rank, dtype), sizes);
  // Channels before the places of the kernel, as in the weights.
  const order = [0, 1, rank, 2, ...naturals(spatial).map((k) => k + 3)];
  const depth = (channels / groups) * places;
  const columns = onnx.Reshape(onnx.transpose(values, order), onnx.ints([batch, groups, depth, elementCount(output)]));
  const weights = onnx.Reshape(operand(node, 1), onnx.ints([groups, sizes.outputChannels / groups, depth]));
  const product = onnx.Reshape(onnx.MatMul(weights, columns), onnx.ints([batch, sizes.outputChannels, ...output]));
  const bias = node.input(3);
  if (!bias) return product;
  return onnx.Add(
    product,
    onnx.unsqueeze(
      bias,
      naturals(spatial).map((k) => k + 1),
    ),
  );
});

function readSizes(node: Node): Sizes {
  const [batch = 0, channels = 0, ...image] = sizesOf(node);
  const [outputChannels = 0, , ...kernel] = sizesOf(node, 1);
  const [, , ...output] = sizesOf(node, 2);
  const [groups, offsetGroups] = ['group', 'offset_group'].map((name) => Number(node.int(name, 1n)));
  if (!groups || !offsetGroups || channels % groups !== 0 || channels % offsetGroups !== 0) {
    refuse('invalid-model', node, { reason: `${channels} channels do not divide into its groups` });
  }
  return { batch, channels, image, kernel, output, outputChannels, groups, offsetGroups };
}

/** Where each place of the kernel would look without offsets: [places of the kernel, output ...] */
function regular(node: Node, { kernel, output }: Sizes, axis: number): Tensor {
  const at = (name: string, otherwise: bigint) => Number(node.ints(name)?.[axis] ?? otherwise);
  const [stride, dilation, pad] = [at('strides', 1n), at('dilations', 1n), at('pads', 0n)];
  const behind = elementCount(kernel.slice(axis + 1));
  const size = output[axis] ?? 0;
  const shape = [elementCount(kernel), ...output.map((each, k) => (k === axis ? each : 1))];
  const numbers = naturals(elementCount(kernel)).flatMap((place) => {
    const own = Math.floor(place / behind) % (kernel[axis] ?? 1);
    return naturals(size).map((k) => k * stride - pad + own * dilation);
  });
  return Tensor.of(SAMPLING.dtype, shape, numbers);
}

/** Each sampled value has a factor where there is a mask. */
function masked(node: Node, onnx: OnnxBuilder, values: Value, { batch, kernel, output, offsetGroups }: Sizes): Value {
  const mask = node.input(4);
  if (!mask) return values;
  const shape = [batch, offsetGroups, elementCount(kernel), ...output, 1];
  return onnx.Mul(values, onnx.Reshape(mask, onnx.ints(shape)));
}

export const deformableConvolution: readonly Adapter[] = [deformConv];
