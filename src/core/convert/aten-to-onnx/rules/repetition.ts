/** Each element so many times in a row (torch.repeat_interleave). */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axisFrom, dimAt, dimsOf, rankOf, resultDims, resultType } from '../support.ts';
import { expandTo } from './shape.ts';

/** Which element stands at each place: the first whose run ends behind it. */
function sources(repeats: Value, onnx: OnnxBuilder): Value {
  const counts = onnx.cast(repeats, 'int64');
  const ends = onnx.CumSum(counts, onnx.constant(0n));
  const total = onnx.ReduceSum(counts, undefined, { keepdims: 0 });
  const places = onnx.unsqueeze(onnx.Range(onnx.constant(0n), total, onnx.constant(1n)), [1]);
  const over = onnx.cast(onnx.LessOrEqual(ends, places), 'int64');
  return onnx.ReduceSum(over, onnx.ints([1]), { keepdims: 0 });
}

/** One count for all elements is a count for each. */
function countsOf(repeats: Value, x: Value, axis: number, onnx: OnnxBuilder, node: Node): Value {
  const shape = dimsOf(repeats, node);
  const size = dimAt(x, axis, node);
  const list = shape.length === 0 ? onnx.unsqueeze(repeats, [0]) : repeats;
  return shape.length === 0 || shape[0] === 1 ? expandTo(onnx, list, [size], node) : list;
}

export const repetition = lowerings({
  'aten::repeat_interleave.Tensor': ({ repeats }, onnx, node) => onnx.cast(sources(repeats, onnx), resultType(node)),
  'aten::repeat_interleave.self_Tensor': ({ self, repeats, dim }, onnx, node) => {
    const x = dim === undefined || rankOf(self, node) === 0 ? onnx.reshape(self, [-1]) : self;
    const axis = axisFrom(dim ?? 0, rankOf(x, node));
    return onnx.Gather(x, sources(countsOf(repeats, x, axis, onnx, node), onnx), { axis });
  },
  'aten::repeat_interleave.self_int': ({ self, repeats, dim }, onnx, node) => {
    const flat = dim === undefined ? onnx.reshape(self, [-1]) : self;
    const axis = axisFrom(dim ?? 0, rankOf(flat, node));
    const column = onnx.unsqueeze(flat, [axis + 1]);
    const wide = dimsOf(column, node).map((size, k) => (k === axis + 1 ? repeats : size));
    return onnx.reshape(expandTo(onnx, column, wide, node), resultDims(node));
  },
});
