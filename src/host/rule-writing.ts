/** What helps while one writes the text of a rule in graphwright.ops.json: completion and hover. */
import * as vscode from 'vscode';
import type { LanguageCalls } from '../shared/language.ts';
import { markdownOf, plainPosition, rangeOf } from './language/values.ts';
import { completionOf } from './language/writing.ts';
import type { Log } from './log.ts';

/** Begin or go on with a name. */
const COMPLETES_AFTER = ['<', '(', ',', '=', ' ', '.', '[', '|'];

export function registerRuleWriting(
  where: vscode.DocumentSelector,
  engine: Pick<LanguageCalls, 'opsComplete' | 'opsHover'>,
  log: Log,
): vscode.Disposable {
  // The user wants to write, not to read messages.
  const look = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      log.warn(`graphwright.ops.json: ${error}`);
      return undefined;
    }
  };
  const completion: vscode.CompletionItemProvider = {
    provideCompletionItems: (document, position) =>
      look(async () => {
        const text = document.getText();
        const found = await engine.opsComplete(document.uri.fsPath, text, plainPosition(position));
        return found.map(completionOf);
      }),
  };
  const hover: vscode.HoverProvider = {
    provideHover: (document, position) =>
      look(async () => {
        const found = await engine.opsHover(document.uri.fsPath, document.getText(), plainPosition(position));
        return found && new vscode.Hover(markdownOf(found.markdown), rangeOf(found.range));
      }),
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(where, completion, ...COMPLETES_AFTER),
    vscode.languages.registerHoverProvider(where, hover),
  );
}
