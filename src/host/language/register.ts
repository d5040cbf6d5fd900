/** Everything that makes ONNX text and Caffe's networks languages of the editor. */
import * as vscode from 'vscode';
import { registerAppearance } from './appearance.ts';
import type { LanguageDocuments } from './documents.ts';
import { registerTextFixes, type SwitchDialect } from './fixes.ts';
import { registerNavigation } from './navigation.ts';
import type { TextProblems } from './problems.ts';
import { registerStructure } from './structure.ts';
import { registerWriting } from './writing.ts';

export function registerLanguage(
  documents: LanguageDocuments,
  problems: TextProblems,
  switchDialect: SwitchDialect,
): vscode.Disposable {
  return vscode.Disposable.from(
    registerWriting(documents),
    registerNavigation(documents),
    registerStructure(documents),
    registerAppearance(documents),
    registerTextFixes(documents, problems, switchDialect),
  );
}
