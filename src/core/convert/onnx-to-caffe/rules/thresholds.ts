/**
 * What depends on which of two numbers is larger: comparisons as 1 and 0, and what they choose. Layer: BVLC/caffe
 * src/caffe/layers/threshold_layer.cpp. Operators: onnx.ai.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { type CaffeRule, type CaffeRules, sizes } from '../rule.ts';
import { commonShape, spread } from '../spreading.ts';
import { affine, product, reshaped, scaled, shifted, spreadAlong } from '../support.ts';
import { mapped, spreadTo, weightOf } from '../weights.ts';
import { clipped } from './activations.ts';

/** The smallest positive number of single precision, 2^-149, times this twice is more than 1. */
const STEEP = 2 ** 127;

/** 1 where x is above a number, 0 elsewhere. Without a layer for it: the difference, made so steep that it is 1 or 0. */
export function above(caffe: CaffeBuilder, x: Value, bound: number): Value {
  if (caffe.can('Threshold', [x])) return caffe.layer('Threshold', [x], { threshold: bound === 0 ? undefined : bound });
  // Between the factors stands what is no sum and no factor: frameworks that joined them would make an infinite one.
  const difference = caffe.layer('ReLU', [affine(caffe, x, 1, -bound)]);
  const steep = clipped(caffe, affine(caffe, difference, STEEP, 0), 0, 6);
  return affine(caffe, clipped(caffe, affine(caffe, steep, STEEP, 0), 0, 6), 1 / 6, 0);
}

const inverted = (caffe: CaffeBuilder, truth: Value): Value => affine(caffe, truth, -1, 1);
const negated = (caffe: CaffeBuilder, x: Value): Value => affine(caffe, x, -1, 0);

/** a - b, where one of the two may be constant. */
function difference(node: Node, caffe: CaffeBuilder, [first, second]: readonly [number, number]): Value {
  const shape = sizes(node.outputs[0], node);
  const [a, b] = [constantAt(node, first, caffe), constantAt(node, second, caffe)];
  if (b) return plus(caffe, spread(caffe, caffe.input(node, first), shape), b, -1);
  const right = negated(caffe, spread(caffe, caffe.input(node, second), shape));
  if (a) return plus(caffe, right, a, 1);
  return caffe.layer('Eltwise', [spread(caffe, caffe.input(node, first), shape), right]);
}

function plus(caffe: CaffeBuilder, x: Value, constant: Tensor, sign: 1 | -1): Value {
  const numbers = mapped(constant, (each) => sign * each);
  if (constant.count === 1) return affine(caffe, x, 1, numbers.numbers()[0] ?? 0);
  return shifted(caffe, x, spreadAlong(numbers, sizesOf(x)));
}

function constantAt(node: Node, index: number, caffe: CaffeBuilder): Tensor | undefined {
  const value = node.input(index);
  return value && !caffe.blobOf(value) ? weightOf(value) : undefined;
}

const greater: CaffeRule = (node, caffe) => {
  const bound = constantAt(node, 1, caffe);
  if (bound?.count !== 1) return above(caffe, difference(node, caffe, [0, 1]), 0);
  const x = spread(caffe, caffe.input(node, 0), sizes(node.outputs[0], node));
  return above(caffe, x, bound.numbers()[0] ?? 0);
};

/** Not the other way round; NaN is neither. */
const unless =
  (first: number, second: number): CaffeRule =>
  (node, caffe) => {
    caffe.remarkNaN('a comparison with it is false, here true');
    return inverted(caffe, above(caffe, difference(node, caffe, [first, second]), 0));
  };

/** Two truth values, spread to one shape. */
function both(node: Node, caffe: CaffeBuilder): readonly [Value, Value] {
  const [a, b] = [caffe.input(node, 0), caffe.input(node, 1)];
  const shape = commonShape([sizesOf(a), sizesOf(b)]);
  return [spread(caffe, a, shape), spread(caffe, b, shape)];
}

/** Operators that make numbers that are infinite, or none at all, of such as are finite. */
const UNBOUNDED = new Set(['Div', 'Log', 'Pow', 'Reciprocal', 'Sqrt', 'ReduceLogSum', 'LogSoftmax']);

/** Whether what stands before a value may make other than finite numbers. */
function mayBeInfinite(value: Value): boolean {
  const [waiting, seen] = [[value], new Set<Node>()];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    const { producer } = each;
    if (!producer || seen.has(producer)) continue;
    if (producer.domain !== '' || UNBOUNDED.has(producer.op)) return true;
    seen.add(producer);
    for (const input of producer.inputs) if (input) waiting.push(input);
  }
  return false;
}

/** x times a mask of ones and zeros, which stands for what is not chosen: only numbers that are finite become 0 by that. */
function kept(node: Node, caffe: CaffeBuilder, index: number, mask: Value | Tensor): Value {
  const value = node.input(index);
  if (value && mayBeInfinite(value))
    caffe.approximate('what is not chosen is multiplied by 0, and differs where it is infinite or no number');
  const x = spread(caffe, caffe.input(node, index), sizes(node.outputs[0], node));
  return mask instanceof Tensor ? scaled(caffe, x, spreadAlong(mask, sizesOf(x))) : product(caffe, x, mask);
}

/** condition * x + (1 - condition) * y. */
const where: CaffeRule = (node, caffe) => {
  const fixed = constantAt(node, 0, caffe);
  if (fixed) return whereFixed(node, caffe, fixed);
  const shape = sizes(node.outputs[0], node);
  const condition = spread(caffe, caffe.input(node, 0), shape);
  const parts = [1, 2].flatMap((index) => {
    const mask = () => (index === 1 ? condition : inverted(caffe, condition));
    const constant = constantAt(node, index, caffe);
    if (!constant) return [kept(node, caffe, index, mask())];
    const numbers = constant.numbers();
    if (numbers.some((each) => !Number.isFinite(each)))
      caffe.refuseAttribute('a choice that is infinite', 'what is not chosen is multiplied by 0');
    if (numbers.every((each) => each === 0)) return [];
    if (constant.count === 1) return [affine(caffe, mask(), numbers[0] ?? 0, 0)];
    return [scaled(caffe, mask(), spreadAlong(constant, shape))];
  });
  const [only] = parts;
  if (!only) return affine(caffe, condition, 0, 0);
  return parts.length === 1 ? only : caffe.layer('Eltwise', parts);
};

/** The same where it is known which are chosen. */
function whereFixed(node: Node, caffe: CaffeBuilder, condition: Tensor): Value {
  const shape = sizes(node.outputs[0], node);
  const masks = [mapped(condition, (each) => (each === 0 ? 0 : 1)), mapped(condition, (each) => (each === 0 ? 1 : 0))];
  const parts = masks.map((mask, k) => {
    const constant = constantAt(node, k + 1, caffe);
    return constant ? undefined : kept(node, caffe, k + 1, mask);
  });
  const [a, b] = parts;
  if (a && b) return caffe.layer('Eltwise', [a, b]);
  const [x, constant, mask] = a ? [a, constantAt(node, 2, caffe), masks[1]] : [b, constantAt(node, 1, caffe), masks[0]];
  if (!x || !constant || !mask) return caffe.refuseOperator();
  return shifted(caffe, x, spreadAlong(chosen(constant, mask, shape), shape));
}

/** The numbers of a constant where the mask is 1, and 0 elsewhere, over the whole shape. */
function chosen(constant: Tensor, mask: Tensor, shape: readonly number[]): Tensor {
  const numbers = spreadTo(constant, shape).numbers();
  const keeps = spreadTo(mask, shape).numbers();
  return Tensor.of(
    'float32',
    shape,
    Array.from(numbers, (each, k) => (keeps[k] === 1 ? each : 0)),
  );
}

/** x where it is above alpha, 0 elsewhere; NaN becomes 0, which layers hand on. */
const thresholdedRelu: CaffeRule = (node, caffe) => {
  const x = caffe.input(node, 0);
  const alpha = node.float('alpha', 1);
  caffe.remarkNaN('it becomes 0, here it stays');
  if (alpha === 0) return caffe.layer('ReLU', [x]);
  // What is bounded below first is finite where it is multiplied by 0.
  return product(caffe, clipped(caffe, x, Math.min(alpha, 0), Number.POSITIVE_INFINITY), above(caffe, x, alpha));
};

export const thresholds: CaffeRules = {
  And: (node, caffe) => product(caffe, ...both(node, caffe)),
  Or: (node, caffe) => caffe.layer('Eltwise', both(node, caffe), { operation: 'MAX' }),
  // a + b - 2 a b
  Xor: (node, caffe) => {
    const [a, b] = both(node, caffe);
    return caffe.layer('Eltwise', [caffe.layer('Eltwise', [a, b]), affine(caffe, product(caffe, a, b), -2, 0)]);
  },
  Not: (node, caffe) => inverted(caffe, caffe.input(node, 0)),
  Greater: greater,
  Less: (node, caffe) => above(caffe, difference(node, caffe, [1, 0]), 0),
  GreaterOrEqual: unless(1, 0),
  LessOrEqual: unless(0, 1),
  // Neither above nor below.
  Equal: (node, caffe) => {
    const x = difference(node, caffe, [0, 1]);
    const other = caffe.layer('Eltwise', [above(caffe, x, 0), above(caffe, negated(caffe, x), 0)]);
    return inverted(caffe, other);
  },
  Sign: (node, caffe) => {
    const x = caffe.input(node, 0);
    return caffe.layer('Eltwise', [above(caffe, x, 0), negated(caffe, above(caffe, negated(caffe, x), 0))]);
  },
  ThresholdedRelu: thresholdedRelu,
  Where: (node, caffe) => reshaped(caffe, where(node, caffe) as Value, sizes(node.outputs[0], node)),
};
