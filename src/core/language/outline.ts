/** The outline of a text: graphs with their inputs, outputs, initializers and nodes; functions; subgraphs below their nodes. */
import type { FunctionSyntax } from '../formats/onnxtxt/syntax.ts';
import {
  type EntryAt,
  entryAt,
  type GraphScope,
  moved,
  type NodeAt,
  nodesOf,
  rootScopes,
  subgraphsOf,
} from './scopes.ts';
import type { SyntaxDocument } from './syntax-document.ts';
import type { Span, TextRange } from './text.ts';

export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'graph' | 'function' | 'node' | 'input' | 'output' | 'initializer';
  readonly range: TextRange;
  readonly nameRange: TextRange;
  readonly children: readonly OutlineItem[];
}

export function outlineOf(document: SyntaxDocument): OutlineItem[] {
  return rootScopes(document.tree).map((scope) => rootItem(document, scope));
}

function rootItem(document: SyntaxDocument, scope: GraphScope): OutlineItem {
  const { graph, base, definition } = scope;
  const whole = definition ? { start: base, end: base + definition.length } : moved(graph, base);
  return {
    name: graph.name?.text || (definition ? 'function' : 'graph'),
    detail: definition ? domainOf(definition) : '',
    kind: definition ? 'function' : 'graph',
    ...places(document, whole, graph.name && moved(graph.name, base)),
    children: itemsOf(document, scope),
  };
}

function domainOf({ header }: FunctionSyntax): string {
  const value = header?.entries.find(({ key }) => key.text === 'domain')?.value;
  return value?.kind === 'string' ? value.text : '';
}

function itemsOf(document: SyntaxDocument, scope: GraphScope): OutlineItem[] {
  const { inputs, outputs, values } = scope.graph;
  const entries = (kind: 'input' | 'output' | 'initializer', block: typeof inputs) =>
    (block?.items ?? [])
      .filter((entry) => entry.name && (kind !== 'initializer' || entry.data))
      .map((entry) => entryItem(document, kind, entryAt(scope, entry)));
  return [
    ...entries('input', inputs),
    ...entries('output', outputs),
    ...entries('initializer', values),
    ...Array.from(nodesOf(scope), (node) => nodeItem(document, node)),
  ];
}

function entryItem(
  document: SyntaxDocument,
  kind: 'input' | 'output' | 'initializer',
  { entry, at }: EntryAt,
): OutlineItem {
  const name = entry.name && moved(entry.name, at);
  return {
    name: entry.name?.text || '?',
    detail: entry.type ? document.text.slice(moved(entry.type, at)) : '',
    kind,
    ...places(document, { start: at, end: at + entry.length }, name),
    children: [],
  };
}

function nodeItem(document: SyntaxDocument, placed: NodeAt): OutlineItem {
  const { node, at } = placed;
  const outputs = node.outputs.map(({ text }) => text).filter((text) => text !== '');
  const operator = node.operator && document.text.slice(moved(node.operator, at));
  const first = node.label?.name ?? node.outputs[0];
  return {
    name: node.label?.name.text || outputs.join(', ') || operator || '?',
    detail: operator ?? '',
    kind: 'node',
    ...places(document, { start: at + node.head, end: at + node.length }, first && moved(first, at)),
    children: Array.from(subgraphsOf(placed), (inner) => subgraphItem(document, inner)),
  };
}

function subgraphItem(document: SyntaxDocument, scope: GraphScope): OutlineItem {
  const { graph, base, attribute = '' } = scope;
  return {
    name: attribute,
    detail: graph.name?.text ?? '',
    kind: 'graph',
    ...places(document, moved(graph, base), graph.name && moved(graph.name, base)),
    children: itemsOf(document, scope),
  };
}

/** The name lies within the whole, or is where that begins. */
function places({ text }: SyntaxDocument, whole: Span, name: Span | undefined) {
  const inside = name && name.start >= whole.start && name.end <= whole.end;
  const nameRange = text.rangeOf(inside ? name : { start: whole.start, end: whole.start });
  return { range: text.rangeOf(whole), nameRange };
}
