/** What a graph holds and nothing uses. It does no harm, so it is told as information. */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { Findings } from './findings.ts';
import { isOnnxDomain } from './operators.ts';

/** Tells nodes that no output of the graph depends on, and constants that nobody reads; in graphs within too. */
export function findUnused(graph: Graph, findings: Findings): void {
  const inputs = new Set(graph.inputs);
  for (const value of graph.initializers) {
    if (value.useCount > 0 || inputs.has(value)) continue;
    const name = value.name ?? '';
    const part = { kind: 'value', name, role: 'initializer', graph: graph.name } as const;
    findings.report('unused-initializer', { value }, { value: name }, part);
  }
  const live = liveNodes(graph);
  for (const node of graph.nodes) {
    if (!live.has(node)) findings.report('dead-node', { node }, {}, { kind: 'node' });
    else for (const inner of node.subgraphs()) findUnused(inner, findings);
  }
}

/** The nodes of a graph that its outputs need. */
function liveNodes(graph: Graph): ReadonlySet<Node> {
  const live = new Set<Node>();
  const open: Node[] = [];
  const need = (value: Value | undefined) => {
    const maker = value?.producer;
    if (!maker || maker.graph !== graph || live.has(maker)) return;
    live.add(maker);
    open.push(maker);
  };
  for (const value of graph.outputs) need(value);
  // What an operator of somebody else does beside its outputs is not known.
  for (const node of graph.nodes) if (!isOnnxDomain(node.domain)) for (const value of node.outputs) need(value);
  for (let node = open.pop(); node; node = open.pop()) {
    for (let k = 0; k < node.inputCount; k++) need(node.input(k));
    for (const inner of node.subgraphs()) needWithin(inner, need);
  }
  return live;
}

/** Everything that a graph within reads of the graph around it. */
function needWithin(graph: Graph, need: (value: Value | undefined) => void): void {
  for (const value of graph.outputs) need(value);
  for (const node of graph.allNodes()) {
    for (const value of node.inputs) need(value);
    for (const inner of node.subgraphs()) for (const value of inner.outputs) need(value);
  }
}
