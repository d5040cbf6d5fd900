/**
 * How alike two blobs are: at all displacements of the second, as a Scan over them (lmb-freiburg/flownet2,
 * src/caffe/layers/correlation_layer.cpp and .cu), or with one as the kernel that slides over the other (ModelTC/NART,
 * art/modules/default/src/op/correlation.cpp).
 */
import { graph as graphAttribute, int } from '../../../ir/attribute.ts';
import { Graph } from '../../../ir/graph.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tensorType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

const HOLDER = 'correlation_param';

const displaced: LayerRule = (layer, onnx) => {
  const value = (name: string, otherwise: number) => layer.number(`${HOLDER}.${name}`, otherwise);
  if (layer.flag(`${HOLDER}.do_abs`)) layer.refuse('do_abs', 'it is not known what it does');
  if (value('single_direction', 0) !== 0) layer.refuse('single_direction', 'it is not known what it does');
  const [a, b] = [layer.bottom(), layer.bottom(1)];
  const sizes = layer.sizes(a);
  if (layer.sizes(b).join() !== sizes.join()) layer.invalid('its bottoms are of different shapes');
  const [kernel, most, pad] = [value('kernel_size', 0), value('max_displacement', 0), value('pad', 0)];
  const [stride, step] = [value('stride_1', 1), value('stride_2', 1)];
  if (kernel % 2 !== 1) layer.invalid('its kernel is even');
  const border = most + (kernel - 1) / 2;
  const counts = sizes.slice(2).map((size) => Math.ceil((size + 2 * pad - 2 * border) / stride));
  if (counts.some((count) => count < 1)) layer.invalid('its displacements do not fit into its bottoms');
  // All that the kernel meets at one displacement.
  const patch = counts.map((count) => (count - 1) * stride + kernel);
  const padded = (x: Value) => (pad === 0 ? x : onnx.Pad(x, onnx.ints([0, 0, pad, pad, 0, 0, pad, pad])));
  const axes = onnx.ints([2, 3]);
  const ends = onnx.ints(patch.map((size) => most + size));
  const first = onnx.Slice(padded(a), onnx.ints([most, most]), ends, axes);
  const second = padded(b);
  const radius = Math.floor(most / step);
  const shifts = Array.from({ length: 2 * radius + 1 }, (_, k) => most + (k - radius) * step);
  const starts = shifts.flatMap((down) => shifts.flatMap((right) => [down, right]));
  const body = new Graph('displacement');
  const start = body.addInput({ name: onnx.unique('start'), type: tensorType('int64', [2]) });
  const inner = onnx.within(body);
  const other = inner.Slice(second, start, inner.Add(start, inner.ints(patch)), axes);
  const differs = layer.text(`${HOLDER}.correlation_type`, 'MULTIPLY') === 'SUBTRACT';
  const compared = differs ? inner.Abs(inner.Sub(first, other)) : inner.Mul(first, other);
  const mean = inner.ReduceMean(compared, inner.ints([1]), { keepdims: 1 });
  const windows = { kernel_shape: [kernel, kernel], strides: [stride, stride] };
  const pooled = kernel === 1 && stride === 1 ? mean : inner.AveragePool(mean, windows);
  body.addOutput(inner.reshape(pooled, [sizes[0] ?? 1, ...counts]));
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(1n)],
  ] as const;
  const places = onnx.constant(Tensor.of('int64', [starts.length / 2, 2], starts));
  return onnx.transpose(onnx.node('', 'Scan', [places], attributes).output(), [1, 0, 2, 3]);
};

/** All images and channels as groups of one convolution. */
const sliding: LayerRule = (layer, onnx) => {
  const [kernel, x] = [layer.bottom(), layer.bottom(1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(x);
  const [kernels = 1, kernelChannels = 1, rows = 1, across = 1] = layer.sizes(kernel);
  if (kernels !== batch)
    layer.refuse(`${kernels} kernels for ${batch} images`, 'it is not known which goes with which');
  const grouped = layer.number(`${HOLDER}.groups`, 1) !== 1;
  const outputs = grouped ? channels : kernelChannels / channels;
  if (!Number.isInteger(outputs) || (grouped && kernelChannels !== channels))
    layer.invalid(`its kernel has ${kernelChannels} channels for ${channels}`);
  const group = grouped ? batch * channels : batch;
  const weights = onnx.reshape(kernel, [batch * outputs, grouped ? 1 : channels, rows, across]);
  const y = onnx.Conv(onnx.reshape(x, [1, batch * channels, height, width]), weights, { group: BigInt(group) });
  return onnx.reshape(y, [batch, outputs, height - rows + 1, width - across + 1]);
};

/**
 * The mean over channels of products with elements to the left, the farthest first. The engine reads neither pad nor
 * single_direction (ModelTC/NART, art/modules/default/src/op/correlation1d.cpp).
 */
const alongRows: LayerRule = (layer, onnx) => {
  const [a, b] = [layer.bottom(), layer.bottom(1)];
  const [batch = 1, channels = 1, height = 1, width = 1] = layer.sizes(a);
  if (layer.sizes(b).join() !== [batch, channels, height, width].join())
    layer.invalid('its bottoms are of different shapes');
  for (const name of ['pad', 'single_direction']) layer.has(`${HOLDER}.${name}`);
  if (layer.number(`${HOLDER}.kernel_size`, 1) !== 1)
    layer.refuse('a kernel of several elements', 'the engine does not read it');
  const count = layer.number(`${HOLDER}.max_displacement`, 0) + 1;
  const padded = onnx.Pad(b, onnx.ints([0, 0, 0, count, 0, 0, 0, 0]));
  const body = new Graph('displacement');
  const start = body.addInput({ name: onnx.unique('start'), type: tensorType('int64', [1]) });
  const inner = onnx.within(body);
  const other = inner.Slice(padded, start, inner.Add(start, inner.ints([width])), inner.ints([3]));
  const mean = inner.ReduceMean(inner.Mul(a, other), inner.ints([1]), { keepdims: 0 });
  body.addOutput(inner.reshape(mean, [batch, height, width]));
  const attributes = [
    ['body', graphAttribute(body)],
    ['num_scan_inputs', int(1n)],
  ] as const;
  const starts = Array.from({ length: count }, (_, k) => k);
  const places = onnx.constant(Tensor.of('int64', [count, 1], starts));
  return onnx.transpose(onnx.node('', 'Scan', [places], attributes).output(), [1, 0, 2, 3]);
};

export const correlation: LayerRules = { Correlation: displaced, Correlation1D: alongRows };

/** By dialect. */
export const correlationOf: Readonly<Record<string, LayerRules>> = { nart: { Correlation: sliding } };
