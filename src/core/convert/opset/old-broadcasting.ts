/**
 * Operators of two inputs before opset 7: the second input becomes as large as the first where `broadcast` asks for it, and only
 * where it has one element, or its sizes stand side by side among those of the first. Source: the ONNX operator changelog
 * (Add-6, Gemm-6).
 */
import type { Node } from '../../ir/node.ts';
import { type Dim, elementCount, isStatic, type Shape, sameDim, sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { type AdapterRule, operand, tooOld } from './adapter.ts';
import { naturals } from './decompositions/counting.ts';
import { sizeList, sizeOf } from './decompositions/forms.ts';

/** What says the same with its inputs the other way round. */
const SWAPPED: Readonly<Record<string, string>> = {
  Add: 'Add',
  And: 'And',
  Equal: 'Equal',
  Greater: 'Less',
  Less: 'Greater',
  Mul: 'Mul',
  Or: 'Or',
  Xor: 'Xor',
};

/** How the second input fits: the axes of size 1 that it loses, and where among those of the first it then begins. */
interface Fit {
  readonly dropped: readonly number[];
  /** Undefined where it has one element, or stands at the end. */
  readonly axis: number | undefined;
}

/** Says which input broadcasts, and makes both as large where neither fits into the other. */
export const broadcastByRequest: AdapterRule = (node, onnx) => {
  const [a, b] = [operand(node), operand(node, 1)];
  if (sameShape(a.shape, b.shape) === true) return undefined;
  return pairwise(node, onnx, node.op, a, b);
};

/** An operator of two inputs of opset 6, whatever their shapes. */
function pairwise(node: Node, onnx: OnnxBuilder, op: string, a: Value, b: Value): Value {
  if (sameShape(a.shape, b.shape) === true) return onnx.node('', op, [a, b]).output();
  const fit = fitOf(a, b);
  if (fit) return requested(onnx, op, a, b, fit);
  const swapped = SWAPPED[op];
  const other = fitOf(b, a);
  if (other && swapped !== undefined) return requested(onnx, swapped, b, a, other);
  if (other && op === 'Sub' && !dtypeOf(b).startsWith('uint')) return requested(onnx, 'Add', onnx.Neg(b), a, other);
  const [wide, long] = [spreadOver(node, onnx, a, b), spreadOver(node, onnx, b, a)];
  return onnx.node('', op, [wide, long]).output();
}

function requested(onnx: OnnxBuilder, op: string, a: Value, b: Value, { dropped, axis }: Fit): Value {
  const inner = onnx.squeeze(b, dropped);
  const asked = [['broadcast', { type: 'int', value: 1n }] as const];
  const at = axis === undefined ? [] : [['axis', { type: 'int', value: BigInt(axis) }] as const];
  return onnx.node('', op, [a, inner], [...asked, ...at]).output();
}

/** Undefined where `b` does not fit into `a`, or that is not known. */
function fitOf({ shape: a }: Value, { shape: b }: Value): Fit | undefined {
  if (!b) return undefined;
  if (isStatic(b) && elementCount(b) === 1 && (b.length === 0 || (a && b.length <= a.length)))
    return { dropped: [], axis: undefined };
  if (!a || b.length > a.length) return undefined;
  const offset = a.length - b.length;
  const first = b.findIndex((dim) => dim !== 1);
  const last = b.findLastIndex((dim) => dim !== 1);
  const inside = naturals(last - first + 1).map((k) => first + k);
  if (!inside.every((axis) => sameDim(a[offset + axis], b[axis]) === true)) return undefined;
  const dropped = naturals(b.length).filter((axis) => axis < first || axis > last);
  return { dropped, axis: last === b.length - 1 ? undefined : offset + first };
}

/** `x` repeated along its axes of size 1 until it has the shape that both have together. */
function spreadOver(node: Node, onnx: OnnxBuilder, x: Value, other: Value): Value {
  const [own, theirs] = [x.shape, other.shape];
  if (!own || !theirs) tooOld(node, 7, 'its inputs may broadcast, and their ranks are not known');
  const rank = Math.max(own.length, theirs.length);
  const repeats = naturals(rank).map((axis) => {
    const [a, b] = [from(own, axis, rank), from(theirs, axis, rank)];
    if (b === 1 || sameDim(a, b) === true) return 1;
    if (a === 1) return typeof b === 'number' ? b : sizeOf(onnx, other, axis - rank + theirs.length);
    // Only a run tells which of the two is 1; a number other than 1 stays.
    if (typeof a === 'number') return 1;
    return tooOld(node, 7, 'which of its inputs broadcasts only a run tells');
  });
  const deep = onnx.unsqueeze(x, naturals(rank - own.length));
  return repeats.every((each) => each === 1) ? deep : onnx.Tile(deep, sizeList(onnx, repeats));
}

/** The size of an axis of the common rank; what is missing in front counts as 1. */
function from(shape: Shape, axis: number, rank: number): Dim {
  const at = axis - rank + shape.length;
  return at < 0 ? 1 : shape[at];
}

/** C becomes as large as the product where it is asked for. */
export const gemmByRequest: AdapterRule = (node, onnx) => {
  const [a, b, c] = [operand(node), operand(node, 1), operand(node, 2)];
  const result = node.output();
  if (sameShape(result.shape, c.shape) === true) return undefined;
  const fit = fitOf(result, c);
  if (fit && fit.axis === undefined) return onnx.same([a, b, onnx.squeeze(c, fit.dropped)], { broadcast: 1 });
  return onnx.same([a, b, spreadOver(node, onnx, c, result)]);
};

/** One slope, or one for each channel; others are multiplied with what is below zero. */
export const slopeByChannel: AdapterRule = (node, onnx) => {
  const [x, slope] = [operand(node), operand(node, 1)];
  const { shape } = slope;
  if (isStatic(shape) && elementCount(shape) === 1) {
    if (shape.length === 1) return undefined;
    const single = shape.length === 0 ? onnx.unsqueeze(slope, [0]) : onnx.squeeze(slope, naturals(shape.length - 1));
    return onnx.same([x, single]);
  }
  const fit = fitOf(x, slope);
  const begins = fit && (fit.axis ?? (x.rank ?? 0) - ((shape?.length ?? 0) - fit.dropped.length));
  if (fit && begins === 1 && shape && shape.length - fit.dropped.length === 1)
    return onnx.same([x, onnx.squeeze(slope, fit.dropped)]);
  const below = pairwise(node, onnx, 'Mul', onnx.Relu(onnx.Neg(x)), slope);
  return pairwise(node, onnx, 'Sub', onnx.Relu(x), below);
};
