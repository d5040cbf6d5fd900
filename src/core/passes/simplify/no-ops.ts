/**
 * Operators that give their input as it is: each row says when, and which input. Exact over the real numbers; `x + 0` may
 * turn -0.0 into 0.0. Rules: the ONNX operator specification.
 */
import type { Node } from '../../ir/node.ts';
import type { PatternRule } from '../pass.ts';
import { clipBounds, isInference, keepsAxes, paddingOf, reducedAxes, scalarOf } from './forms.ts';
import { givesOne, instead, named, simplification } from './rule.ts';
import {
  castsToSame,
  expandsByOnes,
  type Finding,
  gathersAll,
  hasUnitWindow,
  isAll,
  keepsShape,
  movesNothing,
  resizesNothing,
  takesAll,
  takesOneSide,
  withUnit,
} from './unchanged.ts';

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
    title: 'Takes out Clip by bounds beyond which nothing lies',
    when: (node) => {
      const bounds = clipBounds(node);
      // Without bounds it still makes numbers of infinities.
      return bounds && bounds.min === -Infinity && bounds.max === Infinity ? 'bounds nothing' : undefined;
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

/** Which input a node gives as it is, and why; undefined where it does something, or that cannot be told. */
export function doesNothing(node: Node): { readonly input: number; readonly reason: string } | undefined {
  if (node.domain !== '' || !givesOne(node)) return undefined;
  for (const { operators, when } of Object.values(NO_OPS)) {
    const found = operators.split(' ').includes(node.op) ? when(node) : undefined;
    if (!found) continue;
    const [input, reason] = typeof found === 'string' ? [0, found] : found;
    return { input, reason };
  }
  return undefined;
}

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
