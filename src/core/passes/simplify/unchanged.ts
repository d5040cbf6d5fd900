/** When an operator gives its input as it is. Rules: the ONNX operator specification. */
import { constantOf, intsOf } from '../../dialects/onnx/data.ts';
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { isUniform } from './constants.ts';
import { axisOf, cutsOf } from './forms.ts';

/** Why a node gives its input `index` (0 where nothing is said) as it is; undefined where it does not. */
export type Finding = string | readonly [index: number, why: string] | undefined;

export function keepsShape(node: Node): boolean {
  return sameShape(node.input(0)?.shape, node.output().shape) === true;
}

export function castsToSame(node: Node): Finding {
  const dtype = node.input(0)?.dtype;
  if (!dtype) return undefined;
  const same = node.op === 'Cast' ? Number(node.int('to')) === codeOfDtype(dtype) : node.input(1)?.dtype === dtype;
  return same ? `casts ${dtype} to ${dtype}` : undefined;
}

/** Axes of size 1 may move, where all others stay in their order and the shape stays the same. */
export function movesNothing(node: Node): boolean {
  const { shape } = node.input(0) ?? {};
  const order = node.ints('perm')?.map(Number);
  if (order?.every((axis, k) => axis === k)) return true;
  if (!shape || (!order && shape.length < 2)) return shape !== undefined;
  const whole = order ?? [...shape.keys()].reverse();
  const others = whole.filter((axis) => shape[axis] !== 1);
  const inOrder = others.every((axis, k) => k === 0 || axis > (others[k - 1] ?? 0));
  return inOrder && whole.every((axis, k) => (shape[axis] === 1) === (shape[k] === 1));
}

export function takesAll(node: Node): boolean {
  const cuts = cutsOf(node);
  const { shape } = node.input(0) ?? {};
  return (
    cuts?.every(({ axis, start, end, step }) => {
      const size = shape?.[axis];
      if (step !== 1 || typeof start !== 'number' || typeof end !== 'number') return false;
      const fromFirst = start === 0 || (typeof size === 'number' && start <= -size);
      return fromFirst && (end >= 2 ** 31 - 1 || (typeof size === 'number' && end >= size));
    }) ?? false
  );
}

/** A target of ones that is no longer than the shape of the input broadcasts to nothing new. */
export function expandsByOnes(node: Node): boolean {
  const [x, target] = [node.input(0), node.input(1)];
  const length = target?.shape?.[0];
  return x?.rank !== undefined && typeof length === 'number' && length <= x.rank && isAll(target, 1);
}

export function isAll(value: Value | undefined, number: number): boolean {
  const elements = value && intsOf(value);
  return elements?.every((each) => each === number) ?? false;
}

/** The neutral element of each operator on its right; and whether it is so on the left too. */
const UNITS: Readonly<Record<string, { readonly unit: number; readonly left: boolean }>> = {
  Add: { unit: 0, left: true },
  Sub: { unit: 0, left: false },
  Mul: { unit: 1, left: true },
  Div: { unit: 1, left: false },
  Pow: { unit: 1, left: false },
  And: { unit: 1, left: true },
  Or: { unit: 0, left: true },
  Xor: { unit: 0, left: true },
  BitwiseOr: { unit: 0, left: true },
  BitwiseXor: { unit: 0, left: true },
  BitShift: { unit: 0, left: false },
};

export function withUnit(node: Node): Finding {
  const facts = UNITS[node.op];
  if (!facts) return undefined;
  for (const index of facts.left ? [1, 0] : [1]) {
    const [x, unit] = [node.input(1 - index), node.input(index)];
    if (!x || !unit || !isUniform(unit, facts.unit) || !keepsShapeBeside(node, x, unit)) continue;
    return [1 - index, `with ${facts.unit} changes nothing`];
  }
  return undefined;
}

/** Whether the result has the shape of `x`, whatever that is: the other operand brings no new sizes. */
function keepsShapeBeside(node: Node, x: Value, other: Value): boolean {
  if (sameShape(x.shape, node.output().shape) === true) return true;
  return (
    x.rank !== undefined &&
    isStatic(other.shape) &&
    other.shape.length <= x.rank &&
    other.shape.every((size) => size === 1)
  );
}

export function gathersAll(node: Node): boolean {
  const axis = axisOf(node, 0n);
  const [x, indices] = [node.input(0), node.input(1)];
  if (axis === undefined || !indices || indices.rank !== 1) return false;
  const list = intsOf(indices);
  const size = x?.shape?.[axis];
  return list?.length === size && (list?.every((index, k) => index === k || index === k - Number(size)) ?? false);
}

export function takesOneSide(node: Node): Finding {
  const [condition, yes, no] = node.inputs;
  if (!condition || !yes || !no) return undefined;
  for (const [index, value] of [
    [1, yes],
    [2, no],
  ] as const) {
    if (sameShape(value.shape, node.output().shape) !== true) continue;
    if (yes === no) return [index, 'gives the same on both sides'];
    if (isUniform(condition, index === 1 ? 1 : 0))
      return [index, `always takes its ${index === 1 ? 'first' : 'second'} side`];
  }
  return undefined;
}

export function hasUnitWindow(node: Node): boolean {
  const are = (name: string, number: bigint): boolean => node.ints(name)?.every((each) => each === number) ?? true;
  return node.attributes.has('kernel_shape') && are('kernel_shape', 1n) && are('strides', 1n) && are('pads', 0n);
}

/** Modes in which an element of the result lies on the same element of the input, where both have one size. */
const ALIGNED = new Set(['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric']);

export function resizesNothing(node: Node): boolean {
  if (!ALIGNED.has(node.string('coordinate_transformation_mode', 'half_pixel'))) return false;
  const scales = node.attribute('scales', 'floats');
  if (scales) return scales.every((scale) => scale === 1);
  const [given, sizes] = node.inputCount > 2 ? [node.input(2), node.input(3)] : [node.input(1), undefined];
  const constant = given && constantOf(given);
  if (constant && constant.count > 0) return constant.numbers().every((scale) => scale === 1);
  return sizes !== undefined && keepsShape(node);
}
