/** Passes: rewrites of a model that leave a record of everything they did. */
import type { Graph } from '../ir/graph.ts';
import type { Dialect, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Problem } from '../problems/problem.ts';

/** One application of a rule: what stood there before, what stands there now. */
export interface PassRecord {
  readonly pass: string;
  readonly reason: string;
  /** Operator and name of each node, before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface PassContext {
  readonly model: Model;
  /** Keeps a record of one application. */
  record(reason: string, before: readonly Node[], after: readonly Node[]): void;
  /** Reports what cannot be kept, and goes on. */
  report(problem: Problem): void;
}

/** A walk over one graph. It is run on the model's graph, on every subgraph and on every function. */
export interface GraphPass {
  readonly kind: 'graph';
  readonly name: string;
  readonly dialect: Dialect;
  run(graph: Graph, context: PassContext): void;
}

/** A rule for single places: it is offered every node of its operators until nothing changes any more. */
export interface PatternRule {
  readonly kind: 'pattern';
  readonly name: string;
  readonly dialect: Dialect;
  /** The operators (`Conv`, `caffe::Scale`) of the node where the pattern ends: rules are indexed by them. */
  readonly roots: readonly string[];
  /** Rewrites at `root`, and says why; or leaves everything as it is and returns undefined. */
  rewrite(root: Node, context: PassContext): Rewritten | undefined;
}

export interface Rewritten {
  readonly reason: string;
  /** The nodes that went, and those that came in their place: the new ones are looked at again. */
  readonly removed: readonly Node[];
  readonly added: readonly Node[];
}

export type Pass = GraphPass | PatternRule;

export interface PassesResult {
  readonly records: readonly PassRecord[];
  readonly problems: readonly Problem[];
}
