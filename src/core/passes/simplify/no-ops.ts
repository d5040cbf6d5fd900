/**
 * Operators that give their input as it is: each row says when, and which input. Exact over the real numbers; `x + 0` may
 * turn -0.0 into 0.0. Rules: the ONNX operator specification.
 */

import { constantOf, intsOf } from '../../dialects/onnx/data.ts';
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic, sameShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { isUniform } from './constants.ts';
import { axisOf, clipBounds, cutsOf, isInference, keepsAxes, paddingOf, reducedAxes, scalarOf } from './forms.ts';
import { givesOne, instead, named, simplification } from './rule.ts';

/** Why a node gives its input `index` (0 where nothing is said) as it is; undefined where it does not. */
type Finding = string | readonly [index: number, why: string] | undefined;

interface NoOp {
  readonly operators: string;
  readonly title: string;
  readonly when: (node: Node) => Finding;
}

/** Names of rules to what they look at. */
const NO_OPS: Readonly<Record<string, NoOp>> = {
  'no-identity': {
    operators: 'Identity',
    title: 'Takes out Identity',
    when: () => 'gives its input',
  },
  'no-dropout': {
    operators: 'Dropout',
    title: 'Takes out Dropout in inference',
    when: (node) => (isInference(node) ? 'drops nothing in inference' : undefined),
  },
  'no-cast': {
    operators: 'Cast CastLike',
    title: 'Takes out Cast to the type that its input has',
    when: castsToSame,
  },
  'no-reshape': {
    operators: 'Reshape Flatten Squeeze Unsqueeze',
    title: 'Takes out reshaping to the shape that its input has',
    when: (node) => (keepsShape(node) ? 'gives the shape that its input has' : undefined),
  },
  'no-transpose': {
    operators: 'Transpose',
    title: 'Takes out Transpose that moves nothing',
    when: (node) => (movesNothing(node) ? 'leaves the axes in their order' : undefined),
  },
  'no-pad': {
    operators: 'Pad',
    title: 'Takes out Pad by nothing',
    when: (node) => {
      const padding = paddingOf(node);
      const none = padding && [...padding.before, ...padding.after].every((pad) => pad === 0);
      return none ? 'adds nothing' : undefined;
    },
  },
  'no-slice': {
    operators: 'Slice',
    title: 'Takes out Slice that takes everything',
    when: (node) => (takesAll(node) ? 'takes everything' : undefined),
  },
  'no-expand': {
    operators: 'Expand',
    title: 'Takes out Expand to the shape that its input has',
    when: (node) => (keepsShape(node) || expandsByOnes(node) ? 'gives the shape that its input has' : undefined),
  },
  'no-tile': {
    operators: 'Tile',
    title: 'Takes out Tile that repeats nothing',
    when: (node) => (isAll(node.input(1), 1) ? 'repeats nothing' : undefined),
  },
  'no-single': {
    operators: 'Concat Sum Max Min Mean',
    title: 'Takes out joining of a single value',
    when: (node) => (node.inputCount === 1 ? 'has one input' : undefined),
  },
  'no-twice': {
    operators: 'Max Min And Or',
    title: 'Takes out Max, Min, And and Or of a value with itself',
    when: (node) =>
      node.inputCount === 2 && node.input(0) === node.input(1) ? 'is of a value with itself' : undefined,
  },
  'no-split': {
    operators: 'Split',
    title: 'Takes out Split into one',
    when: (node) => (node.outputs.length === 1 && keepsShape(node) ? 'gives one part' : undefined),
  },
  'no-unit': {
    operators: 'Add Sub Mul Div Pow And Or Xor BitwiseOr BitwiseXor BitShift',
    title: 'Takes out arithmetic with 0 and 1 that changes nothing',
    when: withUnit,
  },
  'no-gather': {
    operators: 'Gather',
    title: 'Takes out Gather of everything in its order',
    when: (node) => (gathersAll(node) ? 'takes everything in its order' : undefined),
  },
  'no-where': {
    operators: 'Where',
    title: 'Takes out Where that always takes one side',
    when: takesOneSide,
  },
  'no-clip': {
    operators: 'Clip',
    title: 'Takes out Clip without bounds',
    when: (node) => {
      const bounds = clipBounds(node);
      return bounds && bounds.min === -Infinity && bounds.max === Infinity ? 'has no bounds' : undefined;
    },
  },
  'no-pool': {
    operators: 'AveragePool MaxPool',
    title: 'Takes out pooling of windows of one element',
    when: (node) => (hasUnitWindow(node) ? 'has windows of one element' : undefined),
  },
  'no-global-pool': {
    operators: 'GlobalAveragePool GlobalMaxPool',
    title: 'Takes out global pooling of one element',
    when: (node) =>
      node
        .input(0)
        ?.shape?.slice(2)
        .every((size) => size === 1)
        ? 'pools over one element'
        : undefined,
  },
  'no-resize': {
    operators: 'Resize Upsample',
    title: 'Takes out resizing to the same size',
    when: (node) => (resizesNothing(node) ? 'keeps the size' : undefined),
  },
  'no-reduction': {
    operators: 'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceLogSumExp',
    title: 'Takes out reductions over axes of size 1',
    when: (node) => {
      const axes = reducedAxes(node);
      const alone = axes?.every((axis) => node.input(0)?.shape?.[axis] === 1);
      return alone && (keepsAxes(node) || axes?.length === 0) ? 'reduces axes of size 1' : undefined;
    },
  },
  'no-cumsum': {
    operators: 'CumSum',
    title: 'Takes out CumSum along an axis of size 1',
    when: (node) => {
      const { shape } = node.input(0) ?? {};
      const axis = scalarOf(node.input(1));
      if (!shape || axis === undefined || node.int('exclusive', 0n) !== 0n) return undefined;
      return shape.at(axis) === 1 ? 'sums one element' : undefined;
    },
  },
  'no-blocks': {
    operators: 'DepthToSpace SpaceToDepth',
    title: 'Takes out DepthToSpace and SpaceToDepth by blocks of 1',
    when: (node) => (node.int('blocksize') === 1n ? 'moves blocks of 1' : undefined),
  },
};

export const noOps: readonly PatternRule[] = Object.entries(NO_OPS).map(([name, { operators, title, when }]) =>
  simplification({
    name,
    title,
    operators,
    replace(node) {
      const found = givesOne(node) ? when(node) : undefined;
      if (!found) return undefined;
      const [index, why] = typeof found === 'string' ? [0, found] : found;
      const value = node.input(index);
      return value && instead(node, value, `${named(node)} ${why}`);
    },
  }),
);

function keepsShape(node: Node): boolean {
  return sameShape(node.input(0)?.shape, node.output().shape) === true;
}

function castsToSame(node: Node): Finding {
  const dtype = node.input(0)?.dtype;
  if (!dtype) return undefined;
  const same = node.op === 'Cast' ? Number(node.int('to')) === codeOfDtype(dtype) : node.input(1)?.dtype === dtype;
  return same ? `casts ${dtype} to ${dtype}` : undefined;
}

/** Axes of size 1 may move, where all others stay in their order and the shape stays the same. */
function movesNothing(node: Node): boolean {
  const { shape } = node.input(0) ?? {};
  const order = node.ints('perm')?.map(Number);
  if (order?.every((axis, k) => axis === k)) return true;
  if (!shape || (!order && shape.length < 2)) return shape !== undefined;
  const whole = order ?? [...shape.keys()].reverse();
  const others = whole.filter((axis) => shape[axis] !== 1);
  const inOrder = others.every((axis, k) => k === 0 || axis > (others[k - 1] ?? 0));
  return inOrder && whole.every((axis, k) => (shape[axis] === 1) === (shape[k] === 1));
}

function takesAll(node: Node): boolean {
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
function expandsByOnes(node: Node): boolean {
  const [x, target] = [node.input(0), node.input(1)];
  const length = target?.shape?.[0];
  return x?.rank !== undefined && typeof length === 'number' && length <= x.rank && isAll(target, 1);
}

function isAll(value: Value | undefined, number: number): boolean {
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

function withUnit(node: Node): Finding {
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

function gathersAll(node: Node): boolean {
  const axis = axisOf(node, 0n);
  const [x, indices] = [node.input(0), node.input(1)];
  if (axis === undefined || !indices || indices.rank !== 1) return false;
  const list = intsOf(indices);
  const size = x?.shape?.[axis];
  return list?.length === size && (list?.every((index, k) => index === k || index === k - Number(size)) ?? false);
}

function takesOneSide(node: Node): Finding {
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

function hasUnitWindow(node: Node): boolean {
  const are = (name: string, number: bigint): boolean => node.ints(name)?.every((each) => each === number) ?? true;
  return node.attributes.has('kernel_shape') && are('kernel_shape', 1n) && are('strides', 1n) && are('pads', 0n);
}

/** Modes in which an element of the result lies on the same element of the input, where both have one size. */
const ALIGNED = new Set(['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric']);

function resizesNothing(node: Node): boolean {
  if (!ALIGNED.has(node.string('coordinate_transformation_mode', 'half_pixel'))) return false;
  const scales = node.attribute('scales', 'floats');
  if (scales) return scales.every((scale) => scale === 1);
  const [given, sizes] = node.inputCount > 2 ? [node.input(2), node.input(3)] : [node.input(1), undefined];
  const constant = given && constantOf(given);
  if (constant && constant.count > 0) return constant.numbers().every((scale) => scale === 1);
  return sizes !== undefined && keepsShape(node);
}
