/**
 * Which Python runs the user's programs: that of the setting, else the one that the Python extension has selected, else a
 * virtual environment of the folder, else the one on the path. Nothing is run to find it.
 */
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { choose, write } from '../pick.ts';
import { pythonOfFolder, pythonOnPath } from './python-on-path.ts';

export const PYTHON_SETTING = 'python';
const PYTHON_EXTENSION = 'ms-python.python';
const PATIENCE_MS = 10_000;

export interface Interpreter {
  readonly path: string;
  /** Where it is from, in words that go on from "The interpreter is". */
  readonly from: string;
}

/** The part that is used of what the Python extension exports (its package @vscode/python-extension describes it). */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

interface Place {
  readonly from: string;
  find(): string | undefined | Promise<string | undefined>;
}

/** The interpreter for a file; undefined where there is none. */
export async function interpreterFor(file: vscode.Uri): Promise<Interpreter | undefined> {
  for (const place of placesFor(file)) {
    const found = await place.find();
    if (found !== undefined) return { path: found, from: place.from };
  }
  return undefined;
}

/** Lets the user choose an interpreter for a file, and keeps it in the setting; undefined where they leave. */
export async function chooseInterpreter(file: vscode.Uri): Promise<Interpreter | undefined> {
  const known = await interpretersFor(file);
  const items = [
    ...known.map(({ path: label, from: description }) => ({ label, description, interpreter: label })),
    { label: 'Enter a path…', description: '', interpreter: undefined },
  ];
  const title = 'Interpreter for Live Capture';
  const chosen = await choose({ title, placeholder: 'Choose the Python that has PyTorch' }, items);
  if (typeof chosen !== 'object') return undefined;
  const entered =
    chosen.interpreter ??
    (await write(
      { title, placeholder: '/usr/bin/python3', prompt: 'The path of a Python interpreter.' },
      known[0]?.path ?? '',
      (text) => (text.trim() === '' ? 'Enter the path of a Python interpreter.' : undefined),
    ));
  if (typeof entered !== 'string') return undefined;
  const settings = vscode.workspace.getConfiguration('graphwright', placeOf(file));
  const place = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await settings.update(PYTHON_SETTING, entered.trim(), place);
  return { path: absolute(entered.trim(), file), from: 'named by the setting graphwright.python' };
}

/** The best first. */
async function interpretersFor(file: vscode.Uri): Promise<readonly Interpreter[]> {
  const found = await Promise.all(placesFor(file).map(async ({ find, from }) => ({ path: await find(), from })));
  const distinct = new Map<string, string>();
  for (const { path: each, from } of found) if (each !== undefined && !distinct.has(each)) distinct.set(each, from);
  return [...distinct].map(([each, from]) => ({ path: each, from }));
}

/** Where interpreters come from, the best first; the later are not asked where an earlier has one. */
function placesFor(file: vscode.Uri): readonly Place[] {
  const set = vscode.workspace.getConfiguration('graphwright', placeOf(file)).get<string>(PYTHON_SETTING, '').trim();
  const folder = folderOf(file);
  const { platform } = process;
  return [
    { from: 'named by the setting graphwright.python', find: () => (set === '' ? undefined : absolute(set, file)) },
    { from: 'selected in the Python extension', find: () => selectedInPythonExtension(placeOf(file)) },
    { from: 'in a virtual environment of this folder', find: () => pythonOfFolder(folder, platform) },
    { from: 'the first on the path', find: () => pythonOnPath({ platform, path: process.env.PATH ?? '' }) },
  ];
}

/** The file or folder whose settings count for a program: a module's are those of the folder that Python runs in. */
export function placeOf(source: vscode.Uri): vscode.Uri {
  return source.scheme === 'file' ? source : vscode.Uri.file(folderOf(source));
}

/** The folder that a program runs in: that of the workspace, as in its terminals, else the file's. */
export function folderOf(file: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? path.dirname(file.fsPath);
}

/** A path of the setting: from the home folder, or from the folder of the workspace; a name alone is found on the path. */
function absolute(set: string, file: vscode.Uri): string {
  const at = set.replace(/^~(?=[\\/])/, homedir()).replaceAll(`\${workspaceFolder}`, folderOf(file));
  return path.isAbsolute(at) || !/[\\/]/.test(at) ? at : path.join(folderOf(file), at);
}

async function selectedInPythonExtension(file: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<Partial<PythonExtension>>(PYTHON_EXTENSION);
  if (!extension) return undefined;
  try {
    return await Promise.race([pathOf(extension, file), patience()]);
  } catch {
    // It is another's code: without its answer the others are asked.
    return undefined;
  }
}

async function pathOf(extension: vscode.Extension<Partial<PythonExtension>>, file: vscode.Uri) {
  const { environments } = await extension.activate();
  const active = environments?.getActiveEnvironmentPath(file);
  const environment = active && (await environments?.resolveEnvironment(active));
  return environment?.executable.uri?.fsPath;
}

/** It looks for environments when it starts, and may take its time; nobody waits for it without end. */
function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
}
