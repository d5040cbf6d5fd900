/**
 * Operators that a Transpose may be moved past: how each reads inputs whose axes stand in another order, so that its
 * outputs stand in that order too. Rules: the ONNX operator specification.
 */
import type { OnnxBuilder, PlainAttributes } from '../../convert/builder.ts';
import { constantOf, intsOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { axisOf, cutsOf, keepsAxes, padded, paddingOf, reducedAxes, reducedLike, sliced } from './forms.ts';
import { transposedTensor } from './tensors.ts';

/** How a node is built again for the new order. */
export interface Moved {
  /** The inputs that must stand in the new order. */
  readonly data: readonly Value[];
  /** Builds it from `moved`, which gives each of `data` in the new order. Undefined where it has no such form after all. */
  build(onnx: OnnxBuilder, moved: (value: Value) => Value): readonly Value[] | undefined;
}

/** `order[k]` is the old axis that becomes axis k. Undefined where the operator cannot be moved past. */
export function movedPast(node: Node, order: readonly number[]): Moved | undefined {
  const kind = node.domain === '' ? KINDS[node.op] : undefined;
  return kind?.(node, order);
}

type Kind = (node: Node, order: readonly number[]) => Moved | undefined;

/** Constants of at most this many bytes may stand in two orders. */
const MOST_BYTES_TWICE = 1 << 12;

/** All inputs broadcast against each other, or stand alone. */
const elementwise: Kind = (node, order) => {
  const rank = order.length;
  if (node.output().rank !== rank) return undefined;
  const data: Value[] = [];
  const others = new Map<Value, Tensor>();
  for (const input of node.inputs) {
    if (!input || isSingle(input)) continue;
    const constant = constantOf(input);
    if (constant && input.rank !== undefined && input.rank <= rank) {
      // A second order of weights that others read too would make the file larger.
      if (constant.byteLength > MOST_BYTES_TWICE && input.useCount > 1) return undefined;
      const sizes = [...Array<number>(rank - constant.shape.length).fill(1), ...constant.shape];
      const tensor = transposedTensor(constant.reshaped(sizes), order);
      if (!tensor) return undefined;
      others.set(input, tensor);
    } else if (input.rank === rank) data.push(input);
    else return undefined;
  }
  if (data.length === 0) return undefined;
  return {
    data,
    build: (onnx, moved) =>
      onnx.same(
        node.inputs.map((input) => {
          const tensor = input && others.get(input);
          if (input && tensor) return constantLike(onnx, input, tensor);
          return input && data.includes(input) ? moved(input) : input;
        }),
      ),
  };
};

/** A product of matrices is the product of their transposes the other way round. */
const product: Kind = (node, order) => {
  const [a, b] = node.inputs;
  const rank = order.length;
  if (!a || !b || node.output().rank !== rank || !swapsLastTwo(order)) return undefined;
  const data: Value[] = [];
  const others = new Map<Value, Tensor>();
  for (const input of [a, b]) {
    const constant = constantOf(input);
    if (constant && constant.shape.length >= 2) {
      if (constant.byteLength > MOST_BYTES_TWICE && input.useCount > 1) return undefined;
      const tensor = transposedTensor(constant, swapped(constant.shape.length));
      if (!tensor) return undefined;
      others.set(input, tensor);
    } else if (input.rank === rank) data.push(input);
    else return undefined;
  }
  if (data.length === 0) return undefined;
  const operand = (onnx: OnnxBuilder, input: Value, moved: (value: Value) => Value): Value => {
    const tensor = others.get(input);
    return tensor ? constantLike(onnx, input, tensor) : moved(input);
  };
  return { data, build: (onnx, moved) => onnx.same([operand(onnx, b, moved), operand(onnx, a, moved)]) };
};

function swapped(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, k) => (k === rank - 1 ? rank - 2 : k === rank - 2 ? rank - 1 : k));
}

function swapsLastTwo(order: readonly number[]): boolean {
  return order.length >= 2 && swapped(order.length).every((axis, k) => axis === order[k]);
}

/** A constant in the place of another, whose name it keeps where it is large. */
function constantLike(onnx: OnnxBuilder, old: Value, tensor: Tensor): Value {
  if (tensor.byteLength <= MOST_BYTES_TWICE) return onnx.constant(tensor);
  return onnx.initializer(old.name, tensor);
}

/** A single element means the same in any order. */
function isSingle(value: Value): boolean {
  return isStatic(value.shape) && value.shape.length <= 1 && value.shape.every((size) => size === 1);
}

/** The first input is data; `changes` are the attributes and inputs that name axes. */
function along(
  changes: (node: Node, order: readonly number[], onnx: OnnxBuilder, x: Value) => readonly Value[] | undefined,
  fits: (node: Node, order: readonly number[]) => boolean = () => true,
): Kind {
  return (node, order) => {
    const x = node.input(0);
    if (!x || x.rank !== order.length || !fits(node, order)) return undefined;
    return { data: [x], build: (onnx, moved) => changes(node, order, onnx, moved(x)) };
  };
}

function withAxis(otherwise: bigint, since = 7): Kind {
  return (node, order) => {
    const axis = axisOf(node, otherwise, order.length);
    const data =
      node.op === 'Concat' ? node.inputs.flatMap((input) => input ?? []) : (node.inputs.slice(0, 1) as Value[]);
    if (axis === undefined || data.some((input) => input.rank !== order.length)) return undefined;
    const changes: PlainAttributes = { axis: order.indexOf(axis) };
    return {
      data,
      build: (onnx, moved) =>
        onnx.opset < since
          ? undefined
          : onnx.same(
              node.inputs.map((input) => (input && data.includes(input) ? moved(input) : input)),
              changes,
            ),
    };
  };
}

const pad = along(
  (node, order, onnx, x) => {
    const padding = paddingOf(node);
    if (!padding) return undefined;
    const pick = (pads: readonly number[]): number[] => order.map((axis) => pads[axis] ?? 0);
    return [padded(onnx, x, { ...padding, before: pick(padding.before), after: pick(padding.after) })];
  },
  (node) => {
    const padding = paddingOf(node);
    return padding !== undefined && (padding.mode !== 'constant' || padding.value !== undefined);
  },
);

const slice = along(
  (node, order, onnx, x) => {
    const cuts = cutsOf(node)?.map(({ axis, start, end, step }) => ({
      axis: order.indexOf(axis),
      start: Number(start),
      end: Number(end),
      step,
    }));
    const value = cuts && sliced(onnx, x, cuts);
    return value && [value];
  },
  (node) => cutsOf(node) !== undefined,
);

const reduce = along(
  (node, order, onnx, x) => {
    const axes = node.op.startsWith('Arg') ? [axisOf(node, 0n, order.length) ?? 0] : reducedAxes(node);
    return (
      axes && [
        reducedLike(
          onnx,
          node,
          x,
          axes.map((axis) => order.indexOf(axis)),
          true,
        ),
      ]
    );
  },
  (node) => keepsAxes(node) && (node.op.startsWith('Arg') || (reducedAxes(node)?.length ?? 0) > 0),
);

const tile = along(
  (node, order, onnx, x) => {
    const repeats = node.input(1) && intsOf(node.input(1) as Value);
    return repeats && onnx.same([x, onnx.ints(order.map((axis) => repeats[axis] ?? 1))]);
  },
  (node) => node.input(1) !== undefined && intsOf(node.input(1) as Value) !== undefined,
);

function each(names: string, kind: Kind): Record<string, Kind> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, kind]));
}

const KINDS: Readonly<Record<string, Kind>> = {
  ...each(
    `Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid
    HardSwish Identity IsInf IsNaN LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh
    Softplus Softsign Sqrt Tan Tanh ThresholdedRelu`,
    elementwise,
  ),
  ...each(
    `Add Sub Mul Div Pow Mod And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual Where PRelu BitwiseAnd BitwiseOr
    BitwiseXor BitShift Max Min Sum Mean`,
    elementwise,
  ),
  ...each('Softmax LogSoftmax Hardmax', withAxis(-1n, 13)),
  ...each('Concat Split', withAxis(0n)),
  ...each(
    `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
    ArgMax ArgMin`,
    reduce,
  ),
  MatMul: product,
  Pad: pad,
  Slice: slice,
  Tile: tile,
};
