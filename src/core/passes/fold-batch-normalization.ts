/**
 * Conv or ConvTranspose followed by BatchNormalization become one: y = (Wx + b - mean) * scale / sqrt(variance + epsilon) + shift.
 * The new weights are computed when they are written. Regroups floating-point arithmetic, nothing else.
 */
import { constantOf } from '../dialects/onnx/data.ts';
import type { Graph } from '../ir/graph.ts';
import type { Node } from '../ir/node.ts';
import { ComputedSource, Tensor } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import type { PatternRule, Rewritten } from './pass.ts';

export const foldBatchNormalization: PatternRule = {
  kind: 'pattern',
  name: 'fold-batch-normalization',
  title: 'Takes a BatchNormalization by constants into the weights of the convolution before it',
  dialect: 'onnx',
  opsets: { from: 7 },
  reassociates: true,
  roots: ['BatchNormalization'],
  rewrite,
};

/** The numbers of a normalisation, one for each channel. */
interface Normalization {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

function rewrite(root: Node): Rewritten | undefined {
  const graph = root.graph;
  const found = graph && match(root);
  if (!found) return undefined;
  const { conv, weight, bias, normalization } = found;
  const [, oldWeight, oldBias] = conv.inputs;
  const label = oldWeight?.name ?? conv.output().name ?? 'weight';
  conv.setInput(
    1,
    graph.addInitializer({ name: `${label}_normalized`, constant: scaledWeight(conv, weight, normalization) }),
  );
  conv.setInput(2, graph.addInitializer({ name: `${label}_shift`, constant: shifted(bias, normalization) }));
  const [, ...parameters] = root.inputs;
  const result = root.output();
  result.replaceAllUsesWith(conv.output());
  conv.output().name = result.name;
  graph.nodes.remove(root);
  dropUnused(graph, [oldWeight, oldBias, ...parameters]);
  return { reason: 'a normalisation by constants is part of the weights', removed: [root], added: [] };
}

function match(root: Node) {
  const conv = root.input(0)?.producer;
  if (conv?.domain !== '' || (conv.op !== 'Conv' && conv.op !== 'ConvTranspose')) return undefined;
  if (conv.output().useCount !== 1 || conv.graph !== root.graph || root.int('training_mode', 0n) !== 0n)
    return undefined;
  const weight = constantAt(conv, 1);
  const bias = constantAt(conv, 2);
  if (!weight || (conv.input(2) && !bias)) return undefined;
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((k) => constantAt(root, k));
  if (!scale || !shift || !mean || !variance) return undefined;
  const normalization = { scale, shift, mean, variance, epsilon: root.float('epsilon', 1e-5) };
  return { conv, weight, bias, normalization };
}

function constantAt(node: Node, index: number): Tensor | undefined {
  const value = node.input(index);
  const constant = value && constantOf(value);
  return constant?.dtype === 'float32' ? constant : undefined;
}

function factors({ scale, variance, epsilon }: Normalization): Float64Array {
  const variances = variance.numbers();
  return Float64Array.from(scale.numbers(), (each, c) => each / Math.sqrt((variances[c] ?? 0) + epsilon));
}

/** Weights are [out, in / group, ...] for Conv and [in, out / group, ...] for ConvTranspose. */
function scaledWeight(conv: Node, weight: Tensor, normalization: Normalization): Tensor {
  const transposed = conv.op === 'ConvTranspose';
  const [rows = 1, columns = 1] = weight.shape;
  const group = Number(conv.int('group', 1n));
  const kernel = weight.count / (rows * columns);
  return computed(weight.shape, () => {
    const factor = factors(normalization);
    const values = floats(weight);
    for (let row = 0, at = 0; row < rows; row++) {
      const first = transposed ? Math.floor(row / (rows / group)) * columns : row;
      for (let column = 0; column < columns; column++) {
        const by = factor[transposed ? first + column : first] ?? 1;
        for (const end = at + kernel; at < end; at++) values[at] = (values[at] ?? 0) * by;
      }
    }
    return values;
  });
}

function shifted(bias: Tensor | undefined, normalization: Normalization): Tensor {
  const { mean, shift } = normalization;
  return computed(mean.shape, () => {
    const factor = factors(normalization);
    const [means, shifts, own] = [mean.numbers(), shift.numbers(), bias?.numbers()];
    return Float32Array.from(means, (each, c) => ((own?.[c] ?? 0) - each) * (factor[c] ?? 1) + (shifts[c] ?? 0));
  });
}

function computed(shape: readonly number[], compute: () => Float32Array): Tensor {
  const source = new ComputedSource('computed', () => {
    const values = compute();
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  });
  return new Tensor('float32', shape, source);
}

/** A copy of the elements: the bytes may stand at any offset of a larger buffer. */
function floats(tensor: Tensor): Float32Array {
  return new Float32Array(new Uint8Array(tensor.bytes()).buffer);
}

function dropUnused(graph: Graph, values: readonly (Value | undefined)[]): void {
  for (const value of values) {
    if (value && value.useCount === 0 && !graph.inputs.includes(value)) graph.initializers.delete(value);
  }
}
