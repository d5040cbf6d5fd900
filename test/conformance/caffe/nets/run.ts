/**
 * Caffe networks that other people published, as ONNX: onnxruntime beside the reference interpreter and OpenCV.
 *
 *   node caffe-nets.js RESULTS.jsonl PYTHON OPENCV_SCRIPT NETWORKS.txt [UNTIL]
 *
 * NETWORKS.txt has the path of a deploy.prototxt a line (onnxruntime matches the command line with a regular expression, which
 * overflows the stack where that is long); weights and inputs are made by a seed. Writes
 * lines for each network; what has one is not run again. A network without a verdict is one that the process died of. None is
 * begun later than UNTIL, in milliseconds of the clock.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { transcode } from '../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { caffeToOnnx } from '../../../../src/core/convert/caffe-to-onnx/convert.ts';
import { convertOpset } from '../../../../src/core/convert/opset/convert.ts';
import { readCaffeNet } from '../../../../src/core/formats/caffe/read.ts';
import { encodeCaffe } from '../../../../src/core/formats/caffe/write.ts';
import { writeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { cloneModel } from '../../../../src/core/ir/clone.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import type { Graph } from '../../../../src/core/ir/graph.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import type { Value } from '../../../../src/core/ir/value.ts';
import type { Problem } from '../../../../src/core/problems/problem.ts';
import { silent } from '../../../../src/core/progress.ts';
import type { Blob } from '../../../../src/core/runtime/caffe/blob.ts';
import { type Preparation, runCaffe } from '../../../../src/core/runtime/caffe/run.ts';
import { semanticsOf } from '../../../../src/core/runtime/caffe/semantics.ts';
import { compareOutputs, worstDifference } from '../../../../src/core/runtime/compare.ts';
import { runModelOnSets } from '../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../src/core/targets/caffe-backends.ts';
import { nudged } from '../../nudged.ts';
import { choices, cutChoices, keepChoices } from './choice.ts';
import { inputsOf, limitSizes } from './inputs.ts';
import { OpenCv } from './opencv.ts';
import { uniform } from './random.ts';
import { weightsFor } from './weights.ts';

/** Largest |difference| over the largest |value|: single precision, summed in other orders through some hundred layers. */
const TOLERANCE = 1e-4;
/** onnxruntime has no kernels for some operators of later ones. */
const OPSET = 21;
/** Every layer rounds, not the inputs alone. */
const LAYERS_FACTOR = 10;

/** Unsteady: as near as the network's own outputs when last digits of its inputs move. */
type Nearness = 'equal' | 'unsteady' | 'wrong';

/** The ONNX model beside the interpreter, and OpenCV. */
interface Measured {
  readonly verdict: Nearness | 'refused';
  readonly detail?: string;
  readonly error?: number;
  /** How far the outputs move when the inputs do so by a millionth. */
  readonly moved?: number;
  readonly opencv: OpenCvRow;
}

interface Row extends Partial<Omit<Measured, 'verdict'>> {
  readonly net: string;
  dialect?: string;
  layers?: number;
  verdict?: Measured['verdict'] | 'unread' | 'unjudged';
  detail?: string;
  /** What goes into its choices, where what comes out of them is not the same: see choice.ts. */
  beforeChoice?: Measured;
  /** What comes out of them when the same goes in. */
  afterChoice?: Measured;
  seconds?: number;
}

/** Of OpenCV beside the interpreter: the largest relative difference, or what is said against the network. */
interface OpenCvRow {
  readonly verdict: Nearness | 'not asked' | 'not run';
  readonly error?: number;
  readonly detail?: string;
}

const [results = '', python = '', script = '', list = '', until = 'Infinity'] = process.argv.slice(2);
const known = new Set(existsSync(results) ? lines(results).map(({ net }) => net) : []);
const opencv = new OpenCv(python, script);
for (const net of readFileSync(list, 'utf8').split('\n').filter(Boolean)) {
  if (known.has(net)) continue;
  if (Date.now() > Number(until)) break;
  // Should the process die, the file says of which network: of two lines of one the last counts.
  appendFileSync(results, `${JSON.stringify({ net })}\n`);
  const row = await judged(net, crc32(readFileSync(net)));
  appendFileSync(results, `${JSON.stringify(row)}\n`);
  const before = row.beforeChoice ? ` Before it chooses: ${said(row.beforeChoice)}` : '';
  const after = row.afterChoice ? ` From there on: ${said(row.afterChoice)}` : '';
  const other = row.opencv ? ` OpenCV: ${said(row.opencv)}` : '';
  console.log(`${row.net} ${said(row)}${before}${after}${other} (${row.seconds} s)`);
}
opencv.stop();

function said({ verdict, error, detail }: Pick<Row, 'error' | 'detail'> & { readonly verdict?: string }): string {
  return [verdict, error?.toExponential(1), detail].filter((part) => part !== undefined).join(' ');
}

function lines(file: string): Row[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

async function judged(net: string, seed: number): Promise<Row> {
  const row: Row = { net };
  const started = performance.now();
  const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-nets-'));
  try {
    await judge(row, path.join(folder, 'net'), seed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // A network that was read and converted is one that its runtime does not take.
    row.verdict ??= row.layers === undefined ? 'unread' : 'unjudged';
    row.detail ??= `${error.code}: ${error.message}`;
  } finally {
    rmSync(folder, { recursive: true });
    row.seconds = Math.round((performance.now() - started) / 100) / 10;
  }
  return row;
}

async function judge(row: Row, stem: string, seed: number): Promise<void> {
  const model = read(row.net);
  row.dialect = model.metadata.get('caffe.dialect') ?? '';
  row.layers = [...model.graph.nodes].length;
  limitSizes(model.graph);
  const inputs = inputsOf(model.graph, uniform(seed));
  if (!inputs) {
    row.verdict = 'unjudged';
    row.detail = 'it does not say the sizes of its inputs';
    return;
  }
  const cut = choices(model.graph);
  const chosenFrom = new Map<Value, Tensor>();
  const expected = filled(row, model, inputs, seed, (node, bottoms) => {
    const read = node.inputs.filter((value) => value && !value.constant);
    if (cut.has(node)) for (const [k, value] of read.entries()) keep(chosenFrom, value, bottoms[k]);
  });
  if (!expected) return;
  Object.assign(row, await measured(model, { stem, inputs, expected, seed }));
  // Outputs that nothing moves are those of nothing chosen.
  const same = isSame(row) && isSame(row.opencv) && row.moved !== 0;
  if (row.verdict === 'refused' || same || cut.size === 0) return;
  const goesIn = new Map([...inputs, ...[...chosenFrom].map(([{ name = '' }, blob]) => [name, blob] as const)]);
  const after = cloneModel(model);
  keepChoices(after.graph, choices(after.graph), goesIn);
  cutChoices(model.graph, cut);
  const known = new Map([...expected, ...goesIn]);
  row.beforeChoice = await measured(model, { stem: `${stem}.before`, ...ofGraph(model.graph, goesIn, known), seed });
  row.afterChoice = await measured(after, { stem: `${stem}.after`, ...ofGraph(after.graph, goesIn, expected), seed });
}

/** What goes into a part of a network, and comes out of it. */
function ofGraph({ inputs, outputs }: Graph, read: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>) {
  const among = (values: readonly Value[]) => (entry: readonly [string, Tensor]) =>
    values.some(({ name }) => name === entry[0]);
  return { inputs: new Map([...read].filter(among(inputs))), expected: new Map([...given].filter(among(outputs))) };
}

function keep(blobs: Map<Value, Tensor>, value: Value | undefined, blob: Blob | undefined): void {
  if (!value || !blob) return;
  const { buffer, byteOffset, byteLength } = blob.data;
  blobs.set(value, Tensor.ofBytes('float32', blob.shape, new Uint8Array(buffer, byteOffset, byteLength)));
}

/** What does not run elsewhere has nothing that differs. */
function isSame(result: { readonly verdict?: string } | undefined): boolean {
  return result?.verdict !== 'unsteady' && result?.verdict !== 'wrong';
}

interface Run {
  /** Of the files that are made. */
  readonly stem: string;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly expected: ReadonlyMap<string, Tensor>;
  readonly seed: number;
}

async function measured(model: Model, run: Run): Promise<Measured> {
  const { stem, inputs, expected, seed } = run;
  const dialect = model.metadata.get('caffe.dialect') ?? '';
  const backend = caffeBackend(dialect);
  const files = encodeCaffe(model, backend);
  writeFileSync(`${stem}.prototxt`, files.prototxt);
  writeFileSync(`${stem}.caffemodel`, files.caffemodel);
  const { model: onnx, problems } = caffeToOnnx(read(`${stem}.caffemodel`, dialect), backend);
  const refusals = problems.some(isError) ? problems : convertOpset(onnx, OPSET).problems;
  const errors = refusals.filter(isError);
  if (errors.length > 0) {
    const detail = [...new Set(errors.map(({ message }) => message))].join(' ');
    return { verdict: 'refused', detail, opencv: await inOpenCv(dialect, run, 0) };
  }
  await writeOnnx(onnx, `${stem}.onnx`, { force: true, progress: silent });
  const sets = [inputs, nudged(inputs, seed)];
  // More threads would wait for each other, and for the other networks that are measured.
  const [found = new Map(), nearby = new Map()] = await runModelOnSets(`${stem}.onnx`, sets, { threads: 1 });
  const error = worstDifference(compareOutputs(expected, found));
  const moved = worstDifference(compareOutputs(found, nearby));
  return { verdict: nearness(error, moved), error, moved, opencv: await inOpenCv(dialect, run, moved) };
}

function nearness(error: number, moved: number): Nearness {
  if (error <= TOLERANCE) return 'equal';
  return error <= LAYERS_FACTOR * moved ? 'unsteady' : 'wrong';
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function read(file: string, dialect?: string): Model {
  return readCaffeNet(new FileBytes(file), { dialect }).model;
}

/** What the interpreter makes of a network, which gets its weights on the way; `watch` sees what each layer reads. */
function filled(row: Row, model: Model, inputs: ReadonlyMap<string, Tensor>, seed: number, watch: Preparation) {
  const random = uniform(~seed);
  const means = semanticsOf(row.dialect);
  // Those of one name are one.
  const weights = new Map<string, Value>();
  try {
    return runCaffe(model, inputs, row.dialect, (node, bottoms) => {
      watch(node, bottoms);
      if (node.inputs.some((value) => value?.constant)) return;
      weightsFor({ node, bottoms, random, means }).forEach((constant, k) => {
        const shared = node.string(`param[${k}].name`, '');
        const value = weights.get(shared) ?? model.graph.addInitializer({ name: `${node.name}.${k}`, constant });
        if (shared !== '') weights.set(shared, value);
        node.addInput(value);
      });
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    row.verdict = 'unjudged';
    row.detail = error.message;
    return undefined;
  }
}

/** OpenCV names what a layer gives after the layer; a blob that is written in place has its last writer. */
function openCvName({ producer, outputIndex, name = '' }: Value): string {
  return (outputIndex === 0 ? producer?.name : undefined) ?? name;
}

/** OpenCV has a dialect of its own: what it cannot say is not asked of it. The network is that of the files at the stem. */
async function inOpenCv(base: string, { stem, inputs, expected }: Run, moved: number): Promise<OpenCvRow> {
  const backend = caffeBackend('opencv');
  const dialect = caffeBackend(base);
  // Another one than is looked at further, since its layers change.
  const model = read(`${stem}.caffemodel`, base);
  const [first] = transcode(model, dialect, backend).filter(isError);
  if (first) return { verdict: 'not asked', detail: first.message };
  const files = encodeCaffe(model, backend);
  writeFileSync(`${stem}.prototxt`, files.prototxt);
  writeFileSync(`${stem}.caffemodel`, files.caffemodel);
  const found = await opencv.run(stem, inputs, model.graph.outputs.map(openCvName));
  if (typeof found === 'string') return { verdict: 'not run', detail: found };
  const error = worstDifference(compareOutputs(expected, found));
  return { verdict: nearness(error, moved), error };
}
