/** DequantizeLinear and QuantizeLinear with a scale for each slice of an axis, by the operators that were there before. */
import { constantOf } from '../dialects/onnx/data.ts';
import type { Node } from '../ir/node.ts';
import { elementCount, isStatic, type StaticShape, sameShape } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { refuse } from '../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from './builder.ts';

/** Numbers of integers: the very formula of DequantizeLinear, whose integers stay as small as they are. */
export function dequantizedByArithmetic(node: Node, onnx: OnnxBuilder): Value {
  const x = onnx.cast(operand(node), dtypeOf(operand(node, 1)));
  const zero = node.input(2);
  return onnx.Mul(zero ? onnx.Sub(x, along(node, zero, x, onnx)) : x, along(node, operand(node, 1), x, onnx));
}

const ENDS = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535] } as const;

/** Integers of numbers: halves go to the even neighbour, and what lies beyond the type to its ends. */
export function quantizedByArithmetic(node: Node, type: keyof typeof ENDS, onnx: OnnxBuilder): Value {
  const [given, zero] = [operand(node), node.input(2)];
  // Half floats do not reach as far as 16 bits.
  const x = given.dtype === 'float16' && type.endsWith('16') ? onnx.cast(given, 'float32') : given;
  const steps = onnx.Round(onnx.Div(x, along(node, operand(node, 1), x, onnx)));
  const shifted = zero ? onnx.Add(steps, along(node, zero, x, onnx)) : steps;
  const [least, most] = ENDS[type].map((end) => onnx.like(x, end));
  return onnx.cast(onnx.Clip(shifted, least, most), type);
}

/** Whether there is one scale (or one zero point) for all. */
export function isSingle({ shape }: Value): boolean {
  return isStatic(shape) && elementCount(shape) === 1;
}

/** The scale or the zero points as numbers of the type of `x`, in a shape that spreads over its other axes. */
function along(node: Node, list: Value, x: Value, onnx: OnnxBuilder): Value {
  const shape = isSingle(list) ? [] : channelShape(node, list);
  const [constant, dtype] = [constantOf(list), dtypeOf(x)];
  if (!constant) return onnx.reshape(onnx.cast(list, dtype), shape);
  const same = constant.dtype === dtype;
  if (same && sameShape(constant.shape, shape)) return list;
  return onnx.constant(same ? constant.reshaped(shape) : Tensor.of(dtype, shape, constant.numbers()));
}

function channelShape(node: Node, list: Value): StaticShape {
  const rank = node.input(0)?.rank;
  const [channels] = isStatic(list.shape) ? list.shape : [];
  if (rank === undefined || channels === undefined)
    refuse('shape-unknown', node, { reason: 'the shapes of its input and its scale decide' });
  const axis = Number(node.int('axis', 1n));
  const behind = rank - 1 - (axis < 0 ? axis + rank : axis);
  return [channels, ...Array<number>(behind).fill(1)];
}

function operand(node: Node, index = 0): Value {
  return node.input(index) ?? refuse('invalid-model', node, { reason: `${node.operator} lacks input ${index}` });
}
