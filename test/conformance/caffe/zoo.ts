/**
 * PyTorch's models as Caffe networks of every framework: converted as the command line converts them, read again with the
 * framework's schema, run by its definitions on PyTorch's inputs, and compared with PyTorch's outputs.
 *
 *   node BUNDLE CASES OUT MODEL,... BACKEND,... [RUN,...]
 *
 * CASES has a folder for each model with traced.pt and data_0/, data_1/, ... of input_K.npy and output_K.npy. Networks are
 * left in OUT, as MODEL-BACKEND; those of backends that RUN names are run, on every input set. What is refused as inexact alone is
 * accepted, and the row says so. One JSON object a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCaffe } from '../../../src/core/formats/caffe/read.ts';
import { FileBytes } from '../../../src/core/ir/bytes.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { convertModel } from '../../../src/core/pipeline.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { runCaffe } from '../../../src/core/runtime/caffe/run.ts';
import { caffeBackend } from '../../../src/core/targets/caffe-backends.ts';

const [cases = '', out = '', models = '', backends = '', run = ''] = process.argv.slice(2);
const toRun = new Set(run.split(','));

for (const model of models.split(',')) {
  for (const id of backends.split(','))
    console.log(JSON.stringify({ model, backend: id, ...(await score(model, id)) }));
}

async function score(model: string, id: string) {
  try {
    return await scored(model, id);
  } catch (error) {
    // Such as one of which the file would be too large.
    if (!(error instanceof InputError)) throw error;
    return { verdict: 'refused', reasons: [`${error.message}.`], seconds: 0 };
  }
}

async function scored(model: string, id: string) {
  const stem = join(out, `${model.replace(/[^\w-]/g, '-')}-${id}`);
  let { status, problems, seconds } = await convert(model, id, stem, []);
  const accepted = problems.every(({ severity, code }) => severity !== 'error' || code === 'inexact');
  const inexact = status !== 'done' && accepted;
  if (inexact) ({ status, problems, seconds } = await convert(model, id, stem, ['inexact']));
  if (status !== 'done')
    return { verdict: 'refused', reasons: [...new Set(problems.map(({ message }) => message))], seconds };
  if (!toRun.has(id)) return { verdict: 'written', inexact, stem, seconds };
  const error = Math.max(...inputSets(join(cases, model)).map((folder) => errorOn(stem, id, folder)));
  return { verdict: error <= 1e-4 ? 'pass' : 'wrong', inexact, error, stem, seconds };
}

function convert(model: string, id: string, stem: string, accept: readonly string[]) {
  return convertModel(
    {
      input: join(cases, model, 'traced.pt'),
      target: { target: `caffe:${id}` },
      reading: { ...PLAIN_READING, accept },
      output: `${stem}.caffemodel`,
      force: true,
      simplify: false,
      verify: false,
    },
    silent,
  );
}

function inputSets(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /^data_\d+$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** The largest difference over the largest number of PyTorch's, of all outputs by position. */
function errorOn(stem: string, id: string, folder: string): number {
  const file = new FileBytes(`${stem}.caffemodel`);
  const network = readCaffe(file, `${stem}.prototxt`, caffeBackend(id));
  const inputs = network.graph.inputs.map((value, k): [string, Tensor] => [
    value.name ?? '',
    numpy(folder, 'input', k),
  ]);
  const found = runCaffe(network, new Map(inputs));
  file.close();
  const names = readdirSync(folder).filter((name) => name.startsWith('output_'));
  return Math.max(
    ...names.map((_, k) => {
      const [expected, made] = [numpy(folder, 'output', k), found.get(`output_${k}`)];
      if (made?.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
      const [want, have] = [expected.numbers(), made.numbers()];
      const largest = want.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-6);
      return want.reduce((most, each, at) => Math.max(most, Math.abs(each - (have[at] ?? Number.NaN))), 0) / largest;
    }),
  );
}

/** An array of numpy's format 1.0: little-endian single precision, rows one behind the other. */
function numpy(folder: string, kind: string, index: number): Tensor {
  const bytes = readFileSync(join(folder, `${kind}_${index}.npy`));
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + length);
  const shape = [...(/'shape': \(([^)]*)\)/.exec(header)?.[1]?.matchAll(/\d+/g) ?? [])].map(Number);
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True")) throw new Error(`${folder}: ${header}`);
  return Tensor.ofBytes('float32', shape, new Uint8Array(bytes.subarray(10 + length)));
}
