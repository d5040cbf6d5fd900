/** A place in a list of tokens: looking at them, taking them, and errors that name the place. */
import type { InputError } from '../../ir/errors.ts';
import type { SourceFile } from './ast.ts';
import { syntaxError, type Token } from './tokens.ts';

/** Nesting that no printer makes; deeper input is a way to exhaust the stack. */
export const MOST_DEPTH = 500;

export class Cursor {
  private index = 0;
  private depth = 0;

  constructor(
    protected readonly tokens: readonly Token[],
    protected readonly source: SourceFile,
    protected readonly file: string,
  ) {}

  /** Runs a rule one level deeper; refuses nesting that would exhaust the stack. */
  protected deeper<T>(rule: () => T): T {
    if (++this.depth > MOST_DEPTH) throw this.error(this.peek().start, `this is nested more than ${MOST_DEPTH} deep`);
    try {
      return rule();
    } finally {
      this.depth--;
    }
  }

  protected peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)];
    if (!token) throw new RangeError('a text has at least its end');
    return token;
  }

  protected next(): Token {
    const token = this.peek();
    this.index++;
    return token;
  }

  /** Is the next token this operator? */
  protected sees(operator: string): boolean {
    const { kind, text } = this.peek();
    return kind === 'operator' && text === operator;
  }

  protected accept(operator: string): Token | undefined {
    return this.sees(operator) ? this.next() : undefined;
  }

  protected acceptName(word: string): Token | undefined {
    const { kind, text } = this.peek();
    return kind === 'name' && text === word ? this.next() : undefined;
  }

  protected expect(operator: string): Token {
    const found = this.accept(operator);
    if (found) return found;
    throw this.error(this.peek().start, `expected ${operator}, found ${describeToken(this.peek())}`);
  }

  protected expectName(): Token {
    const token = this.next();
    if (token.kind === 'name') return token;
    throw this.error(token.start, `expected a name, found ${describeToken(token)}`);
  }

  protected expectWord(word: string): void {
    if (!this.acceptName(word))
      throw this.error(this.peek().start, `expected ${word}, found ${describeToken(this.peek())}`);
  }

  protected previousEnd(): number {
    return this.tokens[this.index - 1]?.end ?? 0;
  }

  protected error(offset: number, message: string): InputError {
    return syntaxError(this.file, this.source, offset, message);
  }
}

export function describeToken({ kind, text }: Token): string {
  if (kind === 'newline' || kind === 'end') return kind === 'end' ? 'the end of the file' : 'the end of the line';
  if (kind === 'indent' || kind === 'dedent') return `${kind === 'indent' ? 'a deeper' : 'a lesser'} indentation`;
  return JSON.stringify(text);
}
