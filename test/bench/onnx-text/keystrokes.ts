/** Edits of a text that is open in the editor: how long each takes until its problems are known. */
import { LanguageDocument } from '../../../src/core/language/document.ts';
import { problemsOf } from '../../../src/core/language/problems.ts';
import { medianOf, timed } from './processor-time.ts';

/** How many places of the text are edited; at each a character is typed and taken back. */
const PLACES = 40;

/** A character at a place of the text, and what becomes of the text by it. */
interface Keystroke {
  readonly at: number;
  readonly text: string;
}

export interface KeystrokeTimes {
  /** Opening the document, to its problems. */
  readonly open: number;
  /** The name of an input of one node changes, so that nothing defines it. */
  readonly keystroke: number;
  /** The first convolution pads, so that sizes change in every node behind it. */
  readonly everywhere: number;
}

/** Medians in milliseconds. */
export function measureKeystrokes(text: string, file: string): KeystrokeTimes {
  const open = medianOf(Array.from({ length: 9 }, () => timed(() => problemsOf(opened(text, file)))).slice(2));
  const document = opened(text, file);
  problemsOf(document);
  return {
    open,
    keystroke: medianOf(edits(document, inputNames(text))),
    everywhere: medianOf(edits(document, Array<Keystroke>(6).fill(firstPadding(text)))),
  };
}

function opened(text: string, file: string): LanguageDocument {
  return new LanguageDocument(text, 1, { path: file });
}

/** Times of each keystroke and of taking it back; the first few warm up. */
function edits(document: LanguageDocument, keystrokes: readonly Keystroke[]): number[] {
  const times = keystrokes.flatMap(({ at, text }) => [
    timed(() => type(document, at, at, text)),
    timed(() => type(document, at, at + text.length, '')),
  ]);
  return times.slice(times.length >> 2);
}

function type(document: LanguageDocument, start: number, end: number, text: string): void {
  const range = document.text.rangeOf({ start, end });
  document.edit([{ range, text }], document.version + 1);
  problemsOf(document);
}

/** Behind the name that a Relu reads, at places all over the text. */
function inputNames(text: string): Keystroke[] {
  const found = [...text.matchAll(/= Relu \(\w+/g)].map((match) => match.index + match[0].length);
  return Array.from({ length: PLACES }, (_, k) => ({
    at: found[Math.floor((k * found.length) / PLACES)] ?? 0,
    text: 'q',
  }));
}

/** `pads = [0` becomes `pads = [10`. */
function firstPadding(text: string): Keystroke {
  const before = 'pads: ints = [';
  return { at: text.indexOf(before) + before.length, text: '1' };
}
