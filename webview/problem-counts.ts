/** Which items carry a badge: nodes with problems, and every group around them. */
import type { PlacedProblem } from '../src/shared/problems.ts';
import type { ProblemCount } from './render/elements.ts';

/** Problems that both the reading and the check report are one. */
export function together(...lists: readonly (readonly PlacedProblem[])[]): PlacedProblem[] {
  const seen = new Map<string, PlacedProblem>();
  for (const problem of lists.flat()) {
    seen.set(`${problem.code}|${problem.message}|${problem.node?.name ?? ''}`, problem);
  }
  return [...seen.values()];
}

export function countProblems(problems: readonly PlacedProblem[]): Map<string, ProblemCount> {
  const counts = new Map<string, ProblemCount>();
  for (const { place, severity } of problems) {
    if (!place || severity === 'information') continue;
    for (const id of new Set([place.node, ...place.groups])) {
      const { errors, warnings } = counts.get(id) ?? { errors: 0, warnings: 0 };
      counts.set(id, severity === 'error' ? { errors: errors + 1, warnings } : { errors, warnings: warnings + 1 });
    }
  }
  return counts;
}

/** The problems of an item: a node's own, or all within a group. */
export function problemsOf(problems: readonly PlacedProblem[], id: string): PlacedProblem[] {
  return problems.filter(({ place }) => place?.node === id || place?.groups.includes(id));
}
