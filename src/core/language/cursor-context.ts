/**
 * What may be written at an offset. The words of the statement before it tell, not the tree: what is behind them is often
 * not written yet, so that the tree says little.
 */

import { onnxDomain } from '../dialects/onnx/operators.ts';
import type { BlockSyntax, EntrySyntax, TextSyntax } from '../formats/onnxtxt/syntax.ts';
import type { FunctionKey } from './functions.ts';
import { type GraphScope, rootScopes, subgraphsOf } from './scopes.ts';
import { type HeaderAt, headerAt, nodeHolding } from './spot.ts';
import type { Span } from './text.ts';
import { type Word, type WordsBefore, wordsBefore } from './words.ts';

export interface Cursor {
  readonly context: CursorContext;
  /** What is typed already of the word that the context asks for; from its quote on where it has one. */
  readonly prefix: WordsBefore['prefix'];
}

export type CursorContext = NodeContext | EntryContext | HeaderContext;

export type NodeContext =
  /** Before the `=` of a node. */
  | { readonly kind: 'node-output'; readonly scope: GraphScope; readonly given: readonly string[] }
  /** `domain` is what stands before the last dot. */
  | { readonly kind: 'operator'; readonly scope: GraphScope; readonly domain: string }
  | ({ readonly kind: 'attribute-name'; readonly given: readonly string[] } & NodeSoFar)
  | ({ readonly kind: 'attribute-type' | 'attribute-value' | 'reference'; readonly attribute: string } & NodeSoFar)
  | ({ readonly kind: 'node-input'; readonly index: number } & NodeSoFar);

/** A node that is being written. */
export interface NodeSoFar {
  readonly scope: GraphScope;
  readonly operator: FunctionKey;
  /** Its inputs before the offset. */
  readonly inputs: readonly string[];
  /** Where its operator's name begins. */
  readonly at: number;
}

export type EntryBlock = 'input' | 'output' | 'value';

export type EntryContext =
  | { readonly kind: 'entry-type' | 'entry-name'; readonly scope: GraphScope; readonly block: EntryBlock }
  /** Within a type that holds another. */
  | { readonly kind: 'inner-type'; readonly scope: GraphScope };

export type HeaderContext =
  | { readonly kind: 'header-key'; readonly header: HeaderAt; readonly given: readonly string[] }
  | { readonly kind: 'opset-domain'; readonly header: HeaderAt; readonly given: readonly string[] }
  | { readonly kind: 'opset-version'; readonly header: HeaderAt; readonly domain: string };

/** Undefined where nothing is known to fit. */
export function cursorAt(text: string, tree: TextSyntax, offset: number): Cursor | undefined {
  const header = headerAt(tree, offset);
  if (header && offset > header.at && !endsAt(text, header.at + header.header.length, offset)) {
    return contextFrom(text, { start: header.at + 1, end: offset }, (words) => headerContext(header, words));
  }
  for (const root of rootScopes(tree)) {
    const found = inScope(text, root, offset);
    if (found) return found;
  }
  return undefined;
}

/** Whether an offset stands behind a closing bracket that ends there. */
function endsAt(text: string, end: number, offset: number): boolean {
  return offset >= end && /[>)}]/.test(text[end - 1] ?? '');
}

function contextFrom(
  text: string,
  span: Span,
  tell: (words: readonly Word[]) => CursorContext | undefined,
): Cursor | undefined {
  const before = wordsBefore(text, span);
  const context = before && tell(before.words);
  return before && context && { context, prefix: before.prefix };
}

function inScope(text: string, scope: GraphScope, offset: number): Cursor | undefined {
  const { graph, base } = scope;
  for (const inner of innerScopes(scope, offset)) {
    const found = inScope(text, inner, offset);
    if (found) return found;
  }
  for (const [block, items] of [
    ['input', graph.inputs],
    ['output', graph.outputs],
    ['value', graph.values],
  ] as const) {
    if (items && isInside(items, offset - base)) {
      const span = { start: base + items.start + 1, end: offset };
      return contextFrom(text, span, (words) => entryContext(scope, block, words));
    }
  }
  const { nodes } = graph;
  if (!nodes || !isInside(nodes, offset - base)) return undefined;
  const last = nodes.items.findLast((node) => node.start + node.head < offset - base);
  const start = base + (last ? last.start + last.head : nodes.start + 1);
  return contextFrom(text, { start, end: offset }, (words) => new NodeWords(scope, words).context());
}

function innerScopes(scope: GraphScope, offset: number): Iterable<GraphScope> {
  const node = nodeHolding(scope, offset);
  return node ? subgraphsOf(node) : [];
}

function isInside({ start, end, closed }: BlockSyntax<unknown>, offset: number): boolean {
  return start < offset && (closed ? offset < end : offset <= end + 1);
}

/** The words of one entry decide: those behind the last comma between entries. */
function entryContext(scope: GraphScope, block: EntryBlock, words: readonly Word[]): EntryContext | undefined {
  let depth = 0;
  let item: Word[] = [];
  for (const word of words) {
    if (word.kind === 'sign' && '([{'.includes(word.text)) depth++;
    if (word.kind === 'sign' && ')]}'.includes(word.text)) depth--;
    if (depth === 0 && word.kind === 'sign' && word.text === ',') item = [];
    else item.push(word);
  }
  const open = item.findLast((word) => word.kind === 'sign');
  if (depth > 0) return open?.text === '(' || open?.text === ',' ? { kind: 'inner-type', scope } : undefined;
  if (item.length === 0) return { kind: 'entry-type', scope, block };
  if (item.some(({ text }) => text === '=')) return undefined;
  return { kind: 'entry-name', scope, block };
}

function headerContext(header: HeaderAt, words: readonly Word[]): HeaderContext | undefined {
  const given: string[] = [];
  let k = 0;
  while (k < words.length) {
    const key = words[k++];
    if (!key || key.kind === 'sign') continue;
    given.push(key.text);
    if (words[k]?.text !== ':') return undefined;
    k++;
    if (words[k]?.text !== '[') {
      if (k >= words.length) return undefined;
      k++;
      continue;
    }
    const close = words.findIndex((word, at) => at > k && word.text === ']' && word.kind === 'sign');
    if (close === -1) return key.text === 'opset_import' ? importContext(header, words.slice(k + 1)) : undefined;
    k = close + 1;
  }
  const last = words.at(-1);
  return !last || last.text === ',' ? { kind: 'header-key', header, given } : undefined;
}

function importContext(header: HeaderAt, words: readonly Word[]): HeaderContext | undefined {
  const given = words.filter(({ kind }) => kind === 'string').map(({ text }) => text);
  const last = words.at(-1);
  if (!last || last.text === ',') return { kind: 'opset-domain', header, given };
  return last.text === ':' ? { kind: 'opset-version', header, domain: given.at(-1) ?? '' } : undefined;
}

/** Walks the words of nodes; where they end is the context. */
class NodeWords {
  private next = 0;
  private given: string[] = [];

  constructor(
    private readonly scope: GraphScope,
    private readonly words: readonly Word[],
  ) {}

  context(): NodeContext | undefined {
    for (;;) {
      const outputs = this.outputs();
      if (outputs !== 'done') return outputs;
      const found = this.operator();
      if (found !== 'again') return found;
    }
  }

  /** Up to the `=`; names that were read as inputs before it may be outputs already. */
  private outputs(): NodeContext | 'done' | undefined {
    while (this.next < this.words.length) {
      const word = this.take();
      if (word.kind === 'sign' && word.text === '=') return 'done';
      if (word.kind === 'sign' && word.text === '[' && !this.skipPast(']')) return undefined;
      if (word.kind !== 'sign') this.given.push(word.text);
    }
    return { kind: 'node-output', scope: this.scope, given: this.given };
  }

  private operator(): NodeContext | 'again' | undefined {
    const path: string[] = [];
    const at = this.words[this.next]?.start ?? 0;
    for (;;) {
      const word = this.words[this.next];
      if (!word) return { kind: 'operator', scope: this.scope, domain: path.join('.') };
      if (word.kind === 'sign') break;
      path.push(word.text);
      this.next++;
      if (!this.takeSign('.')) break;
    }
    const name = path.pop() ?? '';
    const overload = this.takeSign(':') ? (this.words[this.next++]?.text ?? '') : '';
    return this.rest({ domain: onnxDomain(path.join('.')), name, overload }, at);
  }

  /** Attributes and inputs, in either order. */
  private rest(operator: FunctionKey, at: number): NodeContext | 'again' | undefined {
    const node = { scope: this.scope, operator, inputs: [] as string[], at };
    let complete = false;
    this.given = [];
    while (this.next < this.words.length) {
      if (this.takeSign('<')) {
        const found = this.attributes(node);
        if (found !== 'done') return found;
      } else if (this.takeSign('(')) {
        const found = this.inputs(node);
        if (found !== 'done') return found;
        complete = true;
      } else return 'again';
    }
    return complete ? { kind: 'node-output', scope: this.scope, given: [] } : undefined;
  }

  private attributes(node: NodeSoFar): NodeContext | 'done' | undefined {
    const given: string[] = [];
    for (;;) {
      const name = this.words[this.next];
      if (!name) return { ...node, kind: 'attribute-name', given };
      this.next++;
      if (name.kind === 'sign' && name.text === '>') return 'done';
      if (name.kind === 'sign') continue;
      given.push(name.text);
      if (this.takeSign(':')) {
        if (this.next >= this.words.length) return { ...node, kind: 'attribute-type', attribute: name.text };
        this.next++;
      }
      if (!this.takeSign('=')) {
        if (this.next >= this.words.length) return undefined;
        continue;
      }
      const value = this.value({ ...node, attribute: name.text });
      if (value !== 'done') return value;
    }
  }

  /** A value up to the comma or the bracket behind it. */
  private value(node: NodeSoFar & { readonly attribute: string }): NodeContext | 'done' | undefined {
    let depth = 0;
    let isList = false;
    for (let first = true; this.next < this.words.length; first = false) {
      const word = this.take();
      if (word.kind !== 'sign') continue;
      if (first && word.text === '@' && this.next >= this.words.length) return { ...node, kind: 'reference' };
      if (first && word.text === '[') isList = true;
      if ('([{<'.includes(word.text)) depth++;
      else if (depth === 0 && word.text === ',') return 'done';
      else if (depth === 0 && word.text === '>') {
        this.next--;
        return 'done';
      } else if (')]}>'.includes(word.text)) depth--;
    }
    const last = this.words.at(-1);
    const begins = last?.kind === 'sign' && (last.text === '=' || (isList && depth === 1 && /[[,]/.test(last.text)));
    return begins ? { ...node, kind: 'attribute-value' } : undefined;
  }

  private inputs(node: NodeSoFar & { inputs: string[] }): NodeContext | 'done' | 'again' | undefined {
    let index = 0;
    while (this.next < this.words.length) {
      const word = this.take();
      if (word.kind !== 'sign') node.inputs[index] = word.text;
      else if (word.text === ',') index++;
      else if (word.text === ')') return 'done';
      else if (word.text === '=') {
        // The bracket was never closed, and another node has begun.
        this.next--;
        return 'again';
      }
    }
    return this.words.at(-1)?.kind === 'sign' ? { ...node, kind: 'node-input', index } : undefined;
  }

  private take(): Word {
    return this.words[this.next++] ?? { kind: 'sign', text: '', start: 0, end: 0 };
  }

  private takeSign(text: string): boolean {
    const word = this.words[this.next];
    const found = word?.kind === 'sign' && word.text === text;
    if (found) this.next++;
    return found;
  }

  private skipPast(text: string): boolean {
    while (this.next < this.words.length) if (this.take().text === text) return true;
    return false;
  }
}

/** Entries of a block that has some. */
export function entriesOf(block: BlockSyntax<EntrySyntax> | undefined): readonly EntrySyntax[] {
  return block?.items ?? [];
}
