/** A value: what a node makes, a graph takes, or a constant holds; and everybody who uses it. */

import type { DataType } from './dtype.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import type { ValueType } from './type.ts';

/** One place that reads a value: an input of a node (also one inside a subgraph), or an output of a graph. */
export type Use =
  | { readonly kind: 'input'; readonly node: Node; readonly index: number }
  | { readonly kind: 'output'; readonly graph: Graph; readonly index: number };

export interface ValueOptions {
  readonly name?: string | undefined;
  readonly type?: ValueType | undefined;
  /** The constant that it holds: the value is an initializer (of a graph that lists it). */
  readonly constant?: Tensor | undefined;
}

export class Value {
  /** A label for people and files. Names are not keys: two values may share one until a writer makes them unique. */
  name: string | undefined;
  type: ValueType | undefined;
  constant: Tensor | undefined;
  /** A graph input whose constant is a default that callers may replace: nothing may be computed from it beforehand. */
  overridable = false;
  doc: string | undefined;
  unknown: Uint8Array | undefined;

  /** @internal Kept by Node and Graph. */
  readonly useSet = new Set<Use>();

  private ownMetadata: Map<string, string> | undefined;

  constructor(
    options: ValueOptions = {},
    /** The node that makes it and at which output; undefined for graph inputs and initializers. */
    readonly producer?: Node,
    readonly outputIndex?: number,
  ) {
    this.name = options.name;
    this.type =
      options.type ??
      (options.constant && { kind: 'tensor', dtype: options.constant.dtype, shape: options.constant.shape });
    this.constant = options.constant;
  }

  /** Few values have any: the map is made when it is first asked for. */
  get metadata(): Map<string, string> {
    this.ownMetadata ??= new Map();
    return this.ownMetadata;
  }

  get uses(): readonly Use[] {
    return [...this.useSet];
  }

  get useCount(): number {
    return this.useSet.size;
  }

  /** The nodes that read it, each once. */
  get users(): ReadonlySet<Node> {
    const nodes = new Set<Node>();
    for (const use of this.useSet) if (use.kind === 'input') nodes.add(use.node);
    return nodes;
  }

  get isGraphOutput(): boolean {
    for (const use of this.useSet) if (use.kind === 'output') return true;
    return false;
  }

  get dtype(): DataType | undefined {
    return this.type?.kind === 'tensor' || this.type?.kind === 'sparse-tensor' ? this.type.dtype : undefined;
  }

  /** Undefined where even the rank is unknown, or where it is no tensor. */
  get shape(): Shape | undefined {
    return this.type?.kind === 'tensor' || this.type?.kind === 'sparse-tensor' ? this.type.shape : undefined;
  }

  get rank(): number | undefined {
    return this.shape?.length;
  }

  /** Makes every reader read `other` instead, graph outputs too. */
  replaceAllUsesWith(other: Value): void {
    if (other === this) return;
    for (const use of this.uses) {
      if (use.kind === 'input') use.node.setInput(use.index, other);
      else use.graph.setOutput(use.index, other);
    }
  }
}
