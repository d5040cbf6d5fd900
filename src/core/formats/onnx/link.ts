/**
 * Ties nodes to values by name, as ONNX files and ONNX text do: a name means the value of its own graph, else that of
 * the graph around it (ONNX IR specification, "Names within a graph"). Nodes that stand before what they read are sorted.
 *
 * A linker without a `fail` is lenient: it makes a graph of whatever is there, for the checker to say what is wrong with
 * it. A name that nothing defines becomes a value that no node makes and no graph lists, a second definition of a name
 * stays a value of its own, which nobody reads, and nodes stay where they stand.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import { Value } from '../../ir/value.ts';

interface Pending {
  readonly node: Node;
  readonly inputs: readonly string[];
}

/** Ends reading: a name has no value, or two. `node` is where; undefined for the graph itself. */
export type LinkFailure = (message: string, node: Node | undefined) => Error;

/** A graph whose nodes are known but not yet what they read. */
export class GraphLinker {
  private readonly values = new Map<string, Value>();
  private readonly pending: Pending[] = [];
  private readonly outputs: { name: string; settle: (value: Value) => void }[] = [];
  private readonly inner: GraphLinker[] = [];
  private readonly declaredWithin = new Map<string, (value: Value) => void>();
  /** What stands for names that nothing defines. */
  private readonly standIns = new Map<string, Value>();

  constructor(
    readonly graph: Graph,
    private readonly fail?: LinkFailure,
  ) {}

  /** Gives a value its name in this graph. An empty name is no name. */
  define(name: string, value: Value, node?: Node): void {
    if (name === '') return;
    if (this.values.has(name)) {
      if (!this.fail) return;
      const again = node ? `, again by ${described(node)}` : '';
      throw this.fail(`the value '${name}' is defined twice${within(this.graph)}${again}`, node);
    }
    this.values.set(name, value);
  }

  /** The value of this graph itself that has a name. */
  own(name: string): Value | undefined {
    return this.values.get(name);
  }

  /** Adds a node that reads values by name; an empty name is an absent input. */
  add(node: Node, inputs: readonly string[], subgraphs: readonly GraphLinker[] = []): void {
    this.pending.push({ node, inputs });
    this.inner.push(...subgraphs);
    for (const output of node.outputs) this.define(output.name ?? '', output, node);
    this.graph.nodes.append(node);
  }

  /** Adds a graph output; `settle` gives the value, once it is known, what the output says about it. */
  addOutput(name: string, settle: (value: Value) => void = () => {}): void {
    this.outputs.push({ name, settle });
  }

  /** Describes the values of that name in the graphs within that have no type of their own. */
  declareWithin(name: string, settle: (value: Value) => void): void {
    this.declaredWithin.set(name, settle);
  }

  /** Looks up every name, in this graph and those within. Called on the outermost one when all is known. */
  link(around: readonly GraphLinker[] = []): void {
    for (const { node, inputs } of this.pending) {
      node.setInputs(inputs.map((name) => (name === '' ? undefined : this.find(name, node, around))));
    }
    for (const linker of this.inner) linker.link([...around, this]);
    for (const { name, settle } of this.outputs) {
      const value = this.find(name, undefined, around);
      settle(value);
      this.graph.addOutput(value);
    }
    if (this.declaredWithin.size > 0) for (const inner of this.inner) inner.settle(this.declaredWithin);
    if (this.fail) this.checkOrder(this.fail);
  }

  private settle(declared: ReadonlyMap<string, (value: Value) => void>): void {
    for (const [name, value] of this.values) if (!value.type) declared.get(name)?.(value);
    for (const inner of this.inner) inner.settle(declared);
  }

  private find(name: string, node: Node | undefined, around: readonly GraphLinker[]): Value {
    let found = this.values.get(name);
    for (let k = around.length - 1; !found && k >= 0; k--) found = around[k]?.values.get(name);
    if (found) return found;
    if (!this.fail) return this.standIn(name);
    const reader = node ? `${described(node)} reads` : 'the outputs name';
    throw this.fail(`${reader} '${name}', which nothing defines${within(this.graph)}`, node);
  }

  private standIn(name: string): Value {
    const value = this.standIns.get(name) ?? new Value({ name });
    this.standIns.set(name, value);
    return value;
  }

  /** Sorts the nodes where one reads, itself or within its subgraphs, what a later one makes. */
  private checkOrder(fail: LinkFailure): void {
    const seen = new Set<Node>();
    const isLate = (value: Value | undefined) => value?.producer?.graph === this.graph && !seen.has(value.producer);
    for (const { node } of this.pending) {
      if (someRead(node, isLate)) {
        this.sort(fail);
        return;
      }
      seen.add(node);
    }
  }

  /** The nodes of this graph whose outputs a node reads, itself or within its subgraphs. */
  private needs(node: Node): readonly Node[] {
    const found: Node[] = [];
    someRead(node, (value) => {
      if (value?.producer?.graph === this.graph) found.push(value.producer);
      return false;
    });
    return found;
  }

  /** Moves each node behind what it needs and leaves the order as it is otherwise. */
  private sort(fail: LinkFailure): void {
    const state = new Map<Node, 'open' | 'done'>();
    const order: Node[] = [];
    for (const { node } of this.pending) {
      const stack = [{ node, needs: this.needs(node), next: 0 }];
      while (stack.length > 0) {
        const top = stack[stack.length - 1];
        if (!top) break;
        if (state.get(top.node) === 'done') {
          stack.pop();
          continue;
        }
        state.set(top.node, 'open');
        const needed = top.needs[top.next++];
        if (!needed) {
          state.set(top.node, 'done');
          order.push(top.node);
          stack.pop();
        } else if (state.get(needed) === 'open') {
          throw fail(`${needed.operator} needs its own output '${needed.outputs[0]?.name ?? ''}': a cycle`, needed);
        } else if (state.get(needed) !== 'done') {
          stack.push({ node: needed, needs: this.needs(needed), next: 0 });
        }
      }
    }
    for (const node of order) this.graph.nodes.unlink(node);
    for (const node of order) this.graph.nodes.append(node);
  }
}

/** Whether something holds of a value that a node reads, itself or within its subgraphs. */
function someRead(node: Node, holds: (value: Value | undefined) => boolean): boolean {
  for (let k = 0; k < node.inputCount; k++) if (holds(node.input(k))) return true;
  for (const graph of node.subgraphs()) {
    for (const inside of graph.nodes) if (someRead(inside, holds)) return true;
    if (graph.outputs.some(holds)) return true;
  }
  return false;
}

function described(node: Node): string {
  return `${node.operator}${node.name ? ` '${node.name}'` : ''}`;
}

function within(graph: Graph): string {
  return graph.name ? ` in the graph '${graph.name}'` : '';
}
