/** Sums, products, maxima of two or more operands. Eltwise takes equal shapes alone; constants become Power, Scale or Bias. */
import type { Node } from '../../../ir/node.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, type Parameters, sizesOf } from '../builder.ts';
import { type CaffeRule, type CaffeRules, sizes } from '../rule.ts';
import { commonShape, spread } from '../spreading.ts';
import { affine, power, reshaped, scaled, shifted, spreadAlong } from '../support.ts';
import { mapped, weightOf } from '../weights.ts';
import { clipped } from './activations.ts';

/** x + constant, which spreads over the result. */
function plus(caffe: CaffeBuilder, x: Value, constant: Tensor, node: Node): Value {
  if (constant.count === 1) return affine(caffe, x, 1, constant.numbers()[0] ?? 0);
  const whole = likeResult(caffe, x, node);
  return shifted(caffe, whole, spreadAlong(constant, sizesOf(whole)));
}

function times(caffe: CaffeBuilder, x: Value, constant: Tensor, node: Node): Value {
  if (constant.count === 1) return affine(caffe, x, constant.numbers()[0] ?? 1, 0);
  const whole = likeResult(caffe, x, node);
  return scaled(caffe, whole, spreadAlong(constant, sizesOf(whole)));
}

/** The operand that the network computes, repeated where it spreads over the constant. */
function likeResult(caffe: CaffeBuilder, x: Value, node: Node): Value {
  return spread(caffe, x, sizes(node.outputs[0], node));
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

/** Operands of one shape, or spread to it; a product may also scale every plane of the other by a number of its own. */
function eltwise(caffe: CaffeBuilder, operation: Operation, operands: readonly Value[], coeff?: number[]): Value {
  const [first, second] = operands;
  const shapes = operands.map((each) => sizesOf(each));
  const planes = operation === 'PROD' && first && second && operands.length === 2;
  const made = planes ? (byPlanes(caffe, first, second) ?? byPlanes(caffe, second, first)) : undefined;
  if (made) return made;
  const common = commonShape(shapes);
  const whole = operands.map((each) => spread(caffe, each, common));
  const parameters = { operation: operation === 'SUM' ? undefined : operation };
  if (!coeff || coeff.every((each) => each === 1)) return inPairs(caffe, whole, parameters);
  if (caffe.can('Eltwise', whole, { ...parameters, coeff }))
    return caffe.layer('Eltwise', whole, { ...parameters, coeff });
  const weighted = whole.map((each, k) => affine(caffe, each, coeff[k] ?? 1, 0));
  return inPairs(caffe, weighted, parameters);
}

/** One Eltwise of all operands, or of two at a time where it takes no more. */
function inPairs(caffe: CaffeBuilder, [first, ...others]: readonly Value[], parameters: Parameters): Value {
  if (!first) return caffe.refuseOperator();
  const all = [first, ...others];
  if (caffe.can('Eltwise', all, parameters)) return caffe.layer('Eltwise', all, parameters);
  return others.reduce((sum, each) => caffe.layer('Eltwise', [sum, each], parameters), first);
}

/** x times y where y is x's shape with ones at its end, such as [n, c, 1, 1]; undefined where no layer does that as it is. */
export function byPlanes(caffe: CaffeBuilder, x: Value, y: Value): Value | undefined {
  const [whole, factors] = [sizesOf(x), sizesOf(y)];
  if (whole.length !== factors.length || whole.join() === factors.join()) return undefined;
  const kept = factors.findLastIndex((size, k) => size === whole[k] && size > 1) + 1;
  if (kept === 0 || !factors.every((size, k) => (k < kept ? size === whole[k] : size === 1))) return undefined;
  const shape = whole.slice(0, kept);
  if (!caffe.backend.has('Scale') || caffe.backend.refusal(planesPlan(whole, shape))) return undefined;
  return caffe.layer('Scale', [x, reshaped(caffe, y, shape)], { axis: 0 });
}

const planesPlan = (whole: readonly number[], factors: readonly number[]) => ({
  ...{ type: 'Scale', bottoms: [whole, factors], blobs: [], parameters: { axis: 0 } },
});

const negated = (caffe: CaffeBuilder, x: Value): Value => affine(caffe, x, -1, 0);

/** max(x, c) = relu(x - c) + c where c has several elements; the other way round with both signs changed. */
function bounded(caffe: CaffeBuilder, x: Value, constant: Tensor, node: Node, sign: 1 | -1): Value {
  const [first = 0] = constant.count === 1 ? constant.numbers() : [];
  if (constant.count === 1) {
    return sign > 0
      ? clipped(caffe, x, first, Number.POSITIVE_INFINITY)
      : clipped(caffe, x, Number.NEGATIVE_INFINITY, first);
  }
  const turned = sign > 0 ? x : negated(caffe, x);
  const bound = mapped(constant, (each) => sign * each);
  const below = plus(
    caffe,
    turned,
    mapped(bound, (each) => -each),
    node,
  );
  const made = plus(caffe, caffe.layer('ReLU', [below]), bound, node);
  return sign > 0 ? made : negated(caffe, made);
}

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
      right: (caffe, a, b, node) => bounded(caffe, a, b, node, 1),
      left: (caffe, a, b, node) => bounded(caffe, b, a, node, 1),
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
      right: (caffe, a, b, node) => bounded(caffe, a, b, node, -1),
      left: (caffe, a, b, node) => bounded(caffe, b, a, node, -1),
    }),
  ),
};
