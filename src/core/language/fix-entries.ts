/** Fixes of what graphs say of their values: constants that nothing uses, types that are not so. */
import { typeToText } from '../formats/onnxtxt/print-values.ts';
import type { BlockSyntax, EntrySyntax } from '../formats/onnxtxt/syntax.ts';
import { replacing, wholeLine } from './fix-places.ts';
import type { FixContext, Mending } from './fixes.ts';
import { allScopes, entryAt, type GraphScope, moved } from './scopes.ts';

/** Drops a constant that nothing uses. */
export function unusedConstantFixes({ document, problem }: FixContext): Mending[] {
  const at = document.text.offsetAt(problem.range.start);
  for (const scope of allScopes(document.tree)) {
    const { values } = scope.graph;
    const index = values?.items.findIndex((entry) => holdsName(scope, entry, at)) ?? -1;
    const entry = values?.items[index];
    if (!values || !entry) continue;
    const span = spanToRemove(scope, values, index, entry);
    return [
      { title: 'Remove the constant', edits: [replacing(document, wholeLine(document, span), '')], preferred: true },
    ];
  }
  return [];
}

function holdsName(scope: GraphScope, entry: EntrySyntax, offset: number): boolean {
  return entry.name !== undefined && entryAt(scope, entry).at + entry.name.start === offset;
}

/** An entry has the comma behind it; the last one takes the comma before it along, the only one its brackets. */
export function spanToRemove(
  scope: GraphScope,
  { items, start, end }: BlockSyntax<EntrySyntax>,
  index: number,
  entry: EntrySyntax,
) {
  if (items.length === 1) return { start: scope.base + start, end: scope.base + end };
  const { at } = entryAt(scope, entry);
  const last = items[index - 1];
  if (index < items.length - 1 || !last) return { start: at, end: at + entry.length };
  const comma = entryAt(scope, last).at + last.length - 1;
  return { start: comma, end: at + entry.length };
}

/** Declares what the operators give. */
export function declarationFixes({ document, finding }: FixContext): Mending[] {
  const value = finding?.value;
  const { type } = value ?? {};
  if (!value?.name || !type) return [];
  const text = typeToText(type);
  if (text.includes('...') || (type.kind === 'tensor' && !type.shape)) return [];
  const mentions = [...allScopes(document.tree)].flatMap((scope) => {
    const { outputs, values } = scope.graph;
    const entries = [...(outputs?.items ?? []), ...(values?.items ?? [])];
    return entries
      .filter(
        (entry) => entry.name?.text === value.name && !entry.data && document.graphOf(scope) === value.producer?.graph,
      )
      .map((entry) => entryAt(scope, entry));
  });
  const edits = mentions.flatMap(({ entry, at }) => {
    if (!entry.name) return [];
    const span = entry.type ? moved(entry.type, at) : { start: at + entry.name.start, end: at + entry.name.start };
    return [replacing(document, span, entry.type ? text : `${text} `)];
  });
  return edits.length === 0 ? [] : [{ title: `Declare it as ${text}`, edits }];
}
