/** Sums, products, maxima of two or more operands. Eltwise takes equal shapes alone; constants become Power, Scale or Bias. */
import type { Node } from '../../../ir/node.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { type CaffeRule, type CaffeRules, sizes } from '../rule.ts';
import { affine, power, reshaped, scaled, shifted, spreadAlong } from '../support.ts';
import { mapped, weightOf } from '../weights.ts';
import { clipped } from './activations.ts';

/** x + constant, which spreads over the result. */
function plus(caffe: CaffeBuilder, x: Value, constant: Tensor, node: Node): Value {
  if (constant.count === 1) return affine(caffe, x, 1, constant.numbers()[0] ?? 0);
  return shifted(caffe, x, spreadAlong(constant, sameAsResult(caffe, x, node)));
}

function times(caffe: CaffeBuilder, x: Value, constant: Tensor, node: Node): Value {
  if (constant.count === 1) return affine(caffe, x, constant.numbers()[0] ?? 1, 0);
  return scaled(caffe, x, spreadAlong(constant, sameAsResult(caffe, x, node)));
}

/** The sizes of the result, which must be those of the operand that the network computes. */
function sameAsResult(caffe: CaffeBuilder, x: Value, node: Node): readonly number[] {
  const result = sizes(node.outputs[0], node);
  const own = sizesOf(x);
  if (own.length === result.length && own.every((size, k) => size === result[k])) return result;
  return caffe.refuseAttribute('an operand that spreads over a constant', 'no layer repeats it');
}

/** The result as it is where the operand already has its rank; a constant of one element may add axes. */
function ranked(caffe: CaffeBuilder, made: Value, node: Node): Value {
  return reshaped(caffe, made, sizes(node.outputs[0], node));
}

/** A rule for two operands, told apart by which of them is constant. */
function binary(rules: {
  readonly both: (caffe: CaffeBuilder, a: Value, b: Value, node: Node) => Value;
  readonly right: (caffe: CaffeBuilder, a: Value, b: Tensor, node: Node) => Value;
  readonly left: (caffe: CaffeBuilder, a: Tensor, b: Value, node: Node) => Value;
}): CaffeRule {
  return (node, caffe) => {
    const [a, b] = [constantInput(node, 0, caffe), constantInput(node, 1, caffe)];
    if (b) return ranked(caffe, rules.right(caffe, caffe.input(node, 0), b, node), node);
    if (a) return ranked(caffe, rules.left(caffe, a, caffe.input(node, 1), node), node);
    return rules.both(caffe, caffe.input(node, 0), caffe.input(node, 1), node);
  };
}

function constantInput(node: Node, index: number, caffe: CaffeBuilder): Tensor | undefined {
  const value = node.input(index);
  return value && !caffe.blobOf(value) ? weightOf(value) : undefined;
}

type Operation = 'SUM' | 'PROD' | 'MAX';

/** Operands of one shape; a product may also scale every plane of the other by a number of its own. */
function eltwise(caffe: CaffeBuilder, operation: Operation, operands: readonly Value[], coeff?: number[]): Value {
  const [first, second] = operands;
  const shapes = operands.map((each) => sizesOf(each).join());
  if (shapes.every((each) => each === shapes[0])) {
    const parameters = { operation: operation === 'SUM' ? undefined : operation, coeff };
    return caffe.layer('Eltwise', operands, parameters);
  }
  const planes = operation === 'PROD' && first && second && operands.length === 2;
  const made = planes ? (byPlanes(caffe, first, second) ?? byPlanes(caffe, second, first)) : undefined;
  return made ?? caffe.refuseAttribute('operands of different shapes', 'Eltwise takes equal shapes');
}

/** x times y where y is x's shape with ones at its end, such as [n, c, 1, 1]. */
function byPlanes(caffe: CaffeBuilder, x: Value, y: Value): Value | undefined {
  const [whole, factors] = [sizesOf(x), sizesOf(y)];
  if (whole.length !== factors.length) return undefined;
  const kept = factors.findLastIndex((size, k) => size === whole[k] && size > 1) + 1;
  if (kept === 0 || !factors.every((size, k) => (k < kept ? size === whole[k] : size === 1))) return undefined;
  return caffe.layer('Scale', [x, reshaped(caffe, y, whole.slice(0, kept))], { axis: 0 });
}

const negated = (caffe: CaffeBuilder, x: Value): Value => affine(caffe, x, -1, 0);

/** The numbers of a constant of one element; refuses others. */
function single(caffe: CaffeBuilder, constant: Tensor): number {
  if (constant.count !== 1) caffe.refuseAttribute('a constant of several elements', 'no layer compares with one');
  return constant.numbers()[0] ?? 0;
}

const clippedFrom = (caffe: CaffeBuilder, x: Value, low: number) => clipped(caffe, x, low, Number.POSITIVE_INFINITY);
const clippedTo = (caffe: CaffeBuilder, x: Value, high: number) => clipped(caffe, x, Number.NEGATIVE_INFINITY, high);

function largest(caffe: CaffeBuilder, operands: readonly Value[]): Value {
  return eltwise(caffe, 'MAX', operands);
}

/** Max, Min, Sum and Mean take any number of operands. */
function all(node: Node, caffe: CaffeBuilder): readonly Value[] {
  return node.inputs.map((_, k) => caffe.input(node, k));
}

function several(rule: CaffeRule, pair: CaffeRule): CaffeRule {
  return (node, caffe) => {
    if (node.inputCount === 1) return caffe.input(node, 0);
    return node.inputCount === 2 ? pair(node, caffe) : rule(node, caffe);
  };
}

const add = binary({
  both: (caffe, a, b) => eltwise(caffe, 'SUM', [a, b]),
  right: plus,
  left: (caffe, a, b, node) => plus(caffe, b, a, node),
});

export const arithmetic: CaffeRules = {
  Add: add,
  Sub: binary({
    both: (caffe, a, b) => eltwise(caffe, 'SUM', [a, b], [1, -1]),
    right: (caffe, a, b, node) =>
      plus(
        caffe,
        a,
        mapped(b, (each) => -each),
        node,
      ),
    left: (caffe, a, b, node) => plus(caffe, negated(caffe, b), a, node),
  }),
  Mul: binary({
    both: (caffe, a, b) => eltwise(caffe, 'PROD', [a, b]),
    right: times,
    left: (caffe, a, b, node) => times(caffe, b, a, node),
  }),
  Div: binary({
    both: (caffe, a, b) => eltwise(caffe, 'PROD', [a, power(caffe, b, -1)]),
    right: (caffe, a, b, node) =>
      times(
        caffe,
        a,
        mapped(b, (each) => 1 / each),
        node,
      ),
    left: (caffe, a, b, node) => times(caffe, power(caffe, b, -1), a, node),
  }),
  Sum: several((node, caffe) => eltwise(caffe, 'SUM', all(node, caffe)), add),
  Mean: (node, caffe) =>
    eltwise(caffe, 'SUM', all(node, caffe), Array<number>(node.inputCount).fill(1 / node.inputCount)),
  Max: several(
    (node, caffe) => largest(caffe, all(node, caffe)),
    binary({
      both: (caffe, a, b) => largest(caffe, [a, b]),
      right: (caffe, a, b) => clippedFrom(caffe, a, single(caffe, b)),
      left: (caffe, a, b) => clippedFrom(caffe, b, single(caffe, a)),
    }),
  ),
  // min(a, b) = -max(-a, -b)
  Min: several(
    (node, caffe) =>
      negated(
        caffe,
        largest(
          caffe,
          all(node, caffe).map((each) => negated(caffe, each)),
        ),
      ),
    binary({
      both: (caffe, a, b) => negated(caffe, largest(caffe, [negated(caffe, a), negated(caffe, b)])),
      right: (caffe, a, b) => clippedTo(caffe, a, single(caffe, b)),
      left: (caffe, a, b) => clippedTo(caffe, b, single(caffe, a)),
    }),
  ),
};
