/** Entries of graphwright.ops.json that are drafted for a node. */

export interface DraftWish {
  /** The path of a module around the node, whose class the entry is for; else it is for the node's operator. */
  readonly module?: string;
  /** The rules for its outputs, where the user gave them. */
  readonly shapes: readonly string[];
}

export interface OperatorDraft {
  /** What the entry is for: the operator `acme::swish`, the module class `acme.Gate`. */
  readonly operator: string;
  /** The entry as graphwright.ops.json holds it. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Whether the source records no shapes, so that the user must give a rule for each output. */
  readonly needsShape: boolean;
  /** Names that a rule may use: the inputs of the entry, and its outputs, which want a rule each. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The graphwright.ops.json that governs the model already, if there is one; else the one to make. */
  readonly file: string;
}
