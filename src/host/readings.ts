/** What the user said about how a file is to be read (input shapes, accepted approximations), kept for the workspace. */
import * as vscode from 'vscode';
import type { ReadingOptions } from '../shared/identifiers.ts';

type Kept = Partial<Pick<ReadingOptions, 'inputs' | 'accept'>> & { readonly from?: string | undefined };

const KEY = 'readings';

export class Readings implements vscode.Disposable {
  private readonly kept = new vscode.EventEmitter<vscode.Uri>();
  /** Something was said about a file. */
  readonly onDidKeep = this.kept.event;

  constructor(private readonly memento: vscode.Memento) {}

  of(uri: vscode.Uri): ReadingOptions {
    const { from, ...kept } = this.all()[uri.toString()] ?? {};
    return { inputs: [], ops: [], accept: [], ...kept, ...(from !== undefined && { from }) };
  }

  async keep(uri: vscode.Uri, said: Kept): Promise<void> {
    const all = this.all();
    await this.memento.update(KEY, { ...all, [uri.toString()]: { ...all[uri.toString()], ...said } });
    this.kept.fire(uri);
  }

  dispose(): void {
    this.kept.dispose();
  }

  private all(): Readonly<Record<string, Kept>> {
    return this.memento.get<Record<string, Kept>>(KEY, {});
  }
}
