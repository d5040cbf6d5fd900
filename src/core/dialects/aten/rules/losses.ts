/** Losses: one number, or one for each element where nothing is reduced. Rules: ATen/native/Loss.cpp, LossNLL.cpp. */
import { resultType } from '../promotion.ts';
import {
  agreeShapes,
  broadcast,
  each,
  fresh,
  mismatch,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  type TensorInfo,
} from '../rule.ts';
import { elementwise } from './pointwise.ts';

/** `reduction` 0 keeps all elements; 1 is their mean, 2 their sum. */
function reduced(args: RuleArguments, all: TensorInfo): TensorInfo {
  return args.number('reduction') === 0 ? all : fresh(all.dtype, []);
}

const pairwise: Rule = (args) => {
  const operands = [args.tensor('self'), args.tensor('target')];
  return reduced(args, elementwise(resultType(operands), operands));
};

const among = (...names: readonly string[]): Rule => {
  return (args) => {
    const operands = names.map((name) => args.tensor(name));
    return reduced(args, elementwise(resultType(operands), operands));
  };
};

/** One loss for each target. */
const perTarget: Rule = (args) => {
  const [input1, input2, target] = [args.tensor('input1'), args.tensor('input2'), args.tensor('target')];
  agreeShapes(input1.shape, input2.shape, 'cosine_embedding_loss');
  const { length } = target.shape;
  if (length > 1 || input1.shape.length !== length + 1)
    mismatch(`cosine_embedding_loss of ${input1.shape.length} axes for targets of ${length}`);
  agreeShapes(target.shape, input1.shape.slice(0, length), 'cosine_embedding_loss');
  return reduced(args, fresh(resultType([input1, input2]), target.shape));
};

/** The classes stand along axis 1, or alone. */
function perSample(self: TensorInfo): TensorInfo {
  return packed(self.dtype, self.shape.length < 2 ? [] : [...self.shape.slice(0, 1), ...self.shape.slice(2)], self);
}

const likelihood: Rule = (args) => reduced(args, perSample(args.tensor('self')));

export const losses: RuleTable = {
  ...each('soft_margin_loss hinge_embedding_loss', pairwise),
  margin_ranking_loss: among('input1', 'input2', 'target'),
  poisson_nll_loss: among('input', 'target'),
  cosine_embedding_loss: perTarget,
  ...each('l1_loss mse_loss smooth_l1_loss huber_loss kl_div', pairwise),
  ...each('binary_cross_entropy binary_cross_entropy_with_logits', (args) => {
    const parts = ['self', 'target', 'weight', 'pos_weight'].flatMap((name) => args.optionalTensor(name) ?? []);
    const shape = broadcast(...parts.map((part) => part.shape));
    return reduced(args, packed(args.tensor('self').dtype, shape, ...parts));
  }),
  ...each('nll_loss nll_loss2d nll_loss_nd cross_entropy_loss', likelihood),
  ...each('nll_loss_forward nll_loss2d_forward', (args) => [
    reduced(args, perSample(args.tensor('self'))),
    fresh(args.tensor('self').dtype, []),
  ]),
};
