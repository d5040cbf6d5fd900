/** Live capture as a part of the extension: its command, its lenses, its problems, and what they work with. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { helperCommand } from '../../core/capture/live/command.ts';
import type { EngineCalls } from '../../shared/engine.ts';
import type { Converter } from '../convert.ts';
import type { OperatorDefiner } from '../custom-operator.ts';
import { showError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Models } from '../models.ts';
import type { Readings } from '../readings.ts';
import { isTorchFile } from '../uris.ts';
import { CapturedFiles } from './captured-files.ts';
import { Capturer } from './capturer.ts';
import { type ChosenProgram, chooseProgram, chooseProgramFor, nameModule } from './choose-program.ts';
import { isTrusted } from './consent.ts';
import { registerLenses } from './lenses.ts';
import { CaptureMemory } from './memory.ts';
import { CaptureProblems } from './problems.ts';
import { isProgram } from './source.ts';

/** Old captures are looked for when a window has started and is quiet. */
const CLEAN_MS = 10_000;
/** What is run, before the user has said which. */
const ANY = 'Capturing a model runs a Python program';

export interface CaptureSurroundings {
  readonly engine: EngineCalls;
  readonly converter: Converter;
  readonly definer: OperatorDefiner;
  readonly models: Models;
  readonly readings: Readings;
  /** The page that explains every code. */
  readonly codes: vscode.Uri;
  readonly log: Log;
}

export interface Capturing extends vscode.Disposable {
  readonly capturer: Capturer;
}

export function createCapturer(context: vscode.ExtensionContext, surroundings: CaptureSurroundings): Capturing {
  const { definer, models, codes, log } = surroundings;
  const problems = new CaptureProblems(codes, (attempt, fix, problem) => capturer.fix(attempt, fix, problem));
  const memory = new CaptureMemory(context.workspaceState);
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const files = new CapturedFiles(storage, (folder) => isShown(folder, models));
  const cleaning = setTimeout(() => void files.clean(), CLEAN_MS);
  const script = context.asAbsolutePath('python/graphwright_capture');
  const capturer: Capturer = new Capturer({
    ...surroundings,
    memory,
    memento: context.workspaceState,
    problems,
    files,
    command: (python) => helperCommand(python, script),
    define: (source, candidates) => definer.defineCandidate(source, candidates),
  });
  // A click in the explorer gives the files that are selected in the place of a name.
  const run = async (choosing: () => Promise<Chosen | undefined>) => {
    try {
      const chosen = await choosing();
      if (chosen) await capturer.capture(chosen.source, { name: chosen.name, weights: chosen.weights });
    } catch (error) {
      await showError(error, log, 'Capture Model');
    }
  };
  const named = (name: unknown) => (typeof name === 'string' ? name : undefined);
  const commands = [
    vscode.commands.registerCommand('graphwright.capture', (given?: vscode.Uri, name?: unknown, lack?: unknown) =>
      run(() => programFor(given, named(name), lack !== 'weights-only', memory)),
    ),
    vscode.commands.registerCommand('graphwright.captureModule', () =>
      run(async () => ((await isTrusted(ANY)) ? nameModule() : undefined)),
    ),
  ];
  const subscriptions = vscode.Disposable.from(problems, ...commands, registerLenses(), {
    dispose: () => clearTimeout(cleaning),
  });
  return { capturer, dispose: () => subscriptions.dispose() };
}

/** Whether an editor, or the list of problems, still has something of a folder. */
function isShown(folder: string, models: Models): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ input }) => input));
  const shown = tabs.flatMap((input) =>
    input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? [input.uri] : [],
  );
  return [...models.uris, ...shown].some((uri) => uri.fsPath.startsWith(folder + path.sep));
}

type Chosen = ChosenProgram & { readonly weights?: string };

/** What a command is about: its argument, the active editor, or what the user chooses. */
async function programFor(
  given: vscode.Uri | undefined,
  name: string | undefined,
  mayHoldModel: boolean,
  memory: CaptureMemory,
): Promise<Chosen | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const uri = given instanceof vscode.Uri ? given : active?.scheme === 'file' && isProgram(active) ? active : undefined;
  if (!uri) return (await isTrusted(ANY)) ? chooseProgram(memory) : undefined;
  if (!isTorchFile(uri)) return { source: uri, ...(name !== undefined && { name }) };
  const chosen = await chooseProgramFor(uri, mayHoldModel);
  const isOwn = chosen === undefined || chosen.source.toString() === uri.toString();
  return isOwn ? chosen : { ...chosen, weights: uri.fsPath };
}
