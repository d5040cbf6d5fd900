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

/** Asked; or the user goes back; or leaves. */
type Outcome = 'asked' | typeof BACK | undefined;

interface QuestionKind {
  /** Whether there is nothing to ask: what the file defines tells the answer. */
  isTold?(asking: Asking, draft: Draft, description: ProgramDescription): boolean;
  /** Puts the answer where there was nothing to ask. */
  take?(asking: Asking, draft: Draft, description: ProgramDescription): void;
  ask(asking: Asking, draft: Draft, step: Step, description: ProgramDescription): Promise<Outcome>;
}

/** The target asks for its opset, and then for what else to do. */
const MORE_FOR_TARGET = 2;

const QUESTIONS: Readonly<Record<Question, QuestionKind>> = {
  program: {
    isTold: (_, __, { choices }) => choices.length === 1,
    take: (asking, draft, { choices: [only] }) => takeProgram(asking, draft, only?.name),
    async ask(asking, draft, step, description) {
      const chosen = await askProgram(asking.title, description, draft.name, step);
      if (chosen === undefined || chosen === BACK) return chosen;
      takeProgram(asking, draft, chosen.name);
      return 'asked';
    },
  },

  arguments: {
    isTold(_, draft, description) {
      const choice = draft.name === undefined ? undefined : choiceIn(description, draft);
      return choice !== undefined && (choice.kind === 'object' || choice.parameters.length === 0);
    },
    take: (_, draft) => {
      draft.arguments = {};
    },
    async ask(asking, draft, step, description) {
      const given = await askArguments(asking.title, choiceIn(description, draft), draft.arguments, step);
      if (given === undefined || given === BACK) return given;
      // Other arguments may take other inputs.
      if (JSON.stringify(given) !== JSON.stringify(draft.arguments)) draft.inputs = undefined;
      draft.arguments = given;
      return 'asked';
    },
  },

  argv: {
    isTold: ({ asksCommandLine, text }, draft, description) =>
      !asksCommandLine && (draft.argv ?? '') === '' && !readsCommandLine(text, choiceIn(description, draft)),
    async ask(asking, draft, step) {
      const argv = await askCommandLine(asking.title, nameOf(asking.source), draft.argv, step);
      if (argv === undefined || argv === BACK) return argv;
      // Other settings may take other inputs.
      if (argv !== (draft.argv ?? '')) draft.inputs = undefined;
      draft.argv = argv === '' ? undefined : argv;
      return 'asked';
    },
  },

  weights: {
    async ask(asking, draft, step) {
      const file = await askWeights(asking.title, asking.source, draft.weights, step);
      if (file === undefined || file === BACK) return file;
      draft.weights = file === '' ? undefined : file;
      return 'asked';
    },
  },

  inputs: {
    isTold: (_, __, { offersInputs }) => offersInputs,
    take: (_, draft) => {
      draft.inputs = [];
    },
    async ask(asking, draft, step) {
      const known = draft.inputs ?? [];
      const guesses = known.length > 0 ? guessesOf(known) : await asking.guess(draft);
      if (!guesses) return undefined;
      const inputs = await askInputs(asking.title, guesses, known, step);
      if (inputs === undefined || inputs === BACK) return inputs;
      draft.inputs = inputs;
      return 'asked';
    },
  },

  target: {
    async ask({ title, targets, memory }, draft, [at, of]) {
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

function takeProgram(asking: Asking, draft: Draft, name = ''): void {
  if (name !== draft.name) Object.assign(draft, NOTHING, asking.last(name));
  draft.name = name;
}

/** Asks the questions in order; undefined where the user leaves or nothing can be asked. */
export async function askAll(
  asking: Asking,
  questions: readonly Question[],
  draft: Draft,
): Promise<CaptureAnswers | undefined> {
  // Nothing is asked of Python where the questions left are not about what the file defines.
  const isAbout = questions.some((question) => QUESTIONS[question].isTold);
  const description = isAbout ? await asking.describe() : NOTHING_TOLD;
  if (!description) return undefined;
  const isOpen = (question: Question) => !QUESTIONS[question].isTold?.(asking, draft, description);
  const asked: number[] = [];
  for (let at = 0; at < questions.length; ) {
    const question = questions[at];
    if (!question) break;
    if (!isOpen(question)) {
      QUESTIONS[question].take?.(asking, draft, description);
      at++;
      continue;
    }
    const left = questions.slice(at).filter(isOpen).length + (questions.includes('target') ? MORE_FOR_TARGET : 0);
    const step: Step = [asked.length + 1, asked.length + left];
    const outcome = await QUESTIONS[question].ask(asking, draft, step, description);
    if (outcome === undefined) return undefined;
    if (outcome === BACK) at = asked.pop() ?? at;
    else {
      asked.push(at);
      at++;
    }
  }
  return finished(draft);
}

const NOTHING_TOLD: ProgramDescription = { choices: [], offersInputs: false };

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
