/**
 * Parses a prototxt that is being written: what is wrong spoils its own field, and the next one is read as it stands.
 * protobuf.dev, "Text Format Language Specification".
 */
import type { Span } from '../text.ts';
import { bytesOf, type Lexeme, lexemes } from './scanner.ts';
import type { FieldSyntax, MessageSyntax, PrototxtSyntax, ScalarSyntax, SyntaxFault, ValueSyntax } from './syntax.ts';

/** Deeper than any message of Caffe. */
const DEEPEST = 64;

export function parsePrototxt(text: string): PrototxtSyntax {
  const parser = new Parser(lexemes(text));
  return { fields: parser.fields([]), faults: parser.faults };
}

/** A message that is open, and where it began. */
interface Open {
  readonly close: '}' | '>';
  readonly name: Lexeme;
}

class Parser {
  readonly faults: SyntaxFault[] = [];
  private at = 0;

  constructor(private readonly all: readonly Lexeme[]) {}

  /** The fields up to the bracket that closes the innermost message, which is not taken. */
  fields(open: readonly Open[]): FieldSyntax[] {
    const fields: FieldSyntax[] = [];
    for (;;) {
      const next = this.peek();
      if (next.kind === 'end' || (open.length > 0 && this.closes(open, next))) return fields;
      if (next.kind === 'word') fields.push(this.field(open));
      else this.skip();
      if (this.is(';') || this.is(',')) this.at++;
    }
  }

  /** Whether a message ends here: at a bracket, or where a layer begins at the margin as the one around it did. */
  private closes(open: readonly Open[], next: Lexeme): boolean {
    if (next.kind === 'sign' && (next.text === '}' || next.text === '>')) {
      return next.text === open.at(-1)?.close || open.some(({ close }) => close === next.text);
    }
    const [outermost] = open;
    return (
      next.column === 1 &&
      (next.text === 'layer' || next.text === 'layers') &&
      outermost?.name.column === 1 &&
      outermost.name.text === next.text
    );
  }

  private field(open: readonly Open[]): FieldSyntax {
    const name = this.take();
    const colon = this.takeIf(':');
    const { text, line, column, start } = name;
    const said = { text, start, end: name.end };
    if (this.is('[')) {
      const { list, values } = this.list(name, open);
      return { name: said, line, column, start, values, list, end: list.end };
    }
    const value = this.value(name, colon, open);
    const end = value?.end ?? colon?.end ?? name.end;
    return { name: said, line, column, start, values: value ? [value] : [], end };
  }

  private list(name: Lexeme, open: readonly Open[]): { readonly list: Span; readonly values: ValueSyntax[] } {
    const bracket = this.take();
    const values: ValueSyntax[] = [];
    for (;;) {
      if (this.is(']')) return { list: { start: bracket.start, end: this.take().end }, values };
      const next = this.peek();
      const value = this.isValue(next) || this.is('{') || this.is('<') ? this.value(name, bracket, open) : undefined;
      if (!value) {
        this.fault(bracket, `the list of ${name.text} is not closed: expected ]`);
        return { list: { start: bracket.start, end: values.at(-1)?.end ?? bracket.end }, values };
      }
      values.push(value);
      if (this.takeIf(',') || this.is(']')) continue;
      this.fault(this.peek(), 'expected , or ]');
      if (this.peek().line > bracket.line) return { list: { start: bracket.start, end: value.end }, values };
    }
  }

  /** Undefined where there is none, which is told. */
  private value(name: Lexeme, colon: Lexeme | undefined, open: readonly Open[]): ValueSyntax | undefined {
    if (this.is('{') || this.is('<')) return this.message(name, open);
    const next = this.peek();
    if (!colon) {
      this.fault(name, `expected : or { after ${name.text}`);
      // A value in the same line was meant for it.
      if (next.line === name.line && (next.kind === 'number' || next.kind === 'string')) this.at++;
      return undefined;
    }
    if (!this.isValue(next) || (next.line > name.line && this.beginsField())) {
      this.fault({ start: name.start, end: colon.end }, `expected a value for ${name.text}`);
      return undefined;
    }
    return this.scalar();
  }

  private scalar(): ScalarSyntax {
    const first = this.take();
    const { kind, text, line, column, start } = first;
    if (kind !== 'string')
      return {
        kind: kind === 'number' ? 'number' : 'word',
        text: text.replaceAll(/[ \t]/g, ''),
        ...{ line, column, offset: start, start, end: first.end },
      };
    const parts = [first];
    while (this.peek().kind === 'string') parts.push(this.take());
    const end = parts.at(-1)?.end ?? first.end;
    return { kind: 'string', text, bytes: bytesOf(parts), line, column, offset: start, start, end };
  }

  private message(name: Lexeme, open: readonly Open[]): MessageSyntax {
    const bracket = this.take();
    if (open.length >= DEEPEST) this.fault(bracket, `messages are nested deeper than ${DEEPEST} times`);
    const close = bracket.text === '{' ? '}' : '>';
    const fields = open.length > DEEPEST ? [] : this.fields([...open, { close, name }]);
    if (this.is(close)) return { kind: 'message', fields, start: bracket.start, end: this.take().end, closed: true };
    const last = this.all[this.at - 1] ?? bracket;
    this.fault({ start: name.start, end: bracket.end }, `the message ${name.text} is not closed: expected ${close}`);
    return { kind: 'message', fields, start: bracket.start, end: last.end, closed: false };
  }

  /** Passes over what begins no field, up to where one begins. */
  private skip(): void {
    const first = this.take();
    if (first.kind === 'wrong' && /^["']/.test(first.text)) this.fault(first, 'the string is not closed');
    else this.fault(first, `expected the name of a field, found ${first.text}`);
    for (;;) {
      const next = this.peek();
      const bracket = next.kind === 'sign' && (next.text === '}' || next.text === '>');
      if (next.kind === 'end' || next.kind === 'word' || bracket || next.line > first.line) return;
      this.at++;
    }
  }

  private isValue({ kind, text, start, end }: Lexeme): boolean {
    if (kind === 'wrong' && /^["']/.test(text)) {
      this.fault({ start, end }, 'the string is not closed');
      this.at++;
      return false;
    }
    return kind === 'word' || kind === 'number' || kind === 'string';
  }

  private beginsField(): boolean {
    const [first, second] = [this.peek(), this.all[this.at + 1]];
    return first.kind === 'word' && second?.kind === 'sign' && /[:{<]/.test(second.text);
  }

  private peek(): Lexeme {
    const next = this.all[this.at] ?? this.all.at(-1);
    if (!next) throw new Error('a text has an end');
    return next;
  }

  private take(): Lexeme {
    const next = this.peek();
    if (next.kind !== 'end') this.at++;
    return next;
  }

  private is(sign: string): boolean {
    const { kind, text } = this.peek();
    return kind === 'sign' && text === sign;
  }

  private takeIf(sign: string): Lexeme | undefined {
    return this.is(sign) ? this.take() : undefined;
  }

  private fault({ start, end }: Span, message: string): void {
    this.faults.push({ start, end, message });
  }
}
