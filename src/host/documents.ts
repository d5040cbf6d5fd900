/** Read-only documents made from models: the model as ONNX text, and the TorchScript sources of an archive. */
import * as vscode from 'vscode';
import type { EngineCalls } from '../shared/engine.ts';
import type { HeldModel, Models } from './models.ts';
import { modelOf, TEXT_SCHEME, TORCHSCRIPT_SCHEME, textUri, torchscriptUri } from './uris.ts';

/** VS Code's own limit for documents that extensions may read. */
const LARGEST_TEXT = 50_000_000;

/** Where nodes stand in a text; lines from 0. */
export interface NodeLines {
  lineOf(node: string): number | undefined;
  /** The node that begins on or nearest above a line. */
  nodeAt(line: number): string | undefined;
}

/** Provides both schemes; holds a model open as long as one of its documents is. */
export class ModelDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly held = new Map<string, HeldModel>();
  private readonly lines = new Map<string, Promise<NodeLines>>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(TEXT_SCHEME, this),
      vscode.workspace.registerTextDocumentContentProvider(TORCHSCRIPT_SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.release(uri);
        this.lines.delete(uri.toString());
      }),
      // VS Code keeps a document for minutes after its tab closed: the model need not stay open for that.
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        for (const uri of closed.flatMap(textOf)) if (!isShown(uri)) this.release(uri);
        for (const uri of opened.flatMap(textOf)) {
          const found = modelOf(uri);
          if (found) this.hold(uri, found.model);
        }
      }),
      models.onDidLoad((model) => this.refresh(model)),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const found = modelOf(uri);
    if (!found) throw new Error(`${uri.toString()} names no model`);
    const model = this.hold(uri, found.model);
    const { id } = await model.summary();
    if (found.entry !== undefined) return (await this.engine.source(id, found.entry)).text;
    const { text, nodes } = await this.engine.text(id, undefined);
    if (text.length > LARGEST_TEXT) {
      const megabytes = Math.round(text.length / 1e6);
      throw new Error(
        `The text of this model has ${megabytes} MB, more than an editor takes. The graph shows it by module.`,
      );
    }
    this.lines.set(uri.toString(), Promise.resolve(nodeLines(nodes)));
    return text;
  }

  /** Where the nodes of a model stand in its text, once that is shown. */
  async nodeLines(model: vscode.Uri): Promise<NodeLines | undefined> {
    return this.lines.get(textUri(model).toString());
  }

  /** Shows a model as text, at a node where one is given. */
  async showText(model: vscode.Uri, node?: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(textUri(model));
    const line = node === undefined ? undefined : (await this.nodeLines(model))?.lineOf(node);
    return show(document, line);
  }

  /** Shows a source file of an archive; the line counts from 1. */
  async showSource(model: vscode.Uri, entry: string, line: number): Promise<vscode.TextEditor> {
    return show(await vscode.workspace.openTextDocument(torchscriptUri(model, entry)), line - 1);
  }

  dispose(): void {
    for (const each of this.held.values()) each.dispose();
    for (const each of this.subscriptions) each.dispose();
  }

  private hold(document: vscode.Uri, model: vscode.Uri): HeldModel {
    const key = document.toString();
    const held = this.held.get(key) ?? this.models.hold(model);
    this.held.set(key, held);
    return held;
  }

  private release(document: vscode.Uri): void {
    const key = document.toString();
    this.held.get(key)?.dispose();
    this.held.delete(key);
  }

  private refresh(model: vscode.Uri): void {
    for (const key of this.held.keys()) {
      const uri = vscode.Uri.parse(key);
      if (modelOf(uri)?.model.toString() === model.toString()) this.changed.fire(uri);
    }
  }
}

/** The document of a text tab. */
function textOf({ input }: vscode.Tab): readonly vscode.Uri[] {
  return input instanceof vscode.TabInputText ? [input.uri] : [];
}

function isShown(uri: vscode.Uri): boolean {
  const shown = vscode.window.tabGroups.all.flatMap((group) => group.tabs.flatMap(textOf));
  return shown.some((each) => each.toString() === uri.toString());
}

function nodeLines(
  nodes: readonly { readonly node: string; readonly name: string; readonly line: number }[],
): NodeLines {
  const byNode = new Map(nodes.flatMap(({ node, name, line }) => [[node, line] as const, [name, line] as const]));
  const byLine = [...nodes].sort((a, b) => a.line - b.line);
  return {
    lineOf(node) {
      const line = byNode.get(node);
      return line === undefined ? undefined : line - 1;
    },
    nodeAt: (line) => byLine.findLast((each) => each.line - 1 <= line)?.node,
  };
}

async function show(document: vscode.TextDocument, line: number | undefined): Promise<vscode.TextEditor> {
  const range = line === undefined ? undefined : document.lineAt(Math.min(line, document.lineCount - 1)).range;
  return vscode.window.showTextDocument(document, { preview: false, ...(range && { selection: range }) });
}
