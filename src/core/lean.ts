/** What a simplified file leaves out: what can be said once for all nodes, and what any reader finds out. */
import { followsFromRest } from './dialects/onnx/infer.ts';
import { shareOrigins } from './formats/onnx/origin-table.ts';
import type { Graph } from './ir/graph.ts';
import type { Model } from './ir/model.ts';

/**
 * Makes the file of a model small: the places that nodes came from stand in one table, notes of PyTorch's exporter go, and so
 * do types of values in between that follow from the rest. The last thing done to a model.
 */
export function makeLean(model: Model): void {
  shareOrigins(model);
  for (const { graph } of [model, ...model.functions]) dropTypes(graph);
}

function dropTypes(graph: Graph): void {
  for (const node of graph.nodes) {
    for (const value of node.outputs) if (!value.isGraphOutput && followsFromRest(value)) value.type = undefined;
    for (const inner of node.subgraphs()) dropTypes(inner);
  }
}
