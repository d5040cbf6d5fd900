/** The order of nodes in their graphs, for lists of a few nodes: of those that went too, where they stood. */
import type { Graph } from '../ir/graph.ts';
import type { Node } from '../ir/node.ts';

/** A number that is larger for what stands further down in the same graph. */
interface Place {
  readonly graph: Graph;
  readonly at: number;
}

export class GraphOrder {
  private readonly places = new WeakMap<Node, Place>();

  /** Notes where a node stands that is about to move or to go. */
  note(node: Node): void {
    const { graph } = node;
    if (graph && this.places.get(node)?.graph !== graph) this.number(node, graph);
  }

  /** A node that was moved stands elsewhere now. */
  forget(node: Node): void {
    this.places.delete(node);
  }

  /** The nodes as they stand, or stood, in their graphs; nodes of several graphs graph by graph. */
  sorted(nodes: readonly Node[]): readonly Node[] {
    if (nodes.length < 2) return nodes;
    for (const node of nodes) this.note(node);
    const graphs = [...new Set(nodes.map((node) => this.places.get(node)?.graph))];
    const key = (node: Node) => {
      const place = this.places.get(node);
      return { graph: graphs.indexOf(place?.graph), at: place?.at ?? 0 };
    };
    const keyed = nodes.map((node) => ({ node, ...key(node) }));
    return keyed.sort((a, b) => a.graph - b.graph || a.at - b.at).map(({ node }) => node);
  }

  /** Numbers a node and its neighbours that have no number yet, between those that have. */
  private number(node: Node, graph: Graph): void {
    const at = (each: Node | undefined): number | undefined => {
      const place = each && this.places.get(each);
      return place?.graph === graph ? place.at : undefined;
    };
    let first = node;
    while (first.before && at(first.before) === undefined) first = first.before;
    const open: Node[] = [];
    let last: Node | undefined = first;
    for (; last && at(last) === undefined; last = last.after) open.push(last);
    const next = at(last);
    const low = at(first.before) ?? (next === undefined ? 0 : next - open.length - 1);
    const high = next ?? low + open.length + 1;
    const step = (high - low) / (open.length + 1);
    open.forEach((each, k) => {
      this.places.set(each, { graph, at: low + step * (k + 1) });
    });
    if (low + step <= low || low + step * open.length >= high) this.numberAll(graph);
  }

  /** There is no number left between two. */
  private numberAll(graph: Graph): void {
    let at = 0;
    for (const node of graph.nodes) this.places.set(node, { graph, at: at++ });
  }
}
