/**
 * Lays a text out as the printer does. Only white space is changed: comments stay, and so does what is wrong. Blank lines
 * stay too, one of several.
 */
import { Scanner } from '../formats/onnxtxt/scanner.ts';
import type { LanguageDocument } from './document.ts';
import { Layout } from './layout.ts';
import type { Span, TextEdit, TextRange } from './text.ts';

/** A token and what it is by its sign. */
interface Token extends Span {
  readonly sign: string;
  /** The offset at which the word before it ends, negative: how `Layout.tight` names what follows a word. */
  readonly behindWord: number;
}

const START: Token = { start: 0, end: 0, sign: '', behindWord: 0 };

/** The edits that format the lines which a range touches, or all. Nothing where the text as a whole is broken. */
export function formatEdits(document: LanguageDocument, range: TextRange | undefined): TextEdit[] {
  const { text, tree } = document;
  if (!tree.graph || tree.faults.length > 0 || tree.graph.faults.length > 0) return [];
  const wanted = range ? text.spanOf(range) : { start: 0, end: text.length };
  const edits: TextEdit[] = [];
  for (const { span, by } of new Formatter(text.text, new Layout(tree)).gaps()) {
    if (span.start > wanted.end || span.end < wanted.start) continue;
    if (text.slice(span) !== by) edits.push({ range: text.rangeOf(span), text: by });
  }
  return edits;
}

class Formatter {
  private readonly frozen: SpanWalk;
  private readonly elements: SpanWalk;

  constructor(
    private readonly text: string,
    private readonly layout: Layout,
  ) {
    this.frozen = new SpanWalk(layout.frozen);
    this.elements = new SpanWalk(layout.elements);
  }

  /** What stands between two tokens, and what is to stand there. */
  *gaps(): Iterable<{ readonly span: Span; readonly by: string }> {
    let before = START;
    let indent = '';
    for (const token of this.tokens()) {
      const line = this.layout.lines.get(token.start);
      if (line !== undefined) indent = line;
      const span = { start: before.end, end: token.start };
      if (!this.isKept(before, token)) yield { span, by: this.between(before, token, line, indent) };
      before = token;
    }
    const rest = { start: before.end, end: this.text.length };
    if (before !== START && !this.frozen.holds(rest.start)) yield { span: rest, by: this.atEnd(rest) };
  }

  private *tokens(): Iterable<Token> {
    const scanner = new Scanner(this.text);
    let word = 0;
    while (scanner.kind !== 'end') {
      const { start, end, kind, sign } = scanner;
      yield { start, end, sign: kind === 'sign' ? sign : '', behindWord: -word };
      word = kind === 'word' ? end : -1;
      scanner.advance();
    }
  }

  /** Within what is wrong, and between the lines of elements, white space stays. */
  private isKept(before: Token, token: Token): boolean {
    if (before !== START && this.frozen.holdsBoth(before.end, token.start)) return true;
    return this.elements.holdsBoth(before.end, token.start) && this.text.slice(before.end, token.start).includes('\n');
  }

  private between(before: Token, token: Token, line: string | undefined, indent: string): string {
    const gap = this.text.slice(before.end, token.start);
    const comments = [...gap.matchAll(/#[^\n]*/g)];
    const behind = before !== START;
    if (comments.length === 0) {
      if (line !== undefined) return behind ? `${breaks(gap)}${line}` : '';
      return this.hasSpace(before, token) ? ' ' : '';
    }
    // Comments before a closing bracket belong to what is in the brackets; those within a statement stand further in.
    const closes = token.sign === '}' || token.sign === '>';
    const inner = line === undefined || closes ? `${indent}  ` : line;
    let laid = '';
    let at = 0;
    for (const comment of comments) {
      const white = gap.slice(at, comment.index);
      const first = !behind && laid === '';
      laid += first ? '' : white.includes('\n') ? `${breaks(white)}${inner}` : laid === '' ? '  ' : `\n${inner}`;
      laid += comment[0].trimEnd();
      at = comment.index + comment[0].length;
    }
    return `${laid}${breaks(gap.slice(at))}${line ?? `${indent}  `}`;
  }

  private hasSpace(before: Token, token: Token): boolean {
    if (before === START) return false;
    const { tight, spaced } = this.layout;
    if (tight.has(token.start) || (tight.has(token.behindWord) && '([:'.includes(token.sign || 'x'))) return false;
    if (spaced.has(before.end) && token.sign === ':') return true;
    // An absent name between two commas.
    if (before.sign === ',' && token.sign === ',') return true;
    if (TIGHT_BEFORE.has(token.sign) || TIGHT_BEHIND.has(before.sign)) return false;
    return true;
  }

  /** One line break ends the text. */
  private atEnd(rest: Span): string {
    const gap = this.text.slice(rest.start, rest.end);
    const comments = [...gap.matchAll(/#[^\n]*/g)];
    let laid = '';
    let at = 0;
    for (const comment of comments) {
      const white = gap.slice(at, comment.index);
      laid += white.includes('\n') ? breaks(white) : laid === '' ? '  ' : '\n';
      laid += comment[0].trimEnd();
      at = comment.index + comment[0].length;
    }
    return `${laid}\n`;
  }
}

const TIGHT_BEFORE: ReadonlySet<string> = new Set([',', ')', ']', '}', '>', '.', ':']);
const TIGHT_BEHIND: ReadonlySet<string> = new Set(['(', '[', '{', '<', '.', '@']);

/** A line break, and a blank line where there was one. */
function breaks(white: string): string {
  return white.split('\n').length > 2 ? '\n\n' : '\n';
}

/** Asks spans about offsets that only grow. */
class SpanWalk {
  private readonly spans: readonly Span[];
  private next = 0;

  constructor(spans: readonly Span[]) {
    this.spans = [...spans].sort((a, b) => a.start - b.start);
  }

  holds(offset: number): boolean {
    return this.holdsBoth(offset, offset);
  }

  /** Whether one span holds both ends. */
  holdsBoth(start: number, end: number): boolean {
    while (this.next < this.spans.length && (this.spans[this.next]?.end ?? 0) < end) this.next++;
    const span = this.spans[this.next];
    return span !== undefined && span.start <= start && end <= span.end;
  }
}
