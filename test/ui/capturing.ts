/** What the tests of captures begin with: a program in the folder, and an interpreter that needs no PyTorch. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { CACHE, inRoot } from '../../scripts/lib/paths.mjs';
import { PROGRAM, writeFakePython } from '../host/fake-python.ts';
import { writeFakeRuntime } from '../unit/core/runtime/fake-python.ts';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

/** A capture starts an interpreter, and the conversion after it the engine's own work: a busy machine takes its time. */
export const CAPTURE = 200_000;

/** Starts VS Code on program.py, which the interpreter written into `folder` captures; gives both. */
export async function startCapturing(
  folder: string,
  options: Omit<WorkbenchOptions, 'files'>,
): Promise<{ readonly vscode: Workbench; readonly python: string }> {
  const python = fakePython(folder);
  return { vscode: await startWith(python, { ...options, files: { 'program.py': PROGRAM } }), python };
}

/** Starts VS Code with an interpreter. */
export function startWith(python: string, options: WorkbenchOptions): Promise<Workbench> {
  // Which Python runs is set for the machine or the workspace, not for the browser.
  const settings = JSON.stringify({ 'graphwright.python': python });
  return Workbench.start({ ...options, files: { ...options.files, '.vscode/settings.json': settings } });
}

/** Writes an interpreter into a folder, and what it gives as captured. It has an onnxruntime, that of these tests. */
export function fakePython(folder: string): string {
  copyFileSync(inRoot('samples/digits.exported.pt2'), path.join(folder, 'digits.exported.pt2'));
  copyFileSync(inRoot('test/fixtures/host/gate/gate.exported.pt2'), path.join(folder, 'gate.exported.pt2'));
  writeFakeRuntime(folder);
  return writeFakePython(folder);
}

/**
 * The Python of the conformance suites, where it was made: with PyTorch, torchvision and onnxruntime. A clone's own tests need none, and
 * run with `fakePython` where there is none. VS Code and what it starts inherit our environment: operators that a torchvision of
 * another build lacks are declared there.
 */
export function realPython(): string | undefined {
  const python = path.join(process.env.ZOO_VENV ?? path.join(CACHE, 'python'), 'bin/python');
  if (!existsSync(python)) return undefined;
  for (const own of [{}, { PYTHONPATH: inRoot('test/conformance/capture/shim') }]) {
    const env = { ...process.env, ...own };
    const tried = spawnSync(python, ['-c', 'import torch, torchvision, onnxruntime'], { stdio: 'ignore', env });
    if (tried.status !== 0) continue;
    Object.assign(process.env, own);
    return python;
  }
  return undefined;
}
