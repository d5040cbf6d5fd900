/** Documents made from models: the TorchScript sources of an archive, and where nodes stand in the text of a model. */
import * as vscode from 'vscode';
import type { EngineCalls } from '../shared/engine.ts';
import type { NodeId } from '../shared/identifiers.ts';
import type { LanguageDocuments } from './language/documents.ts';
import { plainPosition, rangeOf } from './language/values.ts';
import type { HeldModel, Models } from './models.ts';
import { isOnnx, modelOf, sourceOf, TORCHSCRIPT_SCHEME, textUri, torchscriptUri } from './uris.ts';

/** Where nodes stand in a text that is only read; lines from 0. */
interface NodeLines {
  lineOf(node: NodeId): number | undefined;
  /** The name of the node that begins on or nearest above a line. */
  nodeAt(line: number): string | undefined;
}

/** Holds a model open as long as one of its documents is shown. */
export class ModelDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly held = new Map<string, HeldModel>();
  private readonly lines = new Map<string, NodeLines>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
    private readonly edited: LanguageDocuments,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(TORCHSCRIPT_SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.release(uri);
        this.lines.delete(uri.toString());
      }),
      // VS Code keeps a document for minutes after its tab closed: the model need not stay open for that.
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        for (const uri of closed.flatMap(textOf)) if (!isShown(uri)) this.release(uri);
        for (const uri of opened.flatMap(textOf)) this.holdFor(uri);
      }),
      models.onDidLoad((model) => this.refresh(model)),
    ];
    for (const { tabs } of vscode.window.tabGroups.all) for (const uri of tabs.flatMap(textOf)) this.holdFor(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const found = modelOf(uri);
    if (found?.entry === undefined) throw new Error(`${uri.toString()} names no source of a model`);
    const { id } = await this.hold(uri, found.model).summary();
    return (await this.engine.source(id, found.entry)).text;
  }

  /** The text of a model that is only read. */
  async readOnlyText(model: vscode.Uri): Promise<string> {
    const held = this.models.hold(model);
    try {
      const { text, nodes } = await this.engine.text((await held.summary()).id, undefined);
      this.lines.set(textUri(model).toString(), nodeLines(nodes));
      return text;
    } finally {
      held.dispose();
    }
  }

  /** Where a node stands in the text of its model; undefined where that is not open or has none. */
  async rangeOfNode(model: vscode.Uri, node: NodeId): Promise<vscode.Range | undefined> {
    const uri = textUri(model);
    if (this.edited.follows({ uri })) {
      const label = await this.labelOf(model, node);
      const range = await this.edited.ask({ uri }, (calls, id) => calls.rangeOfNode(id, label));
      return range && rangeOf(range);
    }
    const line = this.lines.get(uri.toString())?.lineOf(node);
    return line === undefined ? undefined : new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
  }

  /** The name of the node at a place of a text. */
  async nodeAt(document: vscode.TextDocument, position: vscode.Position): Promise<string | undefined> {
    if (this.edited.follows(document))
      return this.edited.ask(document, (calls, id) => calls.nodeAt(id, plainPosition(position)));
    return this.lines.get(document.uri.toString())?.nodeAt(position.line);
  }

  /** Shows a model as text; at a node, beside its graph. */
  async showText(model: vscode.Uri, node?: NodeId): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(textUri(model));
    if (node === undefined) return show(document, undefined, vscode.ViewColumn.Active);
    return show(document, await this.rangeOfNode(model, node), vscode.ViewColumn.Beside);
  }

  /** Shows a source file of an archive; the line counts from 1. */
  async showSource(model: vscode.Uri, entry: string, line: number): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(torchscriptUri(model, entry));
    const { range } = document.lineAt(Math.min(line, document.lineCount) - 1);
    return show(document, range, vscode.ViewColumn.Active);
  }

  dispose(): void {
    for (const each of this.held.values()) each.dispose();
    for (const each of this.subscriptions) each.dispose();
  }

  /** What a node of the graph is called in the file. */
  private async labelOf(model: vscode.Uri, node: NodeId): Promise<string> {
    const held = this.models.hold(model);
    try {
      return (await this.engine.node((await held.summary()).id, node)).name;
    } finally {
      held.dispose();
    }
  }

  /** Texts that are edited are checked as they are written: their files need not be open beside that. */
  private holdFor(uri: vscode.Uri): void {
    const found = modelOf(uri);
    const edited = uri.scheme === 'file' || (found?.entry === undefined && found && isOnnx(found.model));
    if (found && !edited) this.hold(uri, found.model);
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
      if (uri.scheme === TORCHSCRIPT_SCHEME && sourceOf(uri).toString() === model.toString()) this.changed.fire(uri);
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
  const byNode = new Map(nodes.map(({ node, line }) => [node, line]));
  const byLine = [...nodes].sort((a, b) => a.line - b.line);
  return {
    lineOf(node) {
      const line = byNode.get(node);
      return line === undefined ? undefined : line - 1;
    },
    nodeAt: (line) => byLine.findLast((each) => each.line - 1 <= line)?.name,
  };
}

/** Shows a document where it is open already, else in the column. */
async function show(
  document: vscode.TextDocument,
  range: vscode.Range | undefined,
  column: vscode.ViewColumn,
): Promise<vscode.TextEditor> {
  const selection = range && document.validateRange(range);
  const isOpen = (tab: vscode.Tab) => textOf(tab).some((uri) => uri.toString() === document.uri.toString());
  const group = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isOpen));
  const viewColumn = group?.viewColumn ?? column;
  return vscode.window.showTextDocument(document, { preview: false, viewColumn, ...(selection && { selection }) });
}
