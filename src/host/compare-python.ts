/** Which Python's onnxruntime compares models, where the extension has no onnxruntime of its own: asked for once, with what will run. */
import * as vscode from 'vscode';
import { runtimeCommand } from '../core/runtime/python-command.ts';
import { commandText, isTrusted } from './capture/consent.ts';
import { chooseInterpreter, interpreterFor } from './capture/interpreter.ts';

const KEY = 'graphwright.compareWith';
const RUN = 'Run';
const OTHER = 'Choose Interpreter…';

/** The one that the user let run in this workspace; never one where the workspace is not trusted. */
export function comparingPython(memory: vscode.Memento, captured: string | undefined): string | undefined {
  return vscode.workspace.isTrusted ? (memory.get<string>(KEY) ?? captured) : undefined;
}

/** Asks for a Python and whether it may run, and keeps the answer; whether there is one now. `other` lets another be chosen first. */
export async function askComparingPython(
  file: vscode.Uri,
  memory: vscode.Memento,
  script: string,
  other: boolean,
): Promise<boolean> {
  if (!(await isTrusted('Comparing models runs a Python'))) return false;
  const interpreter = (other ? undefined : await interpreterFor(file)) ?? (await chooseInterpreter(file));
  if (!interpreter) return false;
  const { path: python, from } = interpreter;
  const detail = [
    'Graphwright itself has no onnxruntime here. That of a Python runs both models on the same inputs; nothing of your own code is imported.',
    `Command:\n${commandText(runtimeCommand(python, script))}`,
    `The interpreter is ${from}. You are asked once for this workspace.`,
  ].join('\n\n');
  const question = `Compare with the onnxruntime of ${python}?`;
  const chosen = await vscode.window.showInformationMessage(question, { modal: true, detail }, RUN, OTHER);
  if (chosen === OTHER) return askComparingPython(file, memory, script, true);
  if (chosen !== RUN) return false;
  await memory.update(KEY, python);
  return true;
}
