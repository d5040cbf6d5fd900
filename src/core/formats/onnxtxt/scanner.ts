/** Cuts ONNX text into tokens, one ahead of the parser, and knows where each stands. */
import { InputError } from '../../ir/errors.ts';

export interface Token {
  readonly kind: 'word' | 'integer' | 'float' | 'string' | 'sign' | 'end';
  /** The text as it stands; of a string what is between its quotes, unescaped. */
  readonly text: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\r\n\f\v\ufeff]+/y;
const COMMENT = /#[^\n]*/y;
/** A special number, a word, a number, or a sign. Strings are cut by hand: they can be long. */
const TOKEN =
  /(-?(?:inf|infinity|nan))(?![a-z0-9_])|([a-z_][a-z0-9_]*)|(-?[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?)|=>|\.\.\.|[\s\S]/iy;

/** Graphs and types within each other. */
const DEEPEST = 100;

export class Scanner {
  private position = 0;
  private line = 1;
  private lineStart = 0;
  /** The first line end that is not behind. */
  private newline: number;
  private ahead: Token | undefined;
  private depth = 0;

  constructor(
    private readonly text: string,
    readonly fileName: string,
  ) {
    this.newline = this.newlineFrom(0);
  }

  /** The next token, which stays. */
  peek(): Token {
    this.ahead ??= this.scan();
    return this.ahead;
  }

  next(): Token {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  /** Whether the next token is this sign. */
  at(sign: string): boolean {
    const token = this.peek();
    return token.kind === 'sign' && token.text === sign;
  }

  /** Takes the sign where it comes next. */
  take(sign: string): boolean {
    const found = this.at(sign);
    if (found) this.next();
    return found;
  }

  expect(sign: string): Token {
    if (!this.at(sign)) throw this.error(`expected '${sign}'`);
    return this.next();
  }

  /** A word; numbers that are words (`inf`, `nan`) count as words where a name is due. */
  word(expected: string): string {
    const token = this.peek();
    if (token.kind === 'word' || (token.kind === 'float' && /^[a-z]/i.test(token.text))) return this.next().text;
    throw this.error(`expected ${expected}`);
  }

  /** A word or a string: names may be quoted. */
  name(expected: string): string {
    return this.peek().kind === 'string' ? this.next().text : this.word(expected);
  }

  string(expected: string): string {
    if (this.peek().kind !== 'string') throw this.error(`expected ${expected} in quotes`);
    return this.next().text;
  }

  integer(expected: string): bigint {
    if (this.peek().kind !== 'integer') throw this.error(`expected ${expected}`);
    return BigInt(this.next().text);
  }

  /** `open item, item close`, or nothing between the signs. */
  list(open: string, close: string, item: () => void): void {
    this.expect(open);
    if (this.take(close)) return;
    do item();
    while (this.take(','));
    this.expect(close);
  }

  /** Parses something that may hold its like: a text must not be able to exhaust the stack. */
  nested<T>(parse: () => T): T {
    if (++this.depth > DEEPEST) throw this.errorAt(`this is nested more than ${DEEPEST} deep`, this.peek());
    const parsed = parse();
    this.depth--;
    return parsed;
  }

  /** A syntax error at the next token, or at the token given. */
  error(message: string, at: Token = this.peek()): InputError {
    const found = at.kind === 'end' ? 'the end of the text' : `'${shortened(at.text)}'`;
    return this.errorAt(`${message}, found ${found}`, at);
  }

  /** As `error`, with the message as it is. */
  errorAt(message: string, at: Pick<Token, 'line' | 'column'>): InputError {
    const place = { file: this.fileName, line: at.line, column: at.column };
    return new InputError('syntax-error', message, place, 'Correct the text there.');
  }

  private scan(): Token {
    while (this.advance(SPACE) || this.advance(COMMENT));
    const { line, position } = this;
    const column = position - this.lineStart + 1;
    if (this.text[position] === '"') return { kind: 'string', text: this.quotedText(), line, column };
    const match = this.advance(TOKEN);
    if (!match) return { kind: 'end', text: '', line, column };
    const [text, special, word, number] = match;
    if (special !== undefined) return { kind: 'float', text, line, column };
    if (word !== undefined) return { kind: 'word', text, line, column };
    if (number === undefined) return { kind: 'sign', text, line, column };
    return { kind: /^-?[0-9]+$/.test(number) ? 'integer' : 'float', text, line, column };
  }

  /** Takes a string and its quotes, and gives what is between them. */
  private quotedText(): string {
    const start = this.position;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) {
      throw this.errorAt('this string has no closing quote', { line: this.line, column: start - this.lineStart + 1 });
    }
    const inside = this.text.slice(start + 1, end);
    this.pass(end + 1);
    return inside.includes('\\') ? inside.replace(/\\([\s\S])/g, '$1') : inside;
  }

  /** Moves over what a pattern matches here. */
  private advance(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match) this.pass(this.position + match[0].length);
    return match;
  }

  private pass(to: number): void {
    while (this.newline < to) {
      this.line++;
      this.lineStart = this.newline + 1;
      this.newline = this.newlineFrom(this.lineStart);
    }
    this.position = to;
  }

  private newlineFrom(position: number): number {
    const at = this.text.indexOf('\n', position);
    return at === -1 ? Number.POSITIVE_INFINITY : at;
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** The number that a token stands for; `inf` and `nan` in any case. */
export function numberOf(token: Token): number {
  const word = token.text.toLowerCase();
  const size = word.startsWith('-') ? word.slice(1) : word;
  const value = size === 'nan' ? Number.NaN : size.startsWith('inf') ? Number.POSITIVE_INFINITY : Number(size);
  return word.startsWith('-') ? -value : value;
}
