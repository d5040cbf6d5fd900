/** Nodes and constants that nothing uses, looked for again only when an edit may have changed which these are. */
import { findUnused } from '../dialects/onnx/check-unused.ts';
import { type Finding, Findings } from '../dialects/onnx/findings.ts';
import { isOnnxDomain } from '../dialects/onnx/operators.ts';
import type { Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';

/** A node that is gone, and what it read. */
export interface Removed {
  readonly node: Node;
  readonly inputs: readonly (Value | undefined)[];
}

export class UnusedParts {
  /** The codes of its findings. */
  static readonly codes: ReadonlySet<string> = new Set(['dead-node', 'unused-initializer']);

  private found: readonly Finding[] | undefined;
  private dead: ReadonlySet<Node> = new Set();

  constructor(private readonly model: Model) {}

  findings(): readonly Finding[] {
    if (this.found) return this.found;
    const findings = new Findings();
    for (const graph of [this.model.graph, ...this.model.functions.map((each) => each.graph)]) {
      findUnused(graph, findings);
    }
    this.found = findings.list;
    this.dead = new Set(
      this.found.flatMap(({ problem, node }) => (node && problem.code === 'dead-node' ? [node] : [])),
    );
    return this.found;
  }

  /** Looks for them again as a whole. */
  restart(): void {
    this.found = undefined;
  }

  /** Hears that a node of the model's graph reads other values, or is another operator. */
  patched(node: Node, was: { readonly inputs: readonly (Value | undefined)[]; readonly domain: string }): void {
    if (!this.found) return;
    // What a node of another domain does beside its outputs is not known: it counts as used.
    // And what is said of a dead node names its operator.
    const changed = was.domain !== node.domain || this.dead.has(node);
    const now = new Set(node.inputs);
    const before = new Set(was.inputs);
    const lost = [...before].some((value) => value && !now.has(value) && !this.isUsed(value));
    const gained = [...now].some((value) => value && !before.has(value) && this.wasUnused(node, value));
    // What comes to read itself, or no longer does, is looked at anew.
    const circles = node.outputs.some((value) => now.has(value) || before.has(value));
    if (changed || lost || gained || circles) this.found = undefined;
  }

  /** Hears that nodes whose outputs nobody reads were taken out of the graph, or put in. */
  replaced(removed: readonly Removed[], added: readonly Node[]): void {
    if (!this.found) return;
    const isOpen = (node: Node) => !isOnnxDomain(node.domain);
    const freed = removed.some(({ inputs }) =>
      inputs.some((value) => value && !value.producer && value.useCount === 0),
    );
    const gained = added.some((node) => node.inputs.some((value) => value && !value.producer && value.useCount === 1));
    // What a node of another domain reads is used, whoever reads what it gives.
    if (freed || gained || added.some(isOpen) || removed.some(({ node }) => isOpen(node))) {
      this.found = undefined;
      return;
    }
    const gone = new Set(removed.map(({ node }) => node));
    const findings = new Findings();
    for (const node of added) findings.report('dead-node', { node }, {}, { kind: 'node' });
    this.found = [...this.found.filter(({ node }) => !node || !gone.has(node)), ...findings.list];
    this.dead = new Set([...[...this.dead].filter((node) => !gone.has(node)), ...added]);
  }

  private isUsed(value: Value): boolean {
    for (let use = value.firstUse; use; use = use.next) {
      const user = use.kind === 'input' ? use.node : use.graph.parent;
      if (!user) return true;
      const top = topOf(user);
      // A node that reads itself is not used by that.
      if (top !== value.producer && !this.dead.has(top)) return true;
    }
    return false;
  }

  /** Whether a value that a node reads now may be used by it alone. */
  private wasUnused(node: Node, value: Value): boolean {
    if (!value.producer) return value.useCount === 1;
    return !this.dead.has(node) && this.dead.has(value.producer);
  }
}

/** The outermost node that holds a node, or the node itself. */
function topOf(node: Node): Node {
  let top = node;
  for (let parent = top.graph?.parent; parent; parent = top.graph?.parent) top = parent;
  return top;
}
