/** A file of rewrite rules, edited: what the language services of the core say of it. */
import { customBeside } from '../core/language/custom-beside.ts';
import { ruleOffers } from '../core/language/rules/completion.ts';
import { ruleHover } from '../core/language/rules/hover.ts';
import { ruleBlocks, ruleProblems } from '../core/language/rules/problems.ts';
import type { DocumentText } from '../core/language/text.ts';
import type { EditedText } from './edited-text.ts';

/** Answers about a text as it is now; who edits it has it. */
export function rulesText(text: DocumentText, path: string): Omit<EditedText, 'version' | 'length' | 'edit' | 'path'> {
  const problems = () => ruleProblems(text, path);
  return {
    isModel: false,
    problems,
    targetProblems: async () => [],
    textFixes: ({ start, end }) =>
      problems().flatMap(({ range, code, details: { suggested } }) => {
        if (suggested === undefined || text.offsetAt(range.end) < text.offsetAt(start)) return [];
        if (text.offsetAt(range.start) > text.offsetAt(end)) return [];
        const edits = [{ range, text: suggested }];
        return [{ title: `Change to ${suggested}`, edits, mends: [{ code, range }], preferred: true }];
      }),
    hover: (position) => {
      const found = ruleHover(text.text, text.offsetAt(position), false, customBeside(path));
      return found && { range: text.rangeOf(found), markdown: found.markdown };
    },
    complete: (position) => {
      const at = text.offsetAt(position);
      const { typed, offers } = ruleOffers(text.text, at, false, customBeside(path));
      const range = text.rangeOf({ start: at - typed, end: at });
      return offers.map((offer) => ({ ...offer, range }));
    },
    signature: () => undefined,
    definition: () => undefined,
    references: () => [],
    renameTarget: () => undefined,
    rename: () => [],
    outline: () =>
      ruleBlocks(text.text).map((block) => ({
        name: block.name,
        detail: 'rule',
        kind: 'function',
        range: text.rangeOf(block),
        nameRange: text.rangeOf(block.nameSpan),
        children: [],
      })),
    folding: () =>
      ruleBlocks(text.text).map(({ start, end }) => {
        const last = text.text.slice(start, end).trimEnd().length;
        return { start: text.lineAt(start), end: text.lineAt(start + last) };
      }),
    selections: (positions) => positions.map(() => []),
    format: () => [],
    inlays: () => [],
    semanticTokens: () => [],
    nodeAt: () => undefined,
    rangeOfNode: () => undefined,
  };
}
