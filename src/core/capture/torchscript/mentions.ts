/** Which variables statements may still read, by their names. */
import type { Block, Statement } from '../../formats/torch/ast.ts';

/** Where a function is: the statements of a block from `next` on come after, then those of the blocks around it. */
export interface Position {
  readonly block: Block;
  readonly next: number;
  readonly outer: Position | undefined;
}

/** Within one side of a condition the other side is not to come; what is in a loop may come again. */
export function behindChoice(at: Position | undefined): Position | undefined {
  const kind = at?.block[at.next]?.kind;
  return at && (kind === 'if' || kind === 'with') ? { ...at, next: at.next + 1 } : at;
}

const known = new WeakMap<Statement, ReadonlySet<string>>();

/** The names in all statements from a position on to the end of the function. */
export function mentionedFrom(position: Position | undefined): Set<string> {
  const names = new Set<string>();
  for (let at = position; at; at = at.outer)
    for (const statement of at.block.slice(at.next)) for (const name of mentioned(statement)) names.add(name);
  return names;
}

function mentioned(statement: Statement): ReadonlySet<string> {
  const before = known.get(statement);
  if (before) return before;
  const names = new Set<string>();
  collect(statement, names);
  known.set(statement, names);
  return names;
}

function collect(part: unknown, names: Set<string>): void {
  if (typeof part !== 'object' || part === null) return;
  if ('kind' in part && part.kind === 'name' && 'name' in part && typeof part.name === 'string') names.add(part.name);
  for (const inner of Array.isArray(part) ? part : Object.values(part)) collect(inner, names);
}
