/** Single elements of an axis, picked and stacked: Gather with one index instead of cutting and dropping the axis. Exact. */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { type Dim, sameShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { axisOf, cutsOf, splitSizes, squeezedAxes, unsqueezedAxes } from './forms.ts';
import { RESHAPES, targetOf } from './reshapes.ts';
import { instead, named, producerOf, type Replacement, type Site, simplification } from './rule.ts';

/** One element of an axis of `x`. */
interface Pick {
  readonly x: Value;
  readonly axis: number;
  readonly index: number;
}

function picked({ x, axis, index }: Pick, { onnx }: Site, keeps = false): Value {
  const indices = onnx.constant(Tensor.of('int64', keeps ? [1] : [], [index]));
  return onnx.Gather(x, indices, { axis });
}

const squeezed = simplification({
  name: 'pick-without-axis',
  title: 'Picks one element of an axis without the axis, instead of a Squeeze after it',
  operators: 'Squeeze Reshape',
  replace(node, site) {
    const inner = producerOf(node.input(0), node, 'Slice', 'Gather');
    const pick =
      inner && inner.output().useCount === 1 ? (inner.op === 'Slice' ? sliceOf(inner) : gatherOf(inner)) : undefined;
    if (!inner || !pick || (pick.index < 0 && site.onnx.opset < 11) || !drops(node, pick)) return undefined;
    return instead(node, picked(pick, site), `${named(inner)} can pick the element without its axis`);
  },
});

/** Whether a node takes out the picked axis and does nothing else. */
function drops(node: Node, { x, axis }: Pick): boolean {
  if (node.op === 'Squeeze') {
    const axes = squeezedAxes(node);
    return axes?.length === 1 && axes[0] === axis;
  }
  const shape = x.shape?.filter((_, k) => k !== axis);
  return shape !== undefined && sameShape(shape, node.output().shape) === true;
}

function sliceOf(node: Node): Pick | undefined {
  const x = node.input(0);
  const cuts = cutsOf(node);
  const [cut] = cuts ?? [];
  if (!x || cuts?.length !== 1 || !cut || cut.step !== 1 || node.output().shape?.[cut.axis] !== 1) return undefined;
  const [index, size] = [Number(cut.start), x.shape?.[cut.axis]];
  // A start outside of the axis is moved into it.
  const inside = typeof size === 'number' ? index >= -size && index < size : index === 0 || index === -1;
  return inside ? { x, axis: cut.axis, index } : undefined;
}

/** A Gather of a list of one. */
function gatherOf(node: Node): Pick | undefined {
  const [x, indices] = node.inputs;
  const constant = indices && constantOf(indices);
  const axis = axisOf(node, 0n);
  if (!x || axis === undefined || constant?.shape.length !== 1 || constant.count !== 1) return undefined;
  return { x, axis, index: constant.numbers()[0] ?? 0 };
}

const unsqueezed = simplification({
  name: 'pick-with-axis',
  title: 'Picks one element of an axis with the axis, instead of an Unsqueeze after it',
  operators: 'Unsqueeze',
  replace(node, site) {
    const inner = producerOf(node.input(0), node, 'Gather');
    const [x, indices] = inner?.inputs ?? [];
    const constant = indices && constantOf(indices);
    const axis = inner && axisOf(inner, 0n);
    const axes = unsqueezedAxes(node);
    if (!inner || !x || axis === undefined || constant?.shape.length !== 0 || inner.output().useCount !== 1)
      return undefined;
    if (axes?.length !== 1 || axes[0] !== axis) return undefined;
    const pick = { x, axis, index: constant.numbers()[0] ?? 0 };
    return instead(node, picked(pick, site, true), `${named(inner)} can pick the element with its axis`);
  },
});

const unbound = simplification({
  name: 'split-and-squeeze',
  title: 'Picks elements of an axis instead of a Split and a Squeeze of each part',
  operators: 'Split',
  replace(node, site): Replacement | undefined {
    const x = node.input(0);
    const axis = axisOf(node, 0n);
    const sizes = splitSizes(node);
    if (!x || axis === undefined || !sizes?.every((size) => size === 1)) return undefined;
    const values = new Map<Value, Value>();
    for (const [index, part] of node.outputs.entries()) {
      for (const use of part.uses) {
        const user = use.kind === 'input' && use.index === 0 ? use.node : undefined;
        const squeezes = user?.domain === '' && user.graph === node.graph && ['Squeeze', 'Reshape'].includes(user.op);
        // A change of the shape behind it takes the Squeeze in: then the Split is the shorter way.
        if (user && feedsReshapes(user)) return undefined;
        if (!user || !squeezes || part.useCount !== 1 || !drops(user, { x, axis, index })) return undefined;
        values.set(user.output(), picked({ x, axis, index }, site));
      }
    }
    return values.size === 0
      ? undefined
      : { values, reason: `what ${named(node)} gives are single elements of an axis` };
  },
});

function feedsReshapes(node: Node): boolean {
  const { users } = node.output();
  return users.size > 0 && [...users].every(({ domain, op }) => domain === '' && RESHAPES.includes(op));
}

const stacked = simplification({
  name: 'stack-by-concat',
  title: 'Joins values before they get an axis of their own, not each of them after it',
  operators: 'Concat',
  replace(node, site) {
    const axis = axisOf(node, 0n, node.output().rank);
    if (axis === undefined || node.inputCount < 2) return undefined;
    const values: Value[] = [];
    for (const input of node.inputs) {
      const maker = input?.useCount === 1 ? producerOf(input, node, 'Unsqueeze') : undefined;
      const axes = maker && unsqueezedAxes(maker);
      const x = maker?.input(0);
      if (!x?.shape || axes?.length !== 1 || axes[0] !== axis || axis >= x.shape.length) return undefined;
      values.push(x);
    }
    const { shape } = node.output();
    const from = values[0]?.shape?.map((): Dim => undefined);
    const target = shape && targetOf(from, shape);
    if (!target || target.empty) return site.missed('the shape that follows is no constant', node);
    const joined = site.onnx.Concat(...values, { axis });
    return instead(
      node,
      site.onnx.Reshape(joined, site.onnx.ints(target.shape)),
      `${named(node)} can join before the axis comes`,
    );
  },
});

const inOrder = simplification({
  name: 'gather-in-order',
  title: 'Reshapes instead of a Gather that takes every element in its order',
  operators: 'Gather',
  replace(node, site) {
    const [x, indices] = node.inputs;
    const axis = axisOf(node, 0n);
    const size = axis === undefined ? undefined : x?.shape?.[axis];
    const constant = indices && constantOf(indices);
    const { shape } = node.output();
    if (!x || !constant || !shape || constant.shape.length === 0 || constant.count !== size) return undefined;
    if (constant.count > MOST_INDICES || !constant.numbers().every((index, k) => index === k || index === k - size)) {
      return undefined;
    }
    const target = targetOf(x.shape, shape);
    if (!target || target.empty) return site.missed('the shape that follows is no constant', node);
    const value = site.onnx.Reshape(x, site.onnx.ints(target.shape));
    return instead(node, value, `${named(node)} takes every element in its order`);
  },
});

const MOST_INDICES = 1 << 13;

export const pickRules: readonly PatternRule[] = [inOrder, squeezed, unsqueezed, unbound, stacked];
