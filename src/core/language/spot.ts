/** What stands at an offset of the text: the word there and what it is a part of. */
import type {
  AttributeSyntax,
  BlockSyntax,
  DimSyntax,
  EntrySyntax,
  FunctionSyntax,
  GraphSyntax,
  HeaderEntrySyntax,
  HeaderSyntax,
  LiteralSyntax,
  NameSyntax,
  PairSyntax,
  Statement,
  TextSyntax,
  TypeSyntax,
  ValueSyntax,
} from '../formats/onnxtxt/syntax.ts';
import {
  type EntryAt,
  entryAt,
  type GraphScope,
  moved,
  type NodeAt,
  nodeAt,
  rootScopes,
  subgraphsOf,
} from './scopes.ts';
import type { Span } from './text.ts';

/** A header of the model or of a function, and what its parts count from. */
export interface HeaderAt {
  readonly header: HeaderSyntax;
  readonly at: number;
  readonly definition: FunctionSyntax | undefined;
}

export type Spot = { readonly span: Span; readonly text: string } & (
  | { readonly kind: 'operator' | 'label'; readonly node: NodeAt }
  /** A domain before an operator: all of it. */
  | { readonly kind: 'domain'; readonly node: NodeAt }
  | { readonly kind: 'attribute' | 'attribute-type'; readonly node: NodeAt; readonly attribute: AttributeSyntax }
  | { readonly kind: 'attribute-text'; readonly node: NodeAt; readonly attribute: AttributeSyntax }
  | { readonly kind: 'reference'; readonly node: NodeAt; readonly attribute: AttributeSyntax }
  | { readonly kind: 'node-input' | 'node-output'; readonly node: NodeAt; readonly index: number }
  | { readonly kind: 'entry'; readonly entry: EntryAt }
  | { readonly kind: 'type' | 'symbol'; readonly scope: GraphScope }
  | { readonly kind: 'graph'; readonly scope: GraphScope }
  | { readonly kind: 'function'; readonly definition: FunctionSyntax }
  | { readonly kind: 'function-attribute'; readonly definition: FunctionSyntax; readonly attribute: AttributeSyntax }
  | { readonly kind: 'header-key'; readonly header: HeaderAt; readonly entry: HeaderEntrySyntax }
  | {
      readonly kind: 'opset-domain' | 'opset-version';
      readonly header: HeaderAt;
      readonly pair: PairSyntax;
    }
);

/** The word at an offset, or just before it; undefined between words and in what means nothing by itself. */
export function spotAt(tree: TextSyntax, offset: number): Spot | undefined {
  const header = headerAt(tree, offset);
  if (header) return inHeader(header, offset);
  for (const scope of rootScopes(tree)) {
    const { graph, base, definition } = scope;
    const outside = definition ? { start: base, end: base + definition.length } : moved(graph, 0);
    if (!holds(outside, offset)) continue;
    if (definition) {
      const found = inFunction(definition, scope, offset);
      if (found) return found;
    }
    return inGraph(scope, offset);
  }
  return undefined;
}

/** The header at an offset. */
export function headerAt(tree: TextSyntax, offset: number): HeaderAt | undefined {
  const headers: HeaderAt[] = [];
  if (tree.header) headers.push({ header: tree.header, at: tree.header.start, definition: undefined });
  for (const definition of tree.functions) {
    const { header } = definition;
    if (header) headers.push({ header, at: definition.start + header.start, definition });
  }
  return headers.find(({ header, at }) => holds({ start: at, end: at + header.length }, offset));
}

/** The innermost graph that an offset stands in, by its brackets. */
export function scopeAt(tree: TextSyntax, offset: number): GraphScope | undefined {
  const root = rootScopes(tree).find(({ graph, base, definition }) => {
    const span = definition ? { start: base, end: base + definition.length } : graph;
    return holds(span, offset);
  });
  return root && innermost(root, offset);
}

function innermost(scope: GraphScope, offset: number): GraphScope {
  const node = nodeHolding(scope, offset);
  for (const inner of node ? subgraphsOf(node) : []) {
    if (holds(moved(inner.graph, inner.base), offset)) return innermost(inner, offset);
  }
  return scope;
}

/** The innermost node that an offset stands in or at the end of. */
export function nodeAround(tree: TextSyntax, offset: number): NodeAt | undefined {
  const scope = scopeAt(tree, offset);
  return scope && (nodeHolding(scope, offset) ?? scope.holder);
}

/** The node of a graph itself that holds an offset. */
export function nodeHolding(scope: GraphScope, offset: number): NodeAt | undefined {
  const node = statementAt(scope.graph.nodes, offset - scope.base);
  return node && nodeAt(scope, node);
}

/** The entry of a graph itself that holds an offset. */
export function entryHolding(scope: GraphScope, offset: number): EntryAt | undefined {
  const { inputs, outputs, values } = scope.graph;
  for (const block of [inputs, outputs, values]) {
    const entry = statementAt(block, offset - scope.base);
    if (entry) return entryAt(scope, entry);
  }
  return undefined;
}

/** The statement of a block that holds an offset; of two that touch there, the second. */
function statementAt<T extends Statement>(block: BlockSyntax<T> | undefined, offset: number): T | undefined {
  const items = block?.items ?? [];
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const found = items[low - 1];
  return found && offset <= found.start + found.length ? found : undefined;
}

function inHeader(header: HeaderAt, offset: number): Spot | undefined {
  const at = offset - header.at;
  const entry = header.header.entries.find((each) => holds(each, at));
  if (!entry) return undefined;
  if (holds(entry.key, at)) return { ...word(entry.key, header.at), kind: 'header-key', header, entry };
  if (entry.value?.kind !== 'pairs' || entry.key.text !== 'opset_import') return undefined;
  const pair = entry.value.pairs.find((each) => holds(each, at));
  if (pair && holds(pair.key, at)) return { ...word(pair.key, header.at), kind: 'opset-domain', header, pair };
  if (pair?.value && holds(pair.value, at)) {
    return { ...word(pair.value, header.at), kind: 'opset-version', header, pair };
  }
  return undefined;
}

function inFunction(definition: FunctionSyntax, scope: GraphScope, offset: number): Spot | undefined {
  const at = offset - definition.start;
  const { name } = scope.graph;
  if (name && holds(name, at)) return { ...word(name, definition.start), kind: 'function', definition };
  const attribute = definition.attributes?.items.find((each) => holds(each, at));
  if (attribute && holds(attribute.name, at)) {
    return { ...word(attribute.name, definition.start), kind: 'function-attribute', definition, attribute };
  }
  return undefined;
}

function inGraph(scope: GraphScope, offset: number): Spot | undefined {
  const { graph, base } = scope;
  const node = nodeHolding(scope, offset);
  if (node) return inNode(node, offset);
  const entry = entryHolding(scope, offset);
  if (entry) return inEntry(entry, offset);
  return nameSpot(graph, scope, base, offset);
}

function nameSpot(graph: GraphSyntax, scope: GraphScope, base: number, offset: number): Spot | undefined {
  if (!graph.name || !holds(graph.name, offset - base)) return undefined;
  return { ...word(graph.name, base), kind: 'graph', scope };
}

function inEntry(placed: EntryAt, offset: number): Spot | undefined {
  const entry: EntrySyntax = placed.entry;
  const at = offset - placed.at;
  if (entry.name && holds(entry.name, at)) return { ...word(entry.name, placed.at), kind: 'entry', entry: placed };
  return inType(entry.type, placed.scope, placed.at, offset);
}

function inNode(placed: NodeAt, offset: number): Spot | undefined {
  const { node, at: base } = placed;
  const at = offset - base;
  const { label, operator, attributes, inputs, outputs } = node;
  if (label && holds(label.name, at)) return { ...word(label.name, base), kind: 'label', node: placed };
  const output = outputs.findIndex((name) => holds(name, at));
  if (output !== -1) return nameOf(placed, outputs[output], 'node-output', output);
  if (operator && holds(operator, at)) {
    const { domain, name } = operator;
    const [first] = domain;
    const last = domain.at(-1);
    if (first && last && at <= last.end) {
      const text = domain.map((each) => each.text).join('.');
      return { span: moved({ start: first.start, end: last.end }, base), text, kind: 'domain', node: placed };
    }
    if (holds(name, at)) return { ...word(name, base), kind: 'operator', node: placed };
  }
  for (const attribute of attributes?.items ?? []) {
    if (holds(attribute, at)) return inAttribute(placed, attribute, offset);
  }
  const input = inputs?.names.findIndex((name) => holds(name, at)) ?? -1;
  return input === -1 ? undefined : nameOf(placed, inputs?.names[input], 'node-input', input);
}

function nameOf(
  node: NodeAt,
  name: NameSyntax | undefined,
  kind: 'node-input' | 'node-output',
  index: number,
): Spot | undefined {
  return name && name.text !== '' ? { ...word(name, node.at), kind, node, index } : undefined;
}

function inAttribute(node: NodeAt, attribute: AttributeSyntax, offset: number): Spot | undefined {
  const at = offset - node.at;
  if (holds(attribute.name, at)) return { ...word(attribute.name, node.at), kind: 'attribute', node, attribute };
  if (attribute.type && holds(attribute.type, at)) {
    return { ...word(attribute.type, node.at), kind: 'attribute-type', node, attribute };
  }
  return attribute.value && inValue(attribute.value, node, attribute, offset);
}

function inValue(value: ValueSyntax, node: NodeAt, attribute: AttributeSyntax, offset: number): Spot | undefined {
  const at = offset - node.at;
  if (!holds(value, at)) return undefined;
  switch (value.kind) {
    case 'string':
      return { ...word(value, node.at), kind: 'attribute-text', node, attribute };
    case 'list': {
      const item = value.items.find((each) => holds(each, at));
      return item && inValue(item, node, attribute, offset);
    }
    case 'reference':
      return value.name && { ...word(value.name, node.at), kind: 'reference', node, attribute };
    case 'graph-value': {
      const inner = [...subgraphsOf(node)].find(({ graph }) => graph === value.graph);
      return inner && inGraph(inner, offset);
    }
    case 'tensor-value':
    case 'sparse-value':
      return inType(value.type, node.scope, node.at, offset);
    case 'tensor':
    case 'container':
    case 'map':
    case 'opaque':
      return inType(value, node.scope, node.at, offset);
    default:
      return undefined;
  }
}

function inType(type: TypeSyntax | undefined, scope: GraphScope, base: number, offset: number): Spot | undefined {
  const at = offset - base;
  if (!type || !holds(type, at)) return undefined;
  if (holds(type.word, at)) return { ...word(type.word, base), kind: 'type', scope };
  switch (type.kind) {
    case 'tensor': {
      const dim: DimSyntax | undefined = type.dims?.items.find((each) => holds(each, at));
      return dim?.kind === 'symbol' ? { ...word(dim, base), kind: 'symbol', scope } : undefined;
    }
    case 'map':
      if (type.key && holds(type.key, at)) return { ...word(type.key, base), kind: 'type', scope };
      return inType(type.element, scope, base, offset);
    case 'container':
      return inType(type.element, scope, base, offset);
    case 'opaque':
      return undefined;
  }
}

function word(name: NameSyntax | LiteralSyntax, base: number): { span: Span; text: string } {
  return { span: moved(name, base), text: name.text };
}

/** Whether an offset lies within a span or at one of its ends. */
export function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
