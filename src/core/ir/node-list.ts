/**
 * The nodes of a graph in order, as a linked list that can be changed while it is walked: a walk sees nodes that are
 * inserted ahead of it, and is not disturbed when the node it stands on is removed.
 */
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

export class NodeList implements Iterable<Node> {
  private head: Node | undefined;
  private tail: Node | undefined;
  private count = 0;

  /** Is told of a node of this list right before its inputs, outputs or attributes change, or before it leaves. */
  watcher: ((node: Node) => void) | undefined;

  constructor(readonly graph: Graph) {}

  get length(): number {
    return this.count;
  }

  append(...nodes: Node[]): void {
    for (const node of nodes) this.insert(node, this.tail, undefined);
  }

  insertBefore(at: Node, ...nodes: Node[]): void {
    this.check(at);
    for (const node of nodes) this.insert(node, at.before, at);
  }

  insertAfter(at: Node, ...nodes: Node[]): void {
    this.check(at);
    let before = at;
    for (const node of nodes) {
      this.insert(node, before, before.after);
      before = node;
    }
  }

  /** Takes a node out for good. Throws where one of its outputs is still used by another node or by a graph. */
  remove(node: Node): void {
    const used = node.outputs.find((value) => value.useCount > 0);
    if (used)
      throw new Error(`${node.operator} cannot be removed: its output ${used.name ?? used.outputIndex} is used`);
    this.unlink(node);
    node.release();
  }

  /** Moves a node of this list to just before another. */
  moveBefore(at: Node, node: Node): void {
    if (at === node) return;
    this.unlink(node);
    this.insertBefore(at, node);
  }

  /** Takes a node out and keeps its inputs, so that another list can take it. */
  unlink(node: Node): void {
    this.check(node);
    this.watcher?.(node);
    const { before, after } = node;
    if (before) before.after = after;
    else this.head = after;
    if (after) after.before = before;
    else this.tail = before;
    node.list = undefined;
    // `before` and `after` stay: a walk that stands on this node still finds its way (see `follow`).
    this.count--;
  }

  /** In order; safe against any change on the way. */
  [Symbol.iterator](): Iterator<Node, undefined> {
    return new Walk(this.head, (node) => this.follow(node));
  }

  /** Last node first; safe against any change on the way. */
  *reversed(): Iterable<Node> {
    let node = this.tail;
    while (node) {
      yield node;
      let next: Node | undefined = node.before;
      while (next && next.list !== this) next = next.before;
      node = next;
    }
  }

  private follow(node: Node): Node | undefined {
    let next = node.after;
    while (next && next.list !== this) next = next.after;
    return next;
  }

  private insert(node: Node, before: Node | undefined, after: Node | undefined): void {
    if (node.list) throw new Error(`${node.operator} stands in a graph already`);
    node.list = this;
    node.before = before;
    node.after = after;
    if (before) before.after = node;
    else this.head = node;
    if (after) after.before = node;
    else this.tail = node;
    this.count++;
  }

  private check(node: Node): void {
    if (node.list !== this) throw new Error(`${node.operator} does not stand in this graph`);
  }
}

/** A walk that looks for the next node only when it is asked for it. Graphs are walked all the time: no generator is as fast. */
class Walk implements Iterator<Node, undefined> {
  private at: Node | undefined;

  constructor(
    private readonly first: Node | undefined,
    private readonly follow: (node: Node) => Node | undefined,
  ) {}

  next(): IteratorResult<Node, undefined> {
    this.at = this.at ? this.follow(this.at) : this.first;
    return this.at ? { value: this.at, done: false } : { value: undefined, done: true };
  }
}
