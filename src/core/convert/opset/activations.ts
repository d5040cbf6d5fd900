/** Adapters of activations whose inputs, attributes or types changed. */

import { constantOf } from '../../dialects/onnx/data.ts';
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld, up } from './adapter.ts';
import { chosen } from './decompositions/choosing.ts';
import { typed } from './decompositions/forms.ts';

const SOFTMAX = ['Softmax', 'LogSoftmax', 'Hardmax'];

/** From 13 on these work along one axis; before, over everything from `axis` on. They agree on the last axis. */
const softmaxDown = adapter(down(13, ...SOFTMAX), (node, onnx) => {
  const axis = node.int('axis', -1n);
  if (axis === -1n) return onnx.same([operand(node)], { axis: -1 });
  const rank = rankOf(node);
  const from = normalAxis(node, axis, rank);
  return onnx.movedToLast(operand(node), from, (x) => onnx.same([x], { axis: -1 })[0] ?? x);
});

const softmaxUp = adapter(up(13, ...SOFTMAX), (node, onnx) => {
  const x = operand(node);
  const axis = node.int('axis', 1n);
  if (axis === -1n || (x.rank !== undefined && normalAxis(node, axis, x.rank) === x.rank - 1)) {
    return onnx.same([x], { axis: -1 });
  }
  const flat = onnx.Flatten(x, { axis });
  const [result = flat] = onnx.same([flat], { axis: -1 });
  return onnx.Reshape(result, onnx.shapeOf(x));
});

/** Relu of integers came with 14. */
const relu = adapter(down(14, 'Relu'), (node, onnx) => {
  const x = operand(node);
  return x.dtype?.startsWith('int') ? onnx.Max(x, onnx.like(x, 0)) : undefined;
});

/** Bounds are inputs from 11 on, attributes before. */
const clipDown = adapter(down(11, 'Clip'), (node, onnx) => {
  const [x, min, max] = [operand(node), node.input(1), node.input(2)];
  const [least, most] = [min, max].map((bound) => bound && constantOf(bound)?.numbers()[0]);
  // Attributes are floats of 32 bits.
  const isKnown = [min && (least ?? Number.NaN), max && (most ?? Number.NaN)].every(
    (bound) => bound === undefined || Math.fround(bound) === bound,
  );
  if (isKnown) return onnx.same([x], { min: least, max: most });
  // Not Max and Min: a NaN stays one, and where the bounds cross the upper one counts.
  const raised = min ? chosen(onnx, node, onnx.Less(x, min), min, x) : x;
  return max ? chosen(onnx, node, onnx.Less(max, raised), max, raised) : raised;
});

const clipUp = adapter(up(11, 'Clip'), (node, onnx) => {
  const { value: x } = typed(node);
  const bound = (name: string) => {
    const value = node.float(name);
    return value === undefined ? undefined : onnx.like(x, value);
  };
  return onnx.same([x, bound('min'), bound('max')], { min: undefined, max: undefined });
});

/** Outside of training, or where nothing is to be dropped, the input is given as it is; from 12 on the ratio is an input. */
const dropoutDown = adapter(down(12, 'Dropout'), (node, onnx) => {
  const [given, training] = [node.input(1), node.input(2)];
  const ratio = given && constantOf(given)?.numbers()[0];
  const trains = training !== undefined && constantOf(training)?.numbers()[0] !== 0;
  if (trains && ratio !== 0) tooOld(node, 12, 'it may run in training');
  if (trains || givesMask(node)) return keptWhole(node, onnx);
  return onnx.same([operand(node)], { seed: undefined, ratio });
});

const dropoutUp = adapter(up(12, 'Dropout'), (node, onnx) => {
  const ratio = node.float('ratio', 0.5);
  return onnx.same([operand(node), onnx.constant(ratio)], { ratio: undefined });
});

/** The mask was of the data's type before 10, and bool from then on. */
const dropoutMaskDown = adapter(down(10, 'Dropout'), (node, onnx) =>
  givesMask(node) ? keptWhole(node, onnx) : undefined,
);
const dropoutMaskUp = adapter(up(10, 'Dropout'), (node) => {
  if (givesMask(node)) tooOld(node, 10, 'its mask is used');
  return undefined;
});

/** Whether somebody reads the mask; one that nobody reads is left out. */
function givesMask(node: Node): boolean {
  if (node.outputs.length < 2) return false;
  if (node.output(1).useCount > 0) return true;
  node.removeLastOutput();
  return false;
}

/** What a Dropout gives that drops nothing: the input, and a mask that lets everything through. */
function keptWhole(node: Node, onnx: OnnxBuilder): readonly Value[] {
  const x = operand(node);
  const result = [onnx.Identity(x)];
  if (givesMask(node)) result.push(onnx.ConstantOfShape(onnx.Shape(x), { value: Tensor.of('bool', [1], [true]) }));
  return result;
}

const castLike = adapter(down(15, 'CastLike'), (node, onnx) => {
  return onnx.Cast(operand(node), { to: codeOfDtype(typed(node, 1).dtype) });
});

export const activations: readonly Adapter[] = [
  softmaxDown,
  softmaxUp,
  relu,
  clipDown,
  clipUp,
  dropoutDown,
  dropoutUp,
  dropoutMaskDown,
  dropoutMaskUp,
  castLike,
];
