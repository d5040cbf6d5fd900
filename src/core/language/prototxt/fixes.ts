/** What can be done about the problems of a prototxt: words that were meant, other dialects, the same in other fields, layers of one's own. */
import type { TextFix as PlainFix } from '../fixes.ts';
import type { Span, TextEdit, TextRange } from '../text.ts';
import type { PrototxtDocument } from './document.ts';
import { defineFixes } from './fix-define.ts';
import { dialectFixes } from './fix-dialects.ts';
import { rewriteFixes } from './fix-rewrite.ts';
import { removeFixes, wordFixes } from './fix-words.ts';
import { type PlacedProblem, placedProblems } from './problems.ts';

/** What a fix does beside the text, after it. */
export interface FixEffects {
  /** Files that are written, or written anew. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
  /** The dialect that the text is read as from then on; empty where the user is to choose one. */
  readonly dialect?: string;
}

export interface TextFix extends PlainFix {
  readonly effects?: FixEffects;
}

/** A fix before it is said what it mends. */
export interface Mending {
  readonly title: string;
  readonly edits?: readonly TextEdit[];
  readonly effects?: FixEffects;
  readonly preferred?: boolean;
}

export type FixRule = (document: PrototxtDocument, placed: PlacedProblem) => readonly Mending[];

/** What mends each kind of problem, in the order in which it is offered. */
const RULES: Readonly<Record<string, readonly FixRule[]>> = {
  'bottom-undefined': [wordFixes],
  'caffe-dialect': [dialectFixes],
  'field-unknown': [wordFixes, rewriteFixes, dialectFixes, defineFixes, removeFixes],
  'layer-type-unknown': [wordFixes, dialectFixes, defineFixes],
  'parameter-unread': [removeFixes],
  'syntax-error': [wordFixes],
};

/** The fixes of the problems that a range touches. */
export function fixesIn(document: PrototxtDocument, range: TextRange): TextFix[] {
  const span = document.text.spanOf(range);
  const fixes = new Map<string, TextFix>();
  for (const placed of placedProblems(document)) {
    const { code } = placed.problem;
    const rules = Object.hasOwn(RULES, code) ? RULES[code] : undefined;
    if (!rules || !touches(document.text.spanOf(placed.problem.range), span)) continue;
    const mends = [{ code, range: placed.problem.range }];
    for (const { title, edits = [], effects, preferred = false } of rules.flatMap((rule) => rule(document, placed))) {
      // Two problems may have one and the same fix.
      fixes.set(JSON.stringify([title, edits]), { title, edits, mends, preferred, ...(effects && { effects }) });
    }
  }
  return [...fixes.values()];
}

function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && a.end >= b.start;
}
