/** Reads JSON (RFC 8259, and Python's NaN and Infinity) without losing integers: they come as bigint, whatever their size. */
import { InputError } from '../../ir/errors.ts';

export type Json = null | boolean | bigint | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Nesting that no exporter makes; deeper input is a way to exhaust the stack. */
const MOST_DEPTH = 500;

/** Throws InputError `file-malformed` with the offset (in characters). Linear in the text. */
export function parseJson(text: string, where: { readonly file: string; readonly inside?: string }): Json {
  return new Reader(text, where).whole();
}

const SPACE = /[ \t\r\n]*/y;
const PLAIN = /[^"\\]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Integers of more digits than this are longer than any field takes; making them costs more than linear time. */
const MOST_DIGITS = 400;
const WORDS: Readonly<Record<string, Json>> = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly where: { readonly file: string; readonly inside?: string },
  ) {}

  whole(): Json {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.error('expected the end of the text');
    return value;
  }

  private value(): Json {
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.object();
      case '[':
        return this.list();
      case '"':
        return this.string();
      default:
        return this.atom();
    }
  }

  private object(): JsonObject {
    const fields: Record<string, Json> = {};
    this.items('}', () => {
      this.space();
      if (this.text[this.at] !== '"') throw this.error('expected the name of a field');
      const key = this.string();
      this.space();
      if (!this.accept(':')) throw this.error('expected :');
      const value = this.value();
      // A plain assignment would set the prototype.
      if (key === '__proto__') Object.defineProperty(fields, key, { value, enumerable: true });
      else fields[key] = value;
    });
    return fields;
  }

  private list(): readonly Json[] {
    const items: Json[] = [];
    this.items(']', () => items.push(this.value()));
    return items;
  }

  private items(close: string, item: () => void): void {
    this.at++;
    if (++this.depth > MOST_DEPTH) throw this.error(`this is nested more than ${MOST_DEPTH} deep`);
    this.space();
    if (!this.accept(close)) {
      do {
        item();
        this.space();
      } while (this.accept(','));
      if (!this.accept(close)) throw this.error(`expected , or ${close}`);
    }
    this.depth--;
  }

  private string(): string {
    const start = this.at++;
    let escaped = false;
    for (;;) {
      this.match(PLAIN);
      const char = this.text[this.at];
      if (char === '"') break;
      if (char !== '\\') throw this.error('this string does not end');
      escaped = true;
      this.at += 2;
    }
    this.at++;
    if (!escaped) return this.text.slice(start + 1, this.at - 1);
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw this.error('this string has an escape that JSON does not know');
    }
  }

  private atom(): Json {
    NUMBER.lastIndex = this.at;
    const [digits, fraction, exponent] = NUMBER.exec(this.text) ?? [];
    if (digits === undefined) return this.word();
    this.at += digits.length;
    if (fraction !== undefined || exponent !== undefined) return Number(digits);
    if (digits.length > MOST_DIGITS) throw this.error(`an integer has ${digits.length} digits`);
    return BigInt(digits);
  }

  private word(): Json {
    for (const [word, value] of Object.entries(WORDS)) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    throw this.error(this.at < this.text.length ? 'expected a value' : 'the text ends too early');
  }

  private accept(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private space(): void {
    // Most often there is none.
    if (this.text.charCodeAt(this.at) <= 0x20) this.match(SPACE);
  }

  private match(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    this.at += pattern.exec(this.text)?.[0].length ?? 0;
  }

  private error(message: string): InputError {
    return new InputError(
      'file-malformed',
      `the JSON is damaged: ${message}`,
      { ...this.where, offset: this.at },
      'The file is incomplete or damaged: fetch or save it again.',
    );
  }
}
