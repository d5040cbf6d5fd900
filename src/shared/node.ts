/** What is told of one node: its values, where it came from, its constants, and what rules do to it. */
import type { NodePlace, OperatorCategory, ValueSummary } from './graph.ts';
import type { NodeId } from './identifiers.ts';

export interface NodeDetails {
  readonly id: NodeId;
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly overload: string;
  readonly category: OperatorCategory;
  readonly documentation: string;
  readonly attributes: readonly AttributeRow[];
  readonly inputs: readonly SlotRow[];
  readonly outputs: readonly SlotRow[];
  readonly scope: readonly { readonly path: string; readonly type: string }[];
  readonly origin: readonly SourceFrame[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly place: NodePlace;
}

export interface AttributeRow {
  readonly name: string;
  /** `int`, `ints`, `tensor`. */
  readonly type: string;
  /** Shortened where it is long: then `elided` says how many elements there are. */
  readonly text: string;
  readonly elided?: number;
}

/** One input or output of a node. */
export interface SlotRow {
  /** The operator's own name for it (`X`, `weight`), or its number. */
  readonly name: string;
  /** Absent where an optional input is not given. */
  readonly value?: ValueRow;
}

export interface ValueRow extends ValueSummary {
  readonly role: 'input' | 'constant' | 'computed';
  readonly producer?: NodePlace;
  /** The first few of its readers, and how many there are. */
  readonly readers: readonly NodePlace[];
  readonly readerCount: number;
  /** The first elements of a small constant: `[1, -1, 768]`. */
  readonly preview?: string;
}

/** One place in a source file. Lines and columns count from 1. */
export interface SourceFrame {
  readonly kind: 'python' | 'torchscript' | 'onnxtxt' | 'prototxt' | 'onnx';
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly function?: string;
  readonly text?: string;
}

/** What becomes of a node when its model is simplified. */
export interface NodeExplanation {
  /** Whether the model gets as far as being simplified: else its problems say why not. */
  readonly tried: boolean;
  readonly done: readonly RuleAtNode[];
  /** Those that nearly fit first. */
  readonly missed: readonly MissedRule[];
}

/** A rule that did something to a node, or nearly fits there. */
export interface RuleAtNode {
  readonly pass: string;
  readonly title: string;
  /** As in `Step`. */
  readonly graph: string;
  /** Operator and name of the node where it stands. */
  readonly node: string;
  /** Why it fits, or why it does not. */
  readonly reason: string;
}

export interface MissedRule extends RuleAtNode {
  /** Whether it nearly fits: not where of several operators only the last is there. */
  readonly near: boolean;
}

export interface TensorPage {
  readonly type: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly offset: number;
  /** Elements in row-major order, written so that they read back the same. */
  readonly elements: readonly string[];
}
