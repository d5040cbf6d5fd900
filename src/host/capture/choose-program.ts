/** Which program a command is about, where it names none: among the Python files of the workspace, and for a file of weights. */
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { parseProgram } from '../../core/capture/live/program-name.ts';
import { InputError } from '../../core/ir/errors.ts';
import { moduleClasses } from '../../core/language/python/module-classes.ts';
import { type Answer, choose, chooseOrWrite, write } from '../pick.ts';
import type { CaptureMemory } from './memory.ts';
import { MODULE_SCHEME, nameOf } from './source.ts';

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
  readonly program: ChosenProgram | 'look for a file' | 'name a module';
}

const TITLE = 'Capture Model';
const EXAMPLE = 'torchvision.models:resnet18';

const NAME: ProgramItem = {
  label: '$(library) A module that Python finds…',
  description: `of an installed package, such as ${EXAMPLE}`,
  program: 'name a module',
};
const LOOK: ProgramItem = { label: '$(folder-opened) Look for a file…', program: 'look for a file' };

/** A program of the workspace, or what the user names of a module; undefined where they leave. */
export async function chooseProgram(memory: CaptureMemory): Promise<ChosenProgram | undefined> {
  const placeholder = 'Choose a class or file, or write MODULE:NAME';
  const before = memory
    .modules()
    .map(({ source, name }) => moduleItem(vscode.Uri.parse(source), name, 'captured before'));
  const items = [...(await programsOfWorkspace()), ...before, NAME, LOOK];
  const read = (text: string) => {
    const found = readModule(text);
    return found && moduleItem(found.source, found.name, 'of a module that Python finds');
  };
  return programOf(await chooseOrWrite({ title: TITLE, placeholder }, items, read), placeholder);
}

/** Asks for a class or function of a module; undefined where the user leaves. */
export async function nameModule(): Promise<ChosenProgram | undefined> {
  const question = {
    title: TITLE,
    placeholder: EXAMPLE,
    prompt: `MODULE:NAME, a class or function of a module that Python finds: an installed package, or one of this folder.`,
  };
  const wanted = `Write it as MODULE:NAME, such as ${EXAMPLE}.`;
  const text = await write(question, '', (written) => (readModule(written) ? undefined : wanted));
  return typeof text === 'string' ? readModule(text) : undefined;
}

/** `torchvision.models:resnet18`; undefined for what names no module. */
function readModule(text: string): { readonly source: vscode.Uri; readonly name: string } | undefined {
  try {
    const { module, name } = parseProgram(text.trim());
    if (module === undefined) return undefined;
    // What is made of it lies in the folder that one works in.
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
    return { source: vscode.Uri.joinPath(folder, module).with({ scheme: MODULE_SCHEME, authority: '' }), name };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function moduleItem(source: vscode.Uri, name: string, description: string): ProgramItem {
  return { label: `$(library) ${nameOf(source)}:${name}`, description, program: { source, name } };
}

/** The program that a file of PyTorch belongs to: one of the workspace, or what Python makes of the file by itself. */
export async function chooseProgramFor(model: vscode.Uri, mayHoldModel: boolean): Promise<ChosenProgram | undefined> {
  const name = nameOf(model);
  const loaded: ProgramItem = {
    label: `$(package) ${name} as Python loads it`,
    description: 'a whole pickled model: loading it runs code that the file names',
    program: { source: model },
  };
  const placeholder = mayHoldModel
    ? `Choose what makes the model of ${name}`
    : `Choose the class that the weights in ${name} belong to`;
  const items = [...(mayHoldModel ? [loaded] : []), ...(await programsOfWorkspace()), NAME, LOOK];
  return programOf(await choose({ title: `Capture ${name} with Python`, placeholder }, items), placeholder);
}

async function programOf(chosen: Answer<ProgramItem>, title: string): Promise<ChosenProgram | undefined> {
  if (typeof chosen !== 'object') return undefined;
  if (chosen.program === 'name a module') return nameModule();
  if (chosen.program !== 'look for a file') return chosen.program;
  const [file] = (await vscode.window.showOpenDialog({ title, filters: { Python: ['py'] } })) ?? [];
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
