/** Putting the content of a statement that was parsed anew into the node of the graph that stands for it. */
import { type BuildFault, baseOf, type Placed } from '../formats/onnxtxt/building.ts';
import { buildLeniently } from '../formats/onnxtxt/parse.ts';
import type { NodeSyntax } from '../formats/onnxtxt/syntax.ts';
import { graphsWithin } from '../formats/onnxtxt/syntax-text.ts';
import type { Dialect, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import type { AnalysisOptions } from './analysis.ts';
import { treeOf } from './moved-faults.ts';

/** Whether a node can stay what it is to others: it gives the same values, and holds no graphs of its own. */
export function staysItself(before: NodeSyntax, after: NodeSyntax): boolean {
  const same = before.outputs.length === after.outputs.length;
  return (
    same &&
    before.outputs.every((name, k) => name.text === after.outputs[k]?.text) &&
    !hasGraphs(before) &&
    !hasGraphs(after)
  );
}

export function hasGraphs(node: NodeSyntax): boolean {
  if (!node.attributes) return false;
  return graphsWithin(node)[Symbol.iterator]().next().done !== true;
}

/** Makes a node what its statement says now. Gives what is wrong with the statement, beside its faults of syntax. */
export function patchNode(
  node: Node,
  text: string,
  syntax: NodeSyntax,
  options: BuildingOptions,
  valueNamed: (name: string) => Value,
): readonly BuildFault[] {
  const { made, faults } = buildAlone(text, syntax, options);
  node.op = made.op;
  node.domain = made.domain;
  node.overload = made.overload;
  node.name = made.name;
  node.doc = made.doc;
  node.unknown = made.unknown;
  node.metadata.clear();
  for (const [key, value] of made.metadata) node.metadata.set(key, value);
  for (const name of [...node.attributes.keys()]) node.deleteAttribute(name);
  for (const [name, attribute] of made.attributes) node.setAttribute(name, attribute);
  node.truncateInputs(0);
  for (const value of made.inputs) node.addInput(value?.name ? valueNamed(value.name) : undefined);
  return faults;
}

/** A node of a statement that has none yet, in no graph. */
export function makeNode(
  text: string,
  syntax: NodeSyntax,
  options: BuildingOptions,
  valueNamed: (name: string) => Value,
): { readonly node: Node; readonly faults: readonly BuildFault[] } {
  const { made, faults } = buildAlone(text, syntax, options);
  made.graph?.nodes.unlink(made);
  made.inputs.forEach((value, k) => {
    if (value?.name) made.setInput(k, valueNamed(value.name));
  });
  return { node: made, faults };
}

type BuildingOptions = AnalysisOptions & { readonly dialect: Dialect };

/** Builds a statement from its own text alone, so that the cost is that of the statement: it reads stand-ins by name. */
function buildAlone(text: string, syntax: NodeSyntax, options: BuildingOptions) {
  const { start } = syntax;
  const alone: NodeSyntax = { ...syntax, start: 0 };
  const built = buildLeniently(text.slice(start, start + syntax.length), treeOf(alone), options);
  const made = built.nodeOf.get(alone);
  if (!made) throw new Error('a statement of a node has a node');
  const faults = built.faults.map((fault) => ({ ...fault, start: fault.start + start, end: fault.end + start }));
  return { made, faults };
}

/** The nodes whose own statement is wrong. */
export function faultyNodes(nodes: ReadonlyMap<Node, Placed<NodeSyntax>>, faults: readonly BuildFault[]): Set<Node> {
  const faulty = new Set<Node>();
  for (const [node, { syntax }] of nodes) if (syntax.faults.length > 0) faulty.add(node);
  if (faults.length === 0) return faulty;
  const spans = Array.from(nodes, ([node, placed]) => {
    const start = baseOf(placed) + placed.syntax.start;
    return { node, start, end: start + placed.syntax.length };
  }).sort((a, b) => a.start - b.start);
  for (const { start } of faults) {
    const last = spans.findLastIndex((span) => span.start <= start);
    for (let k = last; k >= 0 && k > last - MOST_LOOKED_AT; k--) {
      const span = spans[k];
      if (!span || span.end < start) continue;
      faulty.add(span.node);
      break;
    }
  }
  return faulty;
}

/** A fault stands in the node that begins last before it, or in one that holds that node. */
const MOST_LOOKED_AT = 200;

/** What the names of a model's graph stand for, also those that nothing defines. */
export function namesOf({ graph }: Model): Map<string, Value> {
  const names = new Map<string, Value>();
  const add = (value: Value | undefined) => {
    if (value?.name && !names.has(value.name)) names.set(value.name, value);
  };
  for (const value of graph.inputs) add(value);
  for (const value of graph.initializers) add(value);
  for (const node of graph.nodes) for (const value of node.outputs) add(value);
  for (const node of graph.nodes) for (const value of node.inputs) add(value);
  for (const value of graph.outputs) add(value);
  return names;
}
