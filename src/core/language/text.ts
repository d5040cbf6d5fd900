/**
 * The text of a document and its lines: offsets to lines and back, and edits. Lines and characters count from 0,
 * characters in UTF-16 units.
 */

export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** Puts text in the place of a range. */
export interface TextEdit {
  readonly range: TextRange;
  readonly text: string;
}

/** Offsets from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What an edit replaced: a span of the text before it, by so many units. */
export interface TextChange extends Span {
  readonly length: number;
}

export class DocumentText {
  private content: string;
  /** The offset at which each line begins. */
  private starts: number[];

  constructor(content: string) {
    this.content = content;
    this.starts = [0, ...lineStarts(content, 0)];
  }

  get text(): string {
    return this.content;
  }

  get length(): number {
    return this.content.length;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  slice({ start, end }: Span): string {
    return this.content.slice(start, end);
  }

  /** Each line without its break. */
  *lines(): Iterable<string> {
    for (let line = 0; line < this.starts.length; line++) {
      yield this.content.slice(this.starts[line], this.lineEnd(line));
    }
  }

  /** Where a position is; places that the text has not are moved to the nearest that it has. */
  offsetAt({ line, character }: TextPosition): number {
    if (!(line >= 0)) return 0;
    const start = this.starts[Math.trunc(line)];
    if (start === undefined) return this.content.length;
    return start + clamp(Math.trunc(character), 0, this.lineEnd(Math.trunc(line)) - start);
  }

  positionAt(offset: number): TextPosition {
    const at = clamp(offset, 0, this.content.length);
    const line = this.lineAt(at);
    return { line, character: at - (this.starts[line] ?? 0) };
  }

  /** The line on which an offset stands. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  rangeOf({ start, end }: Span): TextRange {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }

  /** The offsets of a range, its ends in order. */
  spanOf({ start, end }: TextRange): Span {
    const [a, b] = [this.offsetAt(start), this.offsetAt(end)];
    return { start: Math.min(a, b), end: Math.max(a, b) };
  }

  /** Applies an edit and tells what it replaced. */
  apply({ range, text }: TextEdit): TextChange {
    const span = this.spanOf(range);
    this.content = this.content.slice(0, span.start) + text + this.content.slice(span.end);
    const first = this.lineAt(span.start);
    const last = this.lineAt(span.end);
    const moved = text.length - (span.end - span.start);
    const after = this.starts.slice(last + 1);
    if (moved !== 0) for (let k = 0; k < after.length; k++) after[k] = (after[k] ?? 0) + moved;
    this.starts.length = first + 1;
    this.starts = this.starts.concat(lineStarts(text, span.start), after);
    return { ...span, length: text.length };
  }

  /** Where a line ends, before its line break. */
  private lineEnd(line: number): number {
    const next = this.starts[line + 1];
    if (next === undefined) return this.content.length;
    return this.content[next - 2] === '\r' && next - 2 >= (this.starts[line] ?? 0) ? next - 2 : next - 1;
  }
}

/** The offsets behind each line break of a text that begins at `from`. */
function lineStarts(text: string, from: number): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(from + at + 1);
  return starts;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
