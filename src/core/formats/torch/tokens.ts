/**
 * Splits TorchScript source text into tokens, with Python's indentation. Rules: torch/csrc/jit/frontend/lexer.{h,cpp} and
 * strtod.cpp for numbers, string_to_type and parse_string_literal.h for strings.
 */
import { InputError } from '../../ir/errors.ts';
import type { SourceFile } from './ast.ts';

export interface Token {
  readonly kind:
    | 'name'
    | 'int'
    | 'float'
    | 'imaginary'
    | 'string'
    | 'operator'
    | 'newline'
    | 'indent'
    | 'dedent'
    | 'end';
  /** For strings: the decoded text. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\f]*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /\*\*=|\/\/=|<<=|>>=|->|==|!=|<=|>=|<<|>>|\*\*|\/\/|\+=|-=|\*=|\/=|%=|[-+*/%@&|^~<>=()[\]{},:.;]/y;
const QUOTE = /[rRuUbB]?("""|'''|"|')/y;

export function tokenize(source: SourceFile, file: string): Token[] {
  return new Tokenizer(source, file).run();
}

/** A place in a code file that cannot be understood. */
export function syntaxError(file: string, source: SourceFile, offset: number, message: string): InputError {
  return new InputError(
    'syntax-error',
    message,
    { file, inside: source.entry, ...source.place(offset) },
    'The archive is damaged, or newer than what is understood here: save it again with torch.jit.save.',
  );
}

class Tokenizer {
  private at = 0;
  private readonly tokens: Token[] = [];
  private readonly indents = [0];
  /** How many brackets are open: within them lines do not end. */
  private brackets = 0;

  constructor(
    private readonly source: SourceFile,
    private readonly file: string,
  ) {}

  run(): Token[] {
    const { text } = this.source;
    this.startLine();
    while (this.at < text.length) this.next();
    if (this.tokens.at(-1)?.kind !== 'newline') this.add('newline', this.at, '');
    while (this.indents.length > 1) this.dedent();
    this.add('end', this.at, '');
    return this.tokens;
  }

  private next(): void {
    const { text } = this.source;
    this.match(SPACE);
    const start = this.at;
    const char = text[start];
    if (char === undefined) return;
    if (char === '\n' || char === '\r') this.endLine();
    else if (char === '#') this.toLineEnd();
    else if (char === '\\' && /^\\\r?\n/.test(text.slice(start, start + 3))) this.at = text.indexOf('\n', start) + 1;
    else if (this.match(QUOTE)) this.string(start);
    else this.word(start, char);
  }

  private word(start: number, char: string): void {
    const name = this.match(NAME);
    const number = name ? undefined : this.match(NUMBER);
    if (name) this.add('name', start, name);
    else if (number) this.number(start, number);
    else this.operator(start, char);
  }

  private operator(start: number, char: string): void {
    const operator = this.match(OPERATOR);
    if (!operator) throw this.error(start, `the character ${JSON.stringify(char)} has no meaning here`);
    if ('([{'.includes(operator)) this.brackets++;
    else if (')]}'.includes(operator)) this.brackets = Math.max(this.brackets - 1, 0);
    this.add('operator', start, operator);
  }

  private number(start: number, digits: string): void {
    const whole = /^(\d+|0[xX].*)$/.test(digits);
    if (/[jJ]/.test(this.source.text[this.at] ?? '')) {
      this.at++;
      this.add('imaginary', start, digits);
    } else this.add(whole ? 'int' : 'float', start, digits);
  }

  private string(start: number): void {
    const { text } = this.source;
    const opening = text.slice(start, this.at);
    const quote = /["']+$/.exec(opening)?.[0] ?? '"';
    let end = this.at;
    while (!text.startsWith(quote, end)) {
      if (end >= text.length || (quote.length === 1 && text[end] === '\n'))
        throw this.error(start, 'this string does not end');
      end += text[end] === '\\' ? 2 : 1;
    }
    const body = text.slice(this.at, end);
    this.at = end + quote.length;
    this.add('string', start, /^[rR]/.test(opening) ? body : decodeEscapes(body));
  }

  private endLine(): void {
    const start = this.at;
    const { text } = this.source;
    this.at = text[start] === '\r' && text[start + 1] === '\n' ? start + 2 : start + 1;
    if (this.brackets > 0) return;
    this.add('newline', start, '');
    this.startLine();
  }

  /** Skips empty lines, then compares the indentation with that of the lines before. */
  private startLine(): void {
    const { text } = this.source;
    for (;;) {
      const start = this.at;
      const indent = (this.match(SPACE) ?? '').replaceAll('\t', '        ').length;
      if (text[this.at] === '#') this.toLineEnd();
      if (this.at >= text.length) return;
      if (text[this.at] === '\n' || text[this.at] === '\r') {
        this.at++;
      } else {
        this.indent(start, indent);
        return;
      }
    }
  }

  private indent(start: number, indent: number): void {
    if (indent > this.depth()) {
      this.indents.push(indent);
      this.add('indent', start, '');
    }
    while (indent < this.depth()) this.dedent();
    if (indent !== this.depth()) throw this.error(this.at, 'this line is indented as no line before it');
  }

  private dedent(): void {
    this.indents.pop();
    this.tokens.push({ kind: 'dedent', text: '', start: this.at, end: this.at });
  }

  private depth(): number {
    return this.indents.at(-1) ?? 0;
  }

  private toLineEnd(): void {
    const end = this.source.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.source.text.length : end;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source.text)?.[0];
    if (found) this.at += found.length;
    return found;
  }

  private add(kind: Token['kind'], start: number, text: string): void {
    this.tokens.push({ kind, text, start, end: this.at });
  }

  private error(offset: number, message: string): InputError {
    return syntaxError(this.file, this.source, offset, message);
  }
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** Escapes stand for bytes (PyTorch writes UTF-8 byte by byte as `\303\251`), so the text is decoded from bytes. */
function decodeEscapes(body: string): string {
  if (!body.includes('\\')) return body;
  const bytes: Uint8Array[] = [];
  for (const [part, octal, hex, letter] of body.matchAll(/\\([0-7]{1,3})|\\x([0-9a-fA-F]{2})|\\([\s\S])|[^\\]+/g)) {
    if (octal) bytes.push(Uint8Array.of(Number.parseInt(octal, 8)));
    else if (hex) bytes.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (letter === '\n') continue;
    else if (letter && Object.hasOwn(ESCAPES, letter)) bytes.push(Uint8Array.of(ESCAPES[letter] ?? 0));
    else bytes.push(Buffer.from(part));
  }
  return Buffer.concat(bytes).toString('utf8');
}
