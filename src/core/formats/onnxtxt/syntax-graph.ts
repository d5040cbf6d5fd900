/** Graphs as syntax: their entries and nodes. What is wrong ends with its line (onnx 1.23, defs/parser.cc). */
import type { Cursor, Draft } from './cursor.ts';
import { beginsNode, endOfBroken } from './recovery.ts';
import { Scanner } from './scanner.ts';
import { begun, inStatement, notesIn } from './statements.ts';
import {
  type AttributesSyntax,
  type BlockSyntax,
  type EntryKind,
  type EntrySyntax,
  type GraphSyntax,
  type LabelSyntax,
  type NameSyntax,
  type NamesSyntax,
  NO_FAULTS,
  type NodeSyntax,
  type OperatorSyntax,
} from './syntax.ts';
import { atType, parseAttributes, parseData, parseType } from './syntax-values.ts';

/** Parses a graph from its name on, and gives it to `keep` first: what is there is kept where the rest is broken. */
export function parseGraph(cursor: Cursor, keep: (graph: GraphSyntax) => void, outermost = false): void {
  const draft = graphDraft(cursor);
  keep(draft);
  const outer = cursor.faults;
  cursor.faults = [];
  try {
    draft.name = cursor.name('the name of a graph');
    parseRestOfGraph(cursor, draft, outermost);
  } finally {
    draft.faults = cursor.faults;
    cursor.faults = outer;
    draft.end = cursor.past;
  }
}

export function graphDraft(cursor: Cursor): Draft<GraphSyntax> {
  const start = cursor.start - cursor.base;
  const notes = notesIn(cursor, cursor.base);
  const missing = { name: undefined, inputs: undefined, outputs: undefined, values: undefined, nodes: undefined };
  return { start, end: start, notes, ...missing, faults: NO_FAULTS };
}

/** What is behind the name of a graph or function. `outermost` tells those that a text holds, not a node. */
export function parseRestOfGraph(cursor: Cursor, draft: Draft<GraphSyntax>, outermost: boolean): void {
  if (cursor.at('(')) draft.inputs = parseEntries(cursor, 'input', ')');
  if (!cursor.take('=>')) {
    cursor.fault(draft.inputs ? `expected '=>'` : `expected '(' or '=>'`);
    if (!cursor.at('(') && !cursor.at('{')) cursor.giveUp();
  }
  if (cursor.at('(')) draft.outputs = parseEntries(cursor, 'output', ')');
  else cursor.fault(`expected '('`);
  if (cursor.at('<')) draft.values = parseEntries(cursor, 'value', '>');
  if (!cursor.at('{')) cursor.fail(`expected '{'`);
  draft.nodes = parseNodes(cursor, outermost);
}

function parseEntries(cursor: Cursor, kind: EntryKind, close: string): BlockSyntax<EntrySyntax> {
  const items: EntrySyntax[] = [];
  const start = cursor.start - cursor.base;
  cursor.advance();
  while (!cursor.at(close) && !endsEntries(cursor)) items.push(parseEntry(cursor, kind, close));
  const closed = cursor.take(close);
  if (!closed) cursor.fault(`expected '${close}'`);
  return { start, end: cursor.past, closed, items };
}

/** What can stand behind a list of entries only. */
function endsEntries(cursor: Cursor): boolean {
  if (cursor.kind === 'end') return true;
  return cursor.at('=>') || cursor.at('{') || cursor.at('}');
}

/** An entry and the comma behind it. */
export function parseEntry(cursor: Cursor, kind: EntryKind, close: string): EntrySyntax {
  const draft = { ...begun(cursor), kind, type: undefined, name: undefined, data: undefined } as Draft<EntrySyntax>;
  return inStatement(cursor, draft, () => {
    const { start } = cursor;
    const whole = cursor.tried(() => parseEntryParts(cursor, draft));
    cursor.braces = 0;
    // Something is always taken: no text may be able to stop the parser.
    if (!whole && cursor.start === start) cursor.advance();
    if (whole && !cursor.at(',') && !cursor.at(close)) cursor.fault(`expected ',' or '${close}'`);
    if (!cursor.at(',') && !cursor.at(close)) cursor.skipTo(close);
    if (cursor.take(',') && cursor.at(close)) cursor.fault('expected the name of a value');
  });
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
function endsNodes(cursor: Cursor, outermost: boolean): boolean {
  if (cursor.kind === 'end' || (outermost && cursor.fresh && cursor.at('<'))) return true;
  return cursor.at('}') && !(outermost && nodeFollows(cursor));
}

function nodeFollows(cursor: Cursor): boolean {
  const behind = new Scanner(cursor.text, cursor.end);
  cursor.furthest = Math.max(cursor.furthest, behind.end);
  return behind.fresh && beginsNode(cursor.text, behind.start);
}

/** How often a broken node is parsed again, each time up to an earlier end. */
const MOST_RETRIES = 3;

export function parseNode(cursor: Cursor): NodeSyntax {
  const draft = nodeDraft(cursor);
  return inStatement(cursor, draft, () => {
    const { braces } = cursor;
    cursor.braces = 0;
    if (!cursor.tried(() => parseNodeParts(cursor, draft))) recover(cursor, draft);
    cursor.braces = braces;
  });
}

/** Finds where the broken node ends. Parsed again up to there, it takes nothing of the next line for a part of its own. */
function recover(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  const { limit } = cursor;
  const head = cursor.base + draft.head;
  let end = endOfBroken(cursor, head);
  for (let k = 0; k < MOST_RETRIES && !cursor.recovering; k++) {
    Object.assign(draft, noParts());
    cursor.faults.length = 0;
    cursor.braces = 0;
    cursor.recovering = true;
    cursor.seek(head, end);
    const whole = cursor.tried(() => parseNodeParts(cursor, draft));
    const nearer = whole ? end : endOfBroken(cursor, head);
    cursor.recovering = false;
    if (nearer >= end) break;
    end = nearer;
  }
  cursor.seek(end, limit);
}

function nodeDraft(cursor: Cursor): Draft<NodeSyntax> {
  const statement = begun(cursor);
  return { ...statement, kind: 'node', head: cursor.start - statement.start, ...noParts() };
}

function noParts() {
  return { label: undefined, outputs: [], operator: undefined, attributes: undefined, inputs: undefined };
}

function parseNodeParts(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  if (!cursor.atName() && !cursor.at('[') && !cursor.at('=') && !cursor.at(',')) cursor.fail(`expected a node or '}'`);
  if (cursor.at('[')) draft.label = parseLabel(cursor);
  const outputs: NameSyntax[] = [];
  draft.outputs = outputs;
  parseNames(cursor, '=', outputs);
  cursor.expect('=');
  draft.operator = parseOperator(cursor);
  const keep = (attributes: AttributesSyntax) => {
    draft.attributes = attributes;
  };
  if (cursor.at('<')) parseAttributes(cursor, false, keep);
  parseInputs(cursor, draft);
  if (cursor.at('<') && !draft.attributes && !headerFollows(cursor)) parseAttributes(cursor, false, keep);
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

/** Names with commas between them up to `end`; nothing before a comma is an absent one. */
function parseNames(cursor: Cursor, end: string, names: NameSyntax[]): void {
  while (!cursor.at(end)) {
    names.push(cursor.at(',') ? absentName(cursor) : cursor.name('the name of a value'));
    if (!cursor.take(',')) break;
  }
}

function absentName(cursor: Cursor): NameSyntax {
  const at = cursor.start - cursor.base;
  return { start: at, end: at, text: '' };
}

function parseOperator(cursor: Cursor): OperatorSyntax {
  const words = [cursor.name('an operator')];
  while (cursor.take('.')) words.push(cursor.name('an operator'));
  const name = words.pop() ?? absentName(cursor);
  const overload = cursor.take(':') ? cursor.name('an overload') : undefined;
  return { domain: words, name, overload, start: (words[0] ?? name).start, end: cursor.past };
}

function parseInputs(cursor: Cursor, draft: Draft<NodeSyntax>): void {
  const names: NameSyntax[] = [];
  const inputs: Draft<NamesSyntax> = { start: cursor.start - cursor.base, end: 0, names };
  cursor.expect('(');
  draft.inputs = inputs;
  try {
    parseNames(cursor, ')', names);
    if (!cursor.take(')')) cursor.fail(`expected ',' or ')'`);
  } finally {
    inputs.end = cursor.past;
  }
}
