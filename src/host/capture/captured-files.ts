/** Where captured programs lie: in the extension's own folder for the workspace, one for each class, until it is captured again. */
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';

export class CapturedFiles {
  constructor(private readonly storage: vscode.Uri) {}

  /** A place for the archive of a program, without its ending; what was there before is gone. */
  async placeFor(source: vscode.Uri, name: string): Promise<string> {
    const key = createHash('sha256').update(`${source.toString()} ${name}`).digest('hex').slice(0, 12);
    const folder = vscode.Uri.joinPath(this.storage, 'captures', key);
    await vscode.workspace.fs.delete(folder, { recursive: true }).then(undefined, () => undefined);
    await vscode.workspace.fs.createDirectory(folder);
    return path.join(folder.fsPath, name.replace(/[^\w.-]/g, '_'));
  }
}
