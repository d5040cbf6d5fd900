/** What the fixes of problems do, and their quick fixes on the lines where problems stand. */
import * as vscode from 'vscode';
import { fixTitle } from '../core/problems/fixes.ts';
import type { FixName, PlacedProblem } from '../shared/engine.ts';
import type { Diagnostics } from './diagnostics.ts';
import { TEXT_SCHEME, TORCHSCRIPT_SCHEME } from './uris.ts';

const FIX_COMMAND = 'graphwright.applyFix';
const WHERE: vscode.DocumentSelector = [
  { scheme: TEXT_SCHEME },
  { scheme: TORCHSCRIPT_SCHEME },
  { scheme: 'file', pattern: '**/*.py' },
];

export type ApplyFix = (model: vscode.Uri, fix: FixName, problem: PlacedProblem) => Promise<void>;

/** Offers the fixes of a problem where it stands; `apply` does them. */
export function registerFixes(diagnostics: Diagnostics, apply: ApplyFix): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions: (document, range) =>
      diagnostics.at(document.uri, range).flatMap(({ model, problem, diagnostic }) =>
        problem.fixes.map((fix, at) => {
          const title = titleOf(fix, problem);
          const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
          action.diagnostics = [diagnostic];
          action.isPreferred = at === 0;
          action.command = { command: FIX_COMMAND, title, arguments: [model, fix, problem] };
          return action;
        }),
      ),
  };
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(WHERE, provider, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.commands.registerCommand(FIX_COMMAND, apply),
  );
}

/** `Define custom operator acme::swish…`: the words of the table, with the operator where there are several. */
function titleOf(fix: FixName, problem: PlacedProblem): string {
  const title = fixTitle(fix);
  const operator = problem.node?.operator;
  return fix === 'define-custom-operator' && operator ? title.replace('…', ` ${operator}…`) : title;
}
