/** Constants that hold the same become one. */
import type { Graph } from '../../ir/graph.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { GraphPass } from '../pass.ts';
import { equalConstants, headOf } from './content.ts';

export const mergeConstants: GraphPass = {
  kind: 'graph',
  name: 'merge-constants',
  title: 'Keeps one of several equal constants',
  dialect: 'onnx',
  reassociates: false,
  run(graph, context) {
    for (const group of candidates(graph)) {
      for (const equal of equalConstants(group, tensorOf)) {
        const [first, ...others] = equal;
        if (!first) continue;
        for (const other of others) {
          other.replaceAllUsesWith(first);
          graph.initializers.delete(other);
        }
        const reason = `${others.map((each) => each.name).join(', ')}: the same as the constant ${first.name}`;
        context.record(reason, [], [], { before: equal, after: [first] });
      }
    }
  },
};

/** Constants that nobody may replace and no output is, by what they are without their bytes: groups of two and more. */
function candidates(graph: Graph): readonly (readonly Value[])[] {
  const inputs = new Set(graph.inputs);
  const groups = new Map<string, Value[]>();
  for (const value of graph.initializers) {
    const head = value.constant && headOf(value.constant);
    if (head === undefined || inputs.has(value) || value.isGraphOutput || value.useCount === 0) continue;
    const group = groups.get(head);
    if (group) group.push(value);
    else groups.set(head, [value]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function tensorOf(value: Value): Tensor {
  if (!value.constant) throw new Error(`${value.name} is no constant`);
  return value.constant;
}
