/** The tokens of protobuf's text format (protobuf.dev, "Text Format Language Specification"), with their places. */
import { InputError } from '../../ir/errors.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** Bytes of a string without quotes and escapes; strings side by side are one. */
  readonly bytes?: Uint8Array;
  readonly line: number;
  readonly column: number;
  /** Where it starts, counted in characters of the text. */
  readonly offset: number;
}

const SPACE = /(?:[ \t\r\n\f\v]|#[^\n]*)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[ \t]*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?|(?:inf|infinity|nan)\b)/iy;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;
const SIGN = /[{}<>[\]:;,]/y;

export class Tokens {
  private at = 0;
  private line = 1;
  private lineStart = 0;
  private next: Token;
  /** Where the token taken last ends. */
  end = 0;
  private nextEnd = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    this.next = this.scan();
  }

  peek(): Token {
    return this.next;
  }

  take(): Token {
    const token = this.next;
    this.end = this.nextEnd;
    this.next = this.scan();
    return token;
  }

  /** Takes the sign if it comes next. */
  takeIf(sign: string): boolean {
    if (this.next.kind !== 'sign' || this.next.text !== sign) return false;
    this.take();
    return true;
  }

  error(message: string, { line, column }: { readonly line: number; readonly column: number } = this.next): InputError {
    return new InputError(
      'syntax-error',
      message,
      { file: this.file, line, column },
      'Correct the text, then try again.',
    );
  }

  private scan(): Token {
    const token = this.token();
    this.nextEnd = this.at;
    return token;
  }

  private token(): Token {
    this.match(SPACE);
    const place = { line: this.line, column: this.at - this.lineStart + 1, offset: this.at };
    if (this.at >= this.text.length) return { kind: 'end', text: '', ...place };
    const string = this.match(STRING);
    if (string !== undefined) return { kind: 'string', text: string, bytes: this.strings(string), ...place };
    // A sign before inf and nan makes them numbers; without one they are words, which fields of numbers take too.
    const word = this.match(WORD);
    if (word !== undefined) return { kind: 'word', text: word, ...place };
    const number = this.match(NUMBER);
    if (number !== undefined) return { kind: 'number', text: number.replaceAll(/[ \t]/g, ''), ...place };
    const sign = this.match(SIGN);
    if (sign !== undefined) return { kind: 'sign', text: sign, ...place };
    throw this.error(`did not expect ${JSON.stringify(this.text[this.at])}`, place);
  }

  private strings(first: string): Uint8Array {
    const parts = [unescaped(first)];
    for (;;) {
      const [at, line, lineStart] = [this.at, this.line, this.lineStart];
      this.match(SPACE);
      const more = this.match(STRING);
      if (more === undefined) {
        [this.at, this.line, this.lineStart] = [at, line, lineStart];
        return Buffer.concat(parts);
      }
      parts.push(unescaped(more));
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    for (let newline = found.indexOf('\n'); newline >= 0; newline = found.indexOf('\n', newline + 1)) {
      this.line++;
      this.lineStart = this.at + newline + 1;
    }
    this.at += found.length;
    return found;
  }
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

const ENCODER = new TextEncoder();

/** The bytes of a string with its quotes. */
export function unescaped(quoted: string): Uint8Array {
  // Most names are plain.
  if (!quoted.includes('\\')) return ENCODER.encode(quoted.slice(1, -1));
  const bytes: number[] = [];
  const pieces = quoted.slice(1, -1).matchAll(/\\(?:[xX]([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))|[^\\]+/g);
  for (const [whole, hex, octal, letter] of pieces) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (letter !== undefined)
      bytes.push(...(ESCAPES[letter] === undefined ? Buffer.from(letter) : [ESCAPES[letter]]));
    else bytes.push(...Buffer.from(whole));
  }
  return Uint8Array.from(bytes);
}
