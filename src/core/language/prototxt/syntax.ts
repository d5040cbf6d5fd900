/** A prototxt as it is edited: fields with their places in the text, whatever is wrong with some of them. */
import type { Token } from '../../formats/caffe/tokens.ts';
import type { Span } from '../text.ts';

export interface NameSyntax extends Span {
  readonly text: string;
}

/** A word, a number, or a string with its quotes; strings side by side are one. */
export interface ScalarSyntax extends Span, Token {
  readonly kind: 'word' | 'number' | 'string';
}

export interface MessageSyntax extends Span {
  readonly kind: 'message';
  readonly fields: readonly FieldSyntax[];
  readonly closed: boolean;
}

export type ValueSyntax = ScalarSyntax | MessageSyntax;

export interface FieldSyntax extends Span {
  readonly name: NameSyntax;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Of a list all, else one; none where it is not written yet. */
  readonly values: readonly ValueSyntax[];
  /** The brackets of a list. */
  readonly list?: Span;
}

export interface SyntaxFault extends Span {
  readonly message: string;
}

export interface PrototxtSyntax {
  readonly fields: readonly FieldSyntax[];
  readonly faults: readonly SyntaxFault[];
}

export function isMessage(value: ValueSyntax | undefined): value is MessageSyntax {
  return value?.kind === 'message';
}

export function isScalar(value: ValueSyntax | undefined): value is ScalarSyntax {
  return value !== undefined && value.kind !== 'message';
}

const DECODER = new TextDecoder();

/** What a scalar says: of a string what is between its quotes. */
export function textOf({ bytes, text }: ScalarSyntax): string {
  return bytes ? DECODER.decode(bytes) : text;
}

/** What a scalar says, where one stands. */
export function said(value: ScalarSyntax | undefined): string {
  return value ? textOf(value) : '';
}

/** What of a scalar is a name: of a string what is between its quotes. */
export function innerSpan({ kind, start, end, text }: ScalarSyntax): Span {
  if (kind !== 'string' || end - start < 2 || text.length !== end - start) return { start, end };
  return { start: start + 1, end: end - 1 };
}

export function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** The scalars of a field of that name among some, in order. */
export function scalarsOf(fields: readonly FieldSyntax[], name: string): ScalarSyntax[] {
  return valuesOf(fields, name).filter(isScalar);
}

/** The messages of a field of that name among some, in order. */
export function messagesOf(fields: readonly FieldSyntax[], name: string): MessageSyntax[] {
  return valuesOf(fields, name).filter(isMessage);
}

/** Asked for each layer of a text after every key: a list is made where there is such a field alone. */
function valuesOf(fields: readonly FieldSyntax[], name: string): readonly ValueSyntax[] {
  const found = fields.filter((field) => field.name.text === name);
  return found.length === 1 && found[0] ? found[0].values : found.flatMap(({ values }) => values);
}
