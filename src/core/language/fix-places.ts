/** Where fixes change the text: the statement of a node, its line, the header that governs it. */

import { baseOf } from '../formats/onnxtxt/building.ts';
import type { HeaderSyntax, NodeSyntax } from '../formats/onnxtxt/syntax.ts';
import type { Node } from '../ir/node.ts';
import type { LanguageDocument } from './document.ts';
import { type GraphScope, moved, type NodeAt } from './scopes.ts';
import { scopeAt } from './spot.ts';
import type { Span, TextEdit } from './text.ts';

export function replacing({ text }: LanguageDocument, span: Span, by: string): TextEdit {
  return { range: text.rangeOf(span), text: by };
}

/** The statement of a node, where it stands and in which graph. */
export function statementOf(document: LanguageDocument, node: Node | undefined): NodeAt | undefined {
  const placed = node && document.analysis.nodes.get(node);
  if (!placed) return undefined;
  const at = baseOf(placed) + placed.syntax.start;
  const scope = scopeAt(document.tree, at + placed.syntax.head);
  return scope && { node: placed.syntax, at, scope };
}

/** A part of a node in the text. */
export function partAt({ at }: NodeAt, part: Span): Span {
  return moved(part, at);
}

/** A statement with its line, where it has the line for itself. */
export function wholeLine({ text }: LanguageDocument, { start, end }: Span): Span {
  const line = text.text.lastIndexOf('\n', start - 1) + 1;
  const next = text.text.indexOf('\n', end);
  const lineEnd = next === -1 ? text.length : next + 1;
  const alone = /^[ \t]*$/.test(text.slice({ start: line, end: start }));
  const nothingBehind = /^[ \t\r]*(#[^\n]*)?\n?$/.test(text.slice({ start: end, end: lineEnd }));
  return alone && nothingBehind ? { start: line, end: lineEnd } : { start, end };
}

/** The white space that a line begins with. */
export function indentAt({ text }: LanguageDocument, offset: number): string {
  const line = text.text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice({ start: line, end: offset }))?.[0] ?? '';
}

/** The header that says by which versions the nodes of a graph are read. */
export function headerOf(
  { tree }: LanguageDocument,
  { definition }: Pick<GraphScope, 'definition'>,
): { readonly header: HeaderSyntax; readonly at: number } | undefined {
  if (!definition) return tree.header && { header: tree.header, at: tree.header.start };
  return definition.header && { header: definition.header, at: definition.start + definition.header.start };
}

/** Behind the notes of a statement. */
export function headSpan({ node, at }: { readonly node: NodeSyntax; readonly at: number }): Span {
  return { start: at + node.head, end: at + node.length };
}
