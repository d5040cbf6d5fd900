/** What is said of a node that does not go to an opset as it is, with what can be done about it. */
import type { Node } from '../../ir/node.ts';
import { doesNothing } from '../../passes/simplify/no-ops.ts';
import { type Problem, problem } from '../../problems/problem.ts';

/** The problem of a node that the opset `to` says nearly: whoever accepts it gets what says it, others raise the opset. */
export function approximated(node: Node, from: number, to: number, error: string): Problem {
  const details = { target: `Opset ${to}`, reason: error, needed: String(from) };
  return { ...problem('inexact', node, details), fixes: ['accept-inexact', 'raise-opset'] };
}

/** Below it operators say what they do in other ways. */
const OLDEST = 7;

/** The problem of a node that cannot go from an opset: where the node does nothing, it may as well be taken out. */
export function withRemoval(told: Problem, node: Node, from: number): Problem {
  const isOpen = [...node.attributes.values()].some(({ type }) => type === 'reference');
  const found = told.code === 'opset-too-old' && from >= OLDEST && !isOpen ? doesNothing(node) : undefined;
  if (!found) return told;
  const details = { ...told.details, removes: String(found.input), because: found.reason };
  return { ...told, details, fixes: ['take-out-node', ...told.fixes] };
}
