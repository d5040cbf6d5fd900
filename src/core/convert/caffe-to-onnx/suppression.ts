/**
 * Which of several boxes stay: each, the best first, that overlaps none of those that stay by more than a threshold.
 * NonMaxSuppression does so for areas of points; a Loop does where borders count, or where the threshold falls.
 */
import { graph as graphAttribute } from '../../ir/attribute.ts';
import { Graph } from '../../ir/graph.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';

/** Rows of candidates that have nothing to do with each other, as the classes of the images. */
export interface Candidates {
  /** [rows, candidates, 4]: xmin, ymin, xmax, ymax. */
  readonly boxes: Value;
  /** As many, in any shape, the best of a row first. */
  readonly scores: Value;
  readonly rows: number;
  readonly count: number;
}

export interface SuppressionRule {
  readonly threshold: number;
  /** Only scores above it count; undefined takes all. */
  readonly least?: number | undefined;
  /** By what the threshold is multiplied with each box that stays while it is above a half. */
  readonly eta: number;
  /** Whether a box of pixels is as wide as they are, so that its corners are a pixel nearer than its borders. */
  readonly pixels: boolean;
  /** With pixels: whether boxes less than a pixel apart have something in common, too. */
  readonly near: boolean;
  /** The most that need to be found in a row, where less than all do. */
  readonly most?: number;
}

/** The greatest number in single precision that is less: what is as large as a threshold is above it. */
export function below(threshold: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, threshold);
  bits.setInt32(0, bits.getInt32(0) - 1);
  return bits.getFloat32(0);
}

/** A truth value for each candidate, [rows, candidates]: whether it stays. */
export function staying(all: Candidates, rule: SuppressionRule, onnx: OnnxBuilder): Value {
  const asAreas = rule.eta === 1 && (!rule.pixels || rule.near);
  return asAreas ? byOperator(all, rule, onnx) : byLoop(all, rule, onnx);
}

function byOperator({ boxes, scores, rows, count }: Candidates, rule: SuppressionRule, onnx: OnnxBuilder): Value {
  const areas = rule.pixels ? onnx.Add(boxes, onnx.constant([0, 0, 1, 1], 'float32')) : boxes;
  const least = rule.least === undefined ? undefined : onnx.constant(rule.least, 'float32');
  const found = onnx.NonMaxSuppression(
    areas,
    onnx.reshape(scores, [rows, 1, count]),
    onnx.constant(count, 'int64'),
    onnx.constant(Math.min(rule.threshold, 1), 'float32'),
    least,
  );
  // Where they stand: what is selected comes as [row, class, candidate].
  const places = onnx.Gather(found, onnx.ints([0, 2]), { axis: 1 });
  const ones = onnx.Expand(onnx.constant(1), onnx.Slice(onnx.shapeOf(found), onnx.ints([0]), onnx.ints([1])));
  const none = onnx.Expand(onnx.constant(0), onnx.ints([rows, count]));
  return onnx.Greater(onnx.ScatterND(none, places, ones), onnx.constant(0.5));
}

/**
 * Each round finds the next box that stays, in all rows at once: the first, behind the last that was found, that overlaps
 * none of those by more than the threshold. A round that finds none is the last.
 */
function byLoop(all: Candidates, rule: SuppressionRule, onnx: OnnxBuilder): Value {
  const { boxes, scores, rows, count } = all;
  const counts =
    rule.least === undefined
      ? onnx.constant(true)
      : onnx.Greater(onnx.reshape(scores, [rows, count]), onnx.constant(rule.least, 'float32'));
  const body = new Graph('next_box');
  const state = [
    body.addInput({ name: onnx.unique('round'), type: tensorType('int64', []) }),
    body.addInput({ name: onnx.unique('going'), type: tensorType('bool', []) }),
    body.addInput({ name: onnx.unique('kept'), type: tensorType('bool', [rows, count]) }),
    body.addInput({ name: onnx.unique('overlap'), type: tensorType('float32', [rows, count]) }),
    body.addInput({ name: onnx.unique('last'), type: tensorType('int64', [rows, 1]) }),
    body.addInput({ name: onnx.unique('threshold'), type: tensorType('float32', [rows, 1]) }),
  ];
  const [, , kept, most, last, threshold] = state as [Value, Value, Value, Value, Value, Value];
  const inner = onnx.within(body);
  const places = inner.ints(Array.from({ length: count }, (_, k) => k));
  const free = inner.And(inner.Greater(places, last), inner.And(inner.LessOrEqual(most, threshold), counts));
  const asNumbers = inner.cast(free, 'float32');
  const next = inner.ArgMax(asNumbers, { axis: 1, keepdims: 1 });
  const any = inner.Greater(inner.ReduceMax(asNumbers, inner.ints([1]), { keepdims: 1 }), inner.constant(0.5));
  const box = inner.GatherND(boxes, next, { batch_dims: 1 });
  const overlaps = overlapsOf(inner.unsqueeze(box, [1]), boxes, rule, inner);
  const outputs = [
    inner.Greater(inner.ReduceMax(inner.cast(any, 'float32'), undefined, { keepdims: 0 }), inner.constant(0.5)),
    inner.Or(kept, inner.And(any, inner.Equal(places, next))),
    inner.Max(most, overlaps),
    inner.Where(any, next, inner.constant(BigInt(count))),
    rule.eta === 1 ? inner.Identity(threshold) : fallen(threshold, any, rule.eta, inner),
  ];
  for (const output of outputs) body.addOutput(output);
  const filled = (value: Value, width: number) => onnx.Expand(value, onnx.ints([rows, width]));
  const [found = kept] = onnx.node(
    '',
    'Loop',
    [
      onnx.constant(BigInt(Math.min(rule.most ?? count, count))),
      onnx.constant(true),
      filled(onnx.constant(false), count),
      filled(onnx.constant(-1, 'float32'), count),
      filled(onnx.constant(-1n), 1),
      filled(onnx.constant(rule.threshold, 'float32'), 1),
    ],
    [['body', graphAttribute(body)]],
    4,
  ).outputs;
  return found;
}

/** The threshold that counts after a round: less where a box was found, down to a half. */
function fallen(threshold: Value, found: Value, eta: number, onnx: OnnxBuilder): Value {
  const falls = onnx.And(found, onnx.Greater(threshold, onnx.constant(0.5)));
  return onnx.Where(falls, onnx.Mul(threshold, onnx.constant(eta, 'float32')), threshold);
}

/** What the boxes have in common with one of each row, over all that the two cover: [rows, candidates]. */
function overlapsOf(one: Value, boxes: Value, rule: SuppressionRule, onnx: OnnxBuilder): Value {
  const halves = (x: Value) => onnx.many('Split', [x, onnx.ints([2, 2])], { axis: -1 }, 2) as readonly [Value, Value];
  const [[low, high], [lows, highs]] = [halves(one), halves(boxes)];
  const zero = onnx.constant(0, 'float32');
  const area = (from: Value, to: Value) => {
    const sides = onnx.Sub(to, from);
    // Corners that are the wrong way round have nothing between them.
    const inverted = onnx.Less(onnx.ReduceMin(sides, onnx.ints([-1]), { keepdims: 0 }), zero);
    const whole = rule.pixels ? onnx.Add(sides, onnx.constant(1, 'float32')) : sides;
    return onnx.Where(inverted, zero, onnx.ReduceProd(whole, onnx.ints([-1]), { keepdims: 0 }));
  };
  const common = area(onnx.Max(low, lows), onnx.Min(high, highs));
  const covered = onnx.Sub(onnx.Add(area(low, high), area(lows, highs)), common);
  return onnx.Where(onnx.Greater(common, zero), onnx.Div(common, covered), zero);
}
