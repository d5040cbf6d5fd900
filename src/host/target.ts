/** The target that models are checked against: the setting `graphwright.target`. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TargetChoice } from '../shared/identifiers.ts';
import { parseTarget, targetWord } from '../shared/target-text.ts';

const SECTION = 'graphwright';
const KEY = 'target';
export const TARGET_SETTING = `${SECTION}.${KEY}`;

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
  const word = targetWord({ ...choice, target: withinWorkspace(choice.target) });
  await vscode.workspace.getConfiguration(SECTION, uri).update(KEY, word, place);
}

/** A profile is named from the folder of the workspace, where it lies in it: the setting is shared with others. */
function withinWorkspace(target: string): string {
  if (!path.isAbsolute(target)) return target;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(target));
  return folder ? path.relative(folder.uri.fsPath, target) : target;
}

export function sameTarget(a: TargetChoice, b: TargetChoice): boolean {
  return a.target === b.target && a.opset === b.opset && a.mlOpset === b.mlOpset;
}
