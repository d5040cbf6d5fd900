/** Scaled dot-product attention, written out as torch.nn.functional documents it. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { dimAt, dimsOf, filled, rankOf, refuseArgument, sizeAt } from '../support.ts';
import { expandTo, swapAxes } from './shape.ts';

export interface Attention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly attn_mask: Value | undefined;
  readonly is_causal: boolean;
  readonly scale: number | undefined;
}

/** softmax(scale * query x key^T + mask) x value. A boolean mask says what takes part; a float one is added. */
export function attend(args: Attention, onnx: OnnxBuilder, node: Node): Value {
  const { query, key, value, attn_mask, is_causal } = args;
  const rank = rankOf(query, node);
  const factor = args.scale ?? 1 / Math.sqrt(sizeAt(query, rank - 1, node));
  const products = onnx.MatMul(query, swapAxes(onnx, key, -2, -1, node));
  let scores = factor === 1 ? products : onnx.Mul(products, onnx.like(products, factor));
  if (is_causal) {
    const square = [dimAt(query, rank - 2, node), dimAt(key, rankOf(key, node) - 2, node)];
    const triangle = onnx.Trilu(filled(onnx, square, true, 'bool'), { upper: 0 });
    scores = onnx.Where(triangle, scores, onnx.like(scores, Number.NEGATIVE_INFINITY));
  }
  if (!attn_mask) return onnx.MatMul(onnx.Softmax(scores, { axis: -1 }), value);
  const boolean = attn_mask.dtype === 'bool';
  scores = boolean
    ? onnx.Where(attn_mask, scores, onnx.like(scores, Number.NEGATIVE_INFINITY))
    : onnx.Add(scores, onnx.cast(attn_mask, dtypeOf(scores)));
  const shares = onnx.Softmax(scores, { axis: -1 });
  // Where a row is masked altogether, PyTorch gives zeros and a softmax alone would give no numbers.
  const none = onnx.like(shares, 0);
  const kept = boolean
    ? onnx.Where(attn_mask, shares, none)
    : onnx.Where(onnx.IsInf(attn_mask, { detect_positive: 0 }), none, shares);
  return onnx.MatMul(kept, value);
}

/** Keys or values of fewer heads than the query: each serves several neighbours. */
function repeatedHeads(onnx: OnnxBuilder, x: Value, heads: number, node: Node): Value {
  const shape = dimsOf(x, node);
  const at = shape.length - 3;
  const own = sizeAt(x, at, node);
  if (own === heads) return x;
  const wide = [...shape.slice(0, at + 1), heads / own, ...shape.slice(at + 1)];
  const repeated = expandTo(onnx, onnx.unsqueeze(x, [at + 1]), wide, node);
  return onnx.reshape(repeated, [...shape.slice(0, at), heads, ...shape.slice(at + 1)]);
}

export const attention = lowerings({
  // As exported programs write it for a CPU after they were decomposed. Only training reads the second result.
  'aten::_scaled_dot_product_flash_attention_for_cpu': (args, onnx, node) => {
    if (args.dropout_p > 0) refuseDropout(node);
    if ((node.outputs[1]?.useCount ?? 0) > 0) refuseArgument(node, 'logsumexp', 'it is of use in training only');
    return attend(args, onnx, node);
  },
  'aten::_scaled_dot_product_attention_math': (args, onnx, node) => {
    if (args.dropout_p > 0 || args.dropout_mask) refuseDropout(node);
    if ((node.outputs[1]?.useCount ?? 0) > 0) refuseArgument(node, 'the weights', 'read them off the softmax instead');
    return grouped(args, onnx, node);
  },
  'aten::scaled_dot_product_attention': (args, onnx, node) => {
    if (args.dropout_p > 0) refuseDropout(node);
    return grouped(args, onnx, node);
  },
});

function refuseDropout(node: Node): never {
  refuseArgument(node, 'dropout_p', 'its result is random: export the model after model.eval()');
}

function grouped(args: Attention & { readonly enable_gqa: boolean }, onnx: OnnxBuilder, node: Node): Value {
  if (!args.enable_gqa) return attend(args, onnx, node);
  const heads = sizeAt(args.query, rankOf(args.query, node) - 3, node);
  const [key, value] = [args.key, args.value].map((each) => repeatedHeads(onnx, each, heads, node));
  return attend({ ...args, key: key ?? args.key, value: value ?? args.value }, onnx, node);
}
