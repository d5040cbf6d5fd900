/** Graphs as syntax: their entries and nodes. What is wrong ends with its line (onnx 1.23, defs/parser.cc). */
import type { Cursor, Draft } from './cursor.ts';
import { beginsNode, endOfBroken, endOfLine, nextToken } from './recovery.ts';
import { exact, inStatement, notesIn, startHere } from './statements.ts';
import {
  type BlockSyntax,
  type EntryKind,
  type EntrySyntax,
  type GraphSyntax,
  type LabelSyntax,
  type NameSyntax,
  NO_FAULTS,
  type NodeSyntax,
  type OperatorSyntax,
} from './syntax.ts';
import { atType, parseAttributes, parseData, parseType } from './syntax-values.ts';

const NO_NAMES: readonly NameSyntax[] = [];

/** Parses a graph from its name on, and gives it to `keep` first: what is there is kept where the rest is broken. */
export function parseGraph(cursor: Cursor, keep: (graph: GraphSyntax) => void, outermost = false): void {
  const draft = graphDraft(cursor);
  keep(draft);
  const outer = cursor.faults;
  cursor.faults = undefined;
  try {
    draft.name = cursor.name('the name of a graph');
    parseRestOfGraph(cursor, draft, outermost);
  } finally {
    draft.faults = cursor.faults ?? NO_FAULTS;
    cursor.faults = outer;
    draft.end = cursor.past;
  }
}

export function graphDraft(cursor: Cursor): Draft<GraphSyntax> {
  const start = cursor.start - cursor.base;
  const notes = notesIn(cursor, cursor.base);
  return {
    start,
    end: start,
    notes,
    name: undefined,
    inputs: undefined,
    outputs: undefined,
    values: undefined,
    nodes: undefined,
    faults: NO_FAULTS,
  };
}

/** What is behind the name of a graph or function. `outermost` tells those that a text holds, not a node. */
export function parseRestOfGraph(cursor: Cursor, draft: Draft<GraphSyntax>, outermost: boolean): void {
  if (cursor.at('(')) draft.inputs = parseEntries(cursor, 'input');
  if (!cursor.take('=>')) {
    cursor.fault(draft.inputs ? `expected '=>'` : `expected '(' or '=>'`);
    if (!cursor.at('(') && !cursor.at('{')) cursor.giveUp();
  }
  if (cursor.at('(')) draft.outputs = parseEntries(cursor, 'output');
  else cursor.fault(`expected '('`);
  if (cursor.at('<')) draft.values = parseEntries(cursor, 'value');
  if (!cursor.at('{')) cursor.fail(`expected '{'`);
  draft.nodes = parseNodes(cursor, outermost);
}

/** What stands behind the entries of each kind. */
const CLOSE = { input: ')', output: ')', value: '>' } as const satisfies Record<EntryKind, string>;

function parseEntries(cursor: Cursor, kind: EntryKind): BlockSyntax<EntrySyntax> {
  const close = CLOSE[kind];
  const items: EntrySyntax[] = [];
  const start = cursor.start - cursor.base;
  cursor.advance();
  while (!cursor.at(close) && !endsEntries(cursor)) items.push(parseEntry(cursor, kind));
  const closed = cursor.take(close);
  if (!closed) cursor.fault(`expected '${close}'`);
  return { start, end: cursor.past, closed, items };
}

/** What can stand behind a list of entries only. */
export function endsEntries(cursor: Cursor): boolean {
  if (cursor.kind === 'end') return true;
  return cursor.at('=>') || cursor.at('{') || cursor.at('}');
}

/** An entry and the comma behind it. */
export function parseEntry(cursor: Cursor, kind: EntryKind): EntrySyntax {
  const start = startHere(cursor);
  const draft: Draft<EntrySyntax> = {
    start,
    length: 0,
    reach: 0,
    notes: notesIn(cursor, start),
    faults: NO_FAULTS,
    kind,
    type: undefined,
    name: undefined,
    data: undefined,
  };
  return inStatement(cursor, draft, parseWholeEntry);
}

function parseWholeEntry(cursor: Cursor, draft: Draft<EntrySyntax>): void {
  const close = CLOSE[draft.kind];
  const { start } = cursor;
  const whole = cursor.tried(parseEntryParts, draft);
  cursor.braces = 0;
  // Something is always taken: no text may be able to stop the parser.
  if (!whole && cursor.start === start) cursor.advance();
  if (whole && !cursor.at(',') && !cursor.at(close)) cursor.fault(`expected ',' or '${close}'`);
  if (!cursor.at(',') && !cursor.at(close)) cursor.skipTo(close);
  if (cursor.take(',') && cursor.at(close)) cursor.fault('expected the name of a value');
}

function parseEntryParts(cursor: Cursor, draft: Draft<EntrySyntax>): void {
  if (atType(cursor)) draft.type = parseType(cursor);
  draft.name = cursor.name('the name of a value');
  if (draft.kind !== 'output' && cursor.take('=')) draft.data = parseData(cursor, draft.type);
}

function parseNodes(cursor: Cursor, outermost: boolean): BlockSyntax<NodeSyntax> {
  const items: NodeSyntax[] = [];
  const start = cursor.start - cursor.base;
  cursor.braces++;
  cursor.advance();
  while (!endsNodes(cursor, outermost)) items.push(parseNode(cursor));
  cursor.braces--;
  const closed = cursor.take('}');
  if (!closed) cursor.fault(`expected '}'`);
  return { start, end: cursor.past, closed, items };
}

/** A brace with nodes behind it closes too early; where a function begins, a brace is missing. */
export function endsNodes(cursor: Cursor, outermost: boolean): boolean {
  if (cursor.kind === 'end' || (outermost && cursor.fresh && cursor.at('<'))) return true;
  return cursor.at('}') && !(outermost && nodeFollows(cursor));
}

function nodeFollows(cursor: Cursor): boolean {
  const behind = nextToken(cursor.text, cursor.end);
  cursor.peeked = endOfLine(cursor.text, behind);
  return cursor.text.slice(cursor.end, behind).includes('\n') && beginsNode(cursor.text, behind);
}

export function parseNode(cursor: Cursor): NodeSyntax {
  const start = startHere(cursor);
  const draft: Draft<NodeSyntax> = {
    start,
    length: 0,
    reach: 0,
    notes: notesIn(cursor, start),
    faults: NO_FAULTS,
    kind: 'node',
    head: cursor.start - start,
    label: undefined,
    outputs: NO_NAMES,
    operator: undefined,
    attributes: undefined,
    inputs: undefined,
  };
  return inStatement(cursor, draft, parseWholeNode);
}

function parseWholeNode(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  const { braces } = cursor;
  cursor.braces = 0;
  if (!cursor.tried(parseNodeParts, draft)) recover(cursor, draft);
  cursor.braces = braces;
}

/** How often a broken node is parsed again, each time up to an earlier end, and how long it may be for that. */
const MOST_RETRIES = 3;
const LONGEST_RETRY = 1000;

/** Finds where the broken node ends. Nothing of the next line is taken for a part of it. */
function recover(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  const { limit } = cursor;
  const head = cursor.base + draft.head;
  let end = endOfBroken(cursor, head);
  for (let k = 0; k < MOST_RETRIES && cursor.before > end; k++) {
    if (cursor.recovering || end - head > LONGEST_RETRY) {
      cutParts(cursor, draft, end - cursor.base);
      break;
    }
    Object.assign(draft, NO_PARTS);
    cursor.faults = undefined;
    cursor.braces = 0;
    cursor.recovering = true;
    cursor.seek(head, end);
    const whole = cursor.tried(parseNodeParts, draft);
    cursor.recovering = false;
    if (whole) break;
    end = Math.min(end, endOfBroken(cursor, head));
  }
  cursor.seek(end, limit);
}

const NO_PARTS = { label: undefined, outputs: NO_NAMES, operator: undefined, attributes: undefined, inputs: undefined };

/** Drops what lies behind the end of a broken node. */
function cutParts(cursor: Cursor, draft: Draft<NodeSyntax>, end: number): void {
  if (draft.label && draft.label.end > end) draft.label = undefined;
  draft.outputs = draft.outputs.filter((name) => name.end <= end);
  if (draft.operator && draft.operator.end > end) draft.operator = undefined;
  if (draft.attributes && draft.attributes.end > end) draft.attributes = undefined;
  if (draft.inputs && draft.inputs.end > end) draft.inputs = undefined;
  cursor.faults = cursor.faults?.map((fault) => ({
    ...fault,
    start: Math.min(fault.start, end),
    end: Math.min(fault.end, end),
  }));
}

function parseNodeParts(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  if (!cursor.atName() && !cursor.at('[') && !cursor.at('=') && !cursor.at(',')) cursor.fail(`expected a node or '}'`);
  if (cursor.at('[')) draft.label = parseLabel(cursor);
  draft.outputs = parseNames(cursor, '=');
  cursor.expect('=');
  draft.operator = parseOperator(cursor);
  if (cursor.at('<')) parseAttributes(cursor, false, draft);
  parseInputs(cursor, draft);
  if (cursor.at('<') && !draft.attributes && !headerFollows(cursor)) parseAttributes(cursor, false, draft);
}

const HEADER = /<\s*(?:domain|overload|opset_import|doc_string)\s*:\s*["[]/y;

/** The header of a function, behind a graph whose brace is missing. */
function headerFollows(cursor: Cursor): boolean {
  HEADER.lastIndex = cursor.start;
  const found = cursor.fresh && HEADER.test(cursor.text);
  if (found) cursor.furthest = Math.max(cursor.furthest, HEADER.lastIndex);
  return found;
}

function parseLabel(cursor: Cursor): LabelSyntax {
  const start = cursor.start - cursor.base;
  cursor.advance();
  const name = cursor.at(']') ? absentName(cursor) : cursor.name('the name of a node');
  cursor.expect(']');
  return { start, end: cursor.past, name };
}

/** Names with commas between them up to `end`; nothing before a comma is an absent one. Stops at what is no name. */
function parseNames(cursor: Cursor, end: string): readonly NameSyntax[] {
  const first = parseNameIn(cursor, end);
  if (!first) return NO_NAMES;
  // Most lists have one name: they need no room for more.
  if (!cursor.take(',')) return [first];
  const names = [first];
  for (let name = parseNameIn(cursor, end); name; name = cursor.take(',') ? parseNameIn(cursor, end) : undefined) {
    names.push(name);
  }
  return exact(names);
}

/** The next name of a list that goes up to `end`. */
function parseNameIn(cursor: Cursor, end: string): NameSyntax | undefined {
  if (cursor.at(end)) return undefined;
  if (cursor.at(',')) return absentName(cursor);
  return cursor.atName() ? cursor.takeName() : undefined;
}

function absentName(cursor: Cursor): NameSyntax {
  const at = cursor.start - cursor.base;
  return { start: at, end: at, text: '' };
}

function parseOperator(cursor: Cursor): OperatorSyntax {
  let name = cursor.name('an operator');
  const { start } = name;
  let domain = NO_NAMES;
  while (cursor.take('.')) {
    domain = [...domain, name];
    name = cursor.name('an operator');
  }
  const overload = cursor.take(':') ? cursor.name('an overload') : undefined;
  return { domain, name, overload, start, end: cursor.past };
}

function parseInputs(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  const start = cursor.start - cursor.base;
  cursor.expect('(');
  const names = parseNames(cursor, ')');
  const closed = cursor.take(')');
  draft.inputs = { start, end: cursor.past, names };
  if (!closed) cursor.fail(`expected ',' or ')'`);
}
