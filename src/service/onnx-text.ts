/** ONNX text, edited: what the language services of the core say of it, be it a model or rewrite rules. */
import { completionsAt } from '../core/language/completion.ts';
import { LanguageDocument } from '../core/language/document.ts';
import { fixesIn } from '../core/language/fixes.ts';
import { foldsOf } from '../core/language/folding.ts';
import { formatEdits } from '../core/language/format.ts';
import { hoverAt } from '../core/language/hover.ts';
import { inlaysIn } from '../core/language/inlays.ts';
import { definitionAt, referencesAt, renameAt, renameTargetAt } from '../core/language/navigation.ts';
import { nodeNameAt, rangeOfNamed } from '../core/language/node-places.ts';
import { outlineOf } from '../core/language/outline.ts';
import { problemsOf } from '../core/language/problems.ts';
import { isRuleText } from '../core/language/rules/problems.ts';
import { selectionsAt } from '../core/language/selections.ts';
import { signatureAt } from '../core/language/signature.ts';
import { targetProblemsOf } from '../core/language/target-problems.ts';
import { tokensIn } from '../core/language/tokens.ts';
import type { EditedText } from './edited-text.ts';
import { rulesText } from './rules-text.ts';

/** What is said of a text, whoever keeps it. */
type Answers = Omit<EditedText, 'version' | 'length' | 'edit' | 'path'>;

export interface EditedOnnxText extends EditedText {
  /** Forgets what the text meant: other constants are known now. */
  restart(): void;
}

export function onnxText(...opened: ConstructorParameters<typeof LanguageDocument>): EditedOnnxText {
  const document = new LanguageDocument(...opened);
  const model: Answers = {
    isModel: true,
    problems: () => problemsOf(document),
    targetProblems: (target, progress) => targetProblemsOf(document, target, progress),
    textFixes: (range) => fixesIn(document, range),
    hover: (position) => hoverAt(document, position),
    complete: (position) => completionsAt(document, position),
    signature: (position) => signatureAt(document, position),
    definition: (position) => definitionAt(document, position),
    references: (position) => referencesAt(document, position),
    renameTarget: (position) => renameTargetAt(document, position),
    rename: (position, name) => renameAt(document, position, name),
    outline: () => outlineOf(document),
    folding: () => foldsOf(document),
    selections: (positions) => positions.map((position) => selectionsAt(document, position)),
    format: (range) => formatEdits(document, range),
    inlays: (range) => inlaysIn(document, range),
    semanticTokens: (range) => tokensIn(document, range),
    nodeAt: (position) => nodeNameAt(document, position),
    rangeOfNode: (node) => rangeOfNamed(document, node),
  };
  const rules = rulesText(document.text, document.path);
  // Files of rules have the same ending: what a text is may change with an edit.
  const now = () => (isRuleText(document.text.text) ? rules : model);
  return {
    ...switched(now),
    path: document.path,
    get isModel() {
      return now().isModel;
    },
    get length() {
      return document.text.length;
    },
    get version() {
      return document.version;
    },
    edit: (changes, version) => document.edit(changes, version),
    restart: () => document.restart(),
  };
}

/** Each question goes to who answers for the text as it is then. */
function switched(now: () => Answers): Omit<Answers, 'isModel'> {
  return {
    problems: () => now().problems(),
    targetProblems: (...given) => now().targetProblems(...given),
    textFixes: (...given) => now().textFixes(...given),
    hover: (...given) => now().hover(...given),
    complete: (...given) => now().complete(...given),
    signature: (...given) => now().signature(...given),
    definition: (...given) => now().definition(...given),
    references: (...given) => now().references(...given),
    renameTarget: (...given) => now().renameTarget(...given),
    rename: (...given) => now().rename(...given),
    outline: () => now().outline(),
    folding: () => now().folding(),
    selections: (...given) => now().selections(...given),
    format: (...given) => now().format(...given),
    inlays: (...given) => now().inlays(...given),
    semanticTokens: (...given) => now().semanticTokens(...given),
    nodeAt: (...given) => now().nodeAt(...given),
    rangeOfNode: (...given) => now().rangeOfNode(...given),
  };
}
