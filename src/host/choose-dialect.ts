/** Asks which Caffe dialect a network is of. */
import * as vscode from 'vscode';
import { FRAMEWORKS } from '../core/dialects/caffe/frameworks.ts';
import { InputError } from '../core/ir/errors.ts';
import { userBackends } from '../core/targets/user-backends.ts';

/** What is chosen where the file itself is to tell its dialect. */
export const TOLD_BY_FILE = 'told by the file';

/** `caffe:ncnn`, as `--from` takes it, or TOLD_BY_FILE; undefined where nothing is chosen. */
export async function chooseDialect(model: vscode.Uri, current: string | undefined): Promise<string | undefined> {
  const known = Object.entries(FRAMEWORKS).map(([id, { title, source }]) => ({ id, title, source }));
  const rows = [...known, ...ownDialects(model)].map(({ id, title, source }) => {
    const from = `caffe:${id}`;
    return { label: title, description: from === current ? `${from}, as it is read now` : from, detail: source, from };
  });
  const told = { label: 'Told by the File', detail: 'The dialect whose tables fit the file best', from: TOLD_BY_FILE };
  const chosen = await vscode.window.showQuickPick(current === undefined ? rows : [told, ...rows], {
    title: 'Read as Caffe Dialect',
    placeHolder: 'The framework that the network was written for',
    matchOnDescription: true,
  });
  return chosen?.from;
}

/** Those of a graphwright.caffe.json; none where that is broken. */
function ownDialects(model: vscode.Uri): readonly { id: string; title: string; source: string }[] {
  try {
    return userBackends(model.fsPath).map(({ id, title, source }) => ({ id, title, source }));
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
