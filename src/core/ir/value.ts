/** A value: what a node makes, a graph takes, or a constant holds; and everybody who uses it. */

import type { DataType } from './dtype.ts';
import type { Node } from './node.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import type { ValueType } from './type.ts';
import type { Use } from './use.ts';

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

  /** @internal What type inference keeps of the value: a weak map of all values would cost every collection. */
  inference: unknown;

  private first: Use | undefined;
  private last: Use | undefined;
  private count = 0;
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

  /** Whether there is metadata, without making room for it. */
  get hasMetadata(): boolean {
    return this.ownMetadata !== undefined && this.ownMetadata.size > 0;
  }

  /** Few values have any: the map is made when it is first asked for. */
  get metadata(): Map<string, string> {
    this.ownMetadata ??= new Map();
    return this.ownMetadata;
  }

  /** For walks over all uses by `next`, where nothing changes them on the way. */
  get firstUse(): Use | undefined {
    return this.first;
  }

  get uses(): readonly Use[] {
    const uses: Use[] = [];
    for (let use = this.first; use; use = use.next) uses.push(use);
    return uses;
  }

  get useCount(): number {
    return this.count;
  }

  /** The nodes that read it, each once. */
  get users(): ReadonlySet<Node> {
    const nodes = new Set<Node>();
    for (let use = this.first; use; use = use.next) if (use.kind === 'input') nodes.add(use.node);
    return nodes;
  }

  get isGraphOutput(): boolean {
    for (let use = this.first; use; use = use.next) if (use.kind === 'output') return true;
    return false;
  }

  /** @internal Kept by Node and Graph. */
  addUse(use: Use): void {
    use.value = this;
    use.before = this.last;
    use.next = undefined;
    if (this.last) this.last.next = use;
    else this.first = use;
    this.last = use;
    this.count++;
  }

  /** @internal Kept by Node and Graph. */
  removeUse(use: Use): void {
    const { before, next } = use;
    if (before) before.next = next;
    else this.first = next;
    if (next) next.before = before;
    else this.last = before;
    use.value = undefined;
    this.count--;
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
