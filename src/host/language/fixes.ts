/** Quick fixes that change the text, and those that write files beside it or switch its dialect. */
import * as vscode from 'vscode';
import type { FixEffects, TextFix } from '../../shared/language.ts';
import { writeText } from '../file-texts.ts';
import { EDITED, type LanguageDocuments } from './documents.ts';
import type { MarkedProblem, TextProblems } from './problems.ts';
import { editsOf, plainRange, rangeOf } from './values.ts';

const EFFECTS_COMMAND = 'graphwright.applyTextFix';

/** Reads a text as a dialect from now on; asks the user for one where it is empty. */
export type SwitchDialect = (text: vscode.Uri, dialect: string) => Promise<void>;

export function registerTextFixes(
  documents: LanguageDocuments,
  problems: TextProblems,
  switchDialect: SwitchDialect,
): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, _context, token) {
      const found = await documents.look(document, token, (calls, id, watch) =>
        calls.textFixes(id, plainRange(range), watch),
      );
      return found?.map((fix) => actionOf(document.uri, fix, problems));
    },
  };
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(EDITED, provider, kinds),
    vscode.commands.registerCommand(EFFECTS_COMMAND, async (text: vscode.Uri, { files, dialect }: FixEffects) => {
      for (const file of files ?? []) await writeText(vscode.Uri.file(file.path), file.text);
      if (dialect !== undefined) await switchDialect(text, dialect);
    }),
  );
}

function actionOf(uri: vscode.Uri, { title, edits, mends, preferred, effects }: TextFix, problems: TextProblems) {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  if (edits.length > 0) {
    action.edit = new vscode.WorkspaceEdit();
    action.edit.set(uri, editsOf(edits));
  }
  if (effects) action.command = { command: EFFECTS_COMMAND, title, arguments: [uri, effects] };
  action.isPreferred = preferred;
  action.diagnostics = mends.flatMap(({ code, range }) =>
    problems
      .at(uri, rangeOf(range))
      .filter(({ problem }: MarkedProblem) => problem.code === code)
      .map(({ diagnostic }) => diagnostic),
  );
  return action;
}
