/** Asks for the types of a program's inputs, where its file does not record them, and for numbers that shall be fixed. */
import type { ModelSummary } from '../shared/graph.ts';
import type { ReadingOptions } from '../shared/identifiers.ts';
import type { ProblemData } from '../shared/problems.ts';
import { answerIn, inputQuestions, specOf } from './input-answers.ts';
import { BACK, write } from './pick.ts';

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
  const questions = inputQuestions(summary);
  const answers: string[] = [];
  for (let at = 0; at < questions.length; at = answers.length) {
    const question = questions[at];
    if (!question) break;
    const answer = await write(
      { ...question, title: `Input Shapes of ${fileName}`, step: [at + 1, questions.length] },
      answerIn(kept, at) ?? question.guess,
      question.complaint,
    );
    if (answer === undefined) return undefined;
    if (answer === BACK) answers.pop();
    else answers.push(specOf(at, answer));
  }
  return answers;
}
