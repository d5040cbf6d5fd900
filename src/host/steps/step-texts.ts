/** The nodes of a step as two documents, for the diff editor. */
import * as vscode from 'vscode';
import type { Step, StepNode, StepSide } from '../../shared/engine.ts';

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
    const title = `${pass}: ${step.before.length} → ${step.after.length} nodes`;
    await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private document(step: Step, side: StepSide, number: number): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${number}/${side}.onnxtxt` });
    this.texts.set(uri.toString(), textOf(step, step[side]));
    return uri;
  }
}

function textOf({ pass, reason, graph }: Step, nodes: readonly StepNode[]): string {
  const head = [`# ${pass}: ${reason}`, ...(graph === 'model' ? [] : [`# in ${graph}`])];
  return `${[...head, '', ...nodes.map(({ text }) => text)].join('\n')}\n`;
}
