/** Shape rules of reductions and arg-reductions. Rules: the ONNX operator specification. */
import type { Node } from '../../../ir/node.ts';
import type { Shape } from '../../../ir/shape.ts';
import { intsOf } from '../data.ts';
import { each, normalAxis, type Rules, rankAlone, shapeOf, unknownShape, withDim } from './rule.ts';

const REDUCTIONS = `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare`;

export const reductions: Rules = {
  ...each(REDUCTIONS, (node) => [reduced(node)]),
  ...each('ArgMax ArgMin', (node) => {
    const shape = shapeOf(node);
    if (!shape) return [undefined];
    const axis = normalAxis(node, node.int('axis', 0n), shape.length);
    return [without(shape, [axis], node.int('keepdims', 1n) === 1n)];
  }),
};

/** The axes come as an attribute (all until opset 11; most until 17) or as an input; none means all, or none at all. */
function reduced(node: Node): Shape | undefined {
  const shape = shapeOf(node);
  if (!shape) return undefined;
  const keep = node.int('keepdims', 1n) === 1n;
  const given = node.ints('axes');
  const input = node.input(1);
  const axes = given ?? (input ? intsOf(input) : []);
  if (!axes) {
    if (keep) return unknownShape(shape.length);
    const count = input?.shape?.[0];
    return typeof count === 'number' && count > 0 ? rankAlone(node, shape.length - count) : undefined;
  }
  if (axes.length > 0)
    return without(
      shape,
      axes.map((axis) => normalAxis(node, axis, shape.length)),
      keep,
    );
  return node.int('noop_with_empty_axes', 0n) !== 0n ? shape : without(shape, [...shape.keys()], keep);
}

/** Drops axes, or leaves size 1 in their place. */
function without(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep
    ? axes.reduce((result, axis) => withDim(result, axis, 1), shape)
    : shape.filter((_, k) => !axes.includes(k));
}
