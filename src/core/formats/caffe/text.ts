/**
 * Protobuf's text format without a schema: fields with their names, values and places. What a name means is said later,
 * by the dialect that the file turns out to be of.
 */
import { InputError } from '../../ir/errors.ts';
import { type Token, Tokens } from './tokens.ts';

export interface TextMessage {
  readonly fields: readonly TextField[];
}

export interface TextField {
  readonly name: string;
  readonly value: Token | TextMessage;
  /** Where the name stands, counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The field as it is written, with its name. */
  readonly text: string;
  /** Whether it is one of several in brackets: only a repeated field may be. */
  readonly listed: boolean;
}

/** Deeper than any message of Caffe. */
const DEEPEST = 64;

/** Parses a text. Throws InputError `syntax-error` with line and column. */
export function parseText(text: string, file: string): TextMessage {
  return { fields: new Parser(text, file).fields('end', 0) };
}

export function isMessage(value: Token | TextMessage): value is TextMessage {
  return 'fields' in value;
}

class Parser {
  private readonly tokens: Tokens;

  constructor(
    private readonly text: string,
    file: string,
  ) {
    this.tokens = new Tokens(text, file);
  }

  fields(close: '}' | '>' | 'end', depth: number): TextField[] {
    const { tokens } = this;
    const fields: TextField[] = [];
    for (;;) {
      const next = tokens.peek();
      if (close === 'end' ? next.kind === 'end' : next.kind === 'sign' && next.text === close) {
        tokens.take();
        return fields;
      }
      if (next.kind === 'end') throw tokens.error(`expected ${close} before the end of the text`);
      this.field(fields, depth);
      if (!tokens.takeIf(';')) tokens.takeIf(',');
    }
  }

  private field(into: TextField[], depth: number): void {
    const { tokens } = this;
    const start = tokens.peek().offset;
    const name = tokens.take();
    if (name.kind !== 'word') throw tokens.error(`expected the name of a field, found ${shown(name)}`, name);
    const colon = tokens.takeIf(':');
    const place = { name: name.text, line: name.line, column: name.column };
    if (!tokens.takeIf('[')) {
      const value = this.value(name, colon, depth);
      into.push({ ...place, value, text: this.text.slice(start, tokens.end), listed: false });
      return;
    }
    while (!tokens.takeIf(']')) {
      const from = tokens.peek().offset;
      const value = this.value(name, true, depth);
      into.push({ ...place, value, text: `${name.text}: ${this.text.slice(from, tokens.end)}`, listed: true });
      if (!tokens.takeIf(',') && tokens.peek().text !== ']') throw tokens.error('expected , or ]');
    }
  }

  private value(name: Token, colon: boolean, depth: number): Token | TextMessage {
    const { tokens } = this;
    const close = tokens.takeIf('{') ? '}' : tokens.takeIf('<') ? '>' : undefined;
    if (close) {
      if (depth === DEEPEST) throw tokens.error(`messages are nested deeper than ${DEEPEST} times`, name);
      return { fields: this.fields(close, depth + 1) };
    }
    if (!colon) throw tokens.error(`expected : or { after ${name.text}`);
    const value = tokens.take();
    if (value.kind === 'end' || value.kind === 'sign') throw tokens.error(`expected a value for ${name.text}`, value);
    return value;
  }
}

export function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the text' : text;
}

/** An error at a place of the text. */
export function textError(
  message: string,
  file: string,
  { line, column }: { line: number; column: number },
): InputError {
  return new InputError('syntax-error', message, { file, line, column }, 'Correct the text, then try again.');
}
