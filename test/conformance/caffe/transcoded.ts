/**
 * Small Caffe networks of every dialect as networks of one framework: read, run by the definitions of their own dialect, transcoded as
 * the command line does it, and left where score.py runs them in the framework itself.
 *
 *   node BUNDLE BACKEND OUT
 *
 * OUT gets STEM.prototxt and STEM.caffemodel of each network that is taken, and STEM/ with names.json and data_0/ of input_K.npy and
 * output_K.npy. One JSON object a line: a network in a dialect, whether it is taken, and its stem; those of which nothing differs
 * share one.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transcode } from '../../../src/core/convert/caffe-to-caffe/transcode.ts';
import type { CaffeDialect } from '../../../src/core/formats/caffe/dialects.ts';
import { readCaffeNet } from '../../../src/core/formats/caffe/read.ts';
import { encodeCaffe } from '../../../src/core/formats/caffe/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../src/core/runtime/caffe/run.ts';
import { randomInputs } from '../../../src/core/runtime/inputs.ts';
import { caffeBackend } from '../../../src/core/targets/caffe-backends.ts';
import { EVERY_LAYER } from '../../fuzz/caffe-dialects/layers.ts';
import { dialectsOf, NETWORKS, networkOfLayer } from '../../fuzz/caffe-dialects/networks.ts';

const [backend = '', out = ''] = process.argv.slice(2);
const to = caffeBackend(backend);

const stems = new Map<string, string>();
for (const network of [...EVERY_LAYER.map(networkOfLayer), ...NETWORKS]) {
  for (const from of dialectsOf(network)) {
    const row = from === to.dialect ? undefined : taken(network.text, from);
    if (row) console.log(JSON.stringify({ network: network.title, from, ...row }));
  }
}

/** Undefined where the dialect has no such network. */
function taken(text: string, from: CaffeDialect) {
  const run = ran(text, from);
  if (!run) return undefined;
  const { model } = run;
  const problems = transcode(model, caffeBackend(from), to);
  const reasons = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (reasons.length > 0) return { verdict: 'refused', reasons };
  const layers = [...model.graph.nodes].map(({ op }) => op);
  return { verdict: 'written', layers, stem: left(run) };
}

interface Run {
  readonly model: Model;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

function ran(text: string, dialect: CaffeDialect): Run | undefined {
  try {
    const bytes = new MemoryBytes('net.prototxt', new TextEncoder().encode(text));
    const { model, problems } = readCaffeNet(bytes, { dialect });
    if (problems.some(({ severity }) => severity === 'error')) return undefined;
    const inputs = randomInputs(model.graph, { seed: 7 });
    const run = { model, inputs, outputs: runCaffe(model, inputs) };
    // Logarithms and roots are of positive numbers.
    if ([...run.outputs.values()].every((tensor) => tensor.numbers().every((each) => !Number.isNaN(each)))) return run;
    const positive = new Map([...inputs].map(([name, tensor]) => [name, positiveOf(tensor)]));
    return { ...run, inputs: positive, outputs: runCaffe(model, positive) };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function positiveOf(tensor: Tensor): Tensor {
  return Tensor.of(
    'float32',
    tensor.shape,
    [...tensor.numbers()].map((each) => Math.abs(Number(each))),
  );
}

/** Writes the network with what it is given and is to give; returns its stem, an earlier one where all of that is the same. */
function left({ model, inputs, outputs }: Run): string {
  const { caffemodel, prototxt } = encodeCaffe(model, to);
  const names = [...outputs.keys()];
  const numbers = [...outputs.values()].map((tensor) => bytesOf(tensor));
  const hash = createHash('sha256').update(prototxt).update(caffemodel).update(names.join());
  for (const bytes of numbers) hash.update(bytes);
  const key = hash.digest('hex');
  const known = stems.get(key);
  if (known !== undefined) return known;
  const stem = join(out, `net-${stems.size}`);
  stems.set(key, stem);
  writeFileSync(`${stem}.prototxt`, prototxt);
  writeFileSync(`${stem}.caffemodel`, caffemodel);
  const data = join(stem, 'data_0');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(stem, 'names.json'), JSON.stringify(names));
  for (const [kind, tensors] of Object.entries({ input: inputs, output: outputs }))
    for (const [k, tensor] of [...tensors.values()].entries())
      writeFileSync(join(data, `${kind}_${k}.npy`), numpy(tensor));
  return stem;
}

function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(new Float32Array(tensor.numbers()).buffer);
}

/** As numpy's format 1.0 has it. */
function numpy(tensor: Tensor): Uint8Array {
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(', ');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11);
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(padded.length + 1, 8);
  return Buffer.concat([start, Buffer.from(`${padded}\n`), bytesOf(tensor)]);
}
