/** Proves a conversion by running both sides on the same random inputs. */
import { basename } from 'node:path';
import { readCaffe } from './formats/caffe/read.ts';
import { encodeOnnx } from './formats/onnx/write.ts';
import { FileBytes } from './ir/bytes.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import type { Tensor } from './ir/tensor.ts';
import type { Progress } from './progress.ts';
import type { Unverified, Verification } from './request.ts';
import { runCaffe } from './runtime/caffe/run.ts';
import { compareOutputs, inSinglePrecision, worstDifference, worstOutput } from './runtime/compare.ts';
import { randomInputs } from './runtime/inputs.ts';
import { type RunOptions, runModel } from './runtime/onnxruntime.ts';
import type { Target } from './targets/target.ts';

/** One side of a comparison: what runs, and how. */
export interface Side {
  readonly title: string;
  /** It gives whole numbers in single precision. */
  readonly holdsFloats?: true;
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
}

/** An ONNX graph as it stands in memory, run in onnxruntime. */
export function graphSide(title: string, model: Model, options: RunOptions): Side {
  const bytes = encodeOnnx(model);
  return { title, run: (inputs) => runModel(bytes, inputs, options) };
}

/** A Caffe network as it stands in memory, run in the reference interpreter as the framework of a dialect would run it. */
export function caffeSide(title: string, model: Model, dialect: string): Side {
  return { title, run: async (inputs) => runCaffe(model, inputs, dialect) };
}

/** What was written for a target: ONNX in onnxruntime, Caffe in the reference interpreter. */
export function resultSide(
  target: Target,
  files: readonly string[],
  outputs: readonly string[],
  options: RunOptions,
): Side {
  const [path = '', prototxt = ''] = files;
  if (target.kind === 'onnx')
    return { title: `${path} in onnxruntime`, run: (inputs) => runModel(path, inputs, options) };
  const { backend } = target;
  return {
    title: `${path} in the reference interpreter of Caffe`,
    holdsFloats: true,
    // A Caffe network also gives every top that no layer reads: those are no outputs of the model.
    run: async (inputs) =>
      only(outputs, runCaffe(readCaffe(new FileBytes(path), prototxt, backend), inputs, backend.base)),
  };
}

function only(names: readonly string[], found: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map([...found].filter(([name]) => names.includes(name)));
}

/** How models are run for a comparison: by onnxruntime-node, else by that of a Python. */
export function runningBy(python: string | undefined, progress: Progress): RunOptions {
  return python === undefined ? {} : { python: { python, check: () => progress.check() } };
}

/** Why there is no comparison, where ONNX models are not run; throws any other error. */
export function unverifiedBy(error: unknown): Unverified {
  if (!(error instanceof InputError)) throw error;
  const { code, message, place, next = '' } = error;
  if (code !== 'runtime-missing' && code !== 'runtime-failed') throw error;
  return { code, reason: place ? `${basename(place.file)}: ${message}` : message, next };
}

/** Runs both sides; `model` declares the inputs. A seed of its own makes the run repeatable. */
export async function verify(model: Model, reference: Side, result: Side, seed: number): Promise<Verification> {
  const inputs = randomInputs(model.graph, { seed });
  const own = await reference.run(inputs);
  const expected = result.holdsFloats ? inSinglePrecision(own) : own;
  const found = await result.run(inputs);
  const differences = compareOutputs(expected, found);
  const worst = worstOutput(differences);
  return {
    reference: reference.title,
    result: result.title,
    relativeError: worstDifference(differences),
    ...(worst && { worst }),
    seed,
  };
}
