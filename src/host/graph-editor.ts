/** The graph of a model as a read-only custom editor: hosts the panel and answers its messages. */
import * as vscode from 'vscode';
import type { EngineCalls } from '../shared/engine.ts';
import { showGraphPage } from './graph-page.ts';
import { GraphPanel, type PanelActions } from './graph-panel.ts';
import type { Log } from './log.ts';
import type { Models } from './models.ts';
import { isModel, isOnnx } from './uris.ts';

/** `.onnx` opens in the graph; extensions that other kinds of files share offer it. */
export const GRAPH_VIEW = 'graphwright.graph';
export const SHARED_GRAPH_VIEW = 'graphwright.sharedGraph';

/** A node was selected in the graph of a model, by its id there; undefined where nothing is selected any more. */
export interface GraphSelection {
  readonly model: vscode.Uri;
  readonly node: string | undefined;
}

export class GraphEditors implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  private readonly panels = new Set<GraphPanel>();
  private readonly selected = new vscode.EventEmitter<GraphSelection>();
  readonly onDidSelect = this.selected.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly actions: PanelActions,
    private readonly log: Log,
  ) {
    const options = { webviewOptions: { retainContextWhenHidden: true }, supportsMultipleEditorsPerDocument: true };
    this.subscriptions = [
      this.selected,
      vscode.window.registerCustomEditorProvider(GRAPH_VIEW, this, options),
      vscode.window.registerCustomEditorProvider(SHARED_GRAPH_VIEW, this, options),
    ];
  }

  /** The text of a binary is no file: its graph is that of the binary. */
  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    if (!isModel(uri)) throw new Error('This is the text of a model: open the graph of its file.');
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, shown: vscode.WebviewPanel): void {
    const panel = new GraphPanel(uri, shown, this.engine, this.models, this.actions, this.log, (node) =>
      this.selected.fire({ model: uri, node }),
    );
    this.panels.add(panel);
    shown.onDidDispose(() => {
      this.panels.delete(panel);
      panel.dispose();
    });
    showGraphPage(shown.webview, this.extension);
  }

  /** Goes to a model's graph, at a node where one is given; one that is not open yet opens in the column. */
  async show(uri: vscode.Uri, node?: string, column = vscode.ViewColumn.Active): Promise<void> {
    const view = isOnnx(uri) ? GRAPH_VIEW : SHARED_GRAPH_VIEW;
    const open = this.panelOf(uri);
    if (open) open.show();
    else await vscode.commands.executeCommand('vscode.openWith', uri, view, column);
    if (node !== undefined) this.panelOf(uri)?.reveal(node);
  }

  /** Whether a graph of the model is open. */
  shows(uri: vscode.Uri): boolean {
    return this.panelOf(uri) !== undefined;
  }

  /** Selects a node in the open graphs of a model, and leaves the focus where it is. */
  follow(uri: vscode.Uri, node: string): void {
    for (const panel of this.panels) if (panel.uri.toString() === uri.toString()) panel.follow(node);
  }

  /** The node that is selected in a graph of the model, by its id there. */
  selectedIn(uri: vscode.Uri): string | undefined {
    return this.panelOf(uri)?.selected;
  }

  /** Says in the graph of a model what simplification does to a node: the one given, or the one that is selected. */
  async explain(uri: vscode.Uri, node?: string): Promise<void> {
    await this.show(uri, undefined, vscode.ViewColumn.Beside);
    this.panelOf(uri)?.explain(node);
  }

  /** Puts the cursor into the search of the graph that is active. */
  find(): void {
    for (const panel of this.panels) if (panel.active) panel.find();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private panelOf(uri: vscode.Uri): GraphPanel | undefined {
    const of = [...this.panels].filter((panel) => panel.uri.toString() === uri.toString());
    return of.find((panel) => panel.active) ?? of[0];
  }
}
