/** The target that models are checked against: the setting `graphwright.target`, and how targets are written and shown. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TargetRow } from '../shared/conversion.ts';
import type { TargetChoice } from '../shared/identifiers.ts';

const SECTION = 'graphwright';
const KEY = 'target';
export const TARGET_SETTING = `${SECTION}.${KEY}`;

/** ONNX at the file's own opset, or at the usual one where the file has none. */
const OWN_OPSET: TargetChoice = { target: 'onnx' };

/** Reads `onnx`, `onnx@17`, `onnx:tensorrt-10`, `chip.json@13`, `caffe:bvlc`, or nothing. */
export function parseTarget(text: string): TargetChoice {
  const [, target = '', opset] = /^(.*?)(?:@(\d+))?$/.exec(text.trim()) ?? [];
  if (target === '') return OWN_OPSET;
  return opset === undefined ? { target } : { target, opset: Number(opset) };
}

/** The setting's text for a target. */
export function targetSetting({ target, opset }: TargetChoice): string {
  return opset === undefined ? target : `${target}@${opset}`;
}

/** The target that the settings ask for, for a file. Profiles are found from its workspace folder. */
export function configuredTarget(uri: vscode.Uri | undefined): TargetChoice {
  const choice = parseTarget(vscode.workspace.getConfiguration(SECTION, uri).get<string>(KEY, ''));
  if (!choice.target.endsWith('.json') || path.isAbsolute(choice.target)) return choice;
  const folder = (uri && vscode.workspace.getWorkspaceFolder(uri)) ?? vscode.workspace.workspaceFolders?.[0];
  return folder ? { ...choice, target: path.join(folder.uri.fsPath, choice.target) } : choice;
}

/** Writes the setting for the workspace, or for the user where there is none. */
export async function configureTarget(choice: TargetChoice, uri: vscode.Uri | undefined): Promise<void> {
  const place = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration(SECTION, uri).update(KEY, targetSetting(choice), place);
}

/** `ONNX, opset 17`, `Caffe (bvlc)`. */
export function targetTitle({ target, opset }: TargetChoice, rows: readonly TargetRow[] = []): string {
  const title = rows.find((row) => row.id === target)?.title ?? (target === 'onnx' ? 'ONNX' : path.basename(target));
  return opset === undefined ? title : `${title}, opset ${opset}`;
}

export function sameTarget(a: TargetChoice, b: TargetChoice): boolean {
  return a.target === b.target && a.opset === b.opset;
}
