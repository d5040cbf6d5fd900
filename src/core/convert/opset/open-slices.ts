/** Slices whose bounds are computed, or that have steps, for opsets where bounds are attributes: the places are counted. */
import { constantOf, intsOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, rankOf } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { reduced, sizeOf } from './decompositions/forms.ts';

/** Lists of one integer (int64). */
interface Bounds {
  readonly start: Value;
  readonly end: Value;
  readonly step: Value;
}

/** A Slice of opset 10 or newer, along each of its axes by Gather. */
export function slicedByPlaces(node: Node, onnx: OnnxBuilder): Value {
  let result = operand(node);
  for (const [axis, bounds] of boundsOf(node, onnx)) result = alongAxis(onnx, result, axis, bounds);
  return result;
}

/** For each axis that may be cut its bounds. Of axes that are computed each axis is asked whether it is among them. */
function boundsOf(node: Node, onnx: OnnxBuilder): (readonly [axis: number, bounds: Bounds])[] {
  const [starts, ends] = [operand(node, 1), operand(node, 2)].map((list) => onnx.cast(list, 'int64'));
  const count = starts?.shape?.[0];
  if (!starts || !ends || typeof count !== 'number') {
    refuse('shape-unknown', node, { reason: 'the number of its bounds decides' });
  }
  const ones = onnx.ints(Array<number>(count).fill(1));
  const given = node.input(4);
  const steps = given ? onnx.cast(given, 'int64') : ones;
  const axes = node.input(3);
  const known = axes ? intsOf(axes) : naturals(count);
  if (known) {
    const at = (list: Value, k: number) => pick(onnx, list, k);
    return known.map((axis, k) => [
      axis < 0 ? normalAxis(node, axis, rankOf(node)) : axis,
      { start: at(starts, k), end: at(ends, k), step: at(steps, k) },
    ]);
  }
  const rank = rankOf(node);
  const wide = onnx.cast(operand(node, 3), 'int64');
  const fromFront = onnx.Where(onnx.Less(wide, onnx.constant(0n)), onnx.Add(wide, onnx.constant(BigInt(rank))), wide);
  return naturals(rank).map((axis) => {
    const hits = onnx.cast(onnx.Equal(fromFront, onnx.constant(BigInt(axis))), 'int64');
    const isNamed = onnx.cast(reduced(onnx, 'ReduceSum', hits, [0], true), 'bool');
    const named = (list: Value, otherwise: Value): Value =>
      onnx.Where(isNamed, reduced(onnx, 'ReduceSum', onnx.Mul(list, hits), [0], true), otherwise);
    const whole = { start: onnx.ints([0]), end: sizeOf(onnx, operand(node), axis), step: onnx.ints([1]) };
    return [
      axis,
      { start: named(starts, whole.start), end: named(ends, whole.end), step: named(steps, whole.step) },
    ] as const;
  });
}

/** An element of a list, as a list of one. */
function pick(onnx: OnnxBuilder, list: Value, k: number): Value {
  const known = constantOf(list)?.bigints();
  return known ? onnx.ints([known[k] ?? 0n]) : onnx.Gather(list, onnx.ints([k]));
}

/** Bounds are moved inside first, as the specification says it: backwards the end may stand before the first place. */
function alongAxis(onnx: OnnxBuilder, x: Value, axis: number, { start, end, step }: Bounds): Value {
  const size = sizeOf(onnx, x, axis);
  const zero = onnx.ints([0]);
  const known = [start, end, step, size].map((each) => constantOf(each)?.bigints()[0]);
  const [first, last, by, length] = known;
  if (first !== undefined && last !== undefined && by !== undefined && length !== undefined) {
    return onnx.Gather(x, onnx.ints(places(first, last, by, length)), { axis });
  }
  const isBack = onnx.Less(step, zero);
  const one = onnx.ints([1]);
  const least = onnx.Where(isBack, onnx.ints([-1]), zero);
  const most = onnx.Where(isBack, onnx.Sub(size, one), size);
  const fromFront = (bound: Value) => onnx.Where(onnx.Less(bound, zero), onnx.Add(bound, size), bound);
  const begin = within(onnx, fromFront(start), zero, most);
  const stop = within(onnx, fromFront(end), least, most);
  const stride = onnx.Where(isBack, onnx.Neg(step), step);
  const way = onnx.Where(isBack, onnx.Sub(begin, stop), onnx.Sub(stop, begin));
  const steps = onnx.Div(onnx.Add(way, onnx.Sub(stride, one)), stride);
  const count = onnx.squeeze(onnx.Where(onnx.Less(steps, zero), zero, steps), [0]);
  return onnx.Gather(x, onnx.Add(begin, onnx.Mul(counted(onnx, count), step)), { axis });
}

function within(onnx: OnnxBuilder, value: Value, least: Value, most: Value): Value {
  const raised = onnx.Where(onnx.Less(value, least), least, value);
  return onnx.Where(onnx.Less(most, raised), most, raised);
}

function places(start: bigint, end: bigint, step: bigint, size: bigint): bigint[] {
  const fromFront = (bound: bigint) => (bound < 0n ? bound + size : bound);
  const clamp = (bound: bigint, least: bigint, most: bigint) => (bound < least ? least : bound > most ? most : bound);
  const most = step < 0n ? size - 1n : size;
  const stop = clamp(fromFront(end), step < 0n ? -1n : 0n, most);
  const found: bigint[] = [];
  for (let at = clamp(fromFront(start), 0n, most); step < 0n ? at > stop : at < stop; at += step) found.push(at);
  return found;
}
