/** What all statements of ONNX text have: where they start, how long they are, their notes and faults. */
import type { Cursor, Draft } from './cursor.ts';
import { NO_FAULTS, NO_NOTES, type NoteSyntax, type Statement } from './syntax.ts';

/** Where a statement begins in the text: with the next token, or with the notes before it. */
export function startHere(cursor: Cursor): number {
  return cursor.notes[0]?.start ?? cursor.start;
}

/** The notes before the next token, in a statement that starts at `base`. */
export function notesIn(cursor: Cursor, base: number): readonly NoteSyntax[] {
  if (cursor.notes.length === 0) return NO_NOTES;
  return cursor.notes.map(({ start, end, text }) => ({ start: start - base, end: end - base, text }));
}

/** Parses a statement, whose parts then count from its start, and its start from that of the statement around it. */
export function inStatement<T extends Statement>(
  cursor: Cursor,
  draft: Draft<T>,
  parse: (cursor: Cursor, draft: Draft<T>) => void,
): T {
  const { base, faults, furthest } = cursor;
  const { start } = draft;
  cursor.base = start;
  cursor.faults = undefined;
  cursor.furthest = Math.max(cursor.end, cursor.peeked);
  parse(cursor, draft);
  draft.length = cursor.past;
  draft.reach = cursor.furthest - start;
  draft.faults = cursor.faults ?? NO_FAULTS;
  draft.start = start - base;
  cursor.base = base;
  cursor.faults = faults;
  cursor.furthest = Math.max(furthest, cursor.furthest);
  return draft as T;
}

/** The same items in a list of just their number: lists that grow keep room for many more. */
export function exact<T>(items: T[]): T[] {
  return items.slice();
}
