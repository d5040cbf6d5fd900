/** A Caffe network as text, edited: what the language services of the core say of it. */
import { PrototxtDocument } from '../core/language/prototxt/document.ts';
import { foldsOf } from '../core/language/prototxt/folding.ts';
import { outlineOf } from '../core/language/prototxt/outline.ts';
import { problemsOf } from '../core/language/prototxt/problems.ts';
import { selectionsAt } from '../core/language/prototxt/selections.ts';
import type { EditedText } from './edited-text.ts';

export function prototxt(...opened: ConstructorParameters<typeof PrototxtDocument>): EditedText {
  const document = new PrototxtDocument(...opened);
  return {
    path: document.path,
    get length() {
      return document.text.length;
    },
    get version() {
      return document.version;
    },
    edit: (changes, version) => document.edit(changes, version),
    problems: () => problemsOf(document),
    targetProblems: async () => [],
    textFixes: () => [],
    hover: () => undefined,
    complete: () => [],
    signature: () => undefined,
    definition: () => undefined,
    references: () => [],
    renameTarget: () => undefined,
    rename: () => [],
    outline: () => outlineOf(document),
    folding: () => foldsOf(document),
    selections: (positions) => positions.map((position) => selectionsAt(document, position)),
    format: () => [],
    inlays: () => [],
    semanticTokens: () => [],
    nodeAt: () => undefined,
    rangeOfNode: () => undefined,
  };
}
