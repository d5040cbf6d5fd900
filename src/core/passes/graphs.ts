/** The graphs of a model, each with the words that say which one it is. */
import type { Graph } from '../ir/graph.ts';
import type { FunctionDefinition, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import { nodeLabel } from './records.ts';

export interface NamedGraph {
  readonly graph: Graph;
  /** `model`, `function acme::swish`, `model/If check/then_branch`. */
  readonly path: string;
  readonly opset: number;
  /** The versions of domains that its model or function imports. */
  readonly imports: Map<string, number>;
}

/** The model's graph, every subgraph, and the graph of every function: inner ones after outer ones. */
export function* namedGraphs(model: Model): Iterable<NamedGraph> {
  yield* within(model.graph, 'model', model.opsetImports);
  for (const each of model.functions) yield* within(each.graph, functionPath(each), each.opsetImports);
}

/** As `namedGraphs`, without the words. */
export function* allGraphs(model: Model): Iterable<Graph> {
  for (const { graph } of namedGraphs(model)) yield graph;
}

/** The graphs of the nodes of a graph, at any depth. */
export function* graphsWithin(graph: Graph): Iterable<Graph> {
  for (const node of graph.nodes) {
    for (const inner of node.subgraphs()) {
      yield inner;
      yield* graphsWithin(inner);
    }
  }
}

function* within(graph: Graph, path: string, imports: Map<string, number>): Iterable<NamedGraph> {
  yield { graph, path, imports, opset: opsetOf(imports) };
  for (const node of graph.nodes) {
    // Every node is asked before each pass, and most have none.
    if (node.subgraphs().length === 0) continue;
    for (const [inner, place] of subgraphPaths(node, path)) yield* within(inner, place, imports);
  }
}

export function functionPath({ domain, name }: FunctionDefinition): string {
  return `function ${domain === '' ? name : `${domain}::${name}`}`;
}

/** The graphs within a node of the graph at `path`. */
export function* subgraphPaths(node: Node, path: string): Iterable<readonly [Graph, string]> {
  if (node.subgraphs().length === 0) return;
  for (const [name, attribute] of node.attributes) {
    const inner = `${path}/${nodeLabel(node)}/${name}`;
    if (attribute.type === 'graph') yield [attribute.value, inner];
    if (attribute.type !== 'graphs') continue;
    for (const [k, each] of attribute.value.entries()) yield [each, `${inner}[${k}]`];
  }
}

function opsetOf(imports: ReadonlyMap<string, number>): number {
  return imports.get('') ?? imports.get('ai.onnx') ?? 0;
}
