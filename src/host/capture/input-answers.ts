/** What the inputs of a program are: a question for each, and what the answers mean. */
import { InputError } from '../../core/ir/errors.ts';
import { parseInputSpec } from '../../core/reading.ts';
import type { InputGuess } from '../../shared/capture.ts';

export interface InputQuestion {
  readonly name: string;
  readonly prompt: string;
  /** What stands there first: without the name of the input. */
  readonly guess: string;
}

const ADVICE =
  'The type and sizes that you deploy, such as float32[1,3,224,224]; a name leaves a size open, as in float32[batch,3,224,224].';

/** A question for each input that is guessed; `before` are the answers of last time. */
export function inputQuestions(guesses: readonly InputGuess[], before: readonly string[]): readonly InputQuestion[] {
  return guesses.map(({ name, guess, from }) => {
    const last = before.find((each) => nameOf(each) === name);
    const guessed = from === '' ? 'The program does not say.' : `Guessed from ${from}.`;
    const source = last === undefined ? guessed : 'As the last time.';
    const what = /^\d+$/.test(name) ? 'the first input' : name;
    return { name, prompt: `What is ${what}? ${source} ${ADVICE}`, guess: withoutName(last ?? guess) };
  });
}

/** The answers of last time as guesses, where no others are at hand. */
export function guessesOf(before: readonly string[]): readonly InputGuess[] {
  return before.map((guess) => ({ name: nameOf(guess), guess, from: 'the last time' }));
}

/** As `--input` takes it: `x:float32[1,3]`, or `flag=true`. */
export function specOf(name: string, answer: string): string {
  const text = answer.trim();
  return /^[a-z]+\d*\w*\[[^\]]*\]$/.test(text) ? `${name}:${text}` : `${name}=${text}`;
}

/** What is wrong with an answer; undefined where nothing is. */
export function complaint(name: string, answer: string): string | undefined {
  const wanted = 'Write it as TYPE[SIZES], such as float32[1,3,224,224], or a plain value, such as 16000 or true.';
  if (answer.trim() === '') return wanted;
  try {
    const { value } = parseInputSpec(specOf(name, answer));
    // A type that is half written reads as a text.
    return typeof value === 'string' && !/^(["']).*\1$/.test(answer.trim()) ? wanted : undefined;
  } catch (error) {
    return error instanceof InputError ? wanted : String(error);
  }
}

function nameOf(spec: string): string {
  return /^([^:=]*)[:=]/.exec(spec)?.[1] ?? spec;
}

function withoutName(spec: string): string {
  return spec.slice(nameOf(spec).length + 1);
}
