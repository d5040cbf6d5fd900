/** Takes out nodes that nobody reads, and what was read by them alone. */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';

/** Removes a node whose outputs nobody uses, then what it alone read: nodes before it, constants. `removed` collects the nodes. */
export function removeUnused(node: Node, removed: Set<Node> = new Set()): void {
  const waiting = [node];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    if (!each.graph || each.outputs.some((value) => value.useCount > 0)) continue;
    const { graph } = each;
    const inputs = new Set([...each.inputs, ...capturedBy(each)]);
    graph.nodes.remove(each);
    removed.add(each);
    for (const input of inputs) {
      if (input?.producer) waiting.push(input.producer);
      else if (input) dropConstant(graph, input);
    }
  }
}

/** What the subgraphs of a node read from around it. */
export function capturedBy(node: Node): Value[] {
  const read: Value[] = [];
  for (const graph of node.subgraphs()) {
    for (const inner of graph.allNodes()) for (const input of inner.inputs) if (input) read.push(input);
    read.push(...graph.outputs);
  }
  return read;
}

/** An initialiser of this graph or of one around it; graph inputs stay. */
export function dropConstant(from: Graph, constant: Value): void {
  if (constant.useCount > 0) return;
  let graph: Graph | undefined = from;
  while (graph && !graph.initializers.has(constant)) graph = graph.parent?.graph;
  if (graph && !graph.inputs.includes(constant)) graph.initializers.delete(constant);
}
