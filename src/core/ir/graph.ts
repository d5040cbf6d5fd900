/** A graph: its inputs and outputs, its constants, and its nodes in topological order. */
import type { Node } from './node.ts';
import { NodeList } from './node-list.ts';
import { OutputUse } from './use.ts';
import { Value, type ValueOptions } from './value.ts';

export class Graph {
  name: string;
  doc: string | undefined;
  readonly inputs: Value[] = [];
  readonly nodes: NodeList;
  /** Constants of this graph. One may be an input too (its default, as IR 3 wants it for all). */
  readonly initializers = new Set<Value>();
  /** ONNX sparse initializers and quantisation notes, and fields that we do not know, written back as they were. */
  unknown: Uint8Array | undefined;
  readonly metadata = new Map<string, string>();
  /** The node that holds this graph as an attribute; undefined for the graph of a model or a function. */
  parent: Node | undefined;

  private readonly outputUses: OutputUse[] = [];

  constructor(name = '') {
    this.name = name;
    this.nodes = new NodeList(this);
  }

  get outputs(): readonly Value[] {
    return this.outputUses.flatMap(({ value }) => value ?? []);
  }

  /** The output at `index`, without a list of all of them. */
  output(index: number): Value | undefined {
    return this.outputUses[index]?.value;
  }

  addInput(options: ValueOptions = {}): Value {
    const value = new Value(options);
    this.inputs.push(value);
    return value;
  }

  addOutput(value: Value): void {
    const use = new OutputUse(this, this.outputUses.length);
    this.outputUses.push(use);
    value.addUse(use);
  }

  setOutput(index: number, value: Value): void {
    const use = this.outputUses[index];
    if (!use) throw new RangeError(`the graph has no output ${index}`);
    use.value?.removeUse(use);
    value.addUse(use);
  }

  /** Drops the output at `index`; those behind it move up. */
  removeOutput(index: number): void {
    const behind = this.outputUses.splice(index);
    const kept = behind.slice(1).flatMap(({ value }) => value ?? []);
    for (const use of behind) use.value?.removeUse(use);
    for (const value of kept) this.addOutput(value);
  }

  addInitializer(options: ValueOptions & { readonly constant: NonNullable<ValueOptions['constant']> }): Value {
    const value = new Value(options);
    this.initializers.add(value);
    return value;
  }

  /** All nodes, those of subgraphs right after the node that holds them. */
  *allNodes(): Iterable<Node> {
    for (const node of this.nodes) {
      yield node;
      for (const graph of node.subgraphs()) yield* graph.allNodes();
    }
  }

  /** @internal Lets go of every value: called when the graph leaves its model for good. */
  release(): void {
    for (const use of this.outputUses) use.value?.removeUse(use);
    this.outputUses.length = 0;
    for (const node of this.nodes) node.release();
  }
}
