/** What the tests in the extension host share. */
import * as vscode from 'vscode';
import type { Graphwright } from '../../src/host/extension.ts';

/** The extension under test. */
export function extension(): vscode.Extension<Graphwright> {
  const found = vscode.extensions.getExtension<Graphwright>('graphwright.graphwright');
  if (!found) throw new Error('The extension is not installed.');
  return found;
}

/** A file of the workspace, which is a copy of samples/. */
export function sample(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No folder is open.');
  return vscode.Uri.joinPath(folder.uri, name);
}

export const TEXT = 'graphwright-text';

/** The text of a model of the workspace. */
export function textOf(name: string): vscode.Uri {
  const model = sample(name);
  return model.with({ scheme: TEXT, path: `${model.path}.onnxtxt` });
}

/** Waits until something is there. */
export async function until<T>(what: string, look: () => T | undefined | false, milliseconds = 60_000): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Our own diagnostics of a document. */
export function ours(uri: vscode.Uri): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Graphwright');
}

/** Sets something for the workspace; undefined takes it back. */
export async function configure(section: string, key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Workspace);
}

/** Sets what models are checked against; nothing for their own opset. */
export async function setTarget(value: string): Promise<void> {
  await configure('graphwright', 'target', value || undefined);
}
