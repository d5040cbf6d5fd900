/** The user's own Python as the engine asks it: answers and problems as plain data, what it prints some lines at a time. */
import { type Answer, captureProgram, describeProgram, guessInputs } from '../core/capture/live/capture.ts';
import { convertBeside } from '../core/capture/live/convert-captured.ts';
import { operatorsForHelper } from '../core/custom/live.ts';
import { loadCustomOperators } from '../core/custom/read.ts';
import type { Progress } from '../core/progress.ts';
import type { ConvertRequest, ConvertResult } from '../core/request.ts';
import type { CaptureProblem, PythonAnswer, PythonProgram } from '../shared/capture.ts';
import type { CapturedReference } from '../shared/conversion.ts';
import type { PythonCore, Told } from './engine.ts';

/** A program that prints without end is heard a few times in a second. */
const PRINT_MS = 100;

export const realPython: PythonCore = {
  async describe({ file, ...interpreter }, told) {
    return answered(await printing(told, (print) => describeProgram(file, interpreter, told.progress, print)));
  },
  async guessInputs(program, told) {
    const ask = (print: Print) => guessInputs(buildOf(program), program, told.progress, print);
    const { answer, problems } = answered(await printing(told, ask));
    return { ...(answer && { answer: answer.guesses }), problems };
  },
  async capture(request, told) {
    const { inputs, output, reference, python, folder, seconds, memory } = request;
    const wanted = { ...buildOf(request), python, folder, seconds, memory, inputs, output, reference };
    return answered(await printing(told, (print) => captureProgram(wanted, told.progress, print)));
  },
};

/** Converts what was captured, and compares the result with what the program itself gave. */
export function convertCaptured(
  { reference: { folder, torch }, ...request }: ConvertRequest & { readonly reference: CapturedReference },
  progress: Progress,
): Promise<ConvertResult> {
  return convertBeside(request, torch, folder, progress);
}

/** The operators that stand beside the program, or above it, are recorded as they are. */
function buildOf({ file, module, name, arguments: given, argv, weights, accept, about }: PythonProgram) {
  const operators = operatorsForHelper(loadCustomOperators(about, []));
  return { file, module, name, arguments: given, argv, weights, accept, operators };
}

function answered<T>(answer: Answer<T>): PythonAnswer<T> {
  if ('answer' in answer) return { answer: answer.answer, problems: answer.notes };
  const failure: CaptureProblem = { ...answer.problem, candidates: answer.failure.candidates };
  return { problems: [failure, ...answer.notes] };
}

type Print = (line: string) => void;

/** Passes on what is printed while something runs. */
async function printing<T>({ print }: Told, run: (print: Print) => Promise<T>): Promise<T> {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) print(lines.join('\n'));
    lines = [];
  };
  const timer = setInterval(flush, PRINT_MS);
  try {
    return await run((line) => lines.push(line));
  } finally {
    clearInterval(timer);
    flush();
  }
}
