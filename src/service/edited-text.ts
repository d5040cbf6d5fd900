/** What can be asked of a text that is open in the editor, whatever its language. */
import type { Progress } from '../core/progress.ts';
import type { ArgumentsOf, ResultOf } from '../shared/engine.ts';
import type { LanguageCalls, TextEdit, TextProblem, TextTarget } from '../shared/language.ts';

/** The calls that are about one text alone. */
type OfText =
  | 'textFixes'
  | 'hover'
  | 'complete'
  | 'signature'
  | 'definition'
  | 'references'
  | 'renameTarget'
  | 'rename'
  | 'outline'
  | 'folding'
  | 'selections'
  | 'format'
  | 'inlays'
  | 'semanticTokens'
  | 'nodeAt'
  | 'rangeOfNode';

type Behind<A extends readonly unknown[]> = A extends readonly [unknown, ...infer Rest] ? Rest : never;

/** Answers at once: a text is in memory, and kept in step. */
export type TextAnswers = {
  readonly [C in OfText]: (...args: Behind<ArgumentsOf<LanguageCalls, C>>) => ResultOf<LanguageCalls, C>;
};

export interface EditedText extends TextAnswers {
  readonly path: string;
  readonly length: number;
  readonly version: number;
  readonly isModel: boolean;
  edit(changes: readonly TextEdit[], version: number): void;
  problems(): readonly TextProblem[];
  targetProblems(target: TextTarget, progress: Progress): Promise<readonly TextProblem[]>;
}
