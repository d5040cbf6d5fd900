/** A problem: one thing that a target cannot take exactly, with its place and its fixes. It is plain data: it crosses processes. */
import type { Place } from '../ir/errors.ts';
import type { Node } from '../ir/node.ts';
import { NO_ORIGIN, type Origin, type Scope } from '../ir/origin.ts';
import { type FixKind, PROBLEM_CODES, type ProblemCode, type Severity } from './codes.ts';
import type { Part } from './part.ts';

/** The node that has the problem. Its name is that of the source model's node, which the user knows. */
export interface NodeReference {
  readonly name: string;
  readonly operator: string;
  readonly scope: Scope;
  /** Names of its outputs: with them a problem finds its line of text. */
  readonly outputs: readonly string[];
}

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
  readonly node?: NodeReference;
  /** Which part of the node, or of the model where there is no node. */
  readonly part?: Part;
  /** Where in a file that has no lines. */
  readonly filePlace?: Place;
  readonly origin: Origin;
  readonly target?: string;
  readonly fixes: readonly FixKind[];
  /** What filled the message, for the fixes: operator, attribute, opset. */
  readonly details: Readonly<Record<string, string>>;
}

/** What stands for the target where the forward of a pickled module is assumed. */
export const OBJECT_ANALYSIS = 'Object analysis';

/** Makes a problem from its row in the table. `details` fill the message; `operator` comes from the node. */
export function problem(
  code: ProblemCode,
  node: Node | undefined,
  details: Readonly<Record<string, string>> = {},
  part?: Part,
): Problem {
  const facts = PROBLEM_CODES[code];
  const filled: Record<string, string> = { ...(node && { operator: node.operator }), ...details };
  return {
    code,
    severity: facts.severity,
    message: fill(facts.message, filled),
    ...(node && { node: referenceTo(node) }),
    ...(part && { part }),
    origin: node?.origin ?? NO_ORIGIN,
    ...(filled.target !== undefined && { target: filled.target }),
    fixes: facts.fixes,
    details: filled,
  };
}

export function referenceTo(node: Node): NodeReference {
  const outputs = node.outputs.map((value) => value.name ?? '');
  return {
    name: node.sourceName || node.name || outputs[0] || node.op,
    operator: node.operator,
    scope: node.scope,
    outputs,
  };
}

function fill(message: string, details: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => details[name] ?? 'this target');
}

/** Thrown by a rule that cannot keep a node exactly; whoever walks the graph collects it and goes on. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** Ends a rule with a problem. */
export function refuse(code: ProblemCode, node: Node, details: Readonly<Record<string, string>> = {}): never {
  throw new Refusal(problem(code, node, details));
}
