/** Places that read a value. Those of one value are a linked list, in the order in which they came to read it. */
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Value } from './value.ts';

/** An input of a node (also one inside a subgraph), or an output of a graph. */
export type Use = InputUse | OutputUse;

export class InputUse {
  readonly kind = 'input';
  /** @internal What is read; undefined for an absent input. */
  value: Value | undefined = undefined;
  /** @internal */
  before: Use | undefined = undefined;
  /** The next use of the same value. */
  next: Use | undefined = undefined;

  constructor(
    readonly node: Node,
    readonly index: number,
  ) {}
}

export class OutputUse {
  readonly kind = 'output';
  /** @internal What is given. */
  value: Value | undefined = undefined;
  /** @internal */
  before: Use | undefined = undefined;
  /** The next use of the same value. */
  next: Use | undefined = undefined;

  constructor(
    readonly graph: Graph,
    readonly index: number,
  ) {}
}
