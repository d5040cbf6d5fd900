/** Which groups to show open at first: as many as keep the picture readable, the outermost first. */
import type { Group } from './grouping.ts';

/**
 * Groups below `root`, in the order in which they are opened, so that at most `budget` items are visible. A level of
 * modules is opened whole or not at all, so that equals look equal.
 */
export function unfoldingOf(root: Group, budget: number): string[] {
  const open: string[] = [];
  let visible = root.children.length;
  for (let level = groupsIn([root]); level.length > 0; level = groupsIn(level)) {
    const more = level.reduce((sum, group) => sum + group.children.length, 0);
    const fits = visible + more <= budget;
    for (const group of level) {
      // Stretches of a long list are no equals: the first ones are opened.
      if (!fits && (group.of !== 'stretch' || visible + group.children.length > budget)) break;
      visible += group.children.length;
      open.push(group.id);
    }
    if (!fits) break;
  }
  return open;
}

function groupsIn(groups: readonly Group[]): Group[] {
  return groups.flatMap((group) => group.children.filter((child) => child.kind === 'group'));
}
