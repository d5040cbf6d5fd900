/** *Which Targets Can Take This Model?*: a table for a model, on a page with links to its lines. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { EngineCalls } from '../shared/engine.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import { withProgress } from './engine.ts';
import type { Models } from './models.ts';
import { targetTablePage } from './target-table-page.ts';
import { isOnnx, isTextFile, textUri } from './uris.ts';

const VIEW = 'graphwright.targetTable';
const OPEN_LINE = 'graphwright.openLine';

export class TargetTablePages implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly command = vscode.commands.registerCommand(OPEN_LINE, openLine);

  constructor(
    private readonly engine: EngineCalls,
    private readonly models: Models,
  ) {}

  /** Asks for the table and shows it beside the model. */
  async show(model: vscode.Uri): Promise<void> {
    const name = path.posix.basename(model.path);
    const held = this.models.hold(model);
    try {
      const { id } = await held.summary();
      const table = await withProgress(`Checking ${name} against every target`, (watch) =>
        this.engine.targetTable(id, watch),
      );
      const panel = this.panelOf(model, name);
      panel.webview.html = targetTablePage(name, table, (problem) => linkTo(model, problem));
      panel.reveal(undefined, true);
    } finally {
      held.dispose();
    }
  }

  dispose(): void {
    this.command.dispose();
    for (const panel of this.panels.values()) panel.dispose();
  }

  private panelOf(model: vscode.Uri, name: string): vscode.WebviewPanel {
    const key = model.toString();
    const known = this.panels.get(key);
    if (known) return known;
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const made = vscode.window.createWebviewPanel(VIEW, `Targets for ${name}`, beside, {
      enableCommandUris: [OPEN_LINE],
      enableFindWidget: true,
    });
    this.panels.set(key, made);
    made.onDidDispose(() => this.panels.delete(key));
    return made;
  }
}

/** A line of the file where it is text, or of the text that is made of it. */
function linkTo(model: vscode.Uri, { origin, line }: PlacedProblem) {
  const own = isTextFile(model)
    ? origin.find(({ kind }) => kind === 'prototxt' || kind === 'onnxtxt')?.line
    : undefined;
  const at = own ?? (isOnnx(model) ? line : undefined);
  if (at === undefined) return undefined;
  const place = encodeURIComponent(JSON.stringify([textUri(model).toString(), at]));
  return { line: at, address: `command:${OPEN_LINE}?${place}` };
}

/** Shows a line, counted from 1, where the document is open already, else beside the page. */
async function openLine(document: string, line: number): Promise<void> {
  const uri = vscode.Uri.parse(document);
  const isOpen = ({ input }: vscode.Tab) => input instanceof vscode.TabInputText && input.uri.toString() === document;
  const group = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isOpen));
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  const viewColumn = group?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(uri, { selection, viewColumn, preview: false });
}
