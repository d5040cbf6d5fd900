/** What the user said about how a file is to be read (input shapes, accepted approximations), kept for the workspace. */
import * as vscode from 'vscode';
import { findOpsFile } from '../core/custom/ops-path.ts';
import type { CapturedReference } from '../shared/conversion.ts';
import type { ReadingOptions } from '../shared/identifiers.ts';

/** A model that was captured from a program: it lies in a folder of ours, and what becomes of it beside the program. */
export interface CapturedFrom {
  /** The .py file. */
  readonly program: string;
  /** The class or function. */
  readonly name: string;
  /** What is made of it, without its ending. */
  readonly output: string;
  /** The interpreter that ran it. */
  readonly python?: string;
  /** What the program itself gave on example inputs, where that was asked for. */
  readonly reference?: CapturedReference | undefined;
}

type Kept = Partial<Pick<ReadingOptions, 'inputs' | 'accept'>> & {
  readonly from?: string | undefined;
  readonly captured?: CapturedFrom;
};

const KEY = 'readings';

export class Readings implements vscode.Disposable {
  private readonly kept = new vscode.EventEmitter<vscode.Uri>();
  /** Something was said about a file. */
  readonly onDidKeep = this.kept.event;

  constructor(private readonly memento: vscode.Memento) {}

  of(uri: vscode.Uri): ReadingOptions {
    const { from, captured, ...kept } = this.all()[uri.toString()] ?? {};
    const ops = captured ? findOpsFile(captured.program) : undefined;
    return {
      ...{ inputs: [], ops: ops === undefined ? [] : [ops], accept: [] },
      ...kept,
      ...(from !== undefined && { from }),
    };
  }

  /** The program that a model was captured from. */
  programOf(uri: vscode.Uri): CapturedFrom | undefined {
    return this.all()[uri.toString()]?.captured;
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
