/** Approximations that the user takes: an accepted `inexact` problem stays to be seen, but no longer refuses. */
import type { NodeReference, Problem } from './problem.ts';

/**
 * The problems, with those that `accept` names (`CODE` or `CODE:NODE`) made warnings. Only `inexact` can be accepted. The
 * node may be named by its name, or by the path or class of the module that it is in.
 */
export function acceptable(problems: readonly Problem[], accept: readonly string[]): readonly Problem[] {
  const accepted = new Set(accept);
  return problems.map((problem) => {
    if (problem.code !== 'inexact') return problem;
    const taken =
      accepted.has(problem.code) || namesOf(problem.node).some((name) => accepted.has(`${problem.code}:${name}`));
    return taken ? { ...problem, severity: 'warning' } : problem;
  });
}

function namesOf(node: NodeReference | undefined): readonly string[] {
  const module = node?.scope.at(-1);
  return [node?.name, module?.path, module?.type].filter((name) => name !== undefined && name !== '') as string[];
}
