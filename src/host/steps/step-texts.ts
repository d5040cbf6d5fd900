/** The nodes of a step as two documents, for the diff editor. */
import * as vscode from 'vscode';
import type { Step, StepSide } from '../../shared/conversion.ts';

const SCHEME = 'graphwright-step';
/** The manifest knows the language by it, of which long lines wrap: a step is one or two of them. */
const FOLDER = '/graphwright-step';

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

  /** Shows what a step changed, in the diff editor; `does` says what its pass does. */
  async show(step: Step, does: string): Promise<void> {
    const number = ++this.count;
    const [before, after] = (['before', 'after'] as const).map((side) => this.document(step, does, side, number));
    const title = `Step ${step.step}: ${does}`;
    await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private document(step: Step, does: string, side: StepSide, number: number): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `${FOLDER}/${number}/${side}.onnxtxt` });
    this.texts.set(uri.toString(), textOf(step, does, side));
    return uri;
  }
}

function textOf(step: Step, does: string, side: StepSide): string {
  const { pass, reason, graph, count } = step;
  const head = [`# ${does} (${pass})`, `# ${reason}`, ...(graph === 'model' ? [] : [`# in ${graph}`])];
  const lines = step[side].map(({ text }) => text);
  const left = count[side] - lines.length;
  return `${[...head, '', ...lines, ...(left > 0 ? [`# and ${left} more`] : [])].join('\n')}\n`;
}
