/**
 * Names of values for a file, where names are keys: every name that a node reads means one value. Names that do so already
 * stay; graph inputs and outputs come first, so that theirs always stay. As in onnx/checker.cc, what a subgraph's nodes
 * make has other names than all that is defined around it by then; its inputs and constants may hide names that it does
 * not read.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';

export class ValueNames {
  private readonly names = new Map<Value, string>();
  /** The names of values of outer graphs that a subgraph reads. */
  private readonly read = new Map<Graph, Set<string>>();

  constructor(graph: Graph) {
    this.nameGraph(graph, new NameSpace(new Set()));
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
    const open: Value[] = [];
    for (const value of values) {
      const { name } = value;
      if (this.names.has(value)) continue;
      const kept = name && (value.producer ? space.claim(name) : space.claimHiding(name));
      if (kept) this.names.set(value, name);
      else open.push(value);
    }
    for (const value of open) {
      if (this.names.has(value)) continue;
      // An output without a name that nobody reads is an absent one.
      const absent = value.name === '' && value.producer !== undefined && value.useCount === 0;
      this.names.set(value, absent ? '' : space.invent(value.name || undefined, value.producer?.op ?? 'value'));
    }
    // What follows is asked for by graphs within alone.
    if (!holdsGraphs(graph)) return;
    for (const value of values) this.noteReaders(value, graph);
    for (const value of values) if (!value.producer) space.define(this.of(value));
    for (const node of graph.nodes) this.nameWithin(node, space);
  }

  private nameWithin(node: Node, space: NameSpace): void {
    for (const inner of node.subgraphs()) {
      this.nameGraph(inner, new NameSpace(this.read.get(inner) ?? new Set(), space));
    }
    for (const output of node.outputs) space.define(this.of(output));
  }

  /** Remembers in which graphs within `home` a value is read. */
  private noteReaders(value: Value, home: Graph): void {
    const name = this.of(value);
    for (let use = value.firstUse; use; use = use.next) {
      let graph = use.kind === 'input' ? use.node.graph : use.graph;
      while (graph && graph !== home) {
        const read = this.read.get(graph) ?? new Set();
        // A name that is noted here is noted around it too.
        if (read.has(name)) break;
        this.read.set(graph, read.add(name));
        graph = graph.parent?.graph;
      }
    }
  }
}

function holdsGraphs(graph: Graph): boolean {
  for (const node of graph.nodes) if (node.subgraphs().length > 0) return true;
  return false;
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
  /** Those that are defined where the walk stands. */
  private readonly defined = new Set<string>();
  private readonly counters = new Map<string, number>();

  constructor(
    /** Names around the graph that it reads: nothing in it may have one. */
    private readonly read: ReadonlySet<string>,
    private readonly around?: NameSpace,
  ) {}

  /** Takes a name for what a node makes; false where the name means something else there. */
  claim(name: string): boolean {
    return !this.around?.isDefined(name) && this.claimHiding(name);
  }

  /** Takes a name that may hide one around the graph; false where something in the graph has it or reads it. */
  claimHiding(name: string): boolean {
    if (this.taken.has(name) || this.read.has(name)) return false;
    this.taken.add(name);
    return true;
  }

  define(name: string): void {
    this.defined.add(name);
  }

  /** A new name: the one that was wanted, or what the value is, with a number. */
  invent(wanted: string | undefined, kind: string): string {
    const base = wanted ?? kind;
    let number = this.counters.get(base) ?? (wanted === undefined ? 0 : 1);
    while (this.isTaken(`${base}_${number}`)) number++;
    this.counters.set(base, number + 1);
    this.taken.add(`${base}_${number}`);
    return `${base}_${number}`;
  }

  private isDefined(name: string): boolean {
    return this.defined.has(name) || (this.around?.isDefined(name) ?? false);
  }

  /** Whether this graph or one around it has the name anywhere. */
  private isTaken(name: string): boolean {
    return this.taken.has(name) || (this.around?.isTaken(name) ?? false);
  }
}
