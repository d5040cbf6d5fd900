/** The words of a rule's text. */
import { type Place, RuleTextError } from './syntax.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'mark' | 'end';
  readonly text: string;
  readonly place: Place;
}

/** Every character belongs to a word: one that begins none is a word of its own. Editors split texts by it that are half written. */
export const WORDS =
  /[ \t\r]+|#[^\n]*|\n|[A-Za-z_]\w*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|"(?:[^"\\\n]|\\.)*"|\.\.\.|=>|==|!=|~=|<=|>=|\/\/|./gsu;

const MARKS = new Set('... => == != ~= <= >= // = < > ( ) [ ] { } , . ? | + - * / % :'.split(' '));

/** Throws RuleTextError at a character that no word starts with. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let column = 1;
  for (const word of text.match(WORDS) ?? []) {
    const place = { line, column };
    column += word.length;
    if (word === '\n') {
      line++;
      column = 1;
    } else if (!/^[ \t\r#]/.test(word)) tokens.push({ kind: kindOf(word, place), text: word, place });
  }
  return [...tokens, { kind: 'end', text: '', place: { line, column } }];
}

function kindOf(word: string, place: Place): Token['kind'] {
  if (MARKS.has(word)) return 'mark';
  if (/^[A-Za-z_]/.test(word)) return 'name';
  if (/^[\d.]/.test(word)) return 'number';
  if (word.length > 1 && word.startsWith('"')) return 'text';
  throw new RuleTextError(`"${word}" has no meaning in a rule`, place);
}

/** Walks over tokens; `expect` says what is missing where something is. */
export class Tokens {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  get place(): Place {
    return this.peek().place;
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (!token) throw new RangeError('a text has one token at least');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Whether a mark or a word comes next, `ahead` tokens from here. */
  sees(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'mark' || token.kind === 'name');
  }

  /** Takes a mark or word where it comes next. */
  takes(text: string): boolean {
    const found = this.sees(text);
    if (found) this.at++;
    return found;
  }

  expect(text: string, where: string): void {
    if (!this.takes(text)) this.fail(`expected "${text}" ${where}`);
  }

  expectName(what: string): Token {
    const token = this.peek();
    if (token.kind !== 'name') this.fail(`expected ${what}`);
    return this.next();
  }

  /** What was expected, and what stands there. */
  fail(message: string): never {
    const { kind, text, place } = this.peek();
    throw new RuleTextError(
      `${message}, found ${kind === 'end' ? 'the end of the rule' : `"${text.replace(/^"|"$/g, '')}"`}`,
      place,
    );
  }
}
