/**
 * Runs ONNX models without inputs in a child process, all of them in one: a crash, a hang or a lack of memory there ends the
 * child and nothing else. The caller waits for it. The protocol: models go in one after the other, each behind its length in
 * 8 bytes; a line of JSON comes out, and the bytes of all results behind it.
 */
import type { SpawnSyncReturns } from 'node:child_process';
import { createRequire } from 'node:module';
import type { StaticShape } from '../ir/shape.ts';
import { Tensor } from '../ir/tensor.ts';
import { isRunnable } from './array-types.ts';

export interface ChildOptions {
  /** How long it may take altogether. */
  readonly milliseconds: number;
  /** The most bytes that all results together may have. */
  readonly mostBytes: number;
  /** The package, or a path to it. */
  readonly runtime?: string;
}

/** The outputs of a model by name; or why it has none. */
export type ChildOutcome = ReadonlyMap<string, Tensor> | { readonly failed: string };

/** What the child says of each model: what its outputs are, whose bytes follow in this order, or why there are none. */
type Said = { readonly outputs: readonly SaidTensor[] } | { readonly failed: string };

interface SaidTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: StaticShape;
  readonly bytes: number;
}

/** The same outcome for each where the child fails as a whole. Throws nothing. */
export function runInChild(models: readonly Uint8Array[], options: ChildOptions): readonly ChildOutcome[] {
  const all = (failed: string) => models.map(() => ({ failed }));
  const require = createRequire(import.meta.url);
  let runtime: string;
  try {
    runtime = require.resolve(options.runtime ?? 'onnxruntime-node');
  } catch {
    return all('onnxruntime-node is not installed');
  }
  // Loaded when it is needed: most conversions start no child.
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
  const ended = spawnSync(process.execPath, ['-e', `(${program})(require)`, runtime], {
    input: framed(models),
    timeout: options.milliseconds,
    killSignal: 'SIGKILL',
    maxBuffer: options.mostBytes + MOST_WORDS,
    stdio: ['pipe', 'pipe', 'ignore'],
    // An editor's executable acts as Node only when it is told to.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  return read(ended.stdout, models.length) ?? all(failureOf(ended, options));
}

/** Room for the line of JSON. */
const MOST_WORDS = 1 << 24;

/** What the child runs, as text: it knows nothing of this file but what it is given. */
async function program(require: (id: string) => unknown): Promise<void> {
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  const { InferenceSession } = require(process.argv[1] ?? '') as typeof import('onnxruntime-node');
  const input = readFileSync(0);
  const said: Said[] = [];
  const results: Uint8Array[] = [];
  for (let at = 0; at < input.length; ) {
    const length = Number(input.readBigUInt64LE(at));
    const model = input.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    try {
      const session = await InferenceSession.create(model, {
        graphOptimizationLevel: 'disabled',
        logSeverityLevel: 4,
        // The same bits every time.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
      });
      const outputs = await session.run({});
      const found: SaidTensor[] = [];
      for (const name of session.outputNames) {
        const result = outputs[name];
        if (!result || !('data' in result) || !ArrayBuffer.isView(result.data)) throw new Error(`${name} is no tensor`);
        const { type, dims, data } = result;
        // An empty output comes with room for nothing, whatever its shape.
        const bytes = dims.includes(0) ? 0 : data.byteLength;
        found.push({ name, type, dims, bytes });
        results.push(new Uint8Array(data.buffer, data.byteOffset, bytes));
      }
      said.push({ outputs: found });
    } catch (error) {
      said.push({ failed: error instanceof Error ? error.message : String(error) });
    }
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
  for (const each of results) process.stdout.write(each);
}

function framed(models: readonly Uint8Array[]): Uint8Array {
  const parts = models.flatMap((model) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(model.length));
    return [length, model];
  });
  return Buffer.concat(parts);
}

/** What the child has written; undefined where it did not come to its end. */
function read(written: Uint8Array | null, count: number): readonly ChildOutcome[] | undefined {
  const end = written?.indexOf(NEW_LINE) ?? -1;
  if (!written || end < 0) return undefined;
  const said = JSON.parse(Buffer.from(written.subarray(0, end)).toString()) as readonly Said[];
  let at = end + 1;
  const bytesOf = ({ bytes }: SaidTensor) => {
    at += bytes;
    return written.subarray(at - bytes, at);
  };
  const outcomes = said.map((each) => ('failed' in each ? each : tensors(each.outputs, bytesOf)));
  return outcomes.length === count && at === written.length ? outcomes : undefined;
}

function tensors(outputs: readonly SaidTensor[], bytesOf: (said: SaidTensor) => Uint8Array): ChildOutcome {
  const found = new Map<string, Tensor>();
  let failed: string | undefined;
  for (const said of outputs) {
    // A copy of its own: the others are not kept with it.
    const bytes = new Uint8Array(bytesOf(said));
    if (isRunnable(said.type)) found.set(said.name, Tensor.ofBytes(said.type, said.dims, bytes));
    else failed = `tensors of ${said.type} cannot be passed from onnxruntime`;
  }
  return failed === undefined ? found : { failed };
}

const NEW_LINE = 10;

function failureOf({ error, signal, status }: SpawnSyncReturns<Uint8Array>, options: ChildOptions): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ETIMEDOUT') return `it took longer than ${options.milliseconds / 1000} s`;
  if (code === 'ENOBUFS') return 'its results are larger than was said';
  if (error) return `its process did not run: ${error.message}`;
  return signal ? `its process was ended by ${signal}` : `its process ended with status ${status}`;
}
