/**
 * NonMaxSuppression (10): a Loop picks the best box of every class that is left, and takes away those that overlap it.
 * Formulas: the ONNX operator specification and onnx/reference/ops/op_non_max_suppression.py.
 */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand } from '../adapter.ts';
import { countedAlong, loop, naturals } from './counting.ts';
import { reduced, sizeOf, sliced } from './forms.ts';

/** Along one side of all boxes: [batch, boxes, 1]. */
interface Span {
  readonly start: Value;
  readonly end: Value;
}

/** Of one box or of many, which broadcast with each other. */
interface Boxes {
  readonly spans: readonly Span[];
  readonly area: Value;
}

const suppression = adapter(down(10, 'NonMaxSuppression'), (node, onnx) => {
  const [boxes, scores] = [operand(node), operand(node, 1)];
  const scalar = (index: number, otherwise: Value): Value => {
    const value = node.input(index);
    return value ? onnx.Reshape(value, onnx.ints([])) : otherwise;
  };
  const most = scalar(2, onnx.constant(0n));
  const overlap = scalar(3, onnx.constant(0));
  // Without a threshold all are above it: nothing is less than itself.
  const threshold = node.input(4);
  const start = threshold ? onnx.Greater(scores, scalar(4, threshold)) : onnx.Not(onnx.Less(scores, scores));
  const spans = spansOf(node, onnx, boxes);
  const whole = [...spans.flatMap(({ start, end }) => [start, end]), areaOf(onnx, spans)];
  // A row for each box, and the numbers of the first of each sample.
  const rows = onnx.Reshape(onnx.Concat(...whole, { axis: 2 }), onnx.ints([-1, whole.length]));
  const firsts = onnx.unsqueeze(onnx.Mul(countedAlong(onnx, boxes, 0), sizeOf(onnx, boxes, 1)), [1]);
  const numbers = countedAlong(onnx, boxes, 1);
  // [batch, 1, boxes]
  const all = boxesOf(whole.map((each) => onnx.transpose(each, [0, 2, 1])));
  const picks = loop(
    onnx,
    most,
    [start],
    (inner, _, [left = start]) => {
      const { pick, isThere } = best(inner, scores, left);
      const row = inner.Gather(rows, inner.Add(firsts, inner.squeeze(pick, [2])));
      const one = boxesOf(naturals(whole.length).map((k) => sliced(inner, row, 2, k, k + 1)));
      const gone = inner.Or(overlaps(inner, one, all, overlap), inner.Equal(pick, numbers));
      return [inner.And(left, inner.Not(gone)), inner.squeeze(pick, [2]), isThere];
    },
    (inner, [left = start]) => someOf(inner, left),
  );
  const [, found, isThere] = picks;
  if (!found || !isThere) throw new Error('a loop gives what its rounds make');
  return selected(onnx, found, isThere);
});

/** Where boxes start and end along either side: corners in any order, or a middle and a length. */
function spansOf(node: Node, onnx: OnnxBuilder, boxes: Value): readonly Span[] {
  const isCentered = node.int('center_point_box', 0n) !== 0n;
  return [0, 1].map((side): Span => {
    const [a, b] = [side, side + 2].map((k) => sliced(onnx, boxes, 2, k, k + 1));
    if (!a || !b) throw new Error('a side has two numbers');
    if (!isCentered) return { start: onnx.Min(a, b), end: onnx.Max(a, b) };
    const half = onnx.Div(b, onnx.constant(2));
    return { start: onnx.Sub(a, half), end: onnx.Add(a, half) };
  });
}

function areaOf(onnx: OnnxBuilder, spans: readonly Span[]): Value {
  const [height, width] = spans.map(({ start, end }) => onnx.Sub(end, start));
  return onnx.Mul(height, width);
}

function boxesOf([top, bottom, left, right, area]: readonly Value[]): Boxes {
  if (!top || !bottom || !left || !right || !area) throw new Error('a box has two sides and an area');
  return {
    spans: [
      { start: top, end: bottom },
      { start: left, end: right },
    ],
    area,
  };
}

/** Of each class the first of the best that are left, [batch, classes, 1], and whether there is one, [batch, classes]. */
function best(onnx: OnnxBuilder, scores: Value, left: Value) {
  const highest = reduced(onnx, 'ReduceMax', onnx.Where(left, scores, onnx.constant(-Infinity)), [2], true);
  const isBest = onnx.cast(onnx.And(left, onnx.Not(onnx.Less(scores, highest))), 'int32');
  const pick = onnx.ArgMax(isBest, { axis: 2, keepdims: 1 });
  return { pick, isThere: reduced(onnx, 'ReduceMax', isBest, [2]) };
}

/** Whether the common part of two boxes is more of what they cover together than is allowed. */
function overlaps(onnx: OnnxBuilder, one: Boxes, all: Boxes, most: Value): Value {
  const zero = onnx.constant(0);
  const lengths = one.spans.map((span, k) => {
    const other = all.spans[k];
    return onnx.Sub(onnx.Min(span.end, other?.end), onnx.Max(span.start, other?.start));
  });
  const common = onnx.Mul(lengths[0], lengths[1]);
  const together = onnx.Sub(onnx.Add(one.area, all.area), common);
  const isMore = onnx.Greater(onnx.Div(common, together), most);
  const sizes = [...lengths, common, one.area, all.area, together];
  return sizes.reduce((holds, size) => onnx.And(holds, onnx.Greater(size, zero)), isMore);
}

/** Whether any of a tensor of bools holds. */
function someOf(onnx: OnnxBuilder, all: Value): Value {
  const list = onnx.Reshape(onnx.cast(all, 'int32'), onnx.ints([-1]));
  return onnx.cast(reduced(onnx, 'ReduceMax', list, [0]), 'bool');
}

/** [rounds, batch, classes] to rows of sample, class and box, in that order, and the best first. */
function selected(onnx: OnnxBuilder, found: Value, isThere: Value): Value {
  const [places, holds] = [found, isThere].map((each) => onnx.transpose(each, [1, 2, 0]));
  const at = onnx.NonZero(holds);
  const [sample, kind, round] = [0, 1, 2].map((k) => sliced(onnx, at, 0, k, k + 1));
  if (!places || !sample || !kind || !round) throw new Error('a place has three numbers');
  const [classes, rounds] = [sizeOf(onnx, places, 1), sizeOf(onnx, places, 2)];
  const number = onnx.Add(onnx.Mul(onnx.Add(onnx.Mul(sample, classes), kind), rounds), round);
  const box = onnx.Gather(onnx.Reshape(places, onnx.ints([-1])), number);
  return onnx.transpose(onnx.Concat(sample, kind, box, { axis: 0 }), [1, 0]);
}

export const suppressing: readonly Adapter[] = [suppression];
