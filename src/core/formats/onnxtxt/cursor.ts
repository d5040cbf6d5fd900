/** Where the parser of ONNX text stands: the next token, the statement that it is in, and the faults of that statement. */
import { Scanner } from './scanner.ts';
import type { NameSyntax, SyntaxFault } from './syntax.ts';

/** What a parser builds up, part by part: what is there when it gives up is kept. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Thrown where a statement cannot be parsed further; its fault is noted already. */
class Abandoned extends Error {}
const ABANDONED = new Abandoned('the statement cannot be parsed further');

/** Graphs and types within each other. */
const DEEPEST = 100;

const OPENING = new Set(['(', '[', '{', '<']);
const CLOSING = new Set([')', ']', '}', '>']);

export class Cursor extends Scanner {
  /** Where the statement starts that is parsed: parts of it count from here. */
  base = 0;
  /** Undefined while there are none: most statements have none. */
  faults: SyntaxFault[] | undefined;
  /** How many braces of the statement are open. */
  braces = 0;
  /** While a broken statement is parsed again: what is broken within it is not. */
  recovering = false;
  /** How far was looked to see that the next token begins a statement. */
  peeked = 0;
  private depth = 0;

  /** Whether the next token is this sign. */
  at(sign: string): boolean {
    return this.kind === 'sign' && this.sign === sign;
  }

  /** Whether a name comes next. */
  atName(): boolean {
    return this.kind === 'word' || this.kind === 'string';
  }

  /** Takes the sign where it comes next. */
  take(sign: string): boolean {
    const found = this.at(sign);
    if (found) this.advance();
    return found;
  }

  expect(sign: string): void {
    if (!this.take(sign)) this.fail(`expected '${sign}'`);
  }

  /** A word or a string. */
  name(expected: string): NameSyntax {
    if (!this.atName()) this.fail(`expected ${expected}`);
    return this.takeName();
  }

  /** The next token as a name, whatever it is. */
  takeName(): NameSyntax {
    if (this.kind === 'string' || this.kind === 'bytes') this.checkClosed();
    const name = { start: this.start - this.base, end: this.end - this.base, text: this.meaning() };
    this.advance();
    return name;
  }

  /** Where the token before ended, in the statement. */
  get past(): number {
    return this.before - this.base;
  }

  /** Notes what is wrong with the next token: `expected …` gets told what was found. */
  fault(expected: string): void {
    // What is missing at the end of a line is missing there, not where the next line begins.
    const behind = this.kind === 'end' || (this.fresh && this.before > this.base);
    const found = behind ? this.endText() : `'${shortened(this.meaning())}'`;
    const [start, end] = behind ? [this.before, this.before] : [this.start, this.end];
    this.faultAt(start, end, `${expected}, found ${found}`);
  }

  faultAt(start: number, end: number, message: string): void {
    this.faults ??= [];
    this.faults.push({ start: start - this.base, end: end - this.base, message });
  }

  /** Gives the statement up. */
  fail(expected: string): never {
    this.fault(expected);
    throw ABANDONED;
  }

  giveUp(): never {
    throw ABANDONED;
  }

  /** A string that goes on to the end of its line has lost its quote. */
  checkClosed(): void {
    if (this.unclosed) this.faultAt(this.start, this.end, 'this string has no closing quote');
  }

  /** Runs a parser that may give up; whether it came to its end. */
  tried<T>(parse: (cursor: Cursor, draft: T) => void, draft: T): boolean {
    const { braces, depth } = this;
    try {
      parse(this, draft);
      return true;
    } catch (error) {
      if (error !== ABANDONED) throw error;
      // `braces` stays: it tells which closing brace belongs to the statement.
      this.depth = depth;
      if (this.braces < braces) this.braces = braces;
      return false;
    }
  }

  /** Parses something that may hold its like: a text must not be able to exhaust the stack. */
  nested<T>(parse: () => T): T {
    if (++this.depth > DEEPEST) {
      this.faultAt(this.start, this.end, `this is nested more than ${DEEPEST} deep`);
      throw ABANDONED;
    }
    const parsed = parse();
    this.depth--;
    return parsed;
  }

  /** Items with commas between them up to `close`, which is taken too. */
  list(close: string, item: () => void): void {
    if (this.take(close)) return;
    do item();
    while (this.take(','));
    if (!this.take(close)) this.fail(`expected ',' or '${close}'`);
  }

  /** As `list`, but an item that is wrong is left for the next one. */
  items(close: string, item: () => void): void {
    if (this.take(close)) return;
    for (;;) {
      const { braces } = this;
      if (!this.tried(item, undefined)) {
        if (!this.skipTo(close)) throw ABANDONED;
        this.braces = braces;
      }
      if (this.take(',')) continue;
      if (this.take(close)) return;
      this.fault(`expected ',' or '${close}'`);
      if (!this.skipTo(close)) throw ABANDONED;
    }
  }

  /** Moves on to the next comma or `close` of this line; false where there is none. */
  skipTo(close: string): boolean {
    for (let open = 0; this.kind !== 'end' && !this.fresh; this.advance()) {
      if (this.kind !== 'sign') continue;
      if (open === 0 && (this.sign === ',' || this.sign === close)) return true;
      if (OPENING.has(this.sign)) open++;
      else if (this.sign === '=>' || (CLOSING.has(this.sign) && --open < 0)) return false;
    }
    return false;
  }

  private endText(): string {
    return this.kind === 'end' && this.limit === this.text.length ? 'the end of the text' : 'the end of the line';
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
