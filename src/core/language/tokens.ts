/** Semantic tokens: what each name of the text is. Five numbers a token, as VS Code wants them. */
import type { AttributeSyntax, NameSyntax, TypeSyntax, ValueSyntax } from '../formats/onnxtxt/syntax.ts';
import { operatorOf } from './operator-at.ts';
import {
  defines,
  type EntryAt,
  entryAt,
  type GraphScope,
  type Mention,
  mentionsIn,
  moved,
  type NodeAt,
  nodesOf,
  rootScopes,
  subgraphsOf,
} from './scopes.ts';
import type { TypedDocument } from './syntax-document.ts';
import type { DocumentText, Span, TextRange } from './text.ts';

/** Kinds and modifiers by their index. */
export const TOKEN_KINDS = [
  'operator',
  'attribute',
  'value',
  'initializer',
  'input',
  'type',
  'function',
  'domain',
  'key',
] as const;
export const TOKEN_MODIFIERS = ['definition', 'deprecated', 'unused', 'output'] as const;

type Kind = (typeof TOKEN_KINDS)[number];
type Modifier = (typeof TOKEN_MODIFIERS)[number];

interface Token extends Span {
  readonly kind: Kind;
  readonly modifiers: readonly Modifier[];
}

/** The tokens of the statements that a range touches, or of all. */
export function tokensIn(document: TypedDocument, range: TextRange | undefined): number[] {
  const { text, tree } = document;
  const span = range ? text.spanOf(range) : { start: 0, end: text.length };
  const collector = new Collector(document, span);
  if (tree.header) collector.header(tree.header, tree.header.start);
  for (const { header, start } of tree.functions) if (header) collector.header(header, start + header.start);
  for (const scope of rootScopes(tree)) collector.graph(scope, undefined);
  return encoded(text, collector.tokens);
}

/** What the names of a graph are, and those of the graphs around it. */
interface Names {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly outputs: ReadonlySet<string>;
  readonly around: Names | undefined;
}

class Collector {
  readonly tokens: Token[] = [];

  constructor(
    private readonly document: TypedDocument,
    private readonly span: Span,
  ) {}

  header({ entries }: { readonly entries: readonly { readonly key: NameSyntax }[] }, at: number): void {
    for (const { key } of entries) this.add(key, at, 'key');
  }

  graph(scope: GraphScope, around: Names | undefined): void {
    const { graph, base, definition, outer } = scope;
    const names = namesOf(scope, around);
    if (graph.name) this.add(graph.name, base, definition && !outer ? 'function' : 'type', ['definition']);
    if (definition && !outer) for (const item of definition.attributes?.items ?? []) this.attribute(item, base);
    for (const block of [graph.inputs, graph.outputs, graph.values]) {
      for (const entry of block?.items ?? []) this.entry(entryAt(scope, entry), names);
    }
    for (const node of nodesOf(scope)) if (this.touches(node.at, node.node.length)) this.node(node, names);
  }

  private entry({ entry, at }: EntryAt, names: Names): void {
    if (!this.touches(at, entry.length)) return;
    if (entry.type) this.type(entry.type, at);
    if (!entry.name) return;
    const defined = entry.kind === 'input' || entry.data !== undefined;
    this.value(entry.name, at, names, defined ? ['definition'] : []);
  }

  private node(placed: NodeAt, names: Names): void {
    const { node, at, scope } = placed;
    const values = this.document.nodeOf(node)?.outputs ?? [];
    for (const [k, name] of node.outputs.entries()) {
      const unused = values[k]?.useCount === 0;
      this.value(name, at, names, unused ? ['definition', 'unused'] : ['definition']);
    }
    if (node.operator) {
      const known = operatorOf(this.document, scope, node.operator);
      const deprecated = known?.kind === 'schema' && known.schema.deprecated;
      for (const word of node.operator.domain) this.add(word, at, 'domain');
      const kind = known?.kind === 'function' ? 'function' : 'operator';
      this.add(node.operator.name, at, kind, deprecated ? ['deprecated'] : []);
    }
    for (const item of node.attributes?.items ?? []) this.attribute(item, at);
    for (const inner of subgraphsOf(placed)) this.graph(inner, names);
    for (const name of node.inputs?.names ?? []) this.value(name, at, names, []);
  }

  private attribute({ name, type, value }: AttributeSyntax, at: number): void {
    this.add(name, at, 'attribute');
    if (type) this.add(type, at, 'type');
    if (value) this.attributeValue(value, at);
  }

  private attributeValue(value: ValueSyntax, at: number): void {
    if ('word' in value) this.type(value, at);
    else if (value.kind === 'tensor-value' || value.kind === 'sparse-value') this.type(value.type, at);
    else if (value.kind === 'reference' && value.name) this.add(value.name, at, 'attribute');
    else if (value.kind === 'list') for (const item of value.items) this.attributeValue(item, at);
  }

  private type(type: TypeSyntax, at: number): void {
    this.add(type.word, at, 'type');
    if (type.kind === 'map' && type.key) this.add(type.key, at, 'type');
    if ((type.kind === 'map' || type.kind === 'container') && type.element) this.type(type.element, at);
  }

  private value(name: NameSyntax, at: number, names: Names, modifiers: readonly Modifier[]): void {
    if (name.text === '') return;
    const home = homeOf(names, name.text);
    const kind = home?.kinds.get(name.text) ?? 'value';
    this.add(name, at, kind, home?.outputs.has(name.text) ? [...modifiers, 'output'] : modifiers);
  }

  private add(span: Span, at: number, kind: Kind, modifiers: readonly Modifier[] = []): void {
    this.tokens.push({ ...moved(span, at), kind, modifiers });
  }

  private touches(start: number, length: number): boolean {
    return start <= this.span.end && start + length >= this.span.start;
  }
}

function namesOf(scope: GraphScope, around: Names | undefined): Names {
  const kinds = new Map<string, Kind>();
  const outputs = new Set<string>();
  for (const mention of mentionsIn(scope)) {
    if (mention.kind === 'graph-output') outputs.add(mention.text);
    if (defines(mention) && !kinds.has(mention.text)) kinds.set(mention.text, kindOf(mention));
  }
  return { kinds, outputs, around };
}

function kindOf({ kind }: Mention): Kind {
  return kind === 'input' || kind === 'initializer' ? kind : 'value';
}

function homeOf(names: Names, name: string): Names | undefined {
  for (let at: Names | undefined = names; at; at = at.around) if (at.kinds.has(name)) return at;
  return undefined;
}

/** Line and character after the token before, length, kind, modifiers. A token lies on one line. */
function encoded(text: DocumentText, tokens: Token[]): number[] {
  const numbers: number[] = [];
  let before = { line: 0, character: 0 };
  let end = 0;
  for (const token of tokens.sort((a, b) => a.start - b.start)) {
    const position = text.positionAt(token.start);
    if (token.start < end || token.end <= token.start || text.lineAt(token.end) !== position.line) continue;
    const lines = position.line - before.line;
    const characters = lines === 0 ? position.character - before.character : position.character;
    const modifiers = token.modifiers.reduce((bits, modifier) => bits | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0);
    numbers.push(lines, characters, token.end - token.start, TOKEN_KINDS.indexOf(token.kind), modifiers);
    before = position;
    end = token.end;
  }
  return numbers;
}
