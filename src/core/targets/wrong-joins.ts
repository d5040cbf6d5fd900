/** Layers that a framework takes into the one before them, where that computes something else: one row each, as backends list them. */
import type { Node } from '../ir/node.ts';

export interface WrongJoin {
  /** The layer types that it takes. */
  readonly takes: readonly string[];
  /** The layer types before, into which it takes them. */
  readonly into: readonly string[];
  /** Where that is wrong; everywhere where absent. */
  readonly where?: (layer: Node, before: Node) => boolean;
}

/** Whether a framework would take a layer into the one that makes its first bottom, and compute something else then. */
export function joinsWrongly(joins: readonly WrongJoin[], layer: Node): boolean {
  const before = layer.input(0)?.producer;
  if (!before) return false;
  return joins.some(
    ({ takes, into, where }) =>
      takes.includes(layer.op) && into.includes(before.op) && (where?.(layer, before) ?? true),
  );
}

/** Whether other layers, too, read what a layer is given. */
export function othersRead(layer: Node): boolean {
  return (layer.input(0)?.users.size ?? 0) > 1;
}
