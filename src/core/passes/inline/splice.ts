/** A graph within a node, or a function's body, put in the place of the node: its nodes, its constants, its outputs. */
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { inferOnwards } from '../onwards.ts';
import type { PassContext } from '../pass.ts';

/** Moves the nodes and constants of a graph to before a node of another. Gives the nodes. */
export function moveNodes(from: Graph, before: Node): Node[] {
  const { graph } = before;
  if (!graph) throw new Error(`${before.operator} stands in no graph`);
  const moved = [...from.nodes];
  for (const node of moved) {
    from.nodes.unlink(node);
    graph.nodes.insertBefore(before, node);
  }
  for (const constant of from.initializers) {
    if (!from.inputs.includes(constant)) graph.initializers.add(constant);
  }
  return moved;
}

/**
 * Puts values in the place of what a node gives. An output of the graph keeps its name: the value takes it, or an Identity
 * where the value has a name to keep itself. What reads an output that had no type gets what follows from the value's. Gives
 * the Identity nodes.
 */
export function replaceOutputs(
  node: Node,
  values: readonly (Value | undefined)[],
  moved: ReadonlySet<Node>,
  context: PassContext,
): Node[] {
  const made: Node[] = [];
  const untyped: Value[] = [];
  for (const [k, output] of node.outputs.entries()) {
    const value = values[k];
    if (!value || output.useCount === 0) continue;
    if (!output.type) untyped.push(value);
    const isFree = value.producer !== undefined && moved.has(value.producer) && !isOutputOf(value, node.graph);
    if (!output.isGraphOutput || isFree) {
      if (output.isGraphOutput) value.name = output.name;
      takePlace(value, output);
      output.replaceAllUsesWith(value);
      continue;
    }
    const { origin, scope, sourceName } = node;
    const outputs = [{ name: output.name, type: value.type }];
    const identity = new Node('Identity', [value], { outputs, origin, scope, sourceName });
    node.graph?.nodes.insertBefore(node, identity);
    takePlace(identity.output(), output);
    output.replaceAllUsesWith(identity.output());
    made.push(identity);
  }
  inferOnwards(untyped, context);
  return made;
}

/** Whether a value is an output of that graph: it may be one of the graph that is taken apart, too. */
function isOutputOf(value: Value, graph: Graph | undefined): boolean {
  for (let use = value.firstUse; use; use = use.next) if (use.kind === 'output' && use.graph === graph) return true;
  return false;
}
