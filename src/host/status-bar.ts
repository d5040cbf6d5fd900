/** The status bar item: the target of the model in view, and how many problems it has there. */
import * as vscode from 'vscode';
import type { TargetRow } from '../shared/engine.ts';
import type { Models } from './models.ts';
import { targetTitle } from './target.ts';
import { modelOfActiveEditor } from './uris.ts';

export class TargetStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('graphwright.target', vscode.StatusBarAlignment.Right, 100);
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly models: Models,
    /** Known once the engine runs; titles are the targets' ids until then. */
    private readonly rows: () => readonly TargetRow[],
  ) {
    const update = () => this.update();
    this.item.name = 'Graphwright Target';
    this.item.command = 'graphwright.chooseTarget';
    this.subscriptions = [
      this.item,
      models.onDidCheck(update),
      models.onDidClose(update),
      vscode.window.tabGroups.onDidChangeTabs(update),
      vscode.window.tabGroups.onDidChangeTabGroups(update),
    ];
    update();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private update(): void {
    const model = modelOfActiveEditor();
    const check = model && this.models.checkOf(model);
    if (!model || !check) {
      this.item.hide();
      return;
    }
    const title = targetTitle(check.target, this.rows());
    const { icon, words } = stateOf(check.problems?.length, check.failure);
    this.item.text = `$(${icon}) ${title}${words && `: ${words}`}`;
    this.item.tooltip = `Graphwright checks this model against ${title}. Click to choose another target.`;
    this.item.show();
  }
}

function stateOf(problems: number | undefined, failure: unknown): { readonly icon: string; readonly words: string } {
  if (failure) return { icon: 'error', words: 'not readable' };
  if (problems === undefined) return { icon: 'loading~spin', words: '' };
  if (problems === 0) return { icon: 'check', words: '' };
  return { icon: 'warning', words: problems === 1 ? '1 problem' : `${problems} problems` };
}
