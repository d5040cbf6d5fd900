/** NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss (12). Formulas: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { typed } from './forms.ts';

/** The loss of each target, or their sum or mean; targets that are ignored count for nothing. */
function lossOf(node: Node, onnx: OnnxBuilder, logarithms: Value, target: Value, weight: Value | undefined): Value {
  const dtype = dtypeOf(logarithms);
  const ignored = node.int('ignore_index');
  const wide = onnx.cast(target, 'int64');
  const counts = ignored === undefined ? undefined : onnx.Not(onnx.Equal(wide, onnx.constant(ignored)));
  const classes = counts ? onnx.Where(counts, wide, onnx.constant(0n)) : wide;
  const found = onnx.GatherElements(logarithms, onnx.unsqueeze(classes, [1]), { axis: 1 });
  const single = onnx.Neg(onnx.squeeze(found, [1]));
  const weights = weight && onnx.Gather(weight, classes, { axis: 0 });
  const [zero, one] = [onnx.constant(0, dtype), onnx.constant(1, dtype)];
  const weighted = weights ? onnx.Mul(single, weights) : single;
  const losses = counts ? onnx.Where(counts, weighted, zero) : weighted;
  const reduction = node.string('reduction', 'mean');
  if (reduction === 'none') return losses;
  if (reduction === 'mean' && !weights && !counts) return onnx.ReduceMean(losses, { keepdims: 0 });
  const sum = onnx.ReduceSum(losses, { keepdims: 0 });
  if (reduction === 'sum') return sum;
  const counted = counts ? onnx.Where(counts, weights ?? one, zero) : weights;
  return onnx.Div(sum, onnx.ReduceSum(counted, { keepdims: 0 }));
}

const negativeLogLikelihood = adapter(down(12, 'NegativeLogLikelihoodLoss'), (node, onnx) =>
  lossOf(node, onnx, typed(node).value, operand(node, 1), node.input(2)),
);

const crossEntropy = adapter(down(12, 'SoftmaxCrossEntropyLoss'), (node, onnx) => {
  typed(node);
  // Before 13 all axes from the given one on were one.
  const logarithms =
    rankOf(node) === 2
      ? onnx.LogSoftmax(operand(node), { axis: 1 })
      : onnx.movedToLast(operand(node), 1, (x) => onnx.LogSoftmax(x, { axis: -1 }));
  const loss = lossOf(node, onnx, logarithms, operand(node, 1), node.input(2));
  return [loss, logarithms].slice(0, node.outputs.length);
});

export const losses: readonly Adapter[] = [negativeLogLikelihood, crossEntropy];
