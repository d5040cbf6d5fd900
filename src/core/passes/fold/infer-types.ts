/** Types that follow from what the passes before have changed. */
import type { Node } from '../../ir/node.ts';
import type { GraphPass } from '../pass.ts';

/** Nodes that are handed on at once: arguments of a call have their limits. */
const AT_ONCE = 1000;

export const inferTypes: GraphPass = {
  kind: 'graph',
  name: 'infer-types',
  title: 'Works out types and sizes of values',
  dialect: 'onnx',
  reassociates: false,
  ensures: ['typed'],
  run(graph, context) {
    // The graphs within nodes are read with the nodes.
    if (graph.parent) return;
    let some: Node[] = [];
    for (const node of graph.nodes) {
      some.push(node);
      if (some.length < AT_ONCE) continue;
      context.infer(...some);
      some = [];
    }
    context.infer(...some);
  },
};
