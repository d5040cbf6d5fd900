/**
 * Keeps a syntax tree in step with its text: after a change only the statements that it touches are parsed again, the
 * others are moved. The tree is changed where it stands, and is the one that parsing the whole text would give.
 */
import { Cursor, type Draft } from './cursor.ts';
import { startHere } from './statements.ts';
import type {
  BlockSyntax,
  EntrySyntax,
  FunctionSyntax,
  GraphSyntax,
  NodeSyntax,
  Statement,
  TextSyntax,
} from './syntax.ts';
import { endsEntries, endsNodes, parseEntry, parseNode } from './syntax-graph.ts';
import { parseText } from './syntax-text.ts';

/** What stood in [start, end) of the text before is now so many characters. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** Which statements are new: `added` stand in `block` from the index `from` on, where `removed` stood. */
export interface ChangedStatements {
  readonly graph: GraphSyntax;
  /** The function that the graph belongs to; undefined for the graph of the model. */
  readonly function: FunctionSyntax | undefined;
  readonly block: BlockSyntax<EntrySyntax | NodeSyntax>;
  readonly from: number;
  readonly removed: readonly (EntrySyntax | NodeSyntax)[];
  readonly added: readonly (EntrySyntax | NodeSyntax)[];
}

export interface Reparsed {
  readonly tree: TextSyntax;
  /** Undefined where the whole text was parsed again. */
  readonly changed: ChangedStatements | undefined;
}

/** `text` is what the text is after the change. */
export function reparse(tree: TextSyntax, text: string, change: TextChange): Reparsed {
  const changed = reparsePart(tree, text, change);
  return changed ? { tree, changed } : { tree: parseText(text), changed: undefined };
}

type Block = BlockSyntax<EntrySyntax | NodeSyntax>;

/** A block of statements, and what holds it. */
interface Part {
  readonly graph: GraphSyntax;
  readonly block: Block;
  readonly kind: 'input' | 'output' | 'value' | 'node';
  readonly function: FunctionSyntax | undefined;
  /** Where the positions of the block count from. */
  readonly base: number;
}

function reparsePart(tree: TextSyntax, text: string, change: TextChange): ChangedStatements | undefined {
  const part = tree.faults.length === 0 ? partAt(tree, change) : undefined;
  if (!part || part.graph.faults.length > 0 || !part.block.closed) return undefined;
  if (furthestBefore(tree, part) >= change.start) return undefined;
  const { block, base } = part;
  const { items } = block;
  const from = firstTouched(items, change.start - base);
  const last = items[from - 1];
  const cursor = new Cursor(text, base + (last ? last.start + last.length : block.start + 1));
  cursor.base = base;
  const moved = change.length - (change.end - change.start);
  const added: (EntrySyntax | NodeSyntax)[] = [];
  let next = from;
  for (;;) {
    const start = startHere(cursor);
    while (next < items.length && stands(items[next], base, moved) < start) next++;
    const same = items[next];
    const untouched = same && base + same.start >= change.end && stands(same, base, moved) === start;
    // Where a broken node ends depends on how far it is indented; and what was looked at counts for the next one, too.
    const peeked = cursor.peeked > start;
    if (
      untouched &&
      !peeked &&
      (part.kind !== 'node' || text.lastIndexOf('\n', start - 1) >= change.start + change.length)
    )
      break;
    if (ends(cursor, part.kind)) {
      if (cursor.start !== base + block.end - 1 + moved || !cursor.at(CLOSE[part.kind])) return undefined;
      next = items.length;
      break;
    }
    added.push(part.kind === 'node' ? parseNode(cursor) : parseEntry(cursor, part.kind));
  }
  if (cursor.faults) return undefined;
  const behind = (end: number) => (statement: Statement) => statement.start + statement.reach > end;
  // How far a function was read includes what its nodes looked at behind it.
  const looksOut = items.slice(from, next).some(behind(block.end)) || added.some(behind(block.end + moved));
  if (part.function && looksOut) return undefined;
  const removed = items.splice(from, next - from, ...added);
  for (let k = from + added.length; k < items.length; k++) move(items[k], moved);
  moveBehind(tree, part, moved);
  return { graph: part.graph, function: part.function, block, from, removed, added };
}

/** How far parsing what stands before a block has looked: a quote that nothing ends takes what follows. */
function furthestBefore(tree: TextSyntax, { graph, block, function: definition, base }: Part): number {
  let furthest = 0;
  const look = (statement: Statement | undefined, from: number) => {
    if (statement) furthest = Math.max(furthest, from + statement.start + statement.reach);
  };
  look(tree.header, 0);
  if (definition) {
    for (const [, { items }] of tree.graph ? blocksOf(tree.graph) : []) for (const item of items) look(item, 0);
    for (const earlier of tree.functions.slice(0, tree.functions.indexOf(definition))) look(earlier, 0);
    look(definition.header, base);
  }
  for (const [, other] of blocksOf(graph)) {
    if (other === block) break;
    for (const item of other.items) look(item, base);
  }
  return furthest;
}

const CLOSE = { input: ')', output: ')', value: '>', node: '}' } as const;

function ends(cursor: Cursor, kind: Part['kind']): boolean {
  return kind === 'node' ? endsNodes(cursor, true) : cursor.at(CLOSE[kind]) || endsEntries(cursor);
}

/** Where a statement stands after the change. */
function stands(statement: Statement | undefined, base: number, moved: number): number {
  return base + (statement?.start ?? 0) + moved;
}

/** The first statement whose parsing looked as far as the change. */
function firstTouched(items: readonly Statement[], at: number): number {
  const found = items.findIndex(({ start, reach }) => start + reach >= at);
  return found === -1 ? items.length : found;
}

/** The innermost block of a graph that is no attribute, with the change between its brackets. */
function partAt(tree: TextSyntax, change: TextChange): Part | undefined {
  if (tree.graph && holds(tree.graph.start, tree.graph.end, change)) return blockAt(tree.graph, undefined, 0, change);
  for (const definition of tree.functions) {
    const { start, length, faults, graph } = definition;
    if (!holds(start, start + length, change)) continue;
    return faults.length === 0 ? blockAt(graph, definition, start, change) : undefined;
  }
  return undefined;
}

function blockAt(
  graph: GraphSyntax,
  definition: FunctionSyntax | undefined,
  base: number,
  change: TextChange,
): Part | undefined {
  for (const [kind, block] of blocksOf(graph)) {
    if (holds(base + block.start, base + block.end, change)) return { graph, block, kind, function: definition, base };
  }
  return undefined;
}

function blocksOf({ inputs, outputs, values, nodes }: GraphSyntax): (readonly [Part['kind'], Block])[] {
  const blocks = [
    ['input', inputs],
    ['output', outputs],
    ['value', values],
    ['node', nodes],
  ] as const;
  return blocks.flatMap(([kind, block]) => (block ? [[kind, block as Block] as const] : []));
}

function holds(start: number, end: number, change: TextChange): boolean {
  return change.start > start && change.end < end;
}

function move(statement: Statement | undefined, moved: number): void {
  if (statement) statement.start += moved;
}

/** Moves everything behind the statements of a block. */
function moveBehind(tree: TextSyntax, { graph, block, function: definition }: Part, moved: number): void {
  let behind = false;
  for (const [, other] of blocksOf(graph)) {
    if (behind) {
      other.start += moved;
      for (const item of other.items) move(item, moved);
    }
    behind ||= other === block;
    if (behind) other.end += moved;
  }
  graph.end += moved;
  if (definition) {
    const draft = definition as Draft<FunctionSyntax>;
    draft.length += moved;
    draft.reach += moved;
  }
  const index = definition ? tree.functions.indexOf(definition) + 1 : 0;
  for (const later of tree.functions.slice(index)) move(later, moved);
}
