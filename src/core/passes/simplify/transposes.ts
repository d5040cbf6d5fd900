/** Transposes that follow each other: exact. Those that reductions swallow: sums may be taken in another order. */
import type { Node } from '../../ir/node.ts';
import type { PatternRule } from '../pass.ts';
import { keepsAxes, reducedAxes, reducedLike } from './forms.ts';
import { instead, named, producerOf, simplification } from './rule.ts';

/** The order of a Transpose's axes; undefined where it is the reverse of an unknown number. */
export function orderOf(node: Node): readonly number[] | undefined {
  const order = node.ints('perm')?.map(Number);
  if (order) return order;
  const rank = node.input(0)?.rank ?? node.output().rank;
  return rank === undefined ? undefined : Array.from({ length: rank }, (_, k) => rank - 1 - k);
}

/** One Transpose by `first` and then by `second`. */
export function composed(first: readonly number[], second: readonly number[]): readonly number[] {
  return second.map((axis) => first[axis] ?? axis);
}

export function inverse(order: readonly number[]): readonly number[] {
  return order.map((_, k) => order.indexOf(k));
}

export function isIdentity(order: readonly number[]): boolean {
  return order.every((axis, k) => axis === k);
}

const chain = simplification({
  name: 'transpose-chain',
  title: 'Makes one of Transposes that follow each other, or none where they undo each other',
  operators: 'Transpose',
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Transpose');
    const x = inner?.input(0);
    const [first, second] = [inner && orderOf(inner), orderOf(node)];
    if (!inner || !x || !first || !second || first.length !== second.length) return undefined;
    const order = composed(first, second);
    const both = `${named(inner)} and ${named(node)}`;
    return isIdentity(order)
      ? instead(node, x, `${both} undo each other`)
      : instead(node, onnx.transpose(x, order), `${both} are one`);
  },
});

const reduced = simplification({
  name: 'transpose-before-reduction',
  title: 'Lets a reduction take its axes from before a Transpose',
  operators: `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare`,
  reassociates: true,
  replace(node, { onnx }) {
    const inner = producerOf(node.input(0), node, 'Transpose');
    const x = inner?.input(0);
    const order = inner && orderOf(inner);
    const axes = reducedAxes(node);
    if (!inner || !x || !order || !axes || axes.length === 0 || inner.output().useCount !== 1) return undefined;
    const before = axes.map((axis) => order[axis] ?? axis).toSorted((a, b) => a - b);
    const keep = keepsAxes(node);
    // What is left must stand in its order; kept axes of size 1 must be where they were.
    const left = order.filter((_, k) => !axes.includes(k));
    const sorted = left.every((axis, k) => k === 0 || axis > (left[k - 1] ?? 0));
    if (!sorted || (keep && !before.every((axis) => axes.includes(axis)))) return undefined;
    const value = reducedLike(onnx, node, x, before, keep);
    return instead(node, value, `${named(node)} can reduce the axes that ${named(inner)} moves`);
  },
});

export const transposeRules: readonly PatternRule[] = [chain, reduced];
