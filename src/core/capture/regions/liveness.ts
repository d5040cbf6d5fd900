/** Which values others depend on. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';

/** The values themselves and all that they are made of, also what graphs within nodes read. */
export function reaches(values: Iterable<Value>): Set<Value> {
  const found = new Set<Value>();
  const nodes = new Set<Node>();
  const open = [...values];
  const visit = (node: Node): void => {
    if (nodes.has(node)) return;
    nodes.add(node);
    open.push(...node.inputs.flatMap((input) => input ?? []));
    for (const graph of node.subgraphs()) {
      open.push(...graph.outputs);
      for (const inner of graph.nodes) visit(inner);
    }
  };
  for (let value = open.pop(); value; value = open.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    if (value.producer) visit(value.producer);
  }
  return found;
}
