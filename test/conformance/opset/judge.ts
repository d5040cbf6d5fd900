/**
 * Runs the models of a file in onnxruntime on the inputs of their tests and compares with the stored outputs. One process,
 * which writes what it finds line by line and leaves out what it finds written.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOnnx, readTensorFile } from '../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import type { ValueType } from '../../../src/core/ir/type.ts';
import { isRunnable } from '../../../src/core/runtime/array-types.ts';
import { runModel } from '../../../src/core/runtime/onnxruntime.ts';
import { type Case, modelFile, readCases } from './cases.ts';
import { difference } from './compare.ts';
import { ModelReader } from './models.ts';
import { type Found, readFound } from './supervise.ts';

export interface Judged extends Found {
  readonly verdict?: 'equal' | 'differs' | 'fails';
  readonly detail?: string;
}

/** Inputs and outputs of a test by name, for each of its sets; or why onnxruntime-node cannot be given them. */
type Sets = readonly { inputs: Map<string, Tensor>; outputs: Map<string, Tensor> }[] | string;

/** Judges the models of `file` (models.ts) and appends to `results`. */
export async function judge(folder: string, file: string, results: string): Promise<void> {
  const cases = new Map(readCases(folder).map((each) => [each.name, each]));
  const done = readFound(results);
  const models = new ModelReader(file);
  let loaded: { test: string; sets: Sets } | undefined;
  for (const row of models.rows) {
    const told = cases.get(row.test);
    if (done.has(row.key) || !told) continue;
    if (loaded?.test !== row.test) loaded = { test: row.test, sets: setsOf(folder, row.test) };
    appendFileSync(results, `${JSON.stringify({ begin: row.key })}\n`);
    const found = await verdictOf(models.bytes(row), loaded.sets, told);
    appendFileSync(results, `${JSON.stringify({ key: row.key, ...found })}\n`);
  }
  models.close();
}

async function verdictOf(bytes: Uint8Array, sets: Sets, told: Case): Promise<Omit<Judged, 'key'>> {
  if (typeof sets === 'string') return { verdict: 'fails', detail: sets };
  for (const { inputs, outputs } of sets) {
    let found: Map<string, Tensor>;
    try {
      found = await runModel(bytes, inputs, { threads: 1 });
    } catch (error) {
      return { verdict: 'fails', detail: (error instanceof Error ? error.message : String(error)).slice(0, 300) };
    }
    for (const [name, wanted] of outputs) {
      const given = found.get(name);
      const detail = given ? difference(given, wanted, told) : 'is missing';
      if (detail) return { verdict: 'differs', detail: `'${name}' ${detail}` };
    }
  }
  return { verdict: 'equal' };
}

function setsOf(folder: string, test: string): Sets {
  const file = modelFile(folder, test);
  const { graph } = readOnnx(new MemoryBytes(file, readFileSync(file)));
  const inputs = graph.inputs.filter(({ constant }) => !constant);
  const other = [...inputs, ...graph.outputs].find(({ type }) => !isTensor(type));
  if (other) return `'${other.name}' is no tensor`;
  // It would end the process.
  const narrow = graph.outputs.find(({ dtype }) => dtype !== undefined && dtype !== 'string' && !isRunnable(dtype));
  if (narrow) return `'${narrow.name}' is of ${narrow.dtype}`;
  try {
    return readdirSync(dirname(file))
      .filter((name) => name.startsWith('test_data_set_'))
      .map((name) => ({
        inputs: tensors(join(dirname(file), name), 'input', inputs),
        outputs: tensors(join(dirname(file), name), 'output', graph.outputs),
      }));
  } catch (error) {
    return `its data cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isTensor(type: ValueType | undefined): boolean {
  return type === undefined || type.kind === 'tensor';
}

function tensors(folder: string, kind: string, values: readonly { readonly name: string | undefined }[]) {
  const found = new Map<string, Tensor>();
  for (const [k, { name }] of values.entries()) {
    const file = join(folder, `${kind}_${k}.pb`);
    if (name && existsSync(file)) found.set(name, readTensorFile(new MemoryBytes(file, readFileSync(file))));
  }
  return found;
}
