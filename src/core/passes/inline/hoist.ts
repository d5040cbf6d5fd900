/**
 * What each round of a Loop computes anew and always the same is computed once, before it. Only for a Loop that is sure to
 * run: what may fail would not have been computed where it does not.
 */
import { numberOf } from '../../dialects/onnx/data.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { isRepeatable } from '../cleanup/common-subexpressions.ts';
import type { GraphPass } from '../pass.ts';

export const hoistFromLoops: GraphPass = {
  kind: 'graph',
  name: 'hoist-from-loop',
  title: 'Computes before a Loop that is sure to run what is the same in each of its rounds',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
  run(graph, context) {
    for (const node of graph.nodes) {
      const body = node.op === 'Loop' && node.domain === '' ? node.attribute('body', 'graph') : undefined;
      if (!body) continue;
      if (!isSureToRun(node)) {
        context.missed?.(node, 'it may run not at all');
        continue;
      }
      const moved = invariant(body);
      if (moved.length === 0) continue;
      for (const each of moved) {
        body.nodes.unlink(each);
        graph.nodes.insertBefore(node, each);
        moveConstants(each, body, graph);
      }
      context.record(`each round of ${node.name || node.op} computes the same`, [node, ...moved], [...moved, node]);
    }
  },
};

function isSureToRun(loop: Node): boolean {
  const [count, start] = [loop.input(0), loop.input(1)];
  return (!count || (numberOf(count) ?? 0) > 0) && (!start || numberOf(start) === 1);
}

/** Nodes that read only what is made outside, or by others of them, and something that is no constant. */
function invariant(body: Graph): readonly Node[] {
  const found: Node[] = [];
  const inside = new Set<Value>(body.inputs);
  for (const node of body.nodes) {
    const inputs = node.inputs.filter((value) => value !== undefined);
    const isSame =
      isRepeatable(node) &&
      node.subgraphs().length === 0 &&
      inputs.some((value) => !value.constant) &&
      inputs.every((value) => !inside.has(value)) &&
      !node.outputs.some((value) => value.isGraphOutput);
    if (isSame) found.push(node);
    else for (const value of node.outputs) inside.add(value);
  }
  return found;
}

/** A constant is in sight of what reads it. */
function moveConstants(node: Node, from: Graph, to: Graph): void {
  for (const value of node.inputs) if (value && from.initializers.delete(value)) to.initializers.add(value);
}
