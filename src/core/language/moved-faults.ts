/** Faults of a text that is edited: they keep their places without being looked for again. */
import type { ChangedStatements, TextChange } from '../formats/onnxtxt/reparse.ts';
import {
  type EntrySyntax,
  NO_FAULTS,
  NO_NOTES,
  type NodeSyntax,
  type SyntaxFault,
  type TextSyntax,
} from '../formats/onnxtxt/syntax.ts';
import { faultsOf } from '../formats/onnxtxt/syntax-text.ts';
import { moved } from './scopes.ts';
import type { Span } from './text.ts';

/** The faults that are left, behind a change moved with it; those of statements that were parsed anew are gone. */
export function movedFaults<F extends Span>(
  faults: readonly F[],
  changed: ChangedStatements,
  { start, end, length }: TextChange,
): F[] {
  const by = length - (end - start);
  const base = baseOfChange(changed);
  return faults.flatMap((fault) => {
    const at = fault.start - base;
    const gone = changed.removed.some((statement) => at >= statement.start && at < statement.start + statement.length);
    if (gone) return [];
    return fault.start >= end ? [{ ...fault, start: fault.start + by, end: fault.end + by }] : [fault];
  });
}

/** The faults of syntax after a change of some statements, which `tree` has already. */
export function changedFaults(
  faults: readonly SyntaxFault[],
  tree: TextSyntax,
  changed: ChangedStatements,
  change: TextChange,
): readonly SyntaxFault[] {
  if (faults.length === 0) return newFaults(changed);
  const base = baseOfChange(changed);
  // A fault where two statements meet may be of either: then they are looked for again.
  const touches = (at: number) =>
    changed.removed.some(({ start, length, reach }) => at >= start && at <= start + Math.max(length, reach));
  if (faults.some(({ start }) => touches(start - base))) return faultsOf(tree);
  return [...movedFaults(faults, changed, change), ...newFaults(changed)];
}

/** The faults of the statements that are new. */
function newFaults(changed: ChangedStatements): SyntaxFault[] {
  const base = baseOfChange(changed);
  return changed.added.flatMap((statement) => {
    const faults = statement.kind === 'node' ? faultsOf(treeOf(statement)) : entryFaults(statement);
    return faults.map((fault) => ({ ...fault, ...moved(fault, base) }));
  });
}

function entryFaults({ faults, start }: EntrySyntax): SyntaxFault[] {
  return faults.map((fault) => ({ ...fault, ...moved(fault, start) }));
}

/** What positions of the changed statements count from. */
function baseOfChange({ function: definition }: ChangedStatements): number {
  return definition?.start ?? 0;
}

/** A text that is one node. */
export function treeOf(node: NodeSyntax): TextSyntax {
  const missing = { name: undefined, inputs: undefined, outputs: undefined, values: undefined };
  const end = node.start + node.length;
  const nodes = { start: node.start, end, closed: true, items: [node] };
  const graph = { start: node.start, end, notes: NO_NOTES, ...missing, nodes, faults: NO_FAULTS };
  return { header: undefined, graph, functions: [], faults: NO_FAULTS };
}
