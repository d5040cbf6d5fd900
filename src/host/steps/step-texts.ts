/** The nodes of a step as two documents, for the diff editor. */
import * as vscode from 'vscode';
import type { Step, StepSide } from '../../shared/engine.ts';

const SCHEME = 'graphwright-step';

export class StepTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable;
  private count = 0;

  constructor() {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '# This step is not remembered any more. Convert again.\n';
  }

  /** Shows what a step changed, in the diff editor. */
  async show(step: Step): Promise<void> {
    const { pass } = step;
    const number = ++this.count;
    const [before, after] = (['before', 'after'] as const).map((side) => this.document(step, side, number));
    const title = `Step ${step.step}: ${pass}`;
    await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private document(step: Step, side: StepSide, number: number): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${number}/${side}.onnxtxt` });
    this.texts.set(uri.toString(), textOf(step, side));
    return uri;
  }
}

function textOf(step: Step, side: StepSide): string {
  const { pass, reason, graph, count } = step;
  const head = [`# ${pass}: ${reason}`, ...(graph === 'model' ? [] : [`# in ${graph}`])];
  const lines = step[side].map(({ text }) => text);
  const left = count[side] - lines.length;
  return `${[...head, '', ...lines, ...(left > 0 ? [`# and ${left} more`] : [])].join('\n')}\n`;
}
