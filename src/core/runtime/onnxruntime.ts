/** Runs ONNX models with onnxruntime-node, which is loaded when first needed, or where it is missing with a Python's onnxruntime. */
import { createRequire } from 'node:module';
import { InputError } from '../ir/errors.ts';
import { elementCount } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import { isRunnable, RUNTIME_ARRAYS } from './array-types.ts';
import type { PythonRuntime } from './python-runtime.ts';

/** The part of onnxruntime-node that is used; its own types are there only where it is installed. */
interface Runtime {
  readonly InferenceSession: {
    create(model: string | Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: ArrayLike<unknown>, dims: readonly number[]) => RuntimeTensor;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

interface RuntimeTensor {
  readonly type: string;
  readonly data: ArrayBufferView | readonly string[];
  readonly dims: readonly number[];
}

export interface RunOptions {
  /** Lets onnxruntime rewrite the graph first; without, each operator runs as it stands. */
  readonly optimize?: boolean;
  /** How many threads it makes for the model; as many as the machine has cores by default. */
  readonly threads?: number;
  /** Whose onnxruntime runs it where there is no onnxruntime-node. */
  readonly python?: PythonRuntime | undefined;
}

/**
 * Runs a model once, on the CPU. Call it only where a native crash does no harm: in the service's process or the
 * command line.
 *
 * @param model a path (external data is found beside it) or the bytes of a file
 * @returns the outputs by name, in the model's order
 * @throws InputError `runtime-missing` where there is no onnxruntime, `runtime-failed` where it rejects the model or the inputs
 */
export async function runModel(
  model: string | Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions = {},
): Promise<Map<string, Tensor>> {
  const [outputs = new Map()] = await runModelOnSets(model, [inputs], options);
  return outputs;
}

/** Runs a model as `runModel` does, on one set of inputs after another, and loads it once; gives the outputs of each. */
export async function runModelOnSets(
  model: string | Uint8Array,
  sets: readonly ReadonlyMap<string, Tensor>[],
  options: RunOptions = {},
): Promise<readonly Map<string, Tensor>[]> {
  const runtime = load();
  if (!runtime && options.python) return runSetsInPython(model, sets, options, options.python);
  if (!runtime) throw noRuntime();
  const file = typeof model === 'string' ? model : 'the model';
  const session = await explained(file, () =>
    runtime.InferenceSession.create(model, {
      graphOptimizationLevel: options.optimize ? 'all' : 'disabled',
      logSeverityLevel: 4,
      ...(options.threads !== undefined && { intraOpNumThreads: options.threads, interOpNumThreads: options.threads }),
    }),
  );
  try {
    const found: Map<string, Tensor>[] = [];
    for (const inputs of sets) found.push(await runSession(runtime, session, inputs, file));
    return found;
  } finally {
    await session.release();
  }
}

async function runSession(
  runtime: Runtime,
  session: Session,
  inputs: ReadonlyMap<string, Tensor>,
  file: string,
): Promise<Map<string, Tensor>> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const name of session.inputNames) {
    const tensor = inputs.get(name);
    if (tensor) feeds[name] = toRuntime(runtime, tensor, file);
  }
  const results = await explained(file, () => session.run(feeds));
  const outputs = new Map<string, Tensor>();
  for (const name of session.outputNames) {
    const result = results[name];
    if (result) outputs.set(name, fromRuntime(result, file));
  }
  return outputs;
}

function load(): Runtime | undefined {
  try {
    // Found, or missing, where the engine runs. A dynamic import would not do: compiled code that is kept knows none.
    return createRequire(import.meta.url)('onnxruntime-node') as Runtime;
  } catch {
    return undefined;
  }
}

async function runSetsInPython(
  model: string | Uint8Array,
  sets: readonly ReadonlyMap<string, Tensor>[],
  options: RunOptions,
  python: PythonRuntime,
): Promise<readonly Map<string, Tensor>[]> {
  // Loaded when it is needed.
  const { runInPython } = await import('./python-runtime.ts');
  const found: Map<string, Tensor>[] = [];
  for (const inputs of sets) found.push(await runInPython(model, inputs, options, python));
  return found;
}

function noRuntime(): InputError {
  return new InputError(
    'runtime-missing',
    'running a model needs onnxruntime, and there is none here',
    undefined,
    'Run `npm install onnxruntime-node` in the folder of Graphwright, or go without verifying.',
  );
}

async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError('runtime-failed', `onnxruntime cannot run it: ${message}`, { file }, 'Check the model first.');
  }
}

function toRuntime(runtime: Runtime, tensor: Tensor, file: string): RuntimeTensor {
  if (tensor.dtype === 'string') {
    const texts = tensor.strings().map((item) => new TextDecoder().decode(item));
    return new runtime.Tensor('string', texts, tensor.shape);
  }
  if (!isRunnable(tensor.dtype)) throw notTaken(tensor.dtype, file);
  const ArrayType = RUNTIME_ARRAYS[tensor.dtype];
  // A copy of its own: the bytes may start at any offset of a larger buffer.
  const data = new ArrayType(new Uint8Array(tensor.bytes()).buffer);
  return new runtime.Tensor(tensor.dtype, data, tensor.shape);
}

function fromRuntime({ type, data, dims }: RuntimeTensor, file: string): Tensor {
  if (type === 'string' && Array.isArray(data)) {
    return Tensor.ofStrings(
      dims,
      data.map((text) => new TextEncoder().encode(String(text))),
    );
  }
  if (!isRunnable(type) || !ArrayBuffer.isView(data)) throw notTaken(type, file);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // An empty output comes with room for nothing, whatever its shape.
  return Tensor.ofBytes(type, dims, elementCount(dims) === 0 ? new Uint8Array(0) : bytes.slice());
}

function notTaken(dtype: string, file: string): InputError {
  return new InputError(
    'runtime-failed',
    `tensors of ${dtype} cannot be passed to onnxruntime from here`,
    { file },
    'Check models of this type with another tool.',
  );
}
