/** The words of a piece of text up to the cursor, for telling what may be written there. */
import type { Span } from './text.ts';

export interface Word extends Span {
  readonly kind: 'name' | 'number' | 'string' | 'sign';
  /** Of a string what is between its quotes. */
  readonly text: string;
}

/** The words before the cursor, and the one that it stands at the end of or, in a string, within. */
export interface WordsBefore {
  readonly words: readonly Word[];
  readonly prefix: Span & { readonly text: string; readonly inString: boolean };
}

const PIECE =
  /[ \t\r\n\f\v\ufeff]+|#[^\n]*|"(?:[^"\\]|\\[\s\S])*("?)|([A-Za-z_][A-Za-z0-9_]*)|(-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)|=>|\.\.\.|[\s\S]/g;

/** Cuts what stands from `start` up to the cursor at `end`; undefined where that is within a comment. */
export function wordsBefore(text: string, { start, end }: Span): WordsBefore | undefined {
  const words: Word[] = [];
  let open: Span | undefined;
  for (const match of text.slice(start, end).matchAll(PIECE)) {
    const [piece, quote, name, number] = match;
    const span = { start: start + match.index, end: start + match.index + piece.length };
    if (piece.startsWith('#')) {
      if (span.end === end) return undefined;
    } else if (piece.startsWith('"')) {
      if (quote === '') open = span;
      else words.push({ ...span, kind: 'string', text: piece.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1') });
    } else if (name !== undefined) words.push({ ...span, kind: 'name', text: name });
    else if (number !== undefined) words.push({ ...span, kind: 'number', text: number });
    else if (piece.trim() !== '') words.push({ ...span, kind: 'sign', text: piece });
  }
  if (open) return { words, prefix: { ...open, text: text.slice(open.start + 1, open.end), inString: true } };
  const last = words.at(-1);
  if (last && last.end === end && (last.kind === 'name' || last.kind === 'number')) {
    return { words: words.slice(0, -1), prefix: { ...last, inString: false } };
  }
  return { words, prefix: { start: end, end, text: '', inString: false } };
}
