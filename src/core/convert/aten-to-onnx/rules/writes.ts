/** Writes through views, as functionalisation leaves them: a new tensor in which a part is replaced. */
import type { Node } from '../../../ir/node.ts';
import { add, ceilDivide, type Dim, isStatic, maximum, minimum, sameDim, subtract } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { asNumber, axisFrom, dimAt, dimsOf, operand, range, rankOf, resultDims, resultType } from '../support.ts';
import { bounded, expandTo, sliced } from './shape.ts';

/** `self` with the places `start, start + step, ...` of an axis replaced by `part`, which has that many. */
function replaced(
  onnx: OnnxBuilder,
  self: Value,
  part: Value,
  axis: number,
  slice: { start: Dim; end: Dim; step: number },
  node: Node,
): Value {
  const size = dimAt(self, axis, node);
  const { start, end, step } = slice;
  const count = countOf(slice);
  if (count === 0) return self;
  if (sameDim(count, size)) return part;
  if (step === 1) {
    const parts: Value[] = [];
    if (start !== 0) parts.push(sliced(onnx, self, axis, { start: 0, end: start }, node));
    parts.push(part);
    if (!sameDim(end, size)) parts.push(sliced(onnx, self, axis, { start: end, end: size }, node));
    return onnx.Concat(...parts, { axis });
  }
  // Behind the old places stand the new ones: each place takes its own.
  const [whole, from, to] = [size, start, end].map((each) => asNumber(each, node)) as [number, number, number];
  const order = range(whole).map((k) => {
    const at = (k - from) / step;
    return k >= from && k < to && Number.isInteger(at) ? whole + at : k;
  });
  return onnx.Gather(onnx.Concat(self, part, { axis }), onnx.ints(order), { axis });
}

function countOf({ start, end, step }: { start: Dim; end: Dim; step: number }): Dim {
  return maximum(ceilDivide(subtract(end, start), step), 0);
}

/** Start and end of a slice within an axis: capture has given them so, numbers may still count from the end. */
function within(start: Dim, end: Dim, size: Dim): { start: Dim; end: Dim } {
  if (isStatic([start, end, size])) return bounded(start, end, size);
  const clipped = (bound: Dim) => {
    if (bound === undefined || Number(bound) >= 2 ** 53) return size;
    return typeof bound === 'number' && bound < 0 ? maximum(add(bound, size), 0) : minimum(bound, size);
  };
  const from = clipped(start ?? 0);
  return { start: from, end: maximum(clipped(end), from) };
}

export const writes = lowerings({
  'aten::slice_scatter': ({ self, src, dim, start, end, step }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const slice = { ...within(start, end, dimAt(self, axis, node)), step: asNumber(step, node) };
    const shape = dimsOf(self, node).map((size, k) => (k === axis ? countOf(slice) : size));
    const part = expandTo(onnx, onnx.cast(src, resultType(node)), shape, node);
    return replaced(onnx, self, part, axis, slice, node);
  },
  'aten::select_scatter': ({ self, src, dim, index }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const start = typeof index === 'number' && index < 0 ? add(index, dimAt(self, axis, node)) : index;
    const shape = dimsOf(self, node).filter((_, k) => k !== axis);
    const part = expandTo(onnx, onnx.cast(src, resultType(node)), shape, node);
    return replaced(onnx, self, onnx.unsqueeze(part, [axis]), axis, { start, end: add(start, 1), step: 1 }, node);
  },
  'aten::copy': ({ src }, onnx, node) => expandTo(onnx, onnx.cast(src, resultType(node)), resultDims(node), node),
  'aten::fill': ({ value }, onnx, node) =>
    expandTo(onnx, operand(onnx, value, resultType(node)), resultDims(node), node),
  'aten::zero': (_, onnx, node) => expandTo(onnx, operand(onnx, 0, resultType(node)), resultDims(node), node),
});
