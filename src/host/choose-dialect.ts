/** Asks which Caffe dialect a network is of. */
import * as vscode from 'vscode';
import { FRAMEWORKS } from '../core/dialects/caffe/frameworks.ts';

/** `caffe:ncnn`, as `--from` takes it; undefined where nothing is chosen. */
export async function chooseDialect(current: string | undefined): Promise<string | undefined> {
  const rows = Object.entries(FRAMEWORKS).map(([id, { title, source }]) => {
    const from = `caffe:${id}`;
    return { label: title, description: from === current ? `${from}, as it is read now` : from, detail: source, from };
  });
  const chosen = await vscode.window.showQuickPick(rows, {
    title: 'Read as Caffe Dialect',
    placeHolder: 'The framework that the network was written for',
    matchOnDescription: true,
  });
  return chosen?.from;
}
