/** Asks for the types of a program's inputs, where its file does not record them. */
import { InputError } from '../core/ir/errors.ts';
import { parseInputSpec } from '../core/reading.ts';
import type { ModelSummary, ProblemData, ReadingOptions } from '../shared/engine.ts';
import { BACK, write } from './pick.ts';

/** What most vision models take: the best guess without any other knowledge. */
const IMAGE = 'float32[1,3,224,224]';
const PROMPT =
  "The type and shape that you deploy, such as float32[1,3,224,224]. Sizes are the model's own; a name leaves one open, as in float32[batch,3,224,224].";

/** Whether a problem goes away when the user says what the inputs are. */
export function wantsInputShapes(problems: readonly ProblemData[]): boolean {
  // Where a node of the graph lacks a shape, it is not the inputs that are missing: they are made by no node.
  return problems.some(({ code, node }) => code === 'shape-unknown' && !node?.outputs.length);
}

/**
 * The inputs as `--input` takes them, by position; undefined where the user leaves. `kept` are the answers of last time.
 */
export async function askInputShapes(
  summary: Pick<ModelSummary, 'inputs' | 'problems'> | undefined,
  kept: ReadingOptions['inputs'],
  fileName: string,
): Promise<string[] | undefined> {
  const inputs = summary && summary.inputs.length > 0 ? summary.inputs : [{ name: 'the first input', type: '' }];
  const answers: string[] = [];
  while (answers.length < inputs.length) {
    const at = answers.length;
    const { name, type } = inputs[at] ?? { name: String(at), type: '' };
    const before = kept.find((text) => text.startsWith(`${at}:`))?.slice(`${at}:`.length);
    const answer = await write(
      {
        title: `Input Shapes of ${fileName}`,
        placeholder: IMAGE,
        prompt: `What is ${name}? ${PROMPT}`,
        step: [at + 1, inputs.length],
      },
      before ?? guessOf(summary?.problems ?? [], name) ?? guess(type),
      (text) => complaint(at, text),
    );
    if (answer === undefined) return undefined;
    if (answer === BACK) answers.pop();
    else answers.push(`${at}:${answer.trim()}`);
  }
  return answers;
}

/** What the program itself tells of an input: the first layer of a pickled module. */
function guessOf(problems: readonly ProblemData[], name: string): string | undefined {
  const missing = problems.filter(({ code }) => code === 'shape-unknown');
  return missing.find(({ details }) => details.operator === `input ${name}`)?.details.guess;
}

/** A type text with every size said; sizes that are neither numbers nor names become 1. */
function guess(type: string): string {
  const known = /^([a-z]+\d*)\[([^\]]+)\]$/.exec(type);
  if (!known) return IMAGE;
  const sizes = (known[2] ?? '').split(',').map((size) => (/^\s*\w+\s*$/.test(size) ? size.trim() : '1'));
  return `${known[1]}[${sizes.join(',')}]`;
}

function complaint(at: number, text: string): string | undefined {
  try {
    parseInputSpec(`${at}:${text.trim()}`);
    return undefined;
  } catch (error) {
    return error instanceof InputError ? `Write it as TYPE[SIZES], such as ${IMAGE}.` : String(error);
  }
}
