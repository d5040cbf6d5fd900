/** What is captured: a class or function of a Python file or of a module that Python finds by its name, or the model of a pickle. */
import * as path from 'node:path';
import type * as vscode from 'vscode';
import { moduleClasses } from '../../core/language/python/module-classes.ts';
import type { PythonProgram } from '../../shared/capture.ts';
import type { ProgramAnswers } from './answers.ts';
import { splitCommandLine } from './command-line.ts';

/** A module such as `torchvision.models` as a source: its name in the folder that Python runs in. */
export const MODULE_SCHEME = 'python-module';

/** What a source is: a .py file, a module by its name, or a pickle, which torch.load makes a model of. */
export function kindOf(source: vscode.Uri): 'file' | 'module' | 'pickle' {
  if (source.scheme === MODULE_SCHEME) return 'module';
  return source.path.toLowerCase().endsWith('.py') ? 'file' : 'pickle';
}

/** Whether it is a program that Python imports. */
export function isProgram(source: vscode.Uri): boolean {
  return kindOf(source) !== 'pickle';
}

/** `net.py`, `torchvision.models`. */
export function nameOf(source: vscode.Uri): string {
  return path.posix.basename(source.path);
}

/** What a pickle is instead of a class that is chosen. */
export function pickleAnswers(source: vscode.Uri): ProgramAnswers {
  const given = { f: JSON.stringify(source.fsPath), map_location: '"cpu"', weights_only: 'False' };
  return { name: 'load', arguments: given, inputs: [] };
}

/** The program as the helper in Python takes it. */
export function programOf(
  source: vscode.Uri,
  { name, arguments: given, weights, argv = '' }: Omit<ProgramAnswers, 'inputs'>,
): Pick<PythonProgram, 'file' | 'module' | 'name' | 'arguments' | 'argv' | 'weights'> {
  const where = {
    file: () => ({ file: source.fsPath }),
    module: () => ({ module: nameOf(source) }),
    pickle: () => ({ module: 'torch' }),
  }[kindOf(source)]();
  const words = splitCommandLine(argv) ?? [];
  return { ...where, name, arguments: given, argv: words, ...(weights !== undefined && { weights }) };
}

/** `Net of net.py`, `resnet18 of torchvision.models`; the name of the file alone for a pickle. */
export function titleOf(source: vscode.Uri, name: string): string {
  return isProgram(source) ? `${name} of ${nameOf(source)}` : nameOf(source);
}

/**
 * What is made of a program, without an ending: beside its file, and by its class where the file has several; by its name in
 * the folder where Python finds it itself.
 */
export function outputOf(source: vscode.Uri, name: string, text: string): string {
  if (kindOf(source) === 'module') return path.join(path.dirname(source.fsPath), name);
  const stem = source.fsPath.replace(/\.[^./\\]*$/, '');
  if (!isProgram(source)) return stem;
  const others = moduleClasses(text).some((each) => each.name !== name);
  return others ? `${stem}.${name}` : stem;
}

/** The line on which a class or function begins, from 0; the first one where it is not found. */
export function lineOf(name: string, text: string): number {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const lines = text.split('\n');
  const found = lines.findIndex((line) => new RegExp(`^\\s*(?:class|def|async\\s+def)\\s+${last}\\b`).test(line));
  const assigned = lines.findIndex((line) => new RegExp(`^${last}\\s*=`).test(line));
  return Math.max(found < 0 ? assigned : found, 0);
}
