/**
 * Runs ONNX models with the onnxruntime of the user's own Python, where there is no onnxruntime-node: in a process of its own
 * for each run (python/graphwright_runtime), which gets its tensors as files.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '../ir/errors.ts';
import { Tensor } from '../ir/tensor.ts';
import { isRunnable } from './array-types.ts';
import { endOf } from './child-end.ts';
import { installCommand, runtimeCommand } from './python-command.ts';
import { environment, shippedPackage } from './shipped-python.ts';

export interface PythonRuntime {
  /** The interpreter: a path, or a name that is found on the path. */
  readonly python: string;
  /** Throws where the user has cancelled; asked for again and again. */
  readonly check?: () => void;
  /** How long a run may take. */
  readonly seconds?: number;
}

/** What is asked of python/graphwright_runtime. */
interface RunRequest {
  readonly model: string;
  /** The folder of the tensors' files. */
  readonly folder: string;
  readonly optimize: boolean;
  readonly inputs: readonly PassedTensor[];
}

/** A tensor whose elements lie in a file, packed and little-endian; texts stand in it. */
interface PassedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly texts?: readonly string[];
}

/** Its answer. */
type RunAnswer =
  | { readonly outputs: readonly PassedTensor[] }
  | { readonly failed: 'missing' | 'broken' | 'run'; readonly reason: string };

const SECONDS = 600;
/** Of what is printed the end says what went wrong. */
const TAIL = 4000;

/**
 * Runs a model once, on the CPU.
 *
 * @param model a path (external data is found beside it) or the bytes of a file
 * @returns the outputs by name, in the model's order
 * @throws InputError `runtime-missing` where that Python has no onnxruntime, `runtime-failed` where it rejects the model or
 *   the inputs, or ends otherwise
 */
export async function runInPython(
  model: string | Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
  { optimize = false }: { readonly optimize?: boolean },
  runtime: PythonRuntime,
): Promise<Map<string, Tensor>> {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-run-'));
  try {
    const path = typeof model === 'string' ? resolve(model) : join(folder, 'model.onnx');
    if (typeof model !== 'string') writeFileSync(path, model);
    const given = [...inputs].map(([name, tensor], k) => passed(name, tensor, `input-${k}`, folder));
    const answer = await ask({ model: path, folder, optimize, inputs: given }, runtime, folder);
    if ('outputs' in answer) return new Map(answer.outputs.map((each) => [each.name, received(each, folder)]));
    throw failure(answer, runtime, typeof model === 'string' ? model : 'the model');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(request: RunRequest, runtime: PythonRuntime, folder: string): Promise<RunAnswer> {
  const [python, ...options] = runtimeCommand(runtime.python, shippedPackage('graphwright_runtime'));
  const child = spawn(python, options, {
    cwd: folder,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(),
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(request));
  let said = '';
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL);
  });
  const { seconds = SECONDS, check } = runtime;
  const { late, notStarted, status } = await endOf(child, { seconds, check });
  const line = said.split('\n').find((each) => each.startsWith('{'));
  if (line !== undefined) return JSON.parse(line) as RunAnswer;
  if (late) return { failed: 'broken', reason: `it took longer than ${seconds} s` };
  const words = tail.trim().split('\n').at(-1) ?? '';
  return { failed: 'broken', reason: notStarted ?? (words === '' ? `it ended with ${status}` : words) };
}

function passed(name: string, tensor: Tensor, file: string, folder: string): PassedTensor {
  const shape = [...tensor.shape];
  if (tensor.dtype === 'string') {
    const texts = tensor.strings().map((item) => new TextDecoder().decode(item));
    return { name, dtype: 'string', shape, texts };
  }
  if (!isRunnable(tensor.dtype)) throw notTaken(tensor.dtype);
  writeFileSync(join(folder, file), tensor.bytes());
  return { name, dtype: tensor.dtype, shape, file };
}

function received({ dtype, shape, file = '', texts = [] }: PassedTensor, folder: string): Tensor {
  if (dtype === 'string')
    return Tensor.ofStrings(
      shape,
      texts.map((text) => new TextEncoder().encode(text)),
    );
  if (!isRunnable(dtype)) throw notTaken(dtype);
  return Tensor.ofBytes(dtype, shape, new Uint8Array(readFileSync(join(folder, file))));
}

function failure(
  { failed, reason }: Extract<RunAnswer, { readonly failed: string }>,
  { python }: PythonRuntime,
  file: string,
): InputError {
  if (failed === 'run')
    return new InputError('runtime-failed', `onnxruntime cannot run it: ${reason}`, { file }, 'Check the model first.');
  const what =
    failed === 'missing' ? `${python} has no onnxruntime` : `the onnxruntime of ${python} does not run: ${reason}`;
  return new InputError(
    'runtime-missing',
    what,
    undefined,
    `Run \`${installCommand(python)}\`, or name another Python.`,
  );
}

function notTaken(dtype: string): InputError {
  return new InputError(
    'runtime-failed',
    `tensors of ${dtype} cannot be passed to onnxruntime from here`,
    undefined,
    'Check models of this type with another tool.',
  );
}
