/** Captures the user's own program: what is asked of the helper in the user's Python, and what its answers mean. */
import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { InputError } from '../../ir/errors.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Progress } from '../../progress.ts';
import { failureProblem, noteProblem } from './failures.ts';
import { type HelperRun, type Log, runHelper } from './helper.ts';
import type {
  Build,
  CaptureOutcome,
  HelperFailure,
  HelperOperator,
  HelperRequest,
  InputGuesses,
  ProgramDescription,
  PythonFacts,
} from './protocol.ts';

/** Where the program runs. */
export interface Interpreter {
  /** The interpreter: a path, or a name that is found on the path. */
  readonly python: string;
  /** The folder that it runs in: that of the program where nothing is said. */
  readonly folder?: string | undefined;
  /** How long the program may take, in seconds; DEFAULT_SECONDS where nothing is said. */
  readonly seconds?: number | undefined;
  /** Bytes that it may use; three quarters of the machine's where nothing is said. */
  readonly memory?: number | undefined;
}

/** Which program, and how it is built. */
export interface Program {
  /** The .py file; absent where `module` is an installed module. */
  readonly file?: string | undefined;
  readonly module?: string | undefined;
  readonly name: string;
  /** Python literals by the names of parameters; `*` lists those by position. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly weights?: string | undefined;
  readonly operators: readonly HelperOperator[];
  /** Codes of problems that the user takes: `weights-do-not-fit`, `weights-unreadable`, `trace-depends-on-data`. */
  readonly accept: readonly string[];
}

export interface CaptureRequest extends Interpreter, Program {
  /** As on the command line: `x:float32[batch,3,224,224]`. */
  readonly inputs: readonly string[];
  /** The file to write, without its extension. */
  readonly output: string;
  /** Also write what the program itself gives, for a comparison. */
  readonly reference: boolean;
}

/** An answer of the helper, or the problem that kept it from one. */
export type Answer<T> =
  | { readonly answer: T; readonly notes: readonly Problem[] }
  | { readonly problem: Problem; readonly failure: HelperFailure; readonly notes: readonly Problem[] };

export const DEFAULT_SECONDS = 600;
const SEED = 1;

/** What there is in an interpreter: its PyTorch, and its ways of capturing. Nothing of the user's is imported. */
export function probePython(interpreter: Interpreter, progress: Progress, log?: Log): Promise<Answer<PythonFacts>> {
  return ask<PythonFacts>({ do: 'probe' }, interpreter, process.cwd(), progress, log);
}

/** What a file defines, read without importing it. */
export function describeProgram(
  file: string,
  interpreter: Interpreter,
  progress: Progress,
  log?: Log,
): Promise<Answer<ProgramDescription>> {
  const path = resolve(file);
  checkFiles(path);
  return ask<ProgramDescription>({ do: 'describe', file: path }, interpreter, dirname(path), progress, log);
}

/** What the built program takes, as far as it can be guessed. The program is run. */
export function guessInputs(
  program: Program,
  interpreter: Interpreter,
  progress: Progress,
  log?: Log,
): Promise<Answer<InputGuesses>> {
  const request: HelperRequest = { do: 'inputs', ...buildOf(program, interpreter) };
  return ask<InputGuesses>(request, interpreter, folderOf(program), progress, log);
}

/** Runs and captures the program; what is written stands beside `output`. */
export function captureProgram(
  request: CaptureRequest,
  progress: Progress,
  log?: Log,
): Promise<Answer<CaptureOutcome>> {
  const { inputs, output, reference, accept } = request;
  const asked: HelperRequest = {
    do: 'capture',
    ...buildOf(request, request),
    inputs,
    output: resolve(output),
    ways: ['export', 'script', 'trace'],
    acceptTrace: accept.includes('trace-depends-on-data'),
    reference,
  };
  return ask<CaptureOutcome>(asked, request, folderOf(request), progress, log);
}

function buildOf(program: Program, { memory, seconds }: Interpreter): Build {
  const { file, module, name, argv, weights, operators, accept } = program;
  checkFiles(file, weights);
  return {
    ...(file !== undefined && { file: resolve(file) }),
    ...(module !== undefined && { module }),
    name,
    arguments: program.arguments,
    argv,
    ...(weights !== undefined && { weights: resolve(weights) }),
    acceptWeights: accept.includes('weights-do-not-fit'),
    trustWeights: accept.includes('weights-unreadable'),
    operators,
    memory: memory ?? Math.floor(totalmem() * 0.75),
    seconds: seconds ?? DEFAULT_SECONDS,
    seed: SEED,
  };
}

/** Throws InputError for a file that is not there. */
function checkFiles(...files: readonly (string | undefined)[]): void {
  for (const file of files) {
    if (file === undefined || existsSync(file)) continue;
    throw new InputError('file-missing', 'there is no such file', { file }, 'Check the path.');
  }
}

function folderOf({ file }: Program): string {
  return file === undefined ? process.cwd() : dirname(resolve(file));
}

async function ask<T>(
  request: HelperRequest,
  { python, folder, seconds = DEFAULT_SECONDS }: Interpreter,
  usualFolder: string,
  progress: Progress,
  log: Log | undefined,
): Promise<Answer<T>> {
  await progress.step('Starting Python');
  const run = await runHelper(request, { python, folder: folder ?? usualFolder, seconds, log }, progress);
  progress.check();
  return answerOf<T>(run);
}

/** Throws where the helper itself is at fault. */
function answerOf<T>(run: HelperRun): Answer<T> {
  const notes = run.notes.map(noteProblem);
  if ('result' in run) return { answer: run.result as T, notes };
  const { failure } = run;
  const problem = failureProblem(failure);
  if (problem) return { problem, failure, notes };
  throw new Error(`the helper in Python failed: ${failure.kind}: ${failure.reason}`);
}
