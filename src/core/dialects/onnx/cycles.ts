/**
 * Which nodes of a graph lie on one cycle: strongly connected components (Tarjan 1972), with a stack of its own, since a
 * chain of nodes may be longer than the call stack is deep.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';

/** Finds the cycles of a graph when first asked about it: sound graphs never are. */
export class CycleFinder {
  private readonly components = new Map<Graph, ReadonlyMap<Node, number>>();

  /** Whether two nodes of one graph lie on a cycle, as a node does that reads what it makes itself. */
  connects(a: Node, b: Node): boolean {
    const graph = a.graph;
    if (!graph || b.graph !== graph) return false;
    if (a === b) return true;
    const found = this.components.get(graph) ?? componentsOf(graph);
    this.components.set(graph, found);
    return found.get(a) === found.get(b);
  }
}

interface Visit {
  readonly node: Node;
  readonly needs: readonly Node[];
  next: number;
}

/** A number for each node; those that depend on each other have the same. */
function componentsOf(graph: Graph): Map<Node, number> {
  const needs = dependencies(graph);
  const order = new Map<Node, number>();
  const lowest = new Map<Node, number>();
  const component = new Map<Node, number>();
  const open: Node[] = [];
  const lower = (node: Node, to: number) => lowest.set(node, Math.min(lowest.get(node) ?? to, to));
  const visits: Visit[] = [];
  const enter = (node: Node) => {
    order.set(node, order.size);
    lower(node, order.size - 1);
    open.push(node);
    visits.push({ node, needs: needs.get(node) ?? [], next: 0 });
  };
  for (const start of graph.nodes) {
    if (!order.has(start)) enter(start);
    for (let top = visits.at(-1); top; top = visits.at(-1)) {
      const needed = top.needs[top.next++];
      if (!needed) {
        visits.pop();
        close(top.node);
        const before = visits.at(-1);
        if (before) lower(before.node, lowest.get(top.node) ?? 0);
      } else if (!order.has(needed)) enter(needed);
      else if (!component.has(needed)) lower(top.node, order.get(needed) ?? 0);
    }
  }
  return component;

  /** Where nothing further back was reached, everything that is open from the node on is one component. */
  function close(node: Node): void {
    const number = order.get(node) ?? 0;
    if (lowest.get(node) !== number) return;
    for (let last = open.pop(); last; last = open.pop()) {
      component.set(last, number);
      if (last === node) return;
    }
  }
}

/** For each node the nodes whose outputs it reads, itself or within: every use is known at the value. */
function dependencies(graph: Graph): Map<Node, Node[]> {
  const needs = new Map<Node, Node[]>();
  for (const maker of graph.nodes) {
    for (const value of maker.outputs) {
      for (const reader of readersIn(graph, value)) {
        const list = needs.get(reader);
        if (list) list.push(maker);
        else needs.set(reader, [maker]);
      }
    }
  }
  return needs;
}

/** The nodes of a graph that use a value, those that hold a user within too. */
function* readersIn(graph: Graph, value: Value): Iterable<Node> {
  for (const use of value.uses) {
    let node = use.kind === 'input' ? use.node : use.graph.parent;
    while (node && node.graph !== graph) node = node.graph?.parent;
    if (node) yield node;
  }
}
