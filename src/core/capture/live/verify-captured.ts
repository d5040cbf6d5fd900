/** Compares what was written with what PyTorch itself gave for two sets of inputs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DataType, isDataType } from '../../ir/dtype.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { targetOf } from '../../lowering.ts';
import { openModel } from '../../open.ts';
import type { Progress } from '../../progress.ts';
import type { Reading } from '../../reading.ts';
import type { Verification } from '../../request.ts';
import {
  compareOutputs,
  inSinglePrecision,
  type OutputDifference,
  worstDifference,
  worstOutput,
} from '../../runtime/compare.ts';
import { resultSide, runningBy } from '../../verify.ts';
import type { CaptureOutcome, ReferenceIndex, StoredTensor } from './protocol.ts';

/** The seed that the helper made the first inputs from. */
const SEED = 1;

/** Runs the files of a conversion on the inputs of a reference; the worst difference of all its outputs. */
export async function verifyCaptured(
  { file, torch }: Pick<CaptureOutcome, 'file' | 'torch'>,
  reading: Reading,
  reference: string,
  target: string,
  written: readonly string[],
  python: string | undefined,
  progress: Progress,
): Promise<Verification> {
  await progress.step('Running the result beside PyTorch');
  const { inputs, outputs } = await namesOf(file, reading, progress);
  const side = resultSide(await targetOf(target, file), written, outputs, runningBy(python, progress));
  const { sets, states } = JSON.parse(readFileSync(join(reference, 'index.json'), 'utf8')) as ReferenceIndex;
  const differences: OutputDifference[] = [];
  for (const set of sets) {
    const given = set.inputs.map((each) => stored(reference, each));
    const expected = named(
      outputs,
      set.outputs.map((each) => stored(reference, each)),
    );
    const kept = statesOf(inputs.slice(given.length), states, reference);
    const all = await side.run(new Map([...named(inputs, given), ...kept]));
    // What the program keeps for its next call comes out behind its own outputs.
    const found = new Map([...all].slice(0, Math.max(set.outputs.length, all.size - kept.size)));
    differences.push(...compareOutputs(side.holdsFloats ? inSinglePrecision(expected) : expected, found));
  }
  const worst = worstOutput(differences);
  return {
    reference: `PyTorch ${torch} on ${sets.length} sets of inputs`,
    result: side.title,
    relativeError: worstDifference(differences),
    ...(worst && { worst }),
    seed: SEED,
  };
}

/** What the graph of a capture calls its inputs and outputs: a conversion keeps their names. */
async function namesOf(file: string, reading: Reading, progress: Progress) {
  const opened = await openModel(file, reading, progress);
  const { inputs, outputs } = opened.model.graph;
  opened.close();
  const names = (values: readonly Value[]) => values.map((value, k) => value.name ?? `value_${k}`);
  return { inputs: names(inputs), outputs: names(outputs) };
}

function named(names: readonly string[], tensors: readonly Tensor[]): Map<string, Tensor> {
  return new Map(tensors.map((tensor, k) => [names[k] ?? `value_${k}`, tensor]));
}

/** What a program keeps between its calls is an input of the graph: it gets what it is before the first. */
function statesOf(names: readonly string[], states: ReferenceIndex['states'], folder: string): Map<string, Tensor> {
  return new Map(
    names.flatMap((name) => {
      // A trace may have been made of a module around the program.
      const state = states.find((each) => name === each.name || name.endsWith(`.${each.name}`));
      return state ? [[name, stored(folder, state)] as const] : [];
    }),
  );
}

function stored(folder: string, { file, dtype, shape }: StoredTensor): Tensor {
  if (!isDataType(dtype)) throw new Error(`the helper stored a tensor of ${dtype}`);
  return Tensor.ofBytes(dtype satisfies DataType, shape, new Uint8Array(readFileSync(join(folder, file))));
}
