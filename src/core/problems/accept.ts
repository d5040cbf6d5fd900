/** Approximations that the user takes: an accepted `inexact` problem stays to be seen, but no longer refuses. */
import type { Problem } from './problem.ts';

/** The problems, with those that `accept` names (`CODE` or `CODE:NODE`) made warnings. Only `inexact` can be accepted. */
export function acceptable(problems: readonly Problem[], accept: readonly string[]): readonly Problem[] {
  const accepted = new Set(accept);
  return problems.map((problem) => {
    if (problem.code !== 'inexact') return problem;
    const taken = accepted.has(problem.code) || accepted.has(`${problem.code}:${problem.node?.name}`);
    return taken ? { ...problem, severity: 'warning' } : problem;
  });
}
