/** What all statements of ONNX text have: where they start, how long they are, their notes and faults. */
import type { Cursor, Draft } from './cursor.ts';
import { NO_FAULTS, NO_NOTES, type NoteSyntax, type Statement } from './syntax.ts';

/** A statement that begins with the next token, or with the notes before it. Its start counts from the start of the text. */
export function begun(cursor: Cursor): Draft<Statement> {
  const start = cursor.notes[0]?.start ?? cursor.start;
  return { start, length: 0, reach: 0, notes: notesIn(cursor, start), faults: NO_FAULTS };
}

/** The notes before the next token, in a statement that starts at `base`. */
export function notesIn(cursor: Cursor, base: number): readonly NoteSyntax[] {
  if (cursor.notes.length === 0) return NO_NOTES;
  return cursor.notes.map(({ start, end, text }) => ({ start: start - base, end: end - base, text }));
}

/** Parses a statement, whose parts then count from its start, and its start from that of the statement around it. */
export function inStatement<T extends Statement>(cursor: Cursor, draft: Draft<T>, parse: () => void): T {
  const { base, faults, furthest } = cursor;
  cursor.base = draft.start;
  cursor.faults = [];
  cursor.furthest = cursor.end;
  parse();
  draft.length = cursor.past;
  draft.reach = cursor.furthest - cursor.base;
  if (cursor.faults.length > 0) draft.faults = cursor.faults;
  draft.start -= base;
  cursor.base = base;
  cursor.faults = faults;
  cursor.furthest = Math.max(furthest, cursor.furthest);
  return draft as T;
}
