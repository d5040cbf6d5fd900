/** Constants that are there before anything is computed. */
import { constantAttribute } from '../../dialects/onnx/data.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { FoldLimits } from './limits.ts';

/** The constant that a value is without any computation: an initializer that nobody may replace, or a Constant node's. */
export function givenConstant(value: Value): Tensor | undefined {
  const { producer } = value;
  if (!producer) return value.overridable ? undefined : value.constant;
  return producer.op === 'Constant' && producer.domain === '' ? constantAttribute(producer) : undefined;
}

/** Whether a node makes floats of quantised weights, which are four times as large. */
export function widensWeights(node: Node, { keptIntegers }: Pick<FoldLimits, 'keptIntegers'>): boolean {
  const [input, output] = [node.input(0), node.output()];
  if (node.op !== 'Cast' || !input || !output.dtype || !isFloat(output.dtype)) return false;
  const given = givenConstant(input);
  return (given?.dtype === 'int8' || given?.dtype === 'uint8') && given.count >= keptIntegers;
}

export function byteLengthOf(tensor: Tensor | undefined): number {
  return tensor && tensor.dtype !== 'string' ? tensor.byteLength : 0;
}
