/** The status bar item: the target of the model in view, and how many problems it has there. */
import * as vscode from 'vscode';
import type { TargetRow } from '../shared/conversion.ts';
import type { TargetChoice } from '../shared/identifiers.ts';
import { targetTitle } from '../shared/target-text.ts';
import type { TextProblems } from './language/problems.ts';
import type { Models } from './models.ts';
import { modelOfActiveEditor } from './uris.ts';

export class TargetStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('graphwright.target', vscode.StatusBarAlignment.Right, 100);
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly models: Models,
    private readonly texts: TextProblems,
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
      texts.onDidMark(update),
      vscode.window.tabGroups.onDidChangeTabs(update),
      vscode.window.tabGroups.onDidChangeTabGroups(update),
    ];
    update();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  /** Of the text that is being edited, else of the model's file. */
  private checkInView(): CheckInView | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const text = input instanceof vscode.TabInputText ? this.texts.stateOf(input.uri) : undefined;
    if (text) return text;
    const model = modelOfActiveEditor();
    const check = model && this.models.checkOf(model);
    return check && { ...check, problems: check.problems?.length };
  }

  private update(): void {
    const check = this.checkInView();
    if (!check) {
      this.item.hide();
      return;
    }
    const title = targetTitle(check.target, this.rows());
    const { icon, words } = stateOf(check.problems, check.failure);
    this.item.text = `$(${icon}) ${title}${words && `: ${words}`}`;
    this.item.tooltip = `Graphwright checks this model against ${title}. Click to choose another target.`;
    this.item.show();
  }
}

interface CheckInView {
  readonly target: TargetChoice;
  /** How many; undefined while they are being looked for. */
  readonly problems: number | undefined;
  readonly failure?: unknown;
}

function stateOf(problems: number | undefined, failure: unknown): { readonly icon: string; readonly words: string } {
  if (failure) return { icon: 'error', words: 'not checked' };
  if (problems === undefined) return { icon: 'loading~spin', words: '' };
  if (problems === 0) return { icon: 'check', words: '' };
  return { icon: 'warning', words: problems === 1 ? '1 problem' : `${problems} problems` };
}
