/** What can be folded in a prototxt: messages of several lines, and runs of comments. */
import { commentFolds, type Fold } from '../folding.ts';
import type { PrototxtDocument } from './document.ts';
import { type FieldSyntax, isMessage } from './syntax.ts';

export function foldsOf({ text, tree }: PrototxtDocument): Fold[] {
  const folds = new Map<number, Fold>();
  const add = (fold: Fold) => {
    const before = folds.get(fold.start);
    if (fold.end > fold.start && (!before || before.end < fold.end)) folds.set(fold.start, fold);
  };
  const collect = (fields: readonly FieldSyntax[]) => {
    for (const field of fields) {
      for (const value of field.values) {
        if (!isMessage(value)) continue;
        // The line of the closing bracket stays to be seen.
        add({ start: text.lineAt(field.start), end: text.lineAt(value.end) - (value.closed ? 1 : 0) });
        collect(value.fields);
      }
    }
  };
  collect(tree.fields);
  for (const fold of commentFolds(text)) add(fold);
  return [...folds.values()].sort((a, b) => a.start - b.start);
}
