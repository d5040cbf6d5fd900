/** What a program gives when Python runs it by itself, beside what its conversion gives in onnxruntime. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDataType } from '../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { openModel } from '../../../src/core/open.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { compareOutputs, worstDifference } from '../../../src/core/runtime/compare.ts';
import { runModel } from '../../../src/core/runtime/onnxruntime.ts';

interface Stored {
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

interface Call {
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Stored[];
  /** Buffers that the call wrote to: what they held, and what they hold then. */
  readonly state: readonly { readonly name: string; readonly before: Stored; readonly after: Stored }[];
}

/** The largest relative difference over both calls that eager.py has written; infinite where they cannot be compared. */
export async function differenceFromEager(onnx: string, folder: string): Promise<number> {
  const { inputs, outputs } = await namesOf(onnx);
  const { sets } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { readonly sets: readonly Call[] };
  const differences: number[] = [];
  for (const { inputs: given, outputs: made, state } of sets) {
    const read = ({ file, dtype, shape }: Stored) => tensorOf(folder, { file, dtype, shape });
    const held = state.filter(({ name }) => inputs.includes(name));
    const own = inputs.filter((name) => !held.some((each) => each.name === name));
    if (given.length !== own.length) throw new Error(`it takes ${own.length} tensors, of ${given.length}`);
    const feeds = new Map([
      ...given.map((each, k) => [own[k] ?? '', read(each)] as const),
      ...held.map(({ name, before }) => [name, read(before)] as const),
    ]);
    const expected = new Map([
      ...made.map((each, k) => [outputs[k] ?? `output_${k}`, read(each)] as const),
      ...held.map(({ name, after }) => [`${name}_next`, read(after)] as const),
    ]);
    differences.push(worstDifference(compareOutputs(expected, await runModel(onnx, feeds))));
  }
  return Math.max(...differences);
}

async function namesOf(onnx: string) {
  const opened = await openModel(onnx, PLAIN_READING, silent);
  const names = (list: readonly { readonly name?: string | undefined }[]) => list.map(({ name = '' }) => name);
  const found = { inputs: names(opened.model.graph.inputs), outputs: names(opened.model.graph.outputs) };
  opened.close();
  return found;
}

function tensorOf(folder: string, { file, dtype, shape }: Stored): Tensor {
  if (!isDataType(dtype)) throw new Error(`there is no type ${dtype}`);
  return Tensor.ofBytes(dtype, shape, new Uint8Array(readFileSync(join(folder, file))));
}
