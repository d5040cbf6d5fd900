/** Types, names and values of attributes as syntax (onnx 1.23, defs/parser.cc). */
import type { Cursor, Draft } from './cursor.ts';
import { CONTAINER_WORDS, dataTypeOf } from './names.ts';
import { exact } from './statements.ts';
import type {
  AttributeSyntax,
  AttributesSyntax,
  DataSyntax,
  DimSyntax,
  GraphValueSyntax,
  ListSyntax,
  LiteralSyntax,
  NameSyntax,
  PairSyntax,
  PairsSyntax,
  SparseDataSyntax,
  TensorSyntax,
  TypeSyntax,
  ValueSyntax,
} from './syntax.ts';
import { parseGraph } from './syntax-graph.ts';

/** Whether a type comes next. */
export function atType(cursor: Cursor): boolean {
  if (cursor.kind !== 'word') return false;
  const word = cursor.word();
  return dataTypeOf(word) !== undefined || CONTAINER_WORDS.has(word);
}

export function parseType(cursor: Cursor): TypeSyntax {
  refuseUnwritten(cursor);
  if (!atType(cursor)) cursor.fail('expected a type');
  const word = cursor.takeName();
  if (dataTypeOf(word.text)) return parseTensorType(cursor, word);
  cursor.expect('(');
  return cursor.nested(() => parseContained(cursor, word));
}

function parseContained(cursor: Cursor, word: NameSyntax): TypeSyntax {
  const { start } = word;
  if (word.text === 'opaque') {
    const names = parseOpaque(cursor);
    return { kind: 'opaque', word, names, start, end: cursor.past };
  }
  if (word.text === 'map') {
    const key = parseTypeWord(cursor);
    cursor.expect(',');
    const element = parseElement(cursor);
    cursor.expect(')');
    return { kind: 'map', word, key, element, start, end: cursor.past };
  }
  const element = word.text === 'sparse_tensor' ? parseTensorType(cursor, parseTypeWord(cursor)) : parseElement(cursor);
  cursor.expect(')');
  return { kind: 'container', word, element, start, end: cursor.past };
}

/** The type of an element; none where the file has none. */
function parseElement(cursor: Cursor): TypeSyntax | undefined {
  return cursor.at(')') ? undefined : parseType(cursor);
}

/** The word of an element type. */
function parseTypeWord(cursor: Cursor): NameSyntax {
  if (cursor.kind !== 'word' || !dataTypeOf(cursor.word())) cursor.fail('expected an element type such as float');
  return cursor.takeName();
}

function parseTensorType(cursor: Cursor, word: NameSyntax): TypeSyntax {
  const { start } = word;
  if (!cursor.at('[')) return { kind: 'tensor', word, dims: undefined, start, end: word.end };
  const from = cursor.start - cursor.base;
  const items: DimSyntax[] = [];
  cursor.advance();
  cursor.list(']', () => items.push(parseDim(cursor)));
  return { kind: 'tensor', word, dims: { items, start: from, end: cursor.past }, start, end: cursor.past };
}

function parseDim(cursor: Cursor): DimSyntax {
  if (cursor.at('?')) return { kind: 'unknown', ...cursor.takeName() };
  if (cursor.kind === 'integer') return { kind: 'size', ...cursor.takeName() };
  return { kind: 'symbol', ...cursor.name(`a size, a name or '?'`) };
}

/** `opaque()`, `opaque(name)` or `opaque(domain, name)`, each of words with dots. */
function parseOpaque(cursor: Cursor): NameSyntax[] {
  const names: NameSyntax[] = [];
  cursor.items(')', () => {
    const first = cursor.name('a name');
    let { end, text } = first;
    while (cursor.take('.')) {
      const next = cursor.name('a name');
      end = next.end;
      text += `.${next.text}`;
    }
    if (names.length === 2) cursor.faultAt(cursor.base + first.start, cursor.before, 'expected a domain and a name');
    names.push({ start: first.start, end, text });
  });
  return names;
}

/** `<name: type = value, …>`; where `bare`, as in the header of a function, also names alone. */
export function parseAttributes(
  cursor: Cursor,
  bare: boolean,
  into: { attributes: AttributesSyntax | undefined },
): void {
  const items: AttributeSyntax[] = [];
  const draft: Draft<AttributesSyntax> = { start: cursor.start - cursor.base, end: 0, items };
  into.attributes = draft;
  cursor.advance();
  try {
    cursor.items('>', () => parseAttribute(cursor, bare, items));
  } finally {
    draft.end = cursor.past;
    draft.items = exact(items);
  }
}

function parseAttribute(cursor: Cursor, bare: boolean, items: AttributeSyntax[]): void {
  const name = cursor.name('the name of an attribute');
  const draft: Draft<AttributeSyntax> = { start: name.start, end: name.end, name, type: undefined, value: undefined };
  items.push(draft);
  if (bare && !cursor.at(':') && !cursor.at('=')) return;
  try {
    if (cursor.take(':')) {
      if (cursor.kind !== 'word') cursor.fail('expected an attribute type such as int, floats or tensor');
      draft.type = cursor.takeName();
    }
    cursor.expect('=');
    parseValue(cursor, (value) => {
      draft.value = value;
    });
  } finally {
    draft.end = cursor.past;
  }
}

/** A graph comes where its name is followed by what it takes. */
const GRAPH_FOLLOWS = /[ \t\r\n]*(?:\(|=>)/y;

/** Gives the value to `keep` when its parts are known, or before where it may turn out to be broken. */
function parseValue(cursor: Cursor, keep: (value: ValueSyntax) => void): void {
  if (cursor.at('[')) {
    cursor.nested(() => parseList(cursor, keep));
    return;
  }
  const start = cursor.start - cursor.base;
  if (cursor.take('@')) {
    const name = cursor.name('the name of an attribute');
    keep({ kind: 'reference', name, start, end: name.end });
    return;
  }
  if (atType(cursor)) {
    keep(parseTyped(cursor));
    return;
  }
  if (cursor.atName() && graphFollows(cursor)) {
    parseGraphValue(cursor, keep);
    return;
  }
  keep(parseLiteral(cursor));
}

function parseList(cursor: Cursor, keep: (value: ValueSyntax) => void): void {
  const start = cursor.start - cursor.base;
  const items: ValueSyntax[] = [];
  const draft: Draft<ListSyntax> = { kind: 'list', start, end: start, items };
  keep(draft);
  cursor.advance();
  const push = (item: ValueSyntax) => {
    items.push(item);
  };
  cursor.items(']', () => parseValue(cursor, push));
  draft.end = cursor.past;
  draft.items = exact(items);
}

/** A graph, which is kept as far as it goes. */
function parseGraphValue(cursor: Cursor, keep: (value: ValueSyntax) => void): void {
  const start = cursor.start - cursor.base;
  let value: Draft<GraphValueSyntax> | undefined;
  try {
    cursor.nested(() =>
      parseGraph(cursor, (graph) => {
        value = { kind: 'graph-value', graph, start, end: start };
        keep(value);
      }),
    );
  } finally {
    if (value) value.end = value.graph.end;
  }
}

function graphFollows(cursor: Cursor): boolean {
  GRAPH_FOLLOWS.lastIndex = cursor.end;
  return GRAPH_FOLLOWS.test(cursor.text);
}

/** What was printed as `...` is not in the text. */
function refuseUnwritten(cursor: Cursor): void {
  if (!cursor.at('...')) return;
  cursor.faultAt(cursor.start, cursor.end, 'what stands here cannot be written as text');
  cursor.giveUp();
}

/** Words that stand for values: special numbers, and what PyTorch's graphs have. */
const VALUE_WORDS = /^(?:inf|infinity|nan|true|false|none|bool|[a-z]+[0-9][a-z0-9]*)$/i;

function parseLiteral(cursor: Cursor): LiteralSyntax {
  const { kind } = cursor;
  if (kind === 'sign' || kind === 'end' || (kind === 'word' && !VALUE_WORDS.test(cursor.word()))) {
    refuseUnwritten(cursor);
    return cursor.fail('expected a value');
  }
  if (kind === 'string' || kind === 'bytes') cursor.checkClosed();
  const literal = { kind, start: cursor.start - cursor.base, end: cursor.end - cursor.base, text: cursor.meaning() };
  cursor.advance();
  return literal;
}

/** A type, or a tensor where its elements follow. */
function parseTyped(cursor: Cursor): ValueSyntax {
  const type = parseType(cursor);
  const { start } = type;
  const isTensor = cursor.atName() || cursor.at('{') || cursor.at('=');
  if (!isTensor) return type;
  const name = cursor.atName() ? cursor.takeName() : undefined;
  cursor.take('=');
  const data = parseData(cursor, type);
  if (data.kind === 'sparse-data') return { kind: 'sparse-value', type, name, data, start, end: cursor.past };
  return { kind: 'tensor-value', type, name, data, start, end: cursor.past };
}

/** What a tensor of a type holds. */
export function parseData(cursor: Cursor, type: TypeSyntax | undefined): DataSyntax {
  if (cursor.at('[')) return parsePairs(cursor, () => cursor.kind === 'string', 'a value in quotes');
  if (!cursor.at('{')) cursor.fail(`expected the elements between '{' and '}'`);
  return type?.word.text === 'sparse_tensor' ? parseSparse(cursor) : parseElements(cursor);
}

/** Counts the elements; they are read when they are wanted. */
function parseElements(cursor: Cursor): DataSyntax {
  const start = cursor.start - cursor.base;
  const faults = cursor.faults?.length;
  let count = 0;
  cursor.braces++;
  cursor.advance();
  cursor.items('}', () => {
    count += cursor.passNumbers();
    if (cursor.at('...')) {
      const message =
        'the numbers of this constant were left out of the text: print the model with all of them (--inline)';
      cursor.faultAt(cursor.start, cursor.end, message);
    } else if (cursor.kind === 'sign' || cursor.kind === 'end') cursor.fail('expected an element');
    else if (cursor.kind === 'string' || cursor.kind === 'bytes') cursor.checkClosed();
    cursor.advance();
    count++;
  });
  cursor.braces--;
  return { kind: 'elements', count, whole: faults === cursor.faults?.length, start, end: cursor.past };
}

/** `{float[2] {1, 2}, int64[2] {0, 4}}`: values and indices. */
function parseSparse(cursor: Cursor): SparseDataSyntax {
  const start = cursor.start - cursor.base;
  const parts: TensorSyntax[] = [];
  cursor.braces++;
  cursor.advance();
  cursor.items('}', () => {
    const at = cursor.start;
    const part = parseTyped(cursor);
    if (part.kind === 'tensor-value') parts.push(part);
    else cursor.faultAt(at, cursor.before, 'expected a tensor with its elements');
  });
  cursor.braces--;
  if (parts.length !== 2) {
    cursor.faultAt(cursor.base + start, cursor.before, 'a sparse tensor has two parts: its values and their indices');
  }
  return { kind: 'sparse-data', values: parts[0], indices: parts[1], start, end: cursor.past };
}

/** `["key": value, …]` */
export function parsePairs(cursor: Cursor, isValue: () => boolean, expected: string): PairsSyntax {
  const start = cursor.start - cursor.base;
  const pairs: PairSyntax[] = [];
  cursor.expect('[');
  cursor.items(']', () => {
    if (cursor.kind !== 'string') cursor.fail('expected a key in quotes');
    const key: LiteralSyntax = { kind: 'string', ...cursor.takeName() };
    const draft: Draft<PairSyntax> = { start: key.start, end: key.end, key, value: undefined };
    pairs.push(draft);
    cursor.expect(':');
    if (!isValue()) cursor.fail(`expected ${expected}`);
    draft.value = takeLiteral(cursor);
    draft.end = cursor.past;
  });
  return { kind: 'pairs', pairs, start, end: cursor.past };
}

/** A number or a string. */
export function takeLiteral(cursor: Cursor): LiteralSyntax {
  const kind = cursor.kind === 'integer' || cursor.kind === 'float' ? cursor.kind : 'string';
  return { kind, ...cursor.takeName() };
}
