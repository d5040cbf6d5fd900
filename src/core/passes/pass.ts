/** Passes: rewrites of a model. What one is and needs is data, so that it can be listed, checked and switched off. */
import type { Graph } from '../ir/graph.ts';
import type { Dialect, Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Problem } from '../problems/problem.ts';
import type { Property } from './properties.ts';
import type { ChangedConstants } from './records.ts';

/** The opsets of ai.onnx at which a pass knows the operators: a graph at another one is left alone. */
export interface OpsetRange {
  readonly from?: number;
  readonly to?: number;
}

export interface PassFacts {
  /** By which users switch it off: `fold-constants`. */
  readonly name: string;
  /** What it does, in a line for users. */
  readonly title: string;
  readonly dialect: Dialect;
  readonly opsets?: OpsetRange;
  /** Whether floating-point numbers are added or multiplied in another order than before. Else results are bit for bit the same. */
  readonly reassociates: boolean;
  /** Why it cannot be switched off: what would not be exact without it. Absent where it can. */
  readonly required?: string;
  /** What must hold of a model before: the manager sees to it, or refuses the list. */
  readonly requires?: readonly Property[];
  /** What holds of a model afterwards. */
  readonly ensures?: readonly Property[];
}

export interface PassContext {
  readonly model: Model;
  /** The version of ai.onnx that the graph at hand imports; 0 where it imports none. */
  readonly opset: number;
  /** What the pass remembers from graph to graph and from round to round of one run: made when it first asks. */
  remembered<T>(make: () => T): T;
  /** Imports the operators of a domain into the graph's model or function, where they are not yet. */
  importDomain(domain: string): void;
  /** To be told of a node right before a value that it makes gets another name. All else that changes is seen. */
  willRename(node: Node): void;
  /** Keeps a record of one application that is done: the graph is whole. Nodes that are both before and after were changed in place. */
  record(reason: string, before: readonly Node[], after: readonly Node[], constants?: ChangedConstants): void;
  /** Reports what cannot be kept, and goes on. */
  report(problem: Problem): void;
  /** Gives the outputs of new nodes the types that follow from their inputs. What cannot be told stays as it is. */
  infer(...nodes: readonly Node[]): void;
  /**
   * Where somebody asks about a node: says why a rule that nearly fits does not, as in "its input has rank 3, not 2".
   * `seen` are the nodes that do fit; the root alone where nothing is said. It is not near where of several operators
   * only the one at the root fits.
   */
  readonly missed?: ((root: Node, reason: string, seen?: readonly Node[], near?: boolean) => void) | undefined;
}

/** A walk over one graph. It is run on the model's graph, on every subgraph and on every function. */
export interface GraphPass extends PassFacts {
  readonly kind: 'graph';
  run(graph: Graph, context: PassContext): void;
}

/** A rule for single places: it is offered every node of its operators until nothing changes any more. */
export interface PatternRule extends PassFacts {
  readonly kind: 'pattern';
  /** The operators (`Conv`, `caffe::Scale`) of the node where the pattern ends: rules are indexed by them. */
  readonly roots: readonly string[];
  /** Whether its pattern may stand in a graph that has these operators alone; where nothing is said, it may. */
  readonly possible?: (operators: ReadonlySet<string>) => boolean;
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
