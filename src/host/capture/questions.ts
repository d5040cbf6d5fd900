/** The questions of *Capture Model…*, one after another, with a way back; each knows what was answered the last time. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { InputGuess, ProgramChoice, ProgramDescription } from '../../shared/capture.ts';
import { type Answer, BACK, choose, write } from '../pick.ts';
import {
  answersText,
  argumentsGuess,
  argumentsText,
  type ProgramAnswers,
  parseArguments,
  signatureOf,
} from './answers.ts';
import { splitCommandLine } from './command-line.ts';
import { complaint, inputQuestions, specOf } from './input-answers.ts';

/** The place of a question in the whole. */
export type Step = readonly [at: number, of: number];

/** Files with weights. */
const WEIGHTS = '**/*.{pt,pth,ckpt,bin,safetensors}';
const NOT_OWN = '**/{node_modules,site-packages,.git}/**';
const MOST_WEIGHTS = 200;

const ICONS = { class: 'symbol-class', function: 'symbol-function', object: 'symbol-variable' } as const;

/** Whether to do the same once more; undefined where the user leaves. */
export async function askAgain(title: string, last: ProgramAnswers, target: string): Promise<boolean | undefined> {
  const items = [
    { label: '$(debug-rerun) Capture Again', detail: `${answersText(last)} → ${target}`, again: true },
    {
      label: '$(settings-gear) Change Something…',
      detail: 'Asks everything once more, beginning with these answers',
      again: false,
    },
  ];
  const chosen = await choose({ title, placeholder: 'Capture as the last time?' }, items);
  return typeof chosen === 'object' ? chosen.again : undefined;
}

/** Which class, function or object is the model. */
export async function askProgram(
  title: string,
  { choices }: ProgramDescription,
  before: string | undefined,
  step: Step,
): Promise<Answer<ProgramChoice>> {
  const modules = choices.filter(({ kind, isModule }) => kind !== 'class' || isModule);
  const others = choices.filter((each) => !modules.includes(each));
  const items = [...modules, ...others].map((choice) => ({
    label: `$(${ICONS[choice.kind]}) ${choice.name}`,
    ...(choice.parameters.length > 0 && { description: signatureOf({ ...choice, name: '' }) }),
    ...(choice.summary !== undefined && { detail: choice.summary }),
    choice,
  }));
  // A file builds up to its model: the last class is it more often than not.
  const active = items.find(({ choice }) => choice.name === before) ?? items.findLast(({ choice }) => choice.isModule);
  const question = { title, placeholder: 'Choose the class or function that makes the model', step };
  const chosen = await choose(question, items, active);
  return typeof chosen === 'object' ? chosen.choice : chosen;
}

/** With what a class or function is called. */
export async function askArguments(
  title: string,
  choice: ProgramChoice,
  before: ProgramAnswers['arguments'] | undefined,
  step: Step,
): Promise<Answer<ProgramAnswers['arguments']>> {
  const { name, parameters } = choice;
  // Of a module nothing is known before it is imported.
  const isKnown = parameters.some((each) => !each.name.startsWith('*'));
  const read = (text: string) => parseArguments(text, parameters);
  const text = await write(
    {
      title,
      placeholder: isKnown ? parameters.map((each) => each.name).join(', ') : 'NAME=VALUE, NAME=VALUE',
      prompt: `Arguments of ${isKnown ? signatureOf(choice) : name}, as Python has them; empty for its defaults.`,
      step,
    },
    argumentsGuess(parameters, before),
    (written) => {
      const result = read(written);
      return typeof result === 'string' ? result : undefined;
    },
  );
  if (typeof text !== 'string') return text;
  const result = read(text);
  return typeof result === 'string' ? {} : result;
}

/** What the program finds on its command line; the empty text for nothing. */
export function askCommandLine(
  title: string,
  program: string,
  before: string | undefined,
  step: Step,
): Promise<Answer<string>> {
  return write(
    {
      title,
      placeholder: '--width 64 --config "my config.yaml"',
      prompt: `The command line of ${program}, as in a terminal behind its name; empty for none.`,
      step,
    },
    before ?? '',
    (text) => (splitCommandLine(text) === undefined ? 'A quote is not closed.' : undefined),
  ).then((text) => (typeof text === 'string' ? text.trim() : text));
}

interface WeightsItem extends vscode.QuickPickItem {
  /** The empty text for none; undefined for a file to look for. */
  readonly file: string | undefined;
}

/** A file with weights; the empty text for none. */
export async function askWeights(
  title: string,
  program: vscode.Uri,
  before: string | undefined,
  step: Step,
): Promise<Answer<string>> {
  const found = await vscode.workspace.findFiles(WEIGHTS, NOT_OWN, MOST_WEIGHTS);
  const near = path.dirname(program.fsPath);
  const files = new Set([...(before ? [before] : []), ...found.map(({ fsPath }) => fsPath).sort(nearest(near))]);
  const items: WeightsItem[] = [
    { label: 'None', description: 'the model as the program builds it', file: '' },
    ...[...files].map((file) => ({
      label: path.basename(file),
      description: path.relative(near, path.dirname(file)),
      file,
    })),
    { label: 'Look for a file…', file: undefined },
  ];
  const active = items.find(({ file }) => file === (before ?? ''));
  const placeholder = 'Choose the weights (a state_dict) to load';
  const chosen = await choose({ title, placeholder, step }, items, active);
  if (typeof chosen !== 'object') return chosen;
  if (chosen.file !== undefined) return chosen.file;
  const [file] = (await vscode.window.showOpenDialog({ title: placeholder, defaultUri: vscode.Uri.file(near) })) ?? [];
  return file?.fsPath;
}

/** Fewer folders away first, then by name. */
function nearest(folder: string): (a: string, b: string) => number {
  const distance = (file: string) => path.relative(folder, file).split(/[\\/]/).length;
  return (a, b) => distance(a) - distance(b) || (a < b ? -1 : 1);
}

/** What the program takes: one question for each input that is guessed. */
export async function askInputs(
  title: string,
  guesses: readonly InputGuess[],
  before: readonly string[],
  [at, of]: Step,
): Promise<Answer<readonly string[]>> {
  const questions = inputQuestions(guesses, before);
  const answers: string[] = [];
  for (let k = 0; k < questions.length; k = answers.length) {
    const question = questions[k];
    if (!question) break;
    const { name, prompt, guess } = question;
    const answer = await write(
      { title, placeholder: guess, prompt, step: [at + k, of + questions.length - 1] },
      guess,
      (text) => complaint(name, text),
    );
    if (answer === undefined) return undefined;
    if (answer !== BACK) answers.push(specOf(name, answer));
    else if (answers.pop() === undefined) return BACK;
  }
  return answers;
}

/** What was answered, for a place where little fits. */
export function shortText({ name, arguments: given }: Pick<ProgramAnswers, 'name' | 'arguments'>): string {
  const text = argumentsText(given);
  return text === '' ? name : `${name}(${text})`;
}
