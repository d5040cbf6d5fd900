/** Asks before a program of the user's is run, and says what runs where. Nothing is imported before. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { folderOf, type Interpreter } from './interpreter.ts';
import type { CaptureMemory } from './memory.ts';
import { isProgram, kindOf } from './source.ts';

const RUN = 'Run';
const OTHER = 'Choose Interpreter…';
const MANAGE_TRUST = 'Manage Workspace Trust';

/** Whether programs may run in this workspace at all; says why not (`doing`: what would run what), and where that is changed. */
export async function isTrusted(doing: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const message = `${doing}, and this workspace is not trusted.`;
  const chosen = await vscode.window.showWarningMessage(message, MANAGE_TRUST);
  if (chosen === MANAGE_TRUST) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

/**
 * Whether the user lets programs run with an interpreter: asked once for a workspace, an interpreter and a folder. `other`
 * where they want another interpreter.
 */
export async function askConsent(
  file: vscode.Uri,
  { path: python, from }: Interpreter,
  command: readonly string[],
  memory: CaptureMemory,
): Promise<boolean | 'other'> {
  const folder = folderOf(file);
  // What a pickle runs, its maker says: each file is asked about.
  const asked = isProgram(file) ? folder : file.fsPath;
  if (memory.mayRun(python, asked)) return true;
  const name = path.basename(file.fsPath);
  const detail = [
    isProgram(file)
      ? `Python imports ${name}, builds the class or calls the function that you choose, and runs it on example inputs, with all that ${kindOf(file) === 'file' ? 'your' : 'its'} code does on the way.`
      : `Python loads ${name} with torch.load, which runs whatever code the file names, and runs the model on example inputs. Go on only if you trust where the file is from.`,
    `Command:\n${commandText(command)}`,
    `Folder:\n${folder}`,
    `The interpreter is ${from}. ${isProgram(file) ? 'You are asked once for this workspace, folder and interpreter.' : 'You are asked once for this file.'}`,
  ].join('\n\n');
  const options = { modal: true, detail };
  const chosen = await vscode.window.showInformationMessage(`Run ${name} to capture a model?`, options, RUN, OTHER);
  if (chosen === OTHER) return 'other';
  if (chosen !== RUN) return false;
  await memory.letRun(python, asked);
  return true;
}

/** As one would write it in a terminal. */
export function commandText(command: readonly string[]): string {
  return command.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(' ');
}
