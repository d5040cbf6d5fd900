/** Which program a command is about, where it names none: among the Python files of the workspace, and for a file of weights. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { moduleClasses } from '../../core/language/python/module-classes.ts';
import { choose } from '../pick.ts';
import { nameOf } from './source.ts';

const PYTHON_FILES = '**/*.py';
const NOT_OWN = '**/{node_modules,site-packages,dist-packages,.git,.venv,venv,env}/**';
const MOST_FILES = 500;
/** A file of generated code is not read for its classes. */
const MOST_BYTES = 1_000_000;

export interface ChosenProgram {
  readonly source: vscode.Uri;
  readonly name?: string;
}

interface ProgramItem extends vscode.QuickPickItem {
  /** Absent where a file is to be looked for. */
  readonly program?: ChosenProgram;
}

/** A program of the workspace; undefined where the user leaves. */
export function chooseProgram(): Promise<ChosenProgram | undefined> {
  return choosing({ title: 'Capture Model', placeholder: 'Choose the class or file of the model' });
}

/** The program that a file of PyTorch belongs to: one of the workspace, or what Python makes of the file by itself. */
export function chooseProgramFor(model: vscode.Uri, mayHoldModel: boolean): Promise<ChosenProgram | undefined> {
  const name = nameOf(model);
  const loaded: ProgramItem = {
    label: `$(package) ${name} as Python loads it`,
    description: 'a whole pickled model: loading it runs code that the file names',
    program: { source: model },
  };
  const placeholder = mayHoldModel
    ? `Choose what makes the model of ${name}`
    : `Choose the class that the weights in ${name} belong to`;
  return choosing({ title: `Capture ${name} with Python`, placeholder }, mayHoldModel ? [loaded] : []);
}

async function choosing(
  question: { readonly title: string; readonly placeholder: string },
  first: readonly ProgramItem[] = [],
): Promise<ChosenProgram | undefined> {
  const items = [...first, ...(await programsOfWorkspace()), { label: 'Look for a file…' }];
  const chosen = await choose<ProgramItem>(question, items);
  if (typeof chosen !== 'object') return undefined;
  if (chosen.program) return chosen.program;
  const [file] =
    (await vscode.window.showOpenDialog({ title: question.placeholder, filters: { Python: ['py'] } })) ?? [];
  return file && { source: file };
}

/** Classes first, then the files that have none: functions of theirs may make a model. */
async function programsOfWorkspace(): Promise<readonly ProgramItem[]> {
  const files = await vscode.workspace.findFiles(PYTHON_FILES, NOT_OWN, MOST_FILES);
  const sorted = [...files].sort((a, b) => depthOf(a) - depthOf(b) || (a.path < b.path ? -1 : 1));
  const found = await Promise.all(sorted.map(async (uri) => ({ uri, classes: await classesOf(uri) })));
  const classes = found.flatMap(({ uri, classes: names }) =>
    names.map((name): ProgramItem => {
      const description = vscode.workspace.asRelativePath(uri);
      return { label: `$(symbol-class) ${name}`, description, program: { source: uri, name } };
    }),
  );
  const others = found
    .filter(({ classes: names }) => names.length === 0)
    .map(({ uri }): ProgramItem => {
      const folder = path.posix.dirname(vscode.workspace.asRelativePath(uri));
      const description = folder === '.' ? '' : folder;
      return { label: `$(file) ${path.posix.basename(uri.path)}`, description, program: { source: uri } };
    });
  return [...classes, ...others];
}

async function classesOf(uri: vscode.Uri): Promise<readonly string[]> {
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (bytes.length > MOST_BYTES) return [];
  return moduleClasses(new TextDecoder().decode(bytes)).map(({ name }) => name);
}

function depthOf({ path: at }: vscode.Uri): number {
  return at.split('/').length;
}
