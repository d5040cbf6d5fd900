/** What a simplified file leaves out: what can be said once for all nodes, and what it did not say before. */
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Value } from '../../ir/value.ts';
import { shareOrigins } from './origin-table.ts';

/** Whether a model says the type of any value that a node makes, but for the outputs of graphs. */
export function typesBetween(model: Model): boolean {
  for (const value of valuesBetween(model)) if (value.type) return true;
  return false;
}

/**
 * Makes the file of a model small: the places that nodes came from stand in one table, notes of PyTorch's exporter go. Types
 * of values in between are written only where `typed` says so: any reader infers them. The last thing done to a model.
 */
export function makeLean(model: Model, typed: boolean): void {
  shareOrigins(model);
  if (typed) return;
  for (const value of valuesBetween(model)) value.type = undefined;
}

function* valuesBetween(model: Model): Iterable<Value> {
  for (const graph of [model.graph, ...model.functions.map((each) => each.graph)]) yield* within(graph);
}

function* within(graph: Graph): Iterable<Value> {
  for (const node of graph.nodes) {
    for (const value of node.outputs) if (!value.isGraphOutput) yield value;
    for (const inner of node.subgraphs()) yield* within(inner);
  }
}
