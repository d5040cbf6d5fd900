/**
 * Lays a prototxt out: a field a line, messages that stand in one line stay there where they fit. Only white space is
 * changed: comments stay, and so does what is wrong. Blank lines stay too, one of several.
 */
import type { Span, TextEdit, TextRange } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import { type Lexeme, lexemes } from './scanner.ts';
import { type FieldSyntax, isMessage, isScalar, type MessageSyntax } from './syntax.ts';

const STEP = '  ';
/** A message in one line that would reach further is laid out in several. */
const WIDEST = 120;

/** The edits that format the fields which a range touches, or all. */
export function formatEdits(document: PrototxtDocument, range: TextRange | undefined): TextEdit[] {
  const { text, tree } = document;
  const wanted = range ? text.spanOf(range) : { start: 0, end: text.length };
  const layout = new Layout(text.text);
  layout.fields(tree.fields, '', undefined);
  // What is wrong may have been read as something else: then only fields of the text are laid out that are right.
  const broken = tree.faults.length > 0;
  const right = tree.fields.filter((field) => !tree.faults.some((fault) => touches(fault, field)));
  const edits: TextEdit[] = [];
  for (const { span, by } of layout.gaps()) {
    if (span.start > wanted.end || span.end < wanted.start || text.slice(span) === by) continue;
    if (broken && !right.some(({ start, end }) => start < span.start && span.end < end)) continue;
    edits.push({ range: text.rangeOf(span), text: by });
  }
  return edits;
}

function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && a.end >= b.start;
}

class Layout {
  /** Tokens that begin a line, with its indentation. */
  private readonly lines = new Map<number, string>();
  /** Lists of several lines: their lines stay. */
  private readonly kept: Span[] = [];

  constructor(private readonly text: string) {}

  fields(fields: readonly FieldSyntax[], indent: string, around: MessageSyntax | undefined): void {
    let before: FieldSyntax | undefined;
    for (const field of fields) {
      if (!before || !this.sharesLine(before, field)) this.lines.set(field.start, indent);
      if (field.list && this.text.slice(field.list.start, field.list.end).includes('\n')) this.kept.push(field.list);
      for (const value of field.values) if (isMessage(value)) this.message(value, field, indent);
      before = field;
    }
    if (around?.closed) this.lines.set(around.end - 1, indent.slice(STEP.length));
  }

  /** Values of one list of numbers may stand side by side, as sizes do. */
  private sharesLine(before: FieldSyntax, field: FieldSyntax): boolean {
    const plain = before.values.every(isScalar) && field.values.every(isScalar);
    return plain && before.name.text === field.name.text && before.line === field.line;
  }

  private message(message: MessageSyntax, field: FieldSyntax, indent: string): void {
    const { start, end, closed, fields } = message;
    const written = this.text.slice(field.start, end);
    if (closed && fields.length === 0 && !this.text.slice(start, end).includes('#')) return;
    if (closed && !written.includes('\n') && indent.length + widthOf(written) <= WIDEST) return;
    this.fields(fields, `${indent}${STEP}`, message);
  }

  /** What stands between two tokens, and what is to stand there. */
  *gaps(): Iterable<{ readonly span: Span; readonly by: string }> {
    let before: Lexeme | undefined;
    let indent = '';
    let kept = 0;
    for (const token of lexemes(this.text)) {
      const span = { start: before?.end ?? 0, end: token.start };
      const line = this.lines.get(token.start);
      while ((this.kept[kept]?.end ?? Number.POSITIVE_INFINITY) < token.end) kept++;
      const list = this.kept[kept];
      if (token.kind === 'end') yield { span, by: before || span.end > 0 ? this.atEnd(span, before) : '' };
      else if (!(list && list.start < token.start)) yield { span, by: this.between(before, token, line, indent) };
      indent = line ?? indent;
      before = token;
    }
  }

  private between(before: Lexeme | undefined, token: Lexeme, line: string | undefined, indent: string): string {
    const gap = this.text.slice(before?.end ?? 0, token.start);
    const comments = [...gap.matchAll(/#[^\n]*/g)];
    const opens = before?.text === '{' || before?.text === '<';
    const closes = token.text === '}' || token.text === '>';
    if (comments.length === 0) {
      if (line !== undefined) return before ? `${opens || closes ? '\n' : breaks(gap)}${line}` : '';
      // Strings side by side may each have a line.
      if (before?.kind === 'string' && token.kind === 'string' && gap.includes('\n')) return `\n${indent}${STEP}`;
      return before && hasSpace(before, token) ? ' ' : '';
    }
    // Comments before a closing bracket belong to what is in the brackets.
    const inner = line === undefined || closes ? `${line ?? indent}${STEP}` : line;
    let laid = '';
    let at = 0;
    for (const comment of comments) {
      const white = gap.slice(at, comment.index);
      if (before || laid !== '')
        laid += white.includes('\n')
          ? `${opens && laid === '' ? '\n' : breaks(white)}${inner}`
          : laid === ''
            ? STEP
            : '';
      laid += comment[0].trimEnd();
      at = comment.index + comment[0].length;
    }
    return `${laid}${closes ? '\n' : breaks(gap.slice(at))}${line ?? `${indent}${STEP}`}`;
  }

  /** One line break ends the text. */
  private atEnd({ start, end }: Span, before: Lexeme | undefined): string {
    const gap = this.text.slice(start, end);
    let laid = '';
    let at = 0;
    for (const comment of gap.matchAll(/#[^\n]*/g)) {
      const white = gap.slice(at, comment.index);
      if (before || laid !== '') laid += white.includes('\n') ? breaks(white) : STEP;
      laid += comment[0].trimEnd();
      at = comment.index + comment[0].length;
    }
    return before || laid !== '' ? `${laid}\n` : '';
  }
}

/** A line break, and a blank line where there was one. */
function breaks(white: string): string {
  return white.split('\n').length > 2 ? '\n\n' : '\n';
}

function hasSpace(before: Lexeme, token: Lexeme): boolean {
  const isEmpty = /^[{<]$/.test(before.text) && token.text === (before.text === '{' ? '}' : '>');
  return !isEmpty && before.text !== '[' && !(token.kind === 'sign' && /^[:,;\]]$/.test(token.text));
}

/** How long a piece is when it is laid out in one line. */
function widthOf(piece: string): number {
  let width = 0;
  let before: Lexeme | undefined;
  for (const token of lexemes(piece)) {
    if (token.kind === 'end') continue;
    width += token.end - token.start + (before && hasSpace(before, token) ? 1 : 0);
    before = token;
  }
  return width;
}
