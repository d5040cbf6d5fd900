/** A Caffe network as text, edited: what the language services of the core say of it. */
import { completionsAt } from '../core/language/prototxt/completion.ts';
import { PrototxtDocument } from '../core/language/prototxt/document.ts';
import { fixesIn } from '../core/language/prototxt/fixes.ts';
import { foldsOf } from '../core/language/prototxt/folding.ts';
import { formatEdits } from '../core/language/prototxt/format.ts';
import { hoverAt } from '../core/language/prototxt/hover.ts';
import { inlaysIn } from '../core/language/prototxt/inlays.ts';
import { layerNameAt, rangeOfLayer } from '../core/language/prototxt/layer-places.ts';
import { definitionAt, referencesAt, renameAt, renameTargetAt } from '../core/language/prototxt/navigation.ts';
import { outlineOf } from '../core/language/prototxt/outline.ts';
import { problemsOf } from '../core/language/prototxt/problems.ts';
import { selectionsAt } from '../core/language/prototxt/selections.ts';
import { targetProblemsOf } from '../core/language/prototxt/target-problems.ts';
import type { EditedText } from './edited-text.ts';

export function prototxt(...opened: ConstructorParameters<typeof PrototxtDocument>): EditedText {
  const document = new PrototxtDocument(...opened);
  return {
    path: document.path,
    get length() {
      return document.text.length;
    },
    get isModel() {
      return document.dialect !== undefined;
    },
    get version() {
      return document.version;
    },
    edit: (changes, version) => document.edit(changes, version),
    problems: () => problemsOf(document),
    targetProblems: (target, progress) => targetProblemsOf(document, target, progress),
    textFixes: (range) => fixesIn(document, range),
    hover: (position) => hoverAt(document, position),
    complete: (position) => completionsAt(document, position),
    signature: () => undefined,
    definition: (position) => definitionAt(document, position),
    references: (position) => referencesAt(document, position),
    renameTarget: (position) => renameTargetAt(document, position),
    rename: (position, name) => renameAt(document, position, name),
    outline: () => outlineOf(document),
    folding: () => foldsOf(document),
    selections: (positions) => positions.map((position) => selectionsAt(document, position)),
    format: (range) => formatEdits(document, range),
    inlays: (range) => inlaysIn(document, range),
    semanticTokens: () => [],
    nodeAt: (position) => layerNameAt(document, position),
    rangeOfNode: (node) => rangeOfLayer(document, node),
  };
}
