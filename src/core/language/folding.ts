/** What can be folded: headers, blocks of values and nodes, functions, nodes of several lines, and runs of comments. */
import { allScopes, type GraphScope, moved, nodesOf } from './scopes.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { DocumentText, Span } from './text.ts';

/** Lines from `start` to `end`, which go to one. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

export function foldsOf({ text, tree }: SyntaxDocument): Fold[] {
  const spans: Span[] = [];
  const statement = (start: number, length: number) => spans.push({ start, end: start + length });
  if (tree.header) statement(tree.header.start, tree.header.length);
  for (const definition of tree.functions) {
    statement(definition.start, definition.length);
    if (definition.header) statement(definition.start + definition.header.start, definition.header.length);
  }
  for (const scope of allScopes(tree)) {
    spans.push(...blocksOf(scope));
    for (const { node, at } of nodesOf(scope)) statement(at + node.head, node.length - node.head);
  }
  const folds = new Map<number, Fold>();
  for (const fold of [...spans.flatMap((span) => foldOf(text, span)), ...commentFolds(text)]) {
    const before = folds.get(fold.start);
    if (!before || before.end < fold.end) folds.set(fold.start, fold);
  }
  return [...folds.values()].sort((a, b) => a.start - b.start);
}

function blocksOf({ graph, base }: GraphScope): Span[] {
  return [graph.values, graph.nodes].flatMap((block) => (block ? [moved(block, base)] : []));
}

/** The line of a closing bracket stays to be seen. */
function foldOf(text: DocumentText, { start, end }: Span): Fold[] {
  const first = text.lineAt(start);
  const last = text.lineAt(end);
  const lineStart = text.offsetAt({ line: last, character: 0 });
  const closes = /^\s*[>})\]]+/.test(text.slice({ start: lineStart, end }));
  const fold = { start: first, end: closes ? last - 1 : last };
  return fold.end > fold.start ? [fold] : [];
}

/** Runs of comments on lines of their own. */
export function commentFolds(text: DocumentText): Fold[] {
  const folds: Fold[] = [];
  let first: number | undefined;
  const end = (line: number) => {
    if (first !== undefined && line - first > 1) folds.push({ start: first, end: line - 1 });
    first = undefined;
  };
  let line = 0;
  for (const content of text.lines()) {
    if (/^\s*#(?!@)/.test(content)) first ??= line;
    else end(line);
    line++;
  }
  end(line);
  return folds;
}
