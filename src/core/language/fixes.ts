/** Changes of the text that mend what the checker finds. */

import type { LanguageDocument } from './document.ts';
import { declarationFixes, unusedConstantFixes } from './fix-entries.ts';
import { importFixes, raiseFixes, versionFixes } from './fix-imports.ts';
import { takeOutFixes } from './fix-no-ops.ts';
import { castFixes, deadNodeFixes, missingNameFixes } from './fix-nodes.ts';
import { attributeFixes, missingAttributeFixes, operatorFixes } from './fix-words.ts';
import { findingsOf, type PlacedFinding } from './problems.ts';
import type { TextEdit, TextRange } from './text.ts';

export interface TextFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Which problems it mends: their ranges and codes. */
  readonly mends: readonly { readonly code: string; readonly range: TextRange }[];
  readonly preferred: boolean;
}

/** A problem that is to be mended, and all that there are. */
export interface FixContext extends PlacedFinding {
  readonly document: LanguageDocument;
  readonly all: readonly PlacedFinding[];
}

/** A fix before it is said what it mends: other problems than the one at hand are named. */
export interface Mending {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly preferred?: boolean;
  readonly also?: readonly PlacedFinding[];
}

type FixRule = (context: FixContext) => readonly Mending[];

/** What mends each kind of problem. */
const RULES: Readonly<Record<string, FixRule>> = {
  'opset-missing': importFixes,
  'opset-too-old': raiseFixes,
  'opset-unknown': versionFixes,
  'no-such-operator': operatorFixes,
  'attribute-unknown': attributeFixes,
  'attribute-missing': missingAttributeFixes,
  'value-undefined': missingNameFixes,
  'type-mismatch': castFixes,
  'dead-node': deadNodeFixes,
  'unused-initializer': unusedConstantFixes,
  'declared-type-wrong': declarationFixes,
  'type-missing': declarationFixes,
};

/** The fixes of the problems that a range touches: of the text itself, and of what the target does not take. */
export function fixesIn(document: LanguageDocument, range: TextRange): TextFix[] {
  const all = findingsOf(document);
  const span = document.text.spanOf(range);
  const fixes = new Map<string, TextFix>();
  const ofTarget = document.ofTarget.map((problem) => ({ problem, finding: undefined, rule: takeOutFixes }));
  const ofText = all.map((placed) => ({
    ...placed,
    rule: Object.hasOwn(RULES, placed.problem.code) ? RULES[placed.problem.code] : undefined,
  }));
  for (const { rule, ...placed } of [...ofText, ...ofTarget]) {
    const at = document.text.spanOf(placed.problem.range);
    if (!rule || at.start > span.end || at.end < span.start) continue;
    for (const { title, edits, preferred = false, also = [] } of rule({ ...placed, document, all })) {
      const mends = [placed, ...also].map(({ problem }) => ({ code: problem.code, range: problem.range }));
      // Two problems may have one and the same fix.
      fixes.set(JSON.stringify([title, edits]), { title, edits, mends, preferred });
    }
  }
  return [...fixes.values()];
}
