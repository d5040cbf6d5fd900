/** Names that a node of a graph reads and nothing defines, as the checker tells them, for one node alone. */
import { undefinedDetails } from '../dialects/onnx/check-graph.ts';
import type { Finding } from '../dialects/onnx/findings.ts';
import { nearestName } from '../dialects/onnx/spelling.ts';
import type { Graph } from '../ir/graph.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import { problem } from '../problems/problem.ts';

/** For a node that stands behind all that it reads. */
export function undefinedInputs(graph: Graph, node: Node): Finding[] {
  const inputs = new Set(graph.inputs);
  const isGiven = (value: Value) => value.producer || graph.initializers.has(value) || inputs.has(value);
  return node.inputs.flatMap((value, index): Finding[] => {
    if (!value || isGiven(value)) return [];
    const name = value.name ?? '';
    const details = undefinedDetails(name, nearestName(name, namesBefore(graph, node)));
    return [{ node, value, problem: problem('value-undefined', node, details, { kind: 'input', index }) }];
  });
}

/** The names that a node can read, in the order in which the checker comes by them. */
function* namesBefore(graph: Graph, node: Node): Iterable<string> {
  for (const value of graph.inputs) if (value.name) yield value.name;
  for (const value of graph.initializers) if (value.name) yield value.name;
  for (const each of graph.nodes) {
    if (each === node) return;
    for (const value of each.outputs) if (value.name) yield value.name;
  }
}
