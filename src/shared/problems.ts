/** What a target cannot take exactly. */
import type { NodePlace } from './graph.ts';
import type { SourceFrame } from './node.ts';

/** One thing that a target cannot take exactly. */
export interface ProblemData {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly node?: {
    readonly name: string;
    readonly operator: string;
    readonly scope: readonly { readonly path: string; readonly type: string }[];
    readonly outputs: readonly string[];
  };
  readonly part?: ProblemPart;
  /** Where in a file that has no lines. */
  readonly filePlace?: { readonly file: string; readonly offset?: number; readonly inside?: string };
  readonly origin: readonly SourceFrame[];
  readonly target?: string;
  readonly fixes: readonly FixName[];
  readonly details: Readonly<Record<string, string>>;
}

/** Which part of a node or a model a problem is about (core/problems/part.ts). */
export type ProblemPart =
  | { readonly kind: 'node' | 'operator' | 'header' }
  | { readonly kind: 'attribute' | 'graph'; readonly name: string }
  | { readonly kind: 'input' | 'output'; readonly index: number }
  | { readonly kind: 'opset-import'; readonly domain: string; readonly function?: FunctionName }
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly role: 'input' | 'output' | 'initializer' | 'value-info';
      readonly graph: string;
    }
  | { readonly kind: 'function'; readonly function: FunctionName };

export interface FunctionName {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
}

/** What a user can do about a problem. */
export type FixName =
  | 'define-custom-operator'
  | 'raise-opset'
  | 'change-opset'
  | 'choose-target'
  | 'give-input-shape'
  | 'export-again'
  | 'accept-inexact'
  | 'add-forward'
  | 'choose-dialect'
  | 'add-opset-import'
  | 'rename-operator'
  | 'rename-attribute'
  | 'remove-node'
  | 'insert-cast'
  | 'choose-python'
  | 'give-arguments'
  | 'give-command-line'
  | 'choose-weights'
  | 'accept-weights'
  | 'accept-trace'
  | 'take-out-node'
  | 'raise-limits';

/** A problem and its node in an open model, where it has one. */
export interface PlacedProblem extends ProblemData {
  readonly place?: NodePlace;
  /** Its line in the model's text, from 1. */
  readonly line?: number;
}

/** How much of a model is taken. */
export interface TakenRow {
  /** The nodes of the model, and those that are taken. */
  readonly layers: number;
  readonly taken: number;
  /** Why not the others, the most frequent first; those that differ in their place alone are one. */
  readonly reasons: readonly TakenReason[];
  /** Why nothing can be said. */
  readonly failure?: string;
}

export interface TakenReason {
  readonly message: string;
  readonly count: number;
  /** The first of them. */
  readonly places: readonly PlacedProblem[];
}

export interface OpsetRow extends TakenRow {
  readonly opset: number;
}

/** Of a profile: at the best of its opsets, and those at which the target takes the whole model. */
export interface TargetTakenRow extends TakenRow {
  readonly target: string;
  readonly title: string;
  readonly opset?: number;
  readonly opsets?: readonly number[];
}

/** Which opsets and targets can take a model. */
export interface TargetTable {
  /** What is wrong with the model itself, whatever it becomes. */
  readonly own: readonly PlacedProblem[];
  readonly opsets: readonly OpsetRow[];
  readonly targets: readonly TargetTakenRow[];
  /** The oldest opset that holds the whole model, and the one at which most profiles take it. */
  readonly lowest?: number;
  readonly best?: number;
}
