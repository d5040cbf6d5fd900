/**
 * Outputs of graphs within that a file gives no types. They stay without: ONNX does not ask for them, and in a branch that
 * never runs its own inference may find other types than ours, which contradicts what is written.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';

/** Finds them; gives what takes the types away that were inferred since. */
export function openOutputs(model: Model): () => void {
  const found: { graph: Graph; index: number }[] = [];
  for (const graph of [model.graph, ...model.functions.map((each) => each.graph)]) {
    for (const node of graph.allNodes()) {
      for (const inner of node.subgraphs()) {
        inner.outputs.forEach((output, index) => {
          if (output.type === undefined) found.push({ graph: inner, index });
        });
      }
    }
  }
  return () => {
    for (const { graph, index } of found) {
      const output = graph.outputs[index];
      // What a constant is says the constant.
      if (output && !output.constant) output.type = undefined;
    }
  };
}
