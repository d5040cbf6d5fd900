/**
 * ONNX text to its syntax tree: the whole text, or one statement by itself. Every text has a tree; what is wrong in it is
 * listed with its place, and one bad line spoils one line.
 */
import { Cursor, type Draft } from './cursor.ts';
import { inStatement, notesIn, startHere } from './statements.ts';
import {
  type EntryKind,
  type EntrySyntax,
  type FunctionSyntax,
  type GraphSyntax,
  type HeaderEntrySyntax,
  type HeaderSyntax,
  NO_FAULTS,
  type NodeSyntax,
  type Statement,
  type SyntaxFault,
  type TextSyntax,
  type ValueSyntax,
} from './syntax.ts';
import { graphDraft, parseEntry, parseGraph, parseNode, parseRestOfGraph } from './syntax-graph.ts';
import { parseAttributes, parsePairs, takeLiteral } from './syntax-values.ts';

/** Parses a model: its header, its graph and its functions. Linear in the text. Never throws. */
export function parseText(text: string): TextSyntax {
  const cursor = new Cursor(text);
  const header = cursor.at('<') ? parseHeader(cursor) : undefined;
  const graph = parseOnlyGraph(cursor);
  return { header, graph, functions: parseRest(cursor), faults: cursor.faults ?? NO_FAULTS };
}

/** Parses a text that holds functions only. */
export function parseFunctionsText(text: string): TextSyntax {
  const cursor = new Cursor(text);
  return { header: undefined, graph: undefined, functions: parseRest(cursor), faults: cursor.faults ?? NO_FAULTS };
}

/** Parses a text that holds a graph only. */
export function parseGraphText(text: string): TextSyntax {
  const cursor = new Cursor(text);
  const graph = parseOnlyGraph(cursor);
  if (cursor.kind !== 'end') cursor.fault('expected the end of the graph');
  return { header: undefined, graph, functions: [], faults: cursor.faults ?? NO_FAULTS };
}

/**
 * Parses the node at `start` by itself, as it is parsed in its text: the notes before it belong to it. Its own start counts
 * from `base`, where the statement around it starts.
 */
export function parseNodeAt(text: string, start: number, base = 0): NodeSyntax {
  return parseNode(cursorAt(text, start, base));
}

/** Parses one input, output or value by itself, with the comma behind it. */
export function parseEntryAt(text: string, start: number, kind: EntryKind, base = 0): EntrySyntax {
  return parseEntry(cursorAt(text, start, base), kind);
}

function cursorAt(text: string, start: number, base: number): Cursor {
  const cursor = new Cursor(text, start);
  cursor.base = base;
  return cursor;
}

function parseOnlyGraph(cursor: Cursor): GraphSyntax | undefined {
  let graph: GraphSyntax | undefined;
  const keep = (found: GraphSyntax) => {
    graph = found;
  };
  if (!cursor.tried(() => parseGraph(cursor, keep, true), undefined)) skipToFunction(cursor);
  return graph;
}

function parseRest(cursor: Cursor): FunctionSyntax[] {
  const functions: FunctionSyntax[] = [];
  while (cursor.kind !== 'end') functions.push(parseFunction(cursor));
  return functions;
}

/** Moves on to what may be the start of a function: a header at the begin of a line. Takes one token at least. */
function skipToFunction(cursor: Cursor): void {
  do cursor.advance();
  while (cursor.kind !== 'end' && !(cursor.fresh && cursor.at('<')));
}

function parseFunction(cursor: Cursor): FunctionSyntax {
  const start = startHere(cursor);
  const draft: Draft<FunctionSyntax> = {
    start,
    length: 0,
    reach: 0,
    notes: notesIn(cursor, start),
    faults: NO_FAULTS,
    kind: 'function',
    header: undefined,
    attributes: undefined,
    graph: graphDraft(cursor),
  };
  return inStatement(cursor, draft, parseWholeFunction);
}

function parseWholeFunction(cursor: Cursor, draft: Draft<FunctionSyntax>): void {
  if (cursor.at('<')) draft.header = parseHeader(cursor);
  const graph = graphDraft(cursor);
  draft.graph = graph;
  const whole = cursor.tried(() => {
    graph.name = cursor.name('the name of a function');
    if (cursor.at('<')) parseAttributes(cursor, true, draft);
    parseRestOfGraph(cursor, graph, true);
  }, undefined);
  graph.end = cursor.past;
  cursor.braces = 0;
  if (!whole) skipToFunction(cursor);
}

/** `<key: value, …>` */
function parseHeader(cursor: Cursor): HeaderSyntax {
  const start = startHere(cursor);
  const entries: HeaderEntrySyntax[] = [];
  const notes = notesIn(cursor, start);
  const draft: Draft<HeaderSyntax> = { start, length: 0, reach: 0, notes, faults: NO_FAULTS, kind: 'header', entries };
  return inStatement(cursor, draft, () => {
    cursor.advance();
    while (!cursor.take('>')) {
      if (endsHeader(cursor)) {
        cursor.fault(`expected '>'`);
        return;
      }
      parseHeaderEntry(cursor, entries);
    }
  });
}

function endsHeader(cursor: Cursor): boolean {
  return cursor.kind === 'end' || cursor.at('=>') || cursor.at('{') || cursor.at('(');
}

function parseHeaderEntry(cursor: Cursor, entries: HeaderEntrySyntax[]): void {
  const { start } = cursor;
  const whole = cursor.tried(() => {
    const key = cursor.name('a key');
    const draft: Draft<HeaderEntrySyntax> = { start: key.start, end: key.end, key, value: undefined };
    entries.push(draft);
    cursor.expect(':');
    draft.value = parseHeaderValue(cursor);
    draft.end = cursor.past;
  }, undefined);
  if (!whole && cursor.start === start) cursor.advance();
  if (whole && !cursor.at(',') && !cursor.at('>')) cursor.fault(`expected ',' or '>'`);
  if (!cursor.at(',') && !cursor.at('>')) cursor.skipTo('>');
  if (cursor.take(',') && cursor.at('>')) cursor.fault('expected a key');
}

function parseHeaderValue(cursor: Cursor): HeaderEntrySyntax['value'] {
  if (cursor.at('[')) return parsePairs(cursor, () => cursor.kind === 'integer' || cursor.kind === 'string', 'a value');
  if (cursor.kind !== 'integer' && cursor.kind !== 'string') cursor.fail('expected a number, a text or a list');
  return takeLiteral(cursor);
}

/** Everything that is wrong in a text, in its order; places count from the start of the text. */
export function faultsOf(tree: TextSyntax): SyntaxFault[] {
  const faults = [...tree.faults];
  if (tree.header) collect(tree.header, 0, faults);
  if (tree.graph) collectGraph(tree.graph, 0, faults);
  for (const definition of tree.functions) {
    collect(definition, 0, faults);
    if (definition.header) collect(definition.header, definition.start, faults);
    collectGraph(definition.graph, definition.start, faults);
  }
  return faults.sort((a, b) => a.start - b.start);
}

function collect({ start, faults }: Statement, base: number, into: SyntaxFault[]): void {
  collectAt(faults, base + start, into);
}

function collectAt(faults: readonly SyntaxFault[], base: number, into: SyntaxFault[]): void {
  if (faults.length === 0) return;
  for (const { start, end, message } of faults) into.push({ start: base + start, end: base + end, message });
}

function collectGraph(graph: GraphSyntax, base: number, into: SyntaxFault[]): void {
  collectAt(graph.faults, base, into);
  for (const { items } of [graph.inputs, graph.outputs, graph.values].filter((block) => block !== undefined)) {
    for (const entry of items) collect(entry, base, into);
  }
  for (const node of graph.nodes?.items ?? []) {
    collect(node, base, into);
    if (!node.attributes) continue;
    for (const { value } of node.attributes.items) collectValue(value, base + node.start, into);
  }
}

/** The faults of graphs within an attribute. */
function collectValue(value: ValueSyntax | undefined, base: number, into: SyntaxFault[]): void {
  if (value?.kind === 'graph-value') collectGraph(value.graph, base, into);
  else if (value?.kind === 'list') for (const item of value.items) collectValue(item, base, into);
}

/** The graphs in the attributes of a node. */
export function* graphsWithin({ attributes }: NodeSyntax): Iterable<GraphSyntax> {
  for (const { value } of attributes?.items ?? []) if (value) yield* graphsOfValue(value);
}

function* graphsOfValue(value: ValueSyntax): Iterable<GraphSyntax> {
  if (value.kind === 'graph-value') yield value.graph;
  else if (value.kind === 'list') for (const item of value.items) yield* graphsOfValue(item);
}
