/** What the tests of captures begin with: a program in the folder, and an interpreter that needs no PyTorch. */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { PROGRAM, writeFakePython } from '../host/fake-python.ts';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

/** A capture starts an interpreter, and the conversion after it the engine's own work: a busy machine takes its time. */
export const CAPTURE = 200_000;

/** Starts VS Code on program.py, which the interpreter written into `folder` captures; gives both. */
export async function startCapturing(
  folder: string,
  options: Omit<WorkbenchOptions, 'files'>,
): Promise<{ readonly vscode: Workbench; readonly python: string }> {
  const python = writeFakePython(folder);
  copyFileSync(inRoot('samples/digits.exported.pt2'), path.join(folder, 'digits.exported.pt2'));
  // Which Python runs is set for the machine or the workspace, not for the browser.
  const settings = JSON.stringify({ 'graphwright.python': python });
  const vscode = await Workbench.start({
    ...options,
    files: { 'program.py': PROGRAM, '.vscode/settings.json': settings },
  });
  return { vscode, python };
}
