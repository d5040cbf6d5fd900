/** Distinct elements (torch.unique): all of them in order, or those of neighbours. */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axisFrom, dimAt, filled, range, rankOf, resultDims } from '../support.ts';
import { sliced } from './shape.ts';

/** Sorted distinct elements, or slices along an axis; where each element stands among them; and how often each occurs. */
function distinct(self: Value, axis: number | undefined, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const attributes = { sorted: 1, ...(axis !== undefined && { axis }) };
  const [values, , inverse, counts] = onnx.many('Unique', [self], attributes, 4);
  if (!values || !inverse || !counts) throw new Error('Unique has four outputs');
  return asked([values, onnx.reshape(inverse, inverseDims(self, axis, node)), counts], onnx, node);
}

/** One place for each element, or for each slice. */
function inverseDims(self: Value, axis: number | undefined, node: Node) {
  const shape = self.shape ?? resultDims(node, 1);
  return axis === undefined ? shape : [shape[axis]];
}

/** What the call did not ask for has no elements. */
function asked(results: readonly Value[], onnx: OnnxBuilder, node: Node): readonly Value[] {
  return results.slice(0, node.outputs.length).map((result, k) => {
    const shape = resultDims(node, k);
    return k > 0 && shape.length === 1 && shape[0] === 0 ? onnx.constant(Tensor.of('int64', [0], [])) : result;
  });
}

/** Elements that differ from the one before them, the places of all among those, and how long each stays. */
function distinctNeighbours(self: Value, dim: number | undefined, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const x = dim === undefined ? onnx.reshape(self, [-1]) : self;
  const rank = rankOf(x, node);
  const axis = axisFrom(dim ?? 0, rank);
  const size = dimAt(x, axis, node);
  const [before, behind] = [
    onnx.Slice(x, onnx.ints([0]), onnx.ints([-1]), onnx.ints([axis])),
    sliced(onnx, x, axis, { start: 1, end: END }, node),
  ];
  const others = range(rank).filter((each) => each !== axis);
  const differs = onnx.cast(onnx.Not(onnx.Equal(before, behind)), 'int64');
  const changed = others.length === 0 ? differs : onnx.ReduceMax(differs, onnx.ints(others), { keepdims: 0 });
  // The first is new; of nothing there is no first.
  const ones = onnx.Concat(filled(onnx, [1], 1, 'int64'), changed, { axis: 0 });
  const begins = typeof size === 'number' && size > 0 ? ones : onnx.Slice(ones, onnx.ints([0]), onnx.sizes([size]));
  const values = onnx.Compress(x, onnx.cast(begins, 'bool'), { axis });
  const places = onnx.Sub(onnx.CumSum(begins, onnx.constant(0n)), onnx.constant(1n));
  const starts = onnx.squeeze(onnx.NonZero(begins), [0]);
  const ends = onnx.Concat(onnx.Slice(starts, onnx.ints([1]), onnx.ints([END])), onnx.sizes([size]), { axis: 0 });
  const inverse = onnx.reshape(places, inverseDims(self, dim === undefined ? undefined : axis, node));
  return asked([values, inverse, onnx.Sub(ends, starts)], onnx, node);
}

/** No axis is this long: "to the end". */
const END = 2 ** 53 - 1;

export const distinctElements = lowerings({
  'aten::_unique': ({ self }, onnx, node) => distinct(self, undefined, onnx, node),
  'aten::_unique2': ({ self }, onnx, node) => distinct(self, undefined, onnx, node),
  'aten::unique_dim': ({ self, dim }, onnx, node) => distinct(self, axisFrom(dim, rankOf(self, node)), onnx, node),
  'aten::unique_consecutive': ({ self, dim }, onnx, node) => distinctNeighbours(self, dim, onnx, node),
});
