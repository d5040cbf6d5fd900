/** Whole layers that transformer modules become in evaluation. Rules: ATen/native/transformers/attention.cpp. */
import { fresh, type Rule, type RuleTable, sizeAt } from '../rule.ts';

const headedAttention: Rule = (args) => {
  const { dtype, shape } = args.tensor('query');
  const [batch, length] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const keys = sizeAt(args.tensor('key').shape, 1);
  const heads = args.bool('average_attn_weights') ? [] : [args.number('num_head')];
  // Without `need_weights` the second result is no tensor at all, and nothing can read it.
  return [fresh(dtype, shape), fresh(dtype, args.bool('need_weights') ? [batch, ...heads, length, keys] : [0])];
};

export const transformer: RuleTable = {
  _native_multi_head_attention: headedAttention,
  _transformer_encoder_layer_fwd: (args) => fresh(args.tensor('src').dtype, args.tensor('src').shape),
};
