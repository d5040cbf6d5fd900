/** What inference knows around a node: the operator sets that are imported, the functions that may be called, and where problems go. */
import type { Graph } from '../../../ir/graph.ts';
import type { FunctionDefinition, Model } from '../../../ir/model.ts';
import type { Node } from '../../../ir/node.ts';
import type { ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { Problem } from '../../../problems/problem.ts';
import { type OperatorSchema, onnxDomain, operatorSchema } from '../operators.ts';

/** Nodes in bodies of functions that one run looks at: calls of calls may stand for more than anybody can walk. */
const MOST_CALLED_NODES = 500_000;
/** Bodies within bodies and calls within calls that are followed. */
export const DEEPEST = 400;

/** What a graph and everything within it shares. */
export interface InferContext {
  /** Domain to version; `''` is ai.onnx. */
  readonly imports: ReadonlyMap<string, number>;
  /** Functions by `functionKey`. */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** The functions whose bodies are being read, outermost first. */
  readonly calls: readonly FunctionDefinition[];
  /** How many graphs stand around. */
  readonly depth: number;
  /** Whether a condition decides if the nodes run at all. */
  readonly guarded: boolean;
  /** How many more nodes of called functions may be read, in the whole run. */
  readonly budget: { nodes: number };
  /** The first contradiction of each node within subgraphs and called functions. */
  readonly problems: Map<Node, Problem>;
  /** Those of them that a condition may keep from running. */
  readonly doubtful: Set<Node>;
  /**
   * Where somebody wants to know what values within functions are: for each value of a body, what holds of it in all
   * calls. The bodies themselves keep their types, because they are read on copies.
   */
  readonly bodies?: Map<Value, ValueType | undefined>;
  /** Where somebody wants to know at which right nodes onnx's own inference stumbles: the problem of each. */
  readonly oddities?: Map<Node, Problem>;
  /** Whether outputs get the shapes that onnx's own inference gives them, also where these are wrong. */
  readonly oddShapes?: boolean;
  /**
   * Whether the sizes that a file declares of values in between are left aside: what it says there may not be so. Those of
   * inputs count, and those of what unknown operators give.
   */
  readonly doubts?: boolean;
  /** Infers a graph within this one, in that context. */
  readonly inferNodes: (graph: Graph, context: InferContext) => void;
}

export type Functions = InferContext['functions'];

/** By what a node names the function that it calls. */
export function functionKey({ domain, overload }: { domain: string; overload: string }, name: string): string {
  return `${onnxDomain(domain)}:${name}:${overload}`;
}

/** The functions of a model by `functionKey`; of two with one name the first counts. */
export function functionsOf(model: Model): Functions {
  const functions = new Map<string, FunctionDefinition>();
  for (const each of model.functions) {
    const key = functionKey(each, each.name);
    if (!functions.has(key)) functions.set(key, each);
  }
  return functions;
}

/** Imports with ai.onnx spelled `''`. */
export function normalImports(imports: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (!imports.has('ai.onnx')) return imports;
  return new Map([...imports].map(([domain, version]) => [onnxDomain(domain), version]));
}

export function makeContext(
  imports: ReadonlyMap<string, number>,
  functions: Functions,
  inferNodes: InferContext['inferNodes'],
): InferContext {
  return {
    imports: normalImports(imports),
    functions,
    calls: [],
    depth: 0,
    guarded: false,
    budget: { nodes: MOST_CALLED_NODES },
    problems: new Map(),
    doubtful: new Set(),
    inferNodes,
  };
}

/** The version by which a node is read; undefined where its domain is not imported. */
export function versionOf(node: Node, { imports }: InferContext): number | undefined {
  return imports.get(onnxDomain(node.domain));
}

/** The operator that a node means; undefined where it calls a function, or nothing that is known. */
export function schemaOf(node: Node, context: InferContext): OperatorSchema | undefined {
  const version = versionOf(node, context);
  return version === undefined ? undefined : operatorSchema(node.domain, node.op, version);
}
