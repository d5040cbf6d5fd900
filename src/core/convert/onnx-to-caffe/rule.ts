/** A rule of this conversion: one ONNX node at the pivot opset becomes layers. */
import type { Node } from '../../ir/node.ts';
import { isStatic, type StaticShape } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { CaffeBuilder } from './builder.ts';
import { weightOf } from './weights.ts';

/**
 * Returns the blobs that stand for the node's outputs, undefined for those that nobody reads; throws a Refusal where layers cannot do
 * the same.
 */
export type CaffeRule = (node: Node, caffe: CaffeBuilder) => Value | readonly (Value | undefined)[];

/** Rules by the ONNX operator that they convert. */
export type CaffeRules = Readonly<Record<string, CaffeRule>>;

/** An operator that is one layer where the backend's table has one for it, else what others make of it. */
export function directOr(rule: CaffeRule): CaffeRule {
  return (node, caffe) => {
    const type = caffe.backend.direct[node.op];
    return type === undefined ? rule(node, caffe) : caffe.layer(type, [caffe.input(node, 0)]);
  };
}

/** The sizes of a value of the ONNX graph; refuses where one is not a number. */
export function sizes(value: Value | undefined, node: Node): StaticShape {
  const shape = value?.shape;
  if (isStatic(shape)) return shape;
  return refuse('shape-unknown', node, { reason: 'Caffe fixes every size when a network is loaded' });
}

/** The constant of an input, undefined where the input is absent; refuses one that the network computes. */
export function optionalWeight(node: Node, index: number, caffe: CaffeBuilder): Tensor | undefined {
  const value = node.input(index);
  if (!value) return undefined;
  const tensor = weightOf(value);
  return (
    tensor ?? caffe.refuseAttribute(`input ${index} computed by the network`, 'layers hold their numbers themselves')
  );
}

export function weight(node: Node, index: number, caffe: CaffeBuilder): Tensor {
  return (
    optionalWeight(node, index, caffe) ?? refuse('invalid-model', node, { reason: `${node.op} has no input ${index}` })
  );
}

/** Integers of an optional constant input. */
export function constantInts(node: Node, index: number, caffe: CaffeBuilder): readonly number[] | undefined {
  return optionalWeight(node, index, caffe)?.bigints().map(Number);
}

/** An axis counted from the front. */
export function axisOf(axis: number | bigint, rank: number): number {
  return Number(axis) < 0 ? Number(axis) + rank : Number(axis);
}
