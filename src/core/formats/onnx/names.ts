/**
 * Names of values for a file, where names are keys: every value of a graph and of the graphs around it has its own. Names
 * that are unique already stay; graph inputs and outputs come first, so that theirs always stay.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Value } from '../../ir/value.ts';

export class ValueNames {
  private readonly names = new Map<Value, string>();

  constructor(graph: Graph) {
    this.nameGraph(graph, new NameSpace());
  }

  /** The name of a value that the graph, or a graph within it, holds; empty for an absent one. */
  of(value: Value | undefined): string {
    if (!value) return '';
    const name = this.names.get(value);
    if (name === undefined)
      throw new Error(`the value '${value.name ?? ''}' does not belong to the graph that reads it`);
    return name;
  }

  private nameGraph(graph: Graph, space: NameSpace): void {
    const values = [...named(graph)];
    for (const value of values)
      if (value.name && !this.names.has(value) && space.claim(value.name)) this.names.set(value, value.name);
    for (const value of values) {
      if (this.names.has(value)) continue;
      // An output without a name that nobody reads is an absent one.
      const absent = value.name === '' && value.producer !== undefined && value.useCount === 0;
      this.names.set(value, absent ? '' : space.invent(value.name || undefined, value.producer?.op ?? 'value'));
    }
    for (const node of graph.nodes) {
      for (const inner of node.subgraphs()) this.nameGraph(inner, new NameSpace(space));
    }
  }
}

/** The values of a graph itself, the most important names first. */
function* named(graph: Graph): Iterable<Value> {
  yield* graph.inputs;
  // Outputs of a subgraph may be values of the graphs around it: those have their names already.
  for (const value of graph.outputs) if (value.producer?.graph === graph || graph.initializers.has(value)) yield value;
  yield* graph.initializers;
  for (const node of graph.nodes) yield* node.outputs;
}

/** The names of one graph, over those of the graphs around it. */
class NameSpace {
  private readonly taken = new Set<string>();
  private readonly counters = new Map<string, number>();

  constructor(private readonly around?: NameSpace) {}

  /** Takes a name; false where it is taken. */
  claim(name: string): boolean {
    if (this.has(name)) return false;
    this.taken.add(name);
    return true;
  }

  /** A new name: the one that was wanted, or what the value is, with a number. */
  invent(wanted: string | undefined, kind: string): string {
    const base = wanted ?? kind;
    let number = this.counters.get(base) ?? (wanted === undefined ? 0 : 1);
    while (!this.claim(`${base}_${number}`)) number++;
    this.counters.set(base, number + 1);
    return `${base}_${number}`;
  }

  private has(name: string): boolean {
    return this.taken.has(name) || (this.around?.has(name) ?? false);
  }
}
