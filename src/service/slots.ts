/** What a node's inputs and outputs are called by its operator. */
import type { Node } from '../core/ir/node.ts';

/** Names in the order of a node's slots; shorter than the slots where nothing is known. */
export interface SlotNames {
  inputs(node: Node): readonly string[];
  outputs(node: Node): readonly string[];
}

/** Where no schema is known: slots are numbered. */
export const NUMBERED: SlotNames = { inputs: () => [], outputs: () => [] };
