/** Constants that become blobs: initializers, and what only moves or renames their numbers. Nothing is read before it is written. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape, stridesOf } from '../../ir/shape.ts';
import { stridedSource } from '../../ir/strided-source.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';

/** The tensor that a value always holds; undefined where it depends on the network's inputs. */
export function weightOf(value: Value): Tensor | undefined {
  const constant = constantOf(value);
  if (constant) return constant;
  const node = value.producer;
  const inner = node?.domain === '' ? node.input(0) : undefined;
  const tensor = node && inner && MOVES.has(node.op) ? weightOf(inner) : undefined;
  if (!node || !tensor) return undefined;
  if (node.op === 'Transpose') return transposed(tensor, node);
  if (node.op === 'Identity') return tensor;
  return isStatic(value.shape) ? tensor.reshaped(value.shape) : undefined;
}

const MOVES = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

function transposed(tensor: Tensor, node: Node): Tensor {
  const rank = tensor.shape.length;
  const order = node.ints('perm')?.map(Number) ?? tensor.shape.map((_, k) => rank - 1 - k);
  return permuted(tensor, order);
}

/** The same elements with their axes in another order. */
export function permuted(tensor: Tensor, order: readonly number[]): Tensor {
  const steps = stridesOf(tensor.shape);
  const shape = order.map((axis) => tensor.shape[axis] ?? 1);
  const strides = order.map((axis) => steps[axis] ?? 1);
  return new Tensor(tensor.dtype, shape, stridedSource(tensor.source, tensor.dtype, shape, strides, 0));
}

/** Copies along axes of size 1 until the shape is `shape`, as ONNX spreads operands. */
export function spreadTo(tensor: Tensor, shape: StaticShape): Tensor {
  if (tensor.shape.length === shape.length && shape.every((size, k) => size === tensor.shape[k])) return tensor;
  const missing = shape.length - tensor.shape.length;
  const own = [...Array<number>(missing).fill(1), ...tensor.shape];
  const steps = stridesOf(own);
  const strides = own.map((size, k) => (size === 1 ? 0 : (steps[k] ?? 1)));
  return new Tensor(tensor.dtype, shape, stridedSource(tensor.source, tensor.dtype, shape, strides, 0));
}

/** A function of each element, as float32, worked out when it is written. */
export function mapped(tensor: Tensor, change: (value: number) => number): Tensor {
  const compute = () => new Uint8Array(Float32Array.from(tensor.numbers(), change).buffer);
  return new Tensor('float32', tensor.shape, new ComputedSource('computed', compute));
}

export function filled(shape: StaticShape, value: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return Tensor.ofBytes('float32', shape, new Uint8Array(new Float32Array(count).fill(value).buffer));
}
