/** Quick fixes that change the text. */
import * as vscode from 'vscode';
import type { TextFix } from '../../shared/language.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import type { MarkedProblem, TextProblems } from './problems.ts';
import { editsOf, plainRange, rangeOf } from './values.ts';

export function registerTextFixes(documents: LanguageDocuments, problems: TextProblems): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, _context, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.textFixes(id, plainRange(range), watch),
      );
      return found?.map((fix) => actionOf(document.uri, fix, problems));
    },
  };
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.languages.registerCodeActionsProvider(EDITED, provider, kinds);
}

function actionOf(uri: vscode.Uri, { title, edits, mends, preferred }: TextFix, problems: TextProblems) {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.set(uri, editsOf(edits));
  action.isPreferred = preferred;
  action.diagnostics = mends.flatMap(({ code, range }) =>
    problems
      .at(uri, rangeOf(range))
      .filter(({ problem }: MarkedProblem) => problem.code === code)
      .map(({ diagnostic }) => diagnostic),
  );
  return action;
}
