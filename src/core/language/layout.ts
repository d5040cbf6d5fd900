/** How a text is laid out: which tokens begin a line and how far it is indented, and where there is no space. */
import { MOST_IN_LINE } from '../formats/onnxtxt/names.ts';
import type {
  AttributeSyntax,
  BlockSyntax,
  EntrySyntax,
  HeaderSyntax,
  NameSyntax,
  OperatorSyntax,
  Statement,
  TextSyntax,
  TypeSyntax,
  ValueSyntax,
} from '../formats/onnxtxt/syntax.ts';
import { type GraphScope, moved, type NodeAt, nodesOf, rootScopes, subgraphsOf } from './scopes.ts';
import type { Span } from './text.ts';

const STEP = '  ';

/** Offsets of tokens in the text, and what stands before them. */
export class Layout {
  /** Tokens that begin a line, with its indentation. */
  readonly lines = new Map<number, string>();
  /** Tokens without a space before them, whatever they are. */
  readonly tight = new Set<number>();
  /** Tokens with one, as the colons of pairs have. */
  readonly spaced = new Set<number>();
  /** Elements of constants: lines in them stay as they are. */
  readonly elements: Span[] = [];
  /** Statements that are wrong: nothing is changed in them. */
  readonly frozen: Span[] = [];

  constructor(tree: TextSyntax) {
    if (tree.header) this.header(tree.header, tree.header.start);
    for (const scope of rootScopes(tree)) this.root(scope);
  }

  private root(scope: GraphScope): void {
    const { graph, base, definition } = scope;
    if (definition) {
      this.lines.set(base, '');
      this.freeze(definition, base);
      if (definition.header) this.header(definition.header, base + definition.header.start);
      for (const item of definition.attributes?.items ?? []) this.attribute(item, base);
    }
    if (graph.name) this.lines.set(base + graph.name.start, '');
    this.graph(scope, '');
  }

  private header(header: HeaderSyntax, at: number): void {
    this.freeze(header, at);
    this.lines.set(at, '');
    for (const { key, value } of header.entries) {
      this.lines.set(at + key.start, STEP);
      if (value?.kind !== 'pairs') continue;
      for (const pair of value.pairs) this.spaced.add(at + pair.key.end);
    }
    this.lines.set(at + header.length - 1, '');
  }

  private graph(scope: GraphScope, indent: string): void {
    const { graph, base } = scope;
    for (const block of [graph.inputs, graph.outputs]) {
      const items = block?.items ?? [];
      // Notes have lines of their own, and so have then the entries.
      const inLines = items.length > MOST_IN_LINE || items.some((entry) => entry.notes.length > 0);
      this.entries(block, base, inLines ? indent : undefined);
    }
    this.entries(graph.values, base, indent);
    this.block(graph.values, base, indent);
    this.block(graph.nodes, base, indent);
    for (const node of nodesOf(scope)) this.node(node, indent + STEP);
  }

  /** Brackets on lines of their own. */
  private block(block: BlockSyntax<unknown> | undefined, base: number, indent: string): void {
    if (!block) return;
    this.lines.set(base + block.start, indent);
    if (block.closed) this.lines.set(base + block.end - 1, indent);
  }

  /** `indent` is that of the graph where each entry has a line. */
  private entries(block: BlockSyntax<EntrySyntax> | undefined, base: number, indent: string | undefined): void {
    for (const entry of block?.items ?? []) {
      const at = base + entry.start;
      this.freeze(entry, at);
      const first = entry.type?.start ?? entry.name?.start;
      if (indent !== undefined && first !== undefined) this.lines.set(at + first, indent + STEP);
      if (entry.type) this.type(entry.type, at);
      if (entry.data) this.data(entry.data, at);
    }
    if (indent !== undefined && block?.closed) this.lines.set(base + block.end - 1, indent);
  }

  private node(placed: NodeAt, indent: string): void {
    const { node, at } = placed;
    this.freeze(node, at);
    this.lines.set(at + node.head, indent);
    if (node.operator) this.operator(node.operator, at);
    for (const item of node.attributes?.items ?? []) this.attribute(item, at);
    for (const inner of subgraphsOf(placed)) {
      if (inner.graph.notes.length > 0 && inner.graph.name) {
        this.lines.set(at + inner.graph.name.start, indent + STEP);
      }
      this.graph(inner, indent);
    }
  }

  private operator({ name, overload }: OperatorSyntax, at: number): void {
    if (!overload) return;
    this.tight.add(at + overload.start);
    this.tight.add(at + name.end);
  }

  private attribute({ value }: AttributeSyntax, at: number): void {
    if (value) this.value(value, at);
  }

  private value(value: ValueSyntax, at: number): void {
    switch (value.kind) {
      case 'list':
        for (const item of value.items) this.value(item, at);
        break;
      case 'tensor-value':
      case 'sparse-value':
        this.type(value.type, at);
        if (value.data) this.data(value.data, at);
        break;
      case 'tensor':
      case 'container':
      case 'map':
      case 'opaque':
        this.type(value, at);
    }
  }

  private data(data: NonNullable<EntrySyntax['data']>, at: number): void {
    if (data.kind === 'elements') this.elements.push(moved(data, at));
    if (data.kind !== 'sparse-data') return;
    for (const part of [data.values, data.indices]) if (part) this.value(part, at);
  }

  /** `float[2]`, `seq(float)`: the bracket stands close to the word. */
  private type(type: TypeSyntax, at: number): void {
    if (type.kind !== 'tensor') this.closeTo(type.word, at);
    else if (type.dims) this.tight.add(at + type.dims.start);
    if ((type.kind === 'container' || type.kind === 'map') && type.element) this.type(type.element, at);
  }

  /** Only the token right behind a word: the offset of a bracket that may have white space before it is not known. */
  private closeTo(word: NameSyntax, at: number): void {
    this.tight.add(-(at + word.end));
  }

  private freeze(statement: Statement, at: number): void {
    if (statement.faults.length > 0) this.frozen.push({ start: at, end: at + statement.length });
  }
}
