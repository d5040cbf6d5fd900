/** Shows how a model is saved again, as a script that is filled from what is known of it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ModelSummary } from '../shared/graph.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import { scriptForModel } from './export-text.ts';
import type { Readings } from './readings.ts';

export async function showExportScript(
  model: vscode.Uri,
  summary: Pick<ModelSummary, 'inputs'> | undefined,
  { node }: Pick<PlacedProblem, 'node'>,
  readings: Readings,
): Promise<void> {
  const content = scriptForModel({
    fileName: path.basename(model.fsPath),
    className: node?.scope[0]?.type,
    types: (summary?.inputs ?? []).map(({ type }) => type),
    inputs: readings.of(model).inputs,
  });
  const document = await vscode.workspace.openTextDocument({ language: 'python', content });
  await vscode.window.showTextDocument(document, { preview: true });
}
