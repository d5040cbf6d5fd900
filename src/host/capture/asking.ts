/** All questions of a capture in their order, of which some may be answered already, with a way back through them. */
import type * as vscode from 'vscode';
import type { InputGuess, ProgramChoice, ProgramDescription } from '../../shared/capture.ts';
import type { TargetRow } from '../../shared/conversion.ts';
import { chooseTargetOrBack } from '../choose-target.ts';
import { askWishes } from '../conversion-wishes.ts';
import { BACK } from '../pick.ts';
import { readsCommandLine } from './command-line.ts';
import { guessesOf } from './input-answers.ts';
import { KEPT } from './keep.ts';
import type { CaptureAnswers } from './memory.ts';
import { askArguments, askCommandLine, askInputs, askProgram, askWeights, type Step } from './questions.ts';
import { nameOf } from './source.ts';

/** What questions are asked about, and what they may ask of others. */
export interface Asking {
  readonly title: string;
  readonly source: vscode.Uri;
  readonly targets: readonly TargetRow[];
  /** Of the conversions of this workspace. */
  readonly memory: vscode.Memento;
  /** The answers of last time for a class. */
  last(name: string): CaptureAnswers | undefined;
  /** The text of the file; empty where there is none. */
  readonly text: string;
  /** Whether the command line is asked for, also where the file does not seem to read it. */
  readonly asksCommandLine: boolean;
  /** What the file defines; undefined where that cannot be told, which the user knows then. */
  describe(): Promise<ProgramDescription | undefined>;
  /** What the program takes, likewise. */
  guess(answers: Draft): Promise<readonly InputGuess[] | undefined>;
}

/** What is answered so far. */
export type Draft = {
  -readonly [K in keyof CaptureAnswers]?: CaptureAnswers[K] | undefined;
};

export type Question = 'program' | 'arguments' | 'argv' | 'weights' | 'inputs' | 'target';

/** Asked; or there was nothing to ask; or the user goes back; or leaves. */
type Outcome = 'asked' | 'left out' | typeof BACK | undefined;
type Ask = (asking: Asking, draft: Draft, step: Step) => Promise<Outcome>;

/** The target asks for its opset, and then for what else to do. */
const MORE_FOR_TARGET = 2;

const QUESTIONS: Readonly<Record<Question, Ask>> = {
  async program(asking, draft, step) {
    const description = await asking.describe();
    if (!description) return undefined;
    const { choices } = description;
    const only = choices.length === 1 ? choices[0] : undefined;
    const chosen = only ?? (await askProgram(asking.title, description, draft.name, step));
    if (chosen === undefined || chosen === BACK) return chosen;
    if (chosen.name !== draft.name) Object.assign(draft, NOTHING, asking.last(chosen.name));
    draft.name = chosen.name;
    return chosen === only ? 'left out' : 'asked';
  },

  async arguments(asking, draft, step) {
    const description = await asking.describe();
    if (!description) return undefined;
    const choice = choiceIn(description, draft);
    if (choice.kind === 'object' || choice.parameters.length === 0) {
      draft.arguments = {};
      return 'left out';
    }
    const given = await askArguments(asking.title, choice, draft.arguments, step);
    if (given === undefined || given === BACK) return given;
    // Other arguments may take other inputs.
    if (JSON.stringify(given) !== JSON.stringify(draft.arguments)) draft.inputs = undefined;
    draft.arguments = given;
    return 'asked';
  },

  async argv(asking, draft, step) {
    const description = await asking.describe();
    if (!description) return undefined;
    const choice = choiceIn(description, draft);
    const isRead = asking.asksCommandLine || (draft.argv ?? '') !== '' || readsCommandLine(asking.text, choice);
    if (!isRead) return 'left out';
    const argv = await askCommandLine(asking.title, nameOf(asking.source), draft.argv, step);
    if (argv === undefined || argv === BACK) return argv;
    // Other settings may take other inputs.
    if (argv !== (draft.argv ?? '')) draft.inputs = undefined;
    draft.argv = argv === '' ? undefined : argv;
    return 'asked';
  },

  async weights(asking, draft, step) {
    const file = await askWeights(asking.title, asking.source, draft.weights, step);
    if (file === undefined || file === BACK) return file;
    draft.weights = file === '' ? undefined : file;
    return 'asked';
  },

  async inputs(asking, draft, step) {
    const description = await asking.describe();
    if (description?.offersInputs) {
      draft.inputs = [];
      return 'left out';
    }
    const known = draft.inputs ?? [];
    const guesses = known.length > 0 ? guessesOf(known) : await asking.guess(draft);
    if (!guesses) return undefined;
    const inputs = await askInputs(asking.title, guesses, known, step);
    if (inputs === undefined || inputs === BACK) return inputs;
    draft.inputs = inputs;
    return 'asked';
  },

  async target({ title, targets, memory }, draft, [at, of]) {
    for (let isBack = false; ; isBack = true) {
      const current = draft.target ?? { target: 'onnx' };
      const target = await chooseTargetOrBack(targets, { title, current, before: at - 1, more: 1, isBack });
      if (target === undefined || target === BACK) return target;
      draft.target = target;
      // Nothing is done to a capture that is kept as it is.
      if (target.target === KEPT.id) return 'asked';
      const wishes = await askWishes(memory, title, [of, of]);
      if (wishes === undefined) return undefined;
      if (wishes === BACK) continue;
      draft.wishes = wishes;
      return 'asked';
    }
  },
};

/** What another class has none of. */
const NOTHING: Draft = {
  arguments: undefined,
  argv: undefined,
  weights: undefined,
  inputs: undefined,
  accept: undefined,
};

/** Asks the questions in order; undefined where the user leaves or nothing can be asked. */
export async function askAll(
  asking: Asking,
  questions: readonly Question[],
  draft: Draft,
): Promise<CaptureAnswers | undefined> {
  const asked: number[] = [];
  for (let at = 0; at < questions.length; ) {
    const question = questions[at];
    if (!question) break;
    const left = questions.length - at + (questions.includes('target') ? MORE_FOR_TARGET : 0);
    const outcome = await QUESTIONS[question](asking, draft, [asked.length + 1, asked.length + left]);
    if (outcome === undefined) return undefined;
    if (outcome === BACK) at = asked.pop() ?? at;
    else {
      if (outcome === 'asked') asked.push(at);
      at++;
    }
  }
  return finished(draft);
}

/** Answers with what holds where nothing was said. */
export function finished(draft: Draft): CaptureAnswers {
  const {
    name = '',
    arguments: given = {},
    argv,
    weights,
    inputs = [],
    target = { target: 'onnx' },
    accept = [],
  } = draft;
  const wishes = draft.wishes ?? { simplify: false, verify: false };
  const optional = { ...(argv !== undefined && { argv }), ...(weights !== undefined && { weights }) };
  return { name, arguments: given, ...optional, inputs, target, wishes, accept };
}

/** What was chosen, or a class of which the file tells nothing. */
function choiceIn({ choices }: ProgramDescription, { name = '' }: Draft): ProgramChoice {
  const told = choices.find((each) => each.name === name);
  return told ?? { kind: 'class', name, line: 1, isModule: true, parameters: [] };
}
