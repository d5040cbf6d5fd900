/** The text of an operator file, and errors at their place in it. */
import { readFileSync } from 'node:fs';
import type { Node as JsonNode } from 'jsonc-parser';
import { InputError } from '../ir/errors.ts';
import { lineAt, placeInText } from '../json-with-comments.ts';

/** A stretch of the text. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is wrong at a place of an operator file. */
export class OpsFileError extends InputError {
  constructor(
    message: string,
    place: { readonly file: string; readonly line: number; readonly column: number },
    next: string,
    readonly span: Span,
    /** The word that was meant, where one is near. */
    readonly suggested?: string,
  ) {
    super('file-malformed', message, place, next);
  }
}

const SCHEMA_HELP = 'The JSON schema of graphwright.ops.json describes every field.';

export class OpsText {
  constructor(
    readonly text: string,
    readonly file: string,
  ) {}

  /** Counted from 1. */
  lineOf(offset: number): number {
    return lineAt(this.text, offset);
  }

  placeOf({ offset }: Pick<Span, 'offset'>): { readonly file: string; readonly line: number; readonly column: number } {
    return placeInText(this.text, this.file, offset);
  }

  error(span: Span, message: string): OpsFileError {
    return new OpsFileError(message, this.placeOf(span), SCHEMA_HELP, { offset: span.offset, length: span.length });
  }

  /** Where a character of a JSON text stands, which may be written with escapes; the word that begins there. */
  wordIn({ offset, length }: JsonNode, index: number): Span {
    const end = offset + length - 1;
    let at = offset + 1;
    for (let k = 0; k < index && at < end; k++) {
      const escaped = this.text[at] === '\\' ? this.text[at + 1] : undefined;
      at += escaped === undefined ? 1 : escaped === 'u' ? 6 : 2;
    }
    const [word = ''] = /^(\w+|[^\s"\\])/.exec(this.text.slice(at, end)) ?? [];
    return { offset: at, length: Math.max(word.length, 1) };
  }
}

/** Throws InputError `file-missing`. */
export function readTextFile(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InputError('file-missing', `${what} cannot be read`, { file }, 'Check the path.');
  }
}
