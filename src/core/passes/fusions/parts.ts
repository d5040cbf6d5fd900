/**
 * Parts of an axis that a Reshape has made, picked behind a Transpose, as attention picks queries, keys and values: they are cut off before,
 * so that no value has the axis of the parts. For targets whose blobs have few axes. Exact: the same elements in the same order.
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { axisOf, reshaped, split, splitSizes, squeezedAxes } from '../simplify/forms.ts';
import { named, producerOf, type Replacement, simplification } from '../simplify/rule.ts';

export const partsBeforeOrder = simplification({
  name: 'parts-before-order',
  title: 'Cuts parts off before axes are exchanged, where each part is picked behind that',
  operators: 'Transpose',
  replace(node, { onnx }): Replacement | undefined {
    const maker = producerOf(node.input(0), node, 'Reshape');
    const [x, shape] = [maker?.input(0), maker?.output().shape];
    const order = node.ints('perm')?.map(Number);
    const [axis] = order ?? [];
    if (!maker || !x || !order || axis === undefined || !isStatic(shape) || shape.length < 5) return undefined;
    const picks = picksOf(node.output());
    if (!picks) return undefined;
    const count = shape[axis] ?? 0;
    const size = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const whole = reshaped(onnx, x, [...shape.slice(0, axis), count * size]);
    const parts = split(
      onnx,
      whole,
      axis,
      Array.from({ length: count }, () => size),
    );
    const rest = order.slice(1).map((each) => (each > axis ? each - 1 : each));
    const values = new Map<Value, Value>();
    for (const [picked, index] of picks) {
      const part = parts[index < 0 ? index + count : index];
      if (!part) return undefined;
      values.set(picked, onnx.transpose(reshaped(onnx, part, shape.toSpliced(axis, 1)), rest));
    }
    return { values, reason: `what is read of ${named(node)} are single parts of what ${named(maker)} makes` };
  },
});

/** The values that are single elements of the first axis, without it, and which; undefined where anybody reads more. */
function picksOf(value: Value): ReadonlyMap<Value, number> | undefined {
  const picks = new Map<Value, number>();
  for (const use of value.uses) {
    const user = use.kind === 'input' && use.index === 0 ? use.node : undefined;
    if (user?.domain !== '' || axisOf(user, 0n) !== 0) return undefined;
    if (user.op === 'Gather') {
      const index = user.input(1) && constantOf(user.input(1) as Value);
      if (index?.shape.length !== 0) return undefined;
      picks.set(user.output(), index.numbers()[0] ?? 0);
    } else if (user.op !== 'Split' || !splitSizes(user)?.every((size) => size === 1) || !squeezes(user, picks)) {
      return undefined;
    }
  }
  return picks.size > 0 ? picks : undefined;
}

/** Whether every part of a Split that anybody reads loses its axis. */
function squeezes(node: Node, picks: Map<Value, number>): boolean {
  return node.outputs.every((part, index) =>
    part.uses.every((use) => {
      const user = use.kind === 'input' && use.index === 0 ? use.node : undefined;
      const axes = user?.op === 'Squeeze' && user.domain === '' ? squeezedAxes(user) : undefined;
      if (!user || axes?.length !== 1 || axes[0] !== 0) return false;
      picks.set(user.output(), index);
      return true;
    }),
  );
}
