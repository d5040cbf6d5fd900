/** Sums, means and maxima of embeddings in bags. Bag k holds the indices from offset k to the next. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { filled, range, refuseArgument, resultType, sizeAt, sizes } from '../support.ts';

interface Bags {
  readonly weight: Value;
  readonly indices: Value;
  readonly offsets: Value;
  /** 0 sums, 1 takes the mean, 2 the largest. */
  readonly mode: number;
  readonly per_sample_weights: Value | undefined;
  readonly include_last_offset: boolean;
  readonly padding_idx?: number | undefined;
}

/** [bags, indices]: whether an index lies in a bag. */
function membership(args: Bags, onnx: OnnxBuilder, node: Node): Value {
  const count = sizeAt(args.indices, 0, node);
  const listed = onnx.cast(args.offsets, 'int64');
  const known = sizeAt(listed, 0, node) - (args.include_last_offset ? 1 : 0);
  const part = (start: number, end: number) => onnx.Slice(listed, onnx.ints([start]), onnx.ints([end]), onnx.ints([0]));
  const starts = args.include_last_offset ? part(0, known) : listed;
  const ends = args.include_last_offset
    ? part(1, known + 1)
    : onnx.Concat(part(1, known), onnx.ints([count]), { axis: 0 });
  const places = onnx.ints(range(count));
  const inside = onnx.And(
    onnx.LessOrEqual(onnx.unsqueeze(starts, [1]), places),
    onnx.Less(places, onnx.unsqueeze(ends, [1])),
  );
  const padding = args.padding_idx ?? -1;
  if (padding === -1) return inside;
  const rows = sizeAt(args.weight, 0, node);
  const index = onnx.like(args.indices, padding < 0 ? padding + rows : padding);
  return onnx.And(inside, onnx.Not(onnx.Equal(args.indices, index)));
}

const bags: Lowering<Bags> = (args, onnx, node) => {
  if (node.outputs.slice(1).some((output) => output.useCount > 0))
    refuseArgument(node, 'the results behind the first', 'they are of use in training only');
  if (sizes(args.indices, node).length !== 1) refuseArgument(node, 'indices', 'they are no list');
  const inside = membership(args, onnx, node);
  const found = onnx.Gather(args.weight, args.indices, { axis: 0 });
  const dtype = dtypeOf(found);
  const vectors = args.per_sample_weights ? onnx.Mul(found, onnx.unsqueeze(args.per_sample_weights, [1])) : found;
  const counts = onnx.ReduceSum(onnx.cast(inside, dtype), onnx.ints([1]));
  if (args.mode === 2) {
    const wide = onnx.Where(onnx.unsqueeze(inside, [2]), vectors, onnx.like(vectors, Number.NEGATIVE_INFINITY));
    const most = onnx.ReduceMax(wide, onnx.ints([1]), { keepdims: 0 });
    // An empty bag gives zeros.
    return onnx.Where(onnx.Equal(counts, onnx.like(counts, 0)), onnx.like(most, 0), most);
  }
  const sums = onnx.MatMul(onnx.cast(inside, dtype), vectors);
  if (args.mode === 0) return sums;
  return onnx.Div(sums, onnx.Max(counts, filled(onnx, [], 1, resultType(node))));
};

export const embeddingBags = lowerings({
  'aten::embedding_bag': bags,
  'aten::_embedding_bag': bags,
  'aten::_embedding_bag_forward_only': bags,
});
