/** Graph and text of a model follow one another: the node at the cursor is selected in the graph, a selected node is shown in the text. */
import * as vscode from 'vscode';
import type { ModelDocuments } from './documents.ts';
import type { GraphEditors } from './graph-editor.ts';
import type { Log } from './log.ts';
import { isTextLanguage, modelOf, textUri } from './uris.ts';

const SETTING = 'followSelection';
/** A cursor that is on its way selects nothing. */
const SETTLE_MS = 120;

export class GraphTextLink implements vscode.Disposable {
  /** The node that both sides show, by model: what one side says is not said back to it. */
  private readonly shown = new Map<string, string | undefined>();
  private settling: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly documents: ModelDocuments,
    private readonly graphs: GraphEditors,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (!isTextLanguage(textEditor.document.languageId) || textEditor !== vscode.window.activeTextEditor) return;
        clearTimeout(this.settling);
        this.settling = setTimeout(() => this.guard(this.followCursor(textEditor)), SETTLE_MS);
      }),
      graphs.onDidSelect(({ model, node }) => this.guard(this.followGraph(model, node))),
    ];
  }

  dispose(): void {
    clearTimeout(this.settling);
    for (const each of this.subscriptions) each.dispose();
  }

  private async followCursor({ document, selection }: vscode.TextEditor): Promise<void> {
    const model = modelOf(document.uri)?.model;
    if (!model || !wanted(model) || !this.graphs.shows(model)) return;
    const node = await this.documents.nodeAt(document, selection.active);
    if (node === undefined || this.shown.get(model.toString()) === node) return;
    this.shown.set(model.toString(), node);
    this.graphs.follow(model, node);
  }

  private async followGraph(model: vscode.Uri, node: string | undefined): Promise<void> {
    this.shown.set(model.toString(), undefined);
    const text = textUri(model).toString();
    const editors = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === text);
    if (node === undefined || editors.length === 0 || !wanted(model)) return;
    const range = await this.documents.rangeOfNode(model, node);
    if (!range) return;
    for (const editor of editors) {
      const { start } = editor.document.validateRange(range);
      // The cursor's node is the one that the graph shows already.
      this.shown.set(model.toString(), await this.documents.nodeAt(editor.document, start));
      editor.selection = new vscode.Selection(start, start);
      editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  /** Following is a help: where it fails nobody is stopped by a message. */
  private guard(following: Promise<void>): void {
    following.catch((error: unknown) => this.log.debug(`following the selection: ${error}`));
  }
}

function wanted(model: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('graphwright', model).get<boolean>(SETTING, true);
}
