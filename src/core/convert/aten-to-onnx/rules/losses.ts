/** Losses, by the formulas of torch.nn.functional. `reduction` 0 keeps every element, 1 takes the mean, 2 the sum. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { commonType, filled, range, rankOf, refuseArgument, resultType, sizeAt } from '../support.ts';

function reduced(onnx: OnnxBuilder, losses: Value, reduction: number): Value {
  if (reduction === 0 || losses.rank === 0) return losses;
  // The mean of nothing is no number; runtimes give zero.
  if (reduction === 1 && losses.shape?.includes(0)) return onnx.like(losses, Number.NaN);
  const op = reduction === 1 ? 'ReduceMean' : 'ReduceSum';
  return onnx[op](losses, undefined, { keepdims: 0 });
}

interface Pair {
  readonly self: Value;
  readonly target: Value;
  readonly reduction: number;
}

const pairwise =
  <Args extends Pair>(loss: (onnx: OnnxBuilder, distance: Value, args: Args) => Value): Lowering<Args> =>
  (args, onnx) => {
    const dtype = commonType(args.self, args.target);
    const distance = onnx.Sub(onnx.cast(args.self, dtype), onnx.cast(args.target, dtype));
    return reduced(onnx, loss(onnx, distance, args), args.reduction);
  };

function halfSquared(onnx: OnnxBuilder, x: Value): Value {
  return onnx.Mul(onnx.Mul(x, x), onnx.like(x, 0.5));
}

function inType(onnx: OnnxBuilder, node: Node, ...values: readonly [Value, Value, ...Value[]]): [Value, Value, Value] {
  const dtype = resultType(node);
  const [a, b, c = b] = values;
  return [onnx.cast(a, dtype), onnx.cast(b, dtype), onnx.cast(c, dtype)];
}

/** `x` but for targets of that number, which give nothing. */
function unless(onnx: OnnxBuilder, target: Value, number: number, x: Value): Value {
  return onnx.Where(onnx.Equal(target, onnx.like(target, number)), onnx.like(x, 0), x);
}

/** Stirling's formula for the logarithm of the factorial of what is above 1. */
function stirling(onnx: OnnxBuilder, y: Value): Value {
  const root = onnx.Mul(onnx.Log(onnx.Mul(y, onnx.like(y, 2 * Math.PI))), onnx.like(y, 0.5));
  const made = onnx.Add(onnx.Sub(onnx.Mul(y, onnx.Log(y)), y), root);
  return onnx.Where(onnx.LessOrEqual(y, onnx.like(y, 1)), onnx.like(y, 0), made);
}

interface Likelihood extends Pair {
  readonly weight: Value | undefined;
  readonly ignore_index: number;
}

const REDUCTIONS = ['none', 'mean', 'sum'] as const;

/** Both take [batch, classes, ...]; PyTorch also takes one sample, [classes]. */
function likelihood(
  op: 'NegativeLogLikelihoodLoss' | 'SoftmaxCrossEntropyLoss',
  args: Likelihood,
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const single = rankOf(args.self, node) === 1;
  const [scores, classes] = single
    ? [onnx.unsqueeze(args.self, [0]), onnx.unsqueeze(args.target, [0])]
    : [args.self, args.target];
  const loss = onnx[op](scores, classes, args.weight, {
    reduction: REDUCTIONS[args.reduction] ?? 'mean',
    ignore_index: args.ignore_index,
  });
  return single && args.reduction === 0 ? onnx.squeeze(loss, [0]) : loss;
}

const negativeLogLikelihood: Lowering<Likelihood> = (args, onnx, node) =>
  likelihood('NegativeLogLikelihoodLoss', args, onnx, node);

export const losses = lowerings({
  'aten::l1_loss': pairwise((onnx, distance) => onnx.Abs(distance)),
  'aten::mse_loss': pairwise((onnx, distance) => onnx.Mul(distance, distance)),
  // Half the square below the bend, a straight line above.
  'aten::smooth_l1_loss': pairwise((onnx, distance, { beta }) => {
    const size = onnx.Abs(distance);
    if (beta === 0) return size;
    const bend = onnx.like(size, beta);
    const curve = onnx.Div(halfSquared(onnx, distance), bend);
    return onnx.Where(onnx.Less(size, bend), curve, onnx.Sub(size, onnx.like(size, beta / 2)));
  }),
  'aten::huber_loss': pairwise((onnx, distance, { delta }) => {
    const size = onnx.Abs(distance);
    const bend = onnx.like(size, delta);
    const line = onnx.Mul(bend, onnx.Sub(size, onnx.like(size, delta / 2)));
    return onnx.Where(onnx.LessOrEqual(size, bend), halfSquared(onnx, distance), line);
  }),
  'aten::soft_margin_loss': ({ self, target, reduction }, onnx, node) => {
    const [x, y] = inType(onnx, node, self, target);
    return reduced(onnx, onnx.Softplus(onnx.Neg(onnx.Mul(x, y))), reduction);
  },
  'aten::margin_ranking_loss': ({ input1, input2, target, margin, reduction }, onnx, node) => {
    const [a, b, y] = inType(onnx, node, input1, input2, target);
    return reduced(onnx, onnx.Relu(onnx.Add(onnx.Mul(y, onnx.Sub(b, a)), onnx.like(a, margin))), reduction);
  },
  // Targets other than 1 and -1 count on both sides.
  'aten::hinge_embedding_loss': ({ self, target, margin, reduction }, onnx, node) => {
    const [x, y] = inType(onnx, node, self, target);
    const far = unless(onnx, y, 1, onnx.Relu(onnx.Sub(onnx.like(x, margin), x)));
    return reduced(onnx, onnx.Add(far, unless(onnx, y, -1, x)), reduction);
  },
  // One angle for each target: the vectors lie behind its axes.
  'aten::cosine_embedding_loss': ({ input1, input2, target, margin, reduction }, onnx, node) => {
    const [a, b, y] = inType(onnx, node, input1, input2, target);
    const axis = onnx.ints([rankOf(target, node)]);
    const summed = (x: Value) => onnx.ReduceSum(x, axis, { keepdims: 0 });
    const length = (x: Value) => onnx.Add(summed(onnx.Mul(x, x)), onnx.like(x, 1e-12));
    const cosine = onnx.Div(summed(onnx.Mul(a, b)), onnx.Sqrt(onnx.Mul(length(a), length(b))));
    const zero = onnx.like(a, 0);
    const near = onnx.Where(onnx.Equal(y, onnx.like(y, 1)), onnx.Sub(onnx.like(a, 1), cosine), zero);
    const far = onnx.Relu(onnx.Sub(cosine, onnx.like(a, margin)));
    return reduced(onnx, onnx.Add(near, onnx.Where(onnx.Equal(y, onnx.like(y, -1)), far, zero)), reduction);
  },
  'aten::poisson_nll_loss': ({ input, target, log_input, full, eps, reduction }, onnx, node) => {
    const [x, y] = inType(onnx, node, input, target);
    const log = log_input ? x : onnx.Log(onnx.Add(x, onnx.like(x, eps)));
    const loss = onnx.Sub(log_input ? onnx.Exp(x) : x, onnx.Mul(y, log));
    return reduced(onnx, full ? onnx.Add(loss, stirling(onnx, y)) : loss, reduction);
  },
  'aten::kl_div': ({ self, target, reduction, log_target }, onnx, node) => {
    const dtype = resultType(node);
    const [x, y] = [onnx.cast(self, dtype), onnx.cast(target, dtype)];
    if (log_target) return reduced(onnx, onnx.Mul(onnx.Exp(y), onnx.Sub(y, x)), reduction);
    // Nothing of a target that is zero.
    const zero = onnx.like(y, 0);
    const surprise = onnx.Where(onnx.Equal(y, zero), zero, onnx.Mul(y, onnx.Log(y)));
    return reduced(onnx, onnx.Sub(surprise, onnx.Mul(y, x)), reduction);
  },
  'aten::binary_cross_entropy': ({ self, target, weight, reduction }, onnx) => {
    const one = onnx.like(self, 1);
    // PyTorch lets no logarithm fall below -100.
    const bounded = (x: Value) => onnx.Max(onnx.Log(x), onnx.like(self, -100));
    const other = onnx.Mul(onnx.Sub(target, one), bounded(onnx.Sub(one, self)));
    const loss = onnx.Sub(other, onnx.Mul(target, bounded(self)));
    return reduced(onnx, weight ? onnx.Mul(loss, weight) : loss, reduction);
  },
  // log(1 + exp(-x)) stays finite as a softplus.
  'aten::binary_cross_entropy_with_logits': ({ self, target, weight, pos_weight, reduction }, onnx) => {
    const one = onnx.like(self, 1);
    const rest = onnx.Mul(onnx.Sub(one, target), self);
    const log = onnx.Softplus(onnx.Neg(self));
    const factor = pos_weight ? onnx.Add(onnx.Mul(onnx.Sub(pos_weight, one), target), one) : undefined;
    const loss = onnx.Add(rest, factor ? onnx.Mul(factor, log) : log);
    return reduced(onnx, weight ? onnx.Mul(loss, weight) : loss, reduction);
  },
  'aten::nll_loss': negativeLogLikelihood,
  'aten::nll_loss2d': negativeLogLikelihood,
  'aten::nll_loss_nd': negativeLogLikelihood,
  'aten::nll_loss_forward': (args, onnx, node) => [
    negativeLogLikelihood(args, onnx, node) as Value,
    totalWeight(args, onnx, node),
  ],
  'aten::nll_loss2d_forward': (args, onnx, node) => [
    negativeLogLikelihood(args, onnx, node) as Value,
    totalWeight(args, onnx, node),
  ],
  'aten::cross_entropy_loss': (args, onnx, node) => {
    const { self, target, weight, reduction, label_smoothing } = args;
    const shares = target.dtype === dtypeOf(self);
    if (!shares && label_smoothing === 0) return likelihood('SoftmaxCrossEntropyLoss', args, onnx, node);
    if (!shares || label_smoothing !== 0)
      refuseArgument(node, 'label_smoothing', 'ONNX has no smoothed cross entropy: it is of use in training only');
    const axis = rankOf(self, node) === 1 ? 0 : 1;
    const logs = onnx.LogSoftmax(self, { axis });
    const classes = sizeAt(self, axis, node);
    const scale = weight && onnx.reshape(weight, [classes, ...range(rankOf(self, node) - 1 - axis).map(() => 1)]);
    const products = onnx.Mul(logs, scale ? onnx.Mul(target, scale) : target);
    const perSample = onnx.Neg(onnx.ReduceSum(products, onnx.ints([axis]), { keepdims: 0 }));
    return reduced(onnx, perSample, reduction);
  },
});

/** What the mean divides by: the weights of the classes that count, or how many there are. */
function totalWeight(
  { self, target, weight, reduction, ignore_index }: Likelihood,
  onnx: OnnxBuilder,
  node: Node,
): Value {
  const dtype = dtypeOf(self);
  const unused = node.outputs[1]?.useCount === 0 || (reduction === 0 && rankOf(self, node) > 1);
  if (unused) return filled(onnx, [], 0, dtype);
  const counts = onnx.Not(onnx.Equal(target, onnx.like(target, ignore_index)));
  const own = weight
    ? onnx.Gather(weight, onnx.Where(counts, target, onnx.like(target, 0)), { axis: 0 })
    : onnx.like(self, 1);
  return onnx.ReduceSum(onnx.Mul(onnx.cast(counts, dtype), own), undefined, { keepdims: 0 });
}
