/** Takes out of a graph what nothing uses: nodes, and results of conditions and loops with what makes them inside. */
import type { Graph } from '../ir/graph.ts';
import { Node } from '../ir/node.ts';

/** Operators of this dialect do nothing but make their results. */
export function dropUnusedNodes(graph: Graph): void {
  for (const node of graph.nodes.reversed()) {
    if (node.outputs.every((value) => value.useCount === 0)) {
      graph.nodes.remove(node);
      continue;
    }
    const kept = node.subgraphs().length > 0 ? withoutUnusedOutputs(node) : node;
    for (const inner of kept.subgraphs()) dropUnusedNodes(inner);
  }
}

/** The node, or one in its place with fewer outputs. */
function withoutUnusedOutputs(node: Node): Node {
  const unused = node.outputs.flatMap((output, k) => (isUnused(node, k) && output.useCount === 0 ? [k] : []));
  if (unused.length === 0) return node;
  const kept = node.outputs.filter((_, k) => !unused.includes(k));
  const loop = node.op === 'Loop';
  const inputs = node.inputs.filter((_, k) => !(loop && unused.includes(k - LOOP_INPUTS)));
  for (const graph of node.subgraphs()) {
    for (const k of [...unused].reverse()) {
      graph.removeOutput(loop ? k + 1 : k);
      if (loop) graph.inputs.splice(k + LOOP_INPUTS, 1);
    }
  }
  const attributes = [...node.attributes];
  for (const [name] of attributes) node.deleteAttribute(name);
  const { domain, overload, name, origin, scope } = node;
  const made = new Node(node.op, inputs, {
    domain,
    overload,
    name,
    origin,
    scope,
    attributes,
    outputs: kept.map((output) => ({ name: output.name, type: output.type })),
  });
  node.graph?.nodes.insertBefore(node, made);
  kept.forEach((output, k) => {
    output.replaceAllUsesWith(made.output(k));
  });
  node.graph?.nodes.remove(node);
  return made;
}

/** A loop's inputs before the values that it carries: the number of rounds, and whether to begin. The body's are as many. */
const LOOP_INPUTS = 2;

/** What a loop carries may be needed by its next round alone. */
function isUnused(node: Node, k: number): boolean {
  const [body] = node.subgraphs();
  return node.op !== 'Loop' || body?.inputs[k + LOOP_INPUTS]?.useCount === 0;
}
