/** What to ask of the inputs of a program, and what the answers mean. */
import { InputError } from '../core/ir/errors.ts';
import { parseInputSpec } from '../core/reading.ts';
import type { ModelSummary } from '../shared/graph.ts';
import type { ProblemData } from '../shared/problems.ts';

/** One input to ask for. */
export interface InputQuestion {
  readonly name: string;
  readonly placeholder: string;
  readonly prompt: string;
  /** The best guess. */
  readonly guess: string;
  /** What is wrong with an answer; undefined where nothing is. */
  complaint(text: string): string | undefined;
}

/** What most vision models take: the best guess without any other knowledge. */
const IMAGE = 'float32[1,3,224,224]';
const PROMPT =
  "The type and shape that you deploy, such as float32[1,3,224,224]. Sizes are the model's own; a name leaves one open, as in float32[batch,3,224,224].";
const NUMBER_PROMPT = (example: string) =>
  `A number that the program takes. Leave its type, and it is an input of the converted model; or give its value, such as ${example}, and the model is made for that alone.`;

/** Types of plain numbers, each with a value for example. */
const NUMBERS: Readonly<Record<string, string>> = { 'int64[]': '16000', 'float64[]': '0.5', 'bool[]': 'true' };

/** A question for each input of a call of the program: state that it keeps is none of these. */
export function inputQuestions(
  summary: Pick<ModelSummary, 'inputs' | 'problems'> | undefined,
): readonly InputQuestion[] {
  const { inputs = [], problems = [] } = summary ?? {};
  const kept = problems.flatMap(({ code, details }) => (code === 'state-carried' ? [details.attribute ?? ''] : []));
  const asked = inputs.filter(({ name }) => !kept.some((path) => name.replace(/_\d+$/, '') === path || name === path));
  const named = asked.length > 0 ? asked : [{ name: 'the first input', type: '' }];
  return named.map(({ name, type }, at) => {
    const number = Object.hasOwn(NUMBERS, type) ? NUMBERS[type] : undefined;
    return {
      name,
      placeholder: number === undefined ? IMAGE : type,
      prompt: `What is ${name}? ${number === undefined ? PROMPT : NUMBER_PROMPT(number)}`,
      guess: guessOf(problems, name) ?? guess(type),
      complaint: (text) => complaint(at, text, number),
    };
  });
}

/** An answer as `--input` takes it: a type, or the value of a number. */
export function specOf(at: number, answer: string): string {
  const text = answer.trim();
  return text.includes('[') ? `${at}:${text}` : `${at}=${text}`;
}

/** The answer of last time. */
export function answerIn(kept: readonly string[], at: number): string | undefined {
  return kept.find((text) => text.startsWith(`${at}:`) || text.startsWith(`${at}=`))?.slice(`${at}:`.length);
}

/** What the program itself tells of an input: the first layer of a pickled module. */
function guessOf(problems: readonly Pick<ProblemData, 'code' | 'details'>[], name: string): string | undefined {
  const missing = problems.filter(({ code }) => code === 'shape-unknown');
  return missing.find(({ details }) => details.operator === `input ${name}`)?.details.guess;
}

/** A type text with every size said; sizes that are neither numbers nor names become 1. */
function guess(type: string): string {
  if (Object.hasOwn(NUMBERS, type)) return type;
  const known = /^([a-z]+\d*)\[([^\]]+)\]$/.exec(type);
  if (!known) return IMAGE;
  const sizes = (known[2] ?? '').split(',').map((size) => (/^\s*\w+\s*$/.test(size) ? size.trim() : '1'));
  return `${known[1]}[${sizes.join(',')}]`;
}

function complaint(at: number, text: string, number: string | undefined): string | undefined {
  const wanted =
    number === undefined
      ? `Write it as TYPE[SIZES], such as ${IMAGE}.`
      : `Write a value, such as ${number}, or a type, such as int64[].`;
  try {
    const { value } = parseInputSpec(number === undefined ? `${at}:${text.trim()}` : specOf(at, text));
    return typeof value === 'string' || value === null ? wanted : undefined;
  } catch (error) {
    return error instanceof InputError ? wanted : String(error);
  }
}
