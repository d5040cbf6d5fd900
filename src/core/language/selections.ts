/** Ranges around a position, each within the next: the word, what it is a part of, the statement, the graph, the text. */
import type { AttributeSyntax, ValueSyntax } from '../formats/onnxtxt/syntax.ts';
import { type GraphScope, moved, type NodeAt } from './scopes.ts';
import { entryHolding, headerAt, holds, nodeHolding, scopeAt, spotAt } from './spot.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { Span, TextPosition, TextRange } from './text.ts';

/** From the smallest on. */
export function selectionsAt(document: SyntaxDocument, position: TextPosition): TextRange[] {
  const { text, tree } = document;
  const offset = text.offsetAt(position);
  const spans: Span[] = [{ start: 0, end: text.length }];
  const header = headerAt(tree, offset);
  if (header) {
    spans.push({ start: header.at, end: header.at + header.header.length });
    for (const entry of header.header.entries) spans.push(moved(entry, header.at));
  }
  for (const scope of scopesAround(scopeAt(tree, offset))) spans.push(...spansOf(scope, offset));
  const spot = spotAt(tree, offset);
  if (spot) spans.push(spot.span);
  return nested(spans, offset).map((span) => text.rangeOf(span));
}

/** Outermost first. */
function scopesAround(scope: GraphScope | undefined): GraphScope[] {
  return scope ? [...scopesAround(scope.outer), scope] : [];
}

function spansOf(scope: GraphScope, offset: number): Span[] {
  const { graph, base, definition, outer } = scope;
  const spans: Span[] = [moved(graph, base)];
  if (definition && !outer) spans.push({ start: base, end: base + definition.length });
  for (const block of [graph.inputs, graph.outputs, graph.values, graph.nodes])
    if (block) spans.push(moved(block, base));
  const entry = entryHolding(scope, offset);
  if (entry) spans.push({ start: entry.at, end: entry.at + entry.entry.length });
  const node = nodeHolding(scope, offset);
  if (node) spans.push(...nodeSpans(node));
  return spans;
}

function nodeSpans({ node, at }: NodeAt): Span[] {
  const { head, length, label, operator, attributes, inputs } = node;
  const parts: (Span | undefined)[] = [{ start: head, end: length }, label, operator, attributes, inputs];
  for (const attribute of attributes?.items ?? []) parts.push(...attributeSpans(attribute));
  return parts.flatMap((part) => (part ? [moved(part, at)] : []));
}

function attributeSpans(attribute: AttributeSyntax): Span[] {
  const { value } = attribute;
  return [attribute, ...(value ? valueSpans(value) : [])];
}

function valueSpans(value: ValueSyntax): Span[] {
  return value.kind === 'list' ? [value, ...value.items.flatMap(valueSpans)] : [value];
}

/** The spans around an offset, smallest first, each larger than the one before and around it. */
function nested(spans: readonly Span[], offset: number): Span[] {
  const sizes = spans.filter((span) => holds(span, offset)).sort((a, b) => a.end - a.start - (b.end - b.start));
  const chain: Span[] = [];
  for (const span of sizes) {
    const last = chain.at(-1);
    const around =
      !last || (span.start <= last.start && span.end >= last.end && span.end - span.start > last.end - last.start);
    if (around) chain.push(span);
  }
  return chain;
}
