/** Type and shape rules of quantisation and of losses. Rules: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { agree, clash, meet, needRank, type Outcome, type Rules, shapeOf } from './rule.ts';

export const quantization: Rules = {
  QuantizeLinear: (node) => {
    const [zero, given] = [node.input(2)?.dtype, outputType(node)];
    if (zero && given && zero !== given) clash(node, `output_dtype is ${given}, the zero point is ${zero}`);
    return [tensorType(zero ?? given ?? 'uint8', shapeOf(node))];
  },
  DequantizeLinear: (node) => {
    const dtype = outputType(node) ?? node.input(1)?.dtype;
    return [dtype && tensorType(dtype, shapeOf(node))];
  },
  DynamicQuantizeLinear: (node) => [shapeOf(node), [], []],
  NegativeLogLikelihoodLoss: (node) => [loss(node)],
  SoftmaxCrossEntropyLoss: (node) => [loss(node), shapeOf(node)],
};

/** 0 leaves the type to the other inputs. */
function outputType(node: Node): DataType | undefined {
  const code = node.int('output_dtype', 0n);
  return (
    dtypeOfCode(code) ?? (code === 0n ? undefined : clash(node, `output_dtype is ${code}, which is no element type`))
  );
}

/** Scores [N, C, d1, ...] and labels [N, d1, ...] give one loss for each label, or one for all. */
function loss(node: Node): Outcome {
  const [scores, labels] = [shapeOf(node), shapeOf(node, 1)];
  if (scores && scores.length < 2) clash(node, `the scores have rank ${scores.length}, less than 2`);
  if (scores && labels) {
    if (labels.length !== scores.length - 1)
      clash(node, `the labels have rank ${labels.length}, not ${scores.length - 1}`);
    const weights = needRank(node, 2, 1);
    if (weights) agree(node, weights[0], scores[1], 'the count of weights and of classes');
  }
  const each = meet(node, labels, scores && [scores[0], ...scores.slice(2)], 'shape of the labels');
  return node.string('reduction', 'mean') === 'none' ? each : [];
}
