/**
 * Judges the conversions of models between opsets: each is taken to every opset, checked, run in onnxruntime without optimisation,
 * and compared with what it gives unconverted.
 *
 *   node opset-zoo.js RESULTS WORK
 *
 * Reads lines `{"place": ..., "name": ...}`, and answers each with a line when it is done: a place is a folder that zoo.py makes, or an
 * ONNX file. Appends a row for each pair to RESULTS, leaving out the pairs that it finds there, and one that says that the model is
 * ended. WORK is a folder for what is converted: weights lie there once, beside the models that use them.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { convertOpset } from '../../../src/core/convert/opset/convert.ts';
import { closeDataFiles, placeBeside } from '../../../src/core/formats/onnx/external.ts';
import { readOnnx, readTensorFile } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx, writeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { lower } from '../../../src/core/lowering.ts';
import { openModel } from '../../../src/core/open.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { compareOutputs, worstDifference } from '../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../src/core/runtime/inputs.ts';
import { runModelOnSets } from '../../../src/core/runtime/onnxruntime.ts';
import { ONNX_TARGET } from '../../../src/core/targets/onnx.ts';
import { nudged } from '../nudged.ts';
import { opsetOf } from './cases.ts';
import { checkerErrors, meaningOf } from './convert.ts';

/** From 17 each way passes every step; between, the opsets that runtimes and tools ask for by name. */
const TARGETS = [7, 9, 10, 11, 12, 13, 15, 17, 18, 20, 21, 23, 26];
/** What is converted from PyTorch is written at this opset. */
const OWN = 17;
/** Rounding in float32 over many layers. */
const TOLERANCE = 1e-4;
/** What is further away, and no further than so many times what the outputs move by when last digits of the inputs do, is unsteady. */
const LAYERS_FACTOR = 10;
/** From how many bytes on the weights of a model lie beside it: they are then neither copied nor read again for each opset. */
const LARGEST_WHOLE = 2 ** 24;
/** Samples of a chunk with those before it, by the rate that the network works at. */
const SPEECH = { 16000: 512 + 64, 8000: 256 + 32 };

type Inputs = ReadonlyMap<string, Tensor>;
interface Verdict {
  readonly outcome: 'equal' | 'near' | 'unsteady' | 'refused' | 'wrong' | 'invalid' | 'fault' | 'not runnable';
  readonly detail?: string;
}
interface Asked {
  readonly place: string;
  readonly name: string;
}
/** A model by one way: the file as it was made, and the one that is converted, which says the same. */
interface Source {
  readonly source: string;
  readonly original: string;
  readonly file: string;
}

const [results = '', work = ''] = process.argv.slice(2);
const done = pairsIn(results);

/** `MODEL SOURCE OPSET` of the pairs that were judged before. */
function pairsIn(file: string): ReadonlySet<string> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const rows = lines.filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line));
  return new Set(rows.map(({ model, source, to }) => `${model} ${source} ${to}`));
}

async function judgeAll({ place, name }: Asked): Promise<void> {
  const tell = (row: object) => appendFileSync(results, `${JSON.stringify({ model: name, ...row })}\n`);
  for (const [source, made] of Object.entries(WAYS)) {
    try {
      const found = await made(place);
      if (found) await judge({ source, ...found }, { place, name }, tell);
    } catch (error) {
      tell({ source, fault: wordsOf(error) });
    }
  }
  tell({ ended: true });
}

/** The model as ONNX, by each way that there is. */
const WAYS: Readonly<Record<string, (place: string) => Promise<Omit<Source, 'source'> | undefined>>> = {
  async traced(place) {
    if (!existsSync(join(place, 'traced.pt'))) return undefined;
    const opened = await openModel(join(place, 'traced.pt'), PLAIN_READING, silent);
    try {
      const { model, problems } = await lower(opened, ONNX_TARGET, OWN, { simplify: false }, silent);
      const first = problems.find(({ severity }) => severity === 'error');
      if (first) throw new Error(first.message);
      const file = await kept(model, 'traced');
      return { original: file, file };
    } finally {
      opened.close();
    }
  },
  'torch.onnx': (place) => asItIs(join(place, 'torch-onnx.onnx'), 'torch'),
  'torch.onnx, dynamo': (place) => asItIs(join(place, 'dynamo.onnx'), 'dynamo'),
  file: async (place) => (place.endsWith('.onnx') ? asItIs(place, 'file') : undefined),
};

async function asItIs(original: string, name: string): Promise<Omit<Source, 'source'> | undefined> {
  if (!existsSync(original)) return undefined;
  const model = readOnnx(new MemoryBytes(original, readFileSync(original)));
  return { original, file: await kept(model, name) };
}

async function kept(model: Model, name: string): Promise<string> {
  const file = join(work, `${name}.onnx`);
  await writeOnnx(model, file, { force: true, largestFile: LARGEST_WHOLE });
  closeDataFiles(model);
  return file;
}

async function judge({ source, original, file }: Source, asked: Asked, tell: (row: object) => void): Promise<void> {
  const read = () => readOnnx(new MemoryBytes(file, readFileSync(file)));
  const own = read();
  const from = opsetOf(Object.fromEntries(own.opsetImports)) ?? 0;
  const open = TARGETS.filter((to) => to !== from && !done.has(`${asked.name} ${source} ${to}`));
  if (open.length === 0) return;
  const sets = inputSets(own, asked);
  const wanted = await runModelOnSets(original, sets, { threads: 1 });
  const isRejected = checkerErrors(own) !== undefined;
  closeDataFiles(own);
  let steadiness: Promise<number> | undefined;
  // Models that say the same are run once.
  const known = new Map<string, Verdict>();
  for (const to of open) {
    const started = process.cpuUsage();
    const verdict = await verdictOf(to);
    const { user, system } = process.cpuUsage(started);
    tell({ source, from, to, ...verdict, seconds: (user + system) / 1e6 });
  }

  async function verdictOf(to: number): Promise<Verdict> {
    const model = read();
    try {
      const { problems } = convertOpset(model, to);
      const isNear = problems.length > 0 && problems.every(({ code }) => code === 'inexact');
      if (problems.length > 0 && !isNear) {
        const messages = new Set(problems.map(({ message }) => message));
        return { outcome: 'refused', detail: [...messages].join(' ') };
      }
      const made = join(work, `made-${to}.onnx`);
      const place = (tensor: Tensor) => placeBeside(model, tensor, made);
      const meaning = meaningOf(model, place);
      const before = known.get(meaning);
      if (before) return before;
      const bytes = encodeOnnx(model, place);
      writeFileSync(made, bytes);
      const verdict = await judged(made, bytes, isNear ? 'near' : 'equal');
      rmSync(made);
      known.set(meaning, verdict);
      return verdict;
    } catch (error) {
      return { outcome: 'fault', detail: wordsOf(error) };
    } finally {
      closeDataFiles(model);
    }
  }

  /** How far the outputs of the unconverted model move with last digits of its inputs. */
  async function moved(): Promise<number> {
    return worstOf(await runModelOnSets(original, sets.map(nudged), { threads: 1 }));
  }

  function worstOf(found: readonly Inputs[]): number {
    return Math.max(...found.map((outputs, k) => worstDifference(compareOutputs(wanted[k] ?? new Map(), outputs))));
  }

  /** What is written is what others read. */
  async function judged(made: string, bytes: Uint8Array, right: 'equal' | 'near'): Promise<Verdict> {
    const written = readOnnx(new MemoryBytes(made, bytes));
    const errors = checkerErrors(written);
    closeDataFiles(written);
    if (errors && !isRejected) return { outcome: 'invalid', detail: errors.join(' ').slice(0, 300) };
    try {
      const found = await runModelOnSets(made, sets, { threads: 1 });
      const worst = worstOf(found);
      const detail = `off by ${worst.toExponential(1)}`;
      if (worst <= TOLERANCE) return { outcome: right, detail };
      steadiness ??= moved();
      const own = await steadiness;
      const told = `${detail}; nudged, its own outputs move by ${own.toExponential(1)}`;
      return { outcome: worst <= LAYERS_FACTOR * own ? 'unsteady' : 'wrong', detail: told };
    } catch (error) {
      return { outcome: 'not runnable', detail: wordsOf(error).slice(0, 300) };
    }
  }
}

/** The two sets that were stored, in the order of the inputs, or random numbers of two seeds. */
function inputSets({ graph }: Model, { place, name }: Asked): readonly Inputs[] {
  const inputs = graph.inputs.filter(({ constant }) => !constant);
  const stored = existsSync(join(place, 'data_0')) ? readdirSync(place).filter((each) => each.startsWith('data_')) : [];
  // Its rate decides how long a chunk is.
  if (name.startsWith('silero')) return Object.entries(SPEECH).map(([rate, size]) => speech(Number(rate), size));
  if (stored.length === 0) return [1, 2].map((seed) => randomInputs(graph, { seed }));
  return stored.map((set) => {
    const tensors = inputs.map(({ name: input }, k) => {
      const file = join(place, set, `input_${k}.pb`);
      return [input ?? '', readTensorFile(new MemoryBytes(file, readFileSync(file)))] as const;
    });
    return new Map(tensors);
  });
}

function speech(rate: number, size: number): Inputs {
  const wave = (count: number, pitch: number) => Array.from({ length: count }, (_, k) => 0.3 * Math.sin(pitch * k));
  return new Map([
    ['input', Tensor.of('float32', [1, size], wave(size, 0.05))],
    ['state', Tensor.of('float32', [2, 1, 128], wave(256, 0.7))],
    ['sr', Tensor.scalar('int64', rate)],
  ]);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error);
}

for await (const line of createInterface({ input: process.stdin })) {
  // zoo.py writes it so.
  const asked = JSON.parse(line) as Asked;
  mkdirSync(work, { recursive: true });
  await judgeAll(asked);
  rmSync(work, { recursive: true, force: true });
  console.log(asked.name);
}
