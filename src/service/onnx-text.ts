/** ONNX text, edited: what the language services of the core say of it. */
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
import { selectionsAt } from '../core/language/selections.ts';
import { signatureAt } from '../core/language/signature.ts';
import { targetProblemsOf } from '../core/language/target-problems.ts';
import { tokensIn } from '../core/language/tokens.ts';
import type { EditedText } from './edited-text.ts';

export interface EditedOnnxText extends EditedText {
  /** Forgets what the text meant: other constants are known now. */
  restart(): void;
}

export function onnxText(...opened: ConstructorParameters<typeof LanguageDocument>): EditedOnnxText {
  const document = new LanguageDocument(...opened);
  return {
    path: document.path,
    isModel: true,
    get length() {
      return document.text.length;
    },
    get version() {
      return document.version;
    },
    edit: (changes, version) => document.edit(changes, version),
    restart: () => document.restart(),
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
}
