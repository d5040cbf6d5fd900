/**
 * Judges the conversions of one model of the zoo between opsets: it is taken to every opset, checked, run in onnxruntime without
 * optimisation, and compared with what it gives unconverted.
 *
 *   node opset-zoo.js FOLDER_OR_FILE NAME RESULTS
 *
 * FOLDER is what zoo.py makes, FILE an ONNX file. Appends a row for each pair to RESULTS, and one that says that the model is ended.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertOpset } from '../../../src/core/convert/opset/convert.ts';
import { readOnnx, readTensorFile } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import { lower } from '../../../src/core/lowering.ts';
import { openModel } from '../../../src/core/open.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { compareOutputs, worstDifference } from '../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../src/core/runtime/onnxruntime.ts';
import { ONNX_TARGET } from '../../../src/core/targets/onnx.ts';
import { opsetOf } from './cases.ts';
import { checkerErrors, meaningOf } from './convert.ts';

const TARGETS = [7, 9, 10, 11, 12, 13, 15, 17, 18, 20, 21, 23, 26];
/** What is converted from PyTorch is written at this opset. */
const OWN = 17;
/** Rounding in float32 over many layers. */
const TOLERANCE = 1e-4;

type Inputs = ReadonlyMap<string, Tensor>;
interface Verdict {
  readonly outcome: 'equal' | 'near' | 'refused' | 'wrong' | 'invalid' | 'fault' | 'not runnable';
  readonly detail?: string;
}

const [place = '', name = '', results = ''] = process.argv.slice(2);
const tell = (row: object) => appendFileSync(results, `${JSON.stringify({ model: name, ...row })}\n`);

for (const [source, bytes] of await sources()) {
  try {
    await judge(source, bytes);
  } catch (error) {
    tell({ source, fault: wordsOf(error) });
  }
}
tell({ ended: true });

/** The model as ONNX, by each way that there is. */
async function sources(): Promise<readonly (readonly [source: string, bytes: Uint8Array])[]> {
  if (!existsSync(join(place, 'traced.pt'))) return [['file', readFileSync(place)]];
  const found: [string, Uint8Array][] = [];
  const opened = await openModel(join(place, 'traced.pt'), PLAIN_READING, silent);
  try {
    const { model, problems } = await lower(opened, ONNX_TARGET, OWN, { simplify: false }, silent);
    if (problems.some(({ severity }) => severity === 'error')) tell({ source: 'traced', fault: problems[0]?.message });
    else found.push(['traced', encodeOnnx(model)]);
  } finally {
    opened.close();
  }
  const exported = join(place, 'torch-onnx.onnx');
  if (existsSync(exported)) found.push(['torch.onnx', readFileSync(exported)]);
  return found;
}

async function judge(source: string, bytes: Uint8Array): Promise<void> {
  const read = () => readOnnx(new MemoryBytes(source, bytes));
  const own = read();
  const from = opsetOf(Object.fromEntries(own.opsetImports)) ?? 0;
  const sets = inputSets(own);
  const wanted: Inputs[] = [];
  for (const inputs of sets) wanted.push(await runModel(bytes, inputs, { threads: 1 }));
  const isRejected = checkerErrors(read()) !== undefined;
  // Models that say the same are run once.
  const known = new Map<string, Verdict>();
  for (const to of TARGETS) {
    if (to === from) continue;
    const started = performance.now();
    tell({ source, from, to, ...(await verdictOf(to)), seconds: (performance.now() - started) / 1000 });
  }

  async function verdictOf(to: number): Promise<Verdict> {
    try {
      const { model, problems } = convertOpset(read(), to);
      const isNear = problems.length > 0 && problems.every(({ code }) => code === 'inexact');
      if (problems.length > 0 && !isNear) {
        const messages = new Set(problems.map(({ message }) => message));
        return { outcome: 'refused', detail: [...messages].join(' ') };
      }
      const meaning = meaningOf(model);
      const before = known.get(meaning);
      if (before) return before;
      const made = encodeOnnx(model);
      const errors = checkerErrors(readOnnx(new MemoryBytes(`${source}, opset ${to}`, made)));
      const verdict: Verdict =
        errors && !isRejected
          ? { outcome: 'invalid', detail: errors.join(' ').slice(0, 300) }
          : await compared(made, isNear ? 'near' : 'equal');
      known.set(meaning, verdict);
      return verdict;
    } catch (error) {
      return { outcome: 'fault', detail: wordsOf(error) };
    }
  }

  async function compared(made: Uint8Array, right: 'equal' | 'near'): Promise<Verdict> {
    let worst = 0;
    for (const [k, inputs] of sets.entries()) {
      try {
        const found = await runModel(made, inputs, { threads: 1 });
        worst = Math.max(worst, worstDifference(compareOutputs(wanted[k] ?? new Map(), found)));
      } catch (error) {
        return { outcome: 'not runnable', detail: wordsOf(error).slice(0, 300) };
      }
    }
    return { outcome: worst <= TOLERANCE ? right : 'wrong', detail: `off by ${worst.toExponential(1)}` };
  }
}

/** The two sets that were stored, in the order of the inputs, or random numbers of two seeds. */
function inputSets({ graph }: ReturnType<typeof readOnnx>): readonly Inputs[] {
  const inputs = graph.inputs.filter(({ constant }) => !constant);
  const stored = existsSync(join(place, 'data_0')) ? readdirSync(place).filter((each) => each.startsWith('data_')) : [];
  if (stored.length === 0) return [1, 2].map((seed) => randomInputs(graph, { seed }));
  return stored.map((set) => {
    const tensors = inputs.map(({ name: input }, k) => {
      const file = join(place, set, `input_${k}.pb`);
      return [input ?? '', readTensorFile(new MemoryBytes(file, readFileSync(file)))] as const;
    });
    return new Map(tensors);
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error);
}
