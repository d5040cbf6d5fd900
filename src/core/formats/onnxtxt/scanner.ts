/** Cuts ONNX text into tokens (onnx 1.23, defs/parser.h), one ahead of the parser, without an object for each. */
import { digitsEnd, numberEnd, skipNumbers } from './decimals.ts';
import { NO_NOTES, type NoteSyntax } from './syntax.ts';

export type TokenKind = 'word' | 'integer' | 'float' | 'string' | 'bytes' | 'sign' | 'end';

const LETTER = 1;
const DIGIT = 2;
const SPACE = 4;

/** What the first 128 characters are. */
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) CLASSES[code] = LETTER;
  else if (/[0-9]/.test(character)) CLASSES[code] = DIGIT;
  else if (/[ \t\r\n\f\v]/.test(character)) CLASSES[code] = SPACE;
}

const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const MINUS = 45;
const DOT = 46;
const AT = 64;
const BACKSLASH = 92;
const BYTE_ORDER_MARK = 0xfeff;

/** Of a negative number, the sign may stand before a word. */
const NEGATIVE_WORD = /-(?:infinity|inf|nan)(?![a-z0-9_])/iy;

export class Scanner {
  /** The next token, and where it stands. */
  kind: TokenKind = 'end';
  start = 0;
  end: number;
  /** What a sign is. */
  sign = '';
  /** Where the token before it ended. */
  before = 0;
  /** Whether it is the first of its line. */
  fresh = true;
  /** Of a string: whether there are backslashes in it, and whether its closing quote is missing. */
  escaped = false;
  unclosed = false;
  /** Lines `#@` between it and the token before; their positions count from the start of the text. */
  notes: readonly NoteSyntax[] = NO_NOTES;
  /** Between these there is no quote that could close a string: what a string without its quote has shown. */
  private openFrom = 0;
  private openTo = 0;
  /** How far scanning has looked. */
  furthest = 0;

  constructor(
    readonly text: string,
    position = 0,
    /** The text is read up to here. */
    public limit = text.length,
  ) {
    this.end = position;
    this.advance();
    this.fresh = true;
  }

  /** Goes on from another place. */
  seek(position: number, limit: number): void {
    this.limit = limit;
    this.end = position;
    this.advance();
  }

  /** The text of the token. */
  word(): string {
    return this.text.slice(this.start, this.end);
  }

  /** What a string means, or a word as it is. */
  meaning(): string {
    if (this.kind !== 'string') return this.word();
    const inside = this.text.slice(this.start + 1, this.unclosed ? this.end : this.end - 1);
    return this.escaped ? inside.replace(/\\([\s\S])/g, '$1') : inside;
  }

  advance(): void {
    this.before = this.end;
    this.skipSpace();
    this.scan();
    if (this.end > this.furthest) this.furthest = this.end;
  }

  /** Passes numbers with commas between them, up to the last one, and gives how many: as advancing over them does. */
  passNumbers(): number {
    if (this.kind !== 'integer' && this.kind !== 'float') return 0;
    const { count, at } = skipNumbers(this.text, this.start, this.limit);
    if (count === 0) return 0;
    this.end = at;
    this.advance();
    return count;
  }

  private skipSpace(): void {
    const { text, limit } = this;
    let position = this.end;
    let notes: NoteSyntax[] | undefined;
    this.fresh = false;
    for (; position < limit; position++) {
      const code = text.charCodeAt(position);
      if (code === NEWLINE) this.fresh = true;
      else if (code === HASH) {
        const end = this.lineEnd(position);
        if (text.charCodeAt(position + 1) === AT) {
          notes ??= [];
          notes.push({ start: position, end, text: text.slice(position + 2, end) });
        }
        position = end - 1;
      } else if (classOf(code) !== SPACE && code !== BYTE_ORDER_MARK) break;
    }
    this.notes = notes ?? NO_NOTES;
    this.start = position;
  }

  /** Where the line of a position ends, or reading does. */
  private lineEnd(position: number): number {
    const end = this.text.indexOf('\n', position);
    return end === -1 || end > this.limit ? this.limit : end;
  }

  private scan(): void {
    const { text, start, limit } = this;
    if (start >= limit) {
      this.become('end', limit);
      return;
    }
    const code = text.charCodeAt(start);
    switch (classOf(code)) {
      case LETTER:
        this.scanWord();
        return;
      case DIGIT:
        this.scanNumber();
        return;
    }
    if (code === QUOTE) this.scanString(start);
    else if (code === MINUS && classOf(text.charCodeAt(start + 1)) === DIGIT) this.scanNumber();
    else if (code === MINUS && matchEnd(NEGATIVE_WORD, text, start) > 0) {
      this.become('float', matchEnd(NEGATIVE_WORD, text, start));
    } else this.scanSign(code);
  }

  private scanWord(): void {
    const { text } = this;
    let end = this.start + 1;
    while (end < this.limit && (classOf(text.charCodeAt(end)) & (LETTER | DIGIT)) !== 0) end++;
    if (end === this.start + 1 && text.charCodeAt(end) === QUOTE && text[this.start] === 'x') {
      this.scanString(end);
      this.kind = 'bytes';
    } else this.become('word', end);
  }

  private scanNumber(): void {
    const { text, start } = this;
    const end = numberEnd(text, start);
    this.become(digitsEnd(text, start + 1) === end ? 'integer' : 'float', end);
  }

  /** A string without a closing quote ends with its line. */
  private scanString(quote: number): void {
    const { text, limit } = this;
    this.escaped = false;
    this.unclosed = false;
    const hopeless = quote >= this.openFrom && limit <= this.openTo;
    let end = hopeless ? limit : quote + 1;
    for (; end < limit; end++) {
      const code = text.charCodeAt(end);
      if (code === QUOTE) break;
      if (code !== BACKSLASH) continue;
      this.escaped = true;
      end++;
    }
    if (end < limit) {
      this.become('string', end + 1);
      return;
    }
    this.furthest = Math.max(this.furthest, limit);
    this.unclosed = true;
    if (limit > this.openTo) {
      this.openFrom = quote;
      this.openTo = limit;
    }
    this.become('string', this.lineEnd(quote));
  }

  private scanSign(code: number): void {
    const { text, start } = this;
    this.sign = text[start] ?? '';
    if (this.sign === '=' && text[start + 1] === '>') this.sign = '=>';
    else if (code === DOT && text.startsWith('...', start)) this.sign = '...';
    else if (code >= 0xd800 && code < 0xdc00) this.sign = text.slice(start, start + 2);
    this.become('sign', start + this.sign.length);
  }

  private become(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = Math.min(end, this.limit);
  }
}

function classOf(code: number): number {
  return code < 128 ? (CLASSES[code] ?? 0) : 0;
}

function matchEnd(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : 0;
}
