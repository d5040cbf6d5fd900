/**
 * The whole-layer operators that PyTorch's transformer modules turn into in evaluation, written out. Source:
 * ATen/native/transformers/transformer.cpp and attention.cpp.
 */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Lowered, lowerings } from '../lowering.ts';
import { dimAt, dimsOf } from '../support.ts';
import { applyLinear } from './linear.ts';

interface HeadedAttention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly embed_dim: number;
  readonly num_head: number;
  readonly qkv_weight: Value;
  readonly qkv_bias: Value;
  readonly proj_weight: Value;
  readonly proj_bias: Value;
  readonly mask: Value | undefined;
  readonly need_weights: boolean;
  readonly average_attn_weights: boolean;
  readonly mask_type: number | undefined;
}

/** Attention of several heads with its projections. Inputs are [batch, length, embed_dim]; the mask is true where hidden. */
function headedAttention(args: HeadedAttention, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const { embed_dim, num_head, mask } = args;
  const width = embed_dim / num_head;
  const [q, k, v] = projections(args, onnx, node).map((each) => {
    const [batch, length] = dimsOf(each, node);
    return onnx.transpose(onnx.reshape(each, [batch, length, num_head, width]), [0, 2, 1, 3]);
  });
  if (!q || !k || !v) throw new Error('attention without query, key and value');
  const products = onnx.MatMul(onnx.Mul(q, onnx.like(q, 1 / Math.sqrt(width))), onnx.transpose(k, [0, 1, 3, 2]));
  const scores = mask
    ? onnx.Where(shapedMask(mask, args.mask_type, onnx, node), onnx.like(products, Number.NEGATIVE_INFINITY), products)
    : products;
  const shares = onnx.Softmax(scores, { axis: -1 });
  const [batch, length] = dimsOf(args.query, node);
  const context = onnx.reshape(onnx.transpose(onnx.MatMul(shares, v), [0, 2, 1, 3]), [batch, length, embed_dim]);
  const output = applyLinear(onnx, context, args.proj_weight, args.proj_bias, node);
  if (!args.need_weights) return [output];
  return [output, args.average_attn_weights ? onnx.ReduceMean(shares, onnx.ints([1]), { keepdims: 0 }) : shares];
}

/** Query, key and value by the rows of one weight: in one product where all three are the same. */
function projections(args: HeadedAttention, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const { query, key, value, embed_dim, qkv_weight, qkv_bias } = args;
  if (query === key && key === value) {
    const all = applyLinear(onnx, query, qkv_weight, qkv_bias, node);
    return onnx.many('Split', [all], { axis: 2, num_outputs: 3 }, 3);
  }
  const rows = (x: Value, part: number) =>
    onnx.Slice(x, onnx.ints([part * embed_dim]), onnx.ints([(part + 1) * embed_dim]), onnx.ints([0]));
  return [query, key, value].map((each, k) => {
    const product = onnx.MatMul(each, onnx.transpose(rows(qkv_weight, k), [1, 0]));
    return onnx.Add(product, rows(qkv_bias, k));
  });
}

/** As [batch, heads, query, key]. Kind 0 hides pairs of places, 1 hides keys of a batch, 2 has all axes already. */
function shapedMask(mask: Value, kind: number | undefined, onnx: OnnxBuilder, node: Node): Value {
  // A mask of numbers counts as one of bools: whatever is not 0 hides.
  const hides = onnx.cast(mask, 'bool');
  if (kind !== 1) return hides;
  return onnx.reshape(hides, [dimAt(mask, 0, node), 1, 1, dimAt(mask, 1, node)]);
}

export const transformer = lowerings({
  'aten::_native_multi_head_attention': (args, onnx, node): Lowered => headedAttention(args, onnx, node),

  'aten::_transformer_encoder_layer_fwd': (args, onnx, node) => {
    const { src, norm_first } = args;
    const norm = (x: Value, scale: Value, shift: Value) =>
      onnx.LayerNormalization(x, scale, shift, { axis: -1, epsilon: args.eps });
    const first = (x: Value) => norm(x, args.norm_weight_1, args.norm_bias_1);
    const second = (x: Value) => norm(x, args.norm_weight_2, args.norm_bias_2);

    const x = norm_first ? first(src) : src;
    const attention = { ...args, query: x, key: x, value: x, num_head: args.num_heads };
    const [attended] = headedAttention({ ...attention, need_weights: false, average_attn_weights: true }, onnx, node);
    const sum = onnx.Add(attended, src);
    const middle = norm_first ? sum : first(sum);

    const wide = applyLinear(onnx, norm_first ? second(middle) : middle, args.ffn_weight_1, args.ffn_bias_1, node);
    const active = args.use_gelu ? onnx.Gelu(wide) : onnx.Relu(wide);
    const result = onnx.Add(applyLinear(onnx, active, args.ffn_weight_2, args.ffn_bias_2, node), middle);
    return norm_first ? result : second(result);
  },
});
