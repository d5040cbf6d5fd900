/**
 * The graphs of a text, and what names mean in them: a name is that of the graph itself, else of the graph around it
 * (ONNX IR specification, "Names within a graph"). Functions see nothing of the outside.
 */
import type {
  EntrySyntax,
  FunctionSyntax,
  GraphSyntax,
  NameSyntax,
  NodeSyntax,
  TextSyntax,
  ValueSyntax,
} from '../formats/onnxtxt/syntax.ts';
import type { Span } from './text.ts';

/** A graph where it stands: the model's, a function's body, or one that an attribute of a node holds. */
export interface GraphScope {
  readonly graph: GraphSyntax;
  /** What the positions of the graph count from. */
  readonly base: number;
  /** The graph around it, whose names it sees. */
  readonly outer: GraphScope | undefined;
  /** The node that holds it, and by which attribute. */
  readonly holder: NodeAt | undefined;
  readonly attribute: string | undefined;
  /** The function whose body it is, or stands in. */
  readonly definition: FunctionSyntax | undefined;
}

/** A node and the offset that its parts count from. */
export interface NodeAt {
  readonly node: NodeSyntax;
  readonly at: number;
  readonly scope: GraphScope;
}

/** An entry of a graph and the offset that its parts count from. */
export interface EntryAt {
  readonly entry: EntrySyntax;
  readonly at: number;
  readonly scope: GraphScope;
}

/** A place where a name of a value stands. */
export interface Mention {
  readonly kind: 'input' | 'initializer' | 'node-output' | 'node-input' | 'graph-output' | 'type';
  readonly text: string;
  readonly span: Span;
  readonly scope: GraphScope;
  /** The node, and which of its inputs or outputs it is. */
  readonly node?: NodeAt;
  readonly index?: number;
  readonly entry?: EntryAt;
}

/** The graph of the model and the bodies of its functions. */
export function rootScopes(tree: TextSyntax): GraphScope[] {
  const roots: GraphScope[] = [];
  const inner = { outer: undefined, holder: undefined, attribute: undefined };
  if (tree.graph) roots.push({ graph: tree.graph, base: 0, definition: undefined, ...inner });
  for (const definition of tree.functions) {
    roots.push({ graph: definition.graph, base: definition.start, definition, ...inner });
  }
  return roots;
}

export function nodeAt(scope: GraphScope, node: NodeSyntax): NodeAt {
  return { node, at: scope.base + node.start, scope };
}

export function entryAt(scope: GraphScope, entry: EntrySyntax): EntryAt {
  return { entry, at: scope.base + entry.start, scope };
}

/** The nodes of a graph itself, in order. */
export function* nodesOf(scope: GraphScope): Iterable<NodeAt> {
  for (const node of scope.graph.nodes?.items ?? []) yield nodeAt(scope, node);
}

/** All nodes of a text, those within a node right after it. */
export function* allNodes(tree: TextSyntax): Iterable<NodeAt> {
  for (const scope of allScopes(tree)) yield* nodesOf(scope);
}

/** All graphs of a text, each before those within it. */
export function* allScopes(tree: TextSyntax): Iterable<GraphScope> {
  for (const root of rootScopes(tree)) yield* scopesWithin(root);
}

/** A graph and those within it. */
export function* scopesWithin(scope: GraphScope): Iterable<GraphScope> {
  yield scope;
  for (const node of nodesOf(scope)) for (const inner of subgraphsOf(node)) yield* scopesWithin(inner);
}

/** The graphs that attributes of a node hold. */
export function* subgraphsOf(holder: NodeAt): Iterable<GraphScope> {
  const { node, at, scope } = holder;
  for (const item of node.attributes?.items ?? []) {
    for (const graph of graphsIn(item.value)) {
      yield { graph, base: at, outer: scope, holder, attribute: item.name.text, definition: scope.definition };
    }
  }
}

function* graphsIn(value: ValueSyntax | undefined): Iterable<GraphSyntax> {
  if (value?.kind === 'graph-value') yield value.graph;
  else if (value?.kind === 'list') for (const item of value.items) yield* graphsIn(item);
}

/** Every place of a graph itself where a value is named, definitions first where they stand first. */
export function* mentionsIn(scope: GraphScope): Iterable<Mention> {
  for (const entry of scope.graph.inputs?.items ?? []) yield* entryMention(scope, entry, 'input');
  for (const entry of scope.graph.outputs?.items ?? []) yield* entryMention(scope, entry, 'graph-output');
  for (const entry of scope.graph.values?.items ?? []) {
    yield* entryMention(scope, entry, entry.data ? 'initializer' : 'type');
  }
  for (const node of nodesOf(scope)) yield* nodeMentions(node);
}

/** The names that a node itself reads and gives. */
export function* nodeMentions(node: NodeAt): Iterable<Mention> {
  const { at, scope } = node;
  const mention = (kind: Mention['kind'], name: NameSyntax, index: number): Mention => {
    return { kind, text: name.text, span: moved(name, at), scope, node, index };
  };
  for (const [index, name] of (node.node.inputs?.names ?? []).entries()) {
    if (name.text !== '') yield mention('node-input', name, index);
  }
  for (const [index, name] of node.node.outputs.entries()) {
    if (name.text !== '') yield mention('node-output', name, index);
  }
}

function* entryMention(scope: GraphScope, entry: EntrySyntax, kind: Mention['kind']): Iterable<Mention> {
  if (!entry.name || entry.name.text === '') return;
  const placed = entryAt(scope, entry);
  yield { kind, text: entry.name.text, span: moved(entry.name, placed.at), scope, entry: placed };
}

/** The first place of a graph itself that gives a name to a value. */
export function definitionIn(scope: GraphScope, name: string): Mention | undefined {
  for (const mention of mentionsIn(scope)) if (mention.text === name && defines(mention)) return mention;
  return undefined;
}

export function defines({ kind }: Mention): boolean {
  return kind === 'input' || kind === 'initializer' || kind === 'node-output';
}

/** What a name means in a graph: the place that defines it, there or further out. */
export function resolve(scope: GraphScope, name: string): Mention | undefined {
  for (let at: GraphScope | undefined = scope; at; at = at.outer) {
    const found = definitionIn(at, name);
    if (found) return found;
  }
  return undefined;
}

/**
 * Every place that names the value which `name` means in `scope`, in the order of the text. A name that nothing defines
 * is looked for in the whole of its outermost graph.
 */
export function mentionsOf(scope: GraphScope, name: string): Mention[] {
  const home = resolve(scope, name)?.scope ?? outermost(scope);
  const found = [...mentionsThrough(home, name)];
  return found.sort((a, b) => a.span.start - b.span.start);
}

function* mentionsThrough(scope: GraphScope, name: string): Iterable<Mention> {
  for (const mention of mentionsIn(scope)) if (mention.text === name) yield mention;
  for (const node of nodesOf(scope)) {
    for (const inner of subgraphsOf(node)) if (!definitionIn(inner, name)) yield* mentionsThrough(inner, name);
  }
}

export function outermost(scope: GraphScope): GraphScope {
  let at = scope;
  while (at.outer) at = at.outer;
  return at;
}

/** A span of a statement, in the text. */
export function moved(span: Span, by: number): Span {
  return { start: span.start + by, end: span.end + by };
}
