/**
 * Padding whose amounts, axes or value are computed: as one list for all axes where an opset takes that, else along each axis
 * by what stands before and behind, or by the places that are taken again. Definitions: the ONNX operator specification.
 */
import { constantOf, intsOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, rankOf } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { reduced, sizeList, sizeOf } from './decompositions/forms.ts';

/** How much is added to an axis; lists of one integer. */
interface Pads {
  readonly before: Value;
  readonly after: Value;
}

/** The pads of all axes in one list: none for those that the node does not name. */
export function wholePads(node: Node, onnx: OnnxBuilder): Value {
  const pads = padsOf(node, onnx);
  return sizeList(onnx, [
    ...pads.map(({ before }) => known(before) ?? before),
    ...pads.map(({ after }) => known(after) ?? after),
  ]);
}

/** A Pad of any mode, along each axis by itself. */
export function paddedAlongAxes(node: Node, onnx: OnnxBuilder): Value {
  const mode = node.string('mode', 'constant');
  let result = operand(node);
  for (const [axis, pads] of padsOf(node, onnx).entries()) {
    if (known(pads.before) === 0 && known(pads.after) === 0) continue;
    const input = result;
    result = mode === 'constant' ? filled(node, onnx, input, axis, pads) : taken(onnx, input, axis, pads, mode);
  }
  return result === operand(node) ? onnx.Identity(result) : result;
}

function known(value: Value): number | undefined {
  return constantOf(value)?.numbers()[0];
}

/** For each axis its pads. Of axes that are computed each axis is asked whether it is among them. */
function padsOf(node: Node, onnx: OnnxBuilder): readonly Pads[] {
  const rank = rankOf(node);
  const pads = operand(node, 1);
  const zero = onnx.ints([0]);
  const all = intsOf(pads);
  const at = (k: number) => (all ? onnx.ints([all[k] ?? 0]) : onnx.Gather(pads, onnx.ints([k])));
  const axes = node.input(3);
  const named = axes ? intsOf(axes) : naturals(rank);
  if (named) {
    const places = named.map((axis) => normalAxis(node, axis, rank));
    return naturals(rank).map((axis) => {
      const k = places.indexOf(axis);
      return k < 0 ? { before: zero, after: zero } : { before: at(k), after: at(k + places.length) };
    });
  }
  const list = onnx.cast(operand(node, 3), 'int64');
  const count = list.shape?.[0];
  if (typeof count !== 'number') refuse('shape-unknown', node, { reason: 'the number of its axes decides' });
  const last = onnx.constant(BigInt(rank));
  const fromFront = onnx.Where(onnx.Less(list, onnx.constant(0n)), onnx.Add(list, last), list);
  const [befores, afters] = [0, count].map((from) =>
    onnx.Gather(pads, onnx.ints(naturals(count).map((k) => k + from))),
  ) as [Value, Value];
  return naturals(rank).map((axis) => {
    const hits = onnx.cast(onnx.Equal(fromFront, onnx.constant(BigInt(axis))), 'int64');
    const sum = (each: Value) => reduced(onnx, 'ReduceSum', onnx.Mul(each, hits), [0], true);
    return { before: sum(befores), after: sum(afters) };
  });
}

/** What is left of an axis where pads are negative. */
function cut(onnx: OnnxBuilder, x: Value, axis: number, { before, after }: Pads): Value {
  if ([before, after].every((pad) => (known(pad) ?? -1) >= 0)) return x;
  const start = onnx.Sub(more(onnx, before), before);
  const end = onnx.Sub(sizeOf(onnx, x, axis), onnx.Sub(more(onnx, after), after));
  return onnx.Slice(x, start, end, onnx.ints([axis]));
}

function more(onnx: OnnxBuilder, pad: Value): Value {
  const given = known(pad);
  const zero = onnx.ints([0]);
  return given === undefined ? onnx.Where(onnx.Less(pad, zero), zero, pad) : onnx.ints([Math.max(0, given)]);
}

/** What is added stands beside what is left. */
function filled(node: Node, onnx: OnnxBuilder, x: Value, axis: number, pads: Pads): Value {
  const given = node.input(2);
  const value = given ? onnx.Reshape(given, onnx.ints([])) : onnx.like(x, 0);
  const rank = rankOf(node);
  const piece = (pad: Value) => {
    const sizes = naturals(rank).map((each) => (each === axis ? more(onnx, pad) : sizeOf(onnx, x, each)));
    const list = sizes.map((size) => known(size) ?? size);
    return onnx.Expand(value, sizeList(onnx, list));
  };
  const beside = (pad: Value) => ((known(pad) ?? 1) <= 0 ? [] : [piece(pad)]);
  return onnx.Concat(...beside(pads.before), cut(onnx, x, axis, pads), ...beside(pads.after), { axis });
}

/** Places of what is left again: those at the end, those mirrored at it, or those of the other end. */
function taken(onnx: OnnxBuilder, whole: Value, axis: number, pads: Pads, mode: string): Value {
  const x = cut(onnx, whole, axis, pads);
  const size = sizeOf(onnx, x, axis);
  const before = more(onnx, pads.before);
  const length = onnx.Add(size, onnx.Add(before, more(onnx, pads.after)));
  const at = onnx.Sub(counted(onnx, onnx.squeeze(length, [0])), before);
  const zero = onnx.ints([0]);
  const last = onnx.Sub(size, onnx.ints([1]));
  const isBefore = onnx.Less(at, zero);
  const isBehind = onnx.Less(last, at);
  const either = (first: Value, behind: Value) => onnx.Where(isBefore, first, onnx.Where(isBehind, behind, at));
  switch (mode) {
    case 'edge':
      return onnx.Gather(x, either(zero, last), { axis });
    case 'wrap':
      // A remainder with the sign of the size: none is below 0.
      return onnx.Gather(x, onnx.Mod(at, size), { axis });
    default:
      return onnx.Gather(x, either(onnx.Neg(at), onnx.Sub(onnx.Add(last, last), at)), { axis });
  }
}
