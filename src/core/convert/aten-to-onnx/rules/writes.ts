/** Writes through views, as functionalisation leaves them: a new tensor in which a part is replaced. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axisFrom, operand, range, rankOf, resultSizes, resultType, sizeAt, sizes } from '../support.ts';
import { bounded, expandTo, sliced } from './shape.ts';

/** `self` with the places `start, start + step, ...` of an axis replaced by `part`, which has that many. */
function replaced(
  onnx: OnnxBuilder,
  self: Value,
  part: Value,
  axis: number,
  slice: { start: number; end: number; step: number },
  node: Node,
): Value {
  const size = sizeAt(self, axis, node);
  const { start, end, step } = slice;
  const count = Math.ceil((end - start) / step);
  if (count <= 0) return self;
  if (count === size) return part;
  if (step === 1) {
    const parts: Value[] = [];
    if (start > 0) parts.push(sliced(onnx, self, axis, { start: 0, end: start }, node));
    parts.push(part);
    if (end < size) parts.push(sliced(onnx, self, axis, { start: end, end: size }, node));
    return onnx.Concat(...parts, { axis });
  }
  // Behind the old places stand the new ones: each place takes its own.
  const order = range(size).map((k) => {
    const at = (k - start) / step;
    return k >= start && k < end && Number.isInteger(at) ? size + at : k;
  });
  return onnx.Gather(onnx.Concat(self, part, { axis }), onnx.ints(order), { axis });
}

export const writes = lowerings({
  'aten::slice_scatter': ({ self, src, dim, start, end, step }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const within = bounded(start, end, sizeAt(self, axis, node));
    const count = Math.max(Math.ceil((within.end - within.start) / step), 0);
    const shape = sizes(self, node).map((size, k) => (k === axis ? count : size));
    const part = expandTo(onnx, onnx.cast(src, resultType(node)), shape, node);
    return replaced(onnx, self, part, axis, { ...within, step }, node);
  },
  'aten::select_scatter': ({ self, src, dim, index }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const start = index < 0 ? index + sizeAt(self, axis, node) : index;
    const shape = sizes(self, node).filter((_, k) => k !== axis);
    const part = expandTo(onnx, onnx.cast(src, resultType(node)), shape, node);
    return replaced(onnx, self, onnx.unsqueeze(part, [axis]), axis, { start, end: start + 1, step: 1 }, node);
  },
  'aten::copy': ({ src }, onnx, node) => expandTo(onnx, onnx.cast(src, resultType(node)), resultSizes(node), node),
  'aten::fill': ({ value }, onnx, node) =>
    expandTo(onnx, operand(onnx, value, resultType(node)), resultSizes(node), node),
  'aten::zero': (_, onnx, node) => expandTo(onnx, operand(onnx, 0, resultType(node)), resultSizes(node), node),
});
