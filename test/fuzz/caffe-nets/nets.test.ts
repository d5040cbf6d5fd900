/**
 * Random Caffe networks of all dialects: the reference interpreter against OpenCV for its dialect, and against what becomes
 * of them as ONNX in onnxruntime. CAFFE_NETS says how many (40 of each), CAFFE_SEED the first seed, CAFFE_TYPE a layer
 * type that is to be in many; what fails names its own.
 */
import { describe, expect, test } from 'vitest';
import { transcode } from '../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { caffeToOnnx } from '../../../src/core/convert/caffe-to-onnx/convert.ts';
import { encodeCaffe } from '../../../src/core/formats/caffe/write.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../src/core/runtime/caffe/run.ts';
import { compareOutputs } from '../../../src/core/runtime/compare.ts';
import { runModel } from '../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../src/core/targets/caffe-backends.ts';
import { readBytes, readText } from '../../unit/core/formats/caffe/support.ts';
import { runOpenCv } from '../../unit/core/runtime/caffe/opencv.ts';
import { type Blobs, netOf, tensorsOf } from '../../unit/core/runtime/caffe/support.ts';
import { TARGET_DIALECTS } from '../caffe-targets.ts';
import { generateNet, type Net } from './generate.ts';

const COUNT = Number(process.env.CAFFE_NETS ?? 40);
const FIRST = Number(process.env.CAFFE_SEED ?? 1);
const TYPE = process.env.CAFFE_TYPE;

/** What rounding makes of numbers as large as these, in nets of this depth. */
const TOLERANCE = 1e-4;

const read = ({ prototxt, dialect }: Net): Model => readText(prototxt, { dialect }).model;

/** The first output that differs, and by how much. */
function difference(expected: ReadonlyMap<string, Tensor>, found: ReadonlyMap<string, Tensor>): string | undefined {
  const worst = compareOutputs(expected, found).find(({ relative }) => !(relative < TOLERANCE));
  return worst && `${worst.name} ${worst.reason ?? `differs by ${worst.relative}`}`;
}

function fails(net: Net, why: string, text = net.prototxt): never {
  throw new Error(`seed ${net.seed} of ${net.dialect}: ${why}\n${text}`);
}

/** OpenCV gives the first top of a layer by the layer's name, so only those outputs can be asked for. */
function askable(model: Model): ReadonlyMap<string, string> {
  return new Map(
    model.graph.outputs.flatMap((value): [string, string][] =>
      value.producer?.outputs[0] === value ? [[value.producer.name ?? '', value.name ?? '']] : [],
    ),
  );
}

/** OpenCV 4.12 cuts equal parts for those tops alone that somebody reads. */
function hasUnreadParts({ graph }: Model): boolean {
  return [...graph.nodes].some(
    (node) =>
      node.op === 'Slice' &&
      !node.attributes.has('slice_param.slice_point') &&
      node.outputs.some(({ users }) => [...users].length === 0),
  );
}

/** What differs from what OpenCV makes of a network. Throws where OpenCV does not run it. */
async function differenceFromOpenCv(prototxt: string, blobs: Blobs): Promise<string | undefined> {
  const { model } = readText(prototxt, { dialect: 'opencv' });
  const inputs = tensorsOf(blobs);
  const expected = runCaffe(model, inputs);
  const asked = askable(model);
  const found = await runOpenCv(encodeCaffe(model, caffeBackend('opencv')), inputs, [...asked.keys()]);
  const named = new Map([...found].map(([layer, tensor]) => [asked.get(layer) ?? layer, tensor]));
  return difference(new Map([...expected].filter(([name]) => named.has(name))), named);
}

async function inOpenCv(net: Net): Promise<string> {
  if (hasUnreadParts(read(net))) return 'equal parts that nobody reads';
  try {
    if ((await differenceFromOpenCv(net.prototxt, net.inputs)) === undefined) return 'same';
  } catch (error) {
    return `OpenCV: ${String(error).slice(0, 160)}`;
  }
  // OpenCV takes layers together, not always rightly: what counts is each by itself.
  for (const { layer, given } of net.steps) {
    const alone = netOf(layer, given);
    const why = await differenceFromOpenCv(alone, given).catch(() => undefined);
    if (why !== undefined) fails(net, why, alone);
  }
  return 'OpenCV takes layers together wrongly';
}

async function asOnnx(net: Net): Promise<string> {
  const { model, problems } = caffeToOnnx(read(net), caffeBackend(net.dialect));
  // That a framework does not read a field is told, and changes nothing.
  const refused = problems.find(({ severity }) => severity === 'error');
  if (refused) return `refused: ${refused.message}`;
  const inputs = tensorsOf(net.inputs);
  const why = difference(runCaffe(read(net), inputs), await runModel(encodeOnnx(model), inputs));
  return why === undefined ? 'same' : fails(net, why);
}

/** For the framework of another dialect: what it says there must mean the same. */
async function asOther(net: Net): Promise<string> {
  const to = TARGET_DIALECTS[net.seed % TARGET_DIALECTS.length] ?? 'bvlc';
  const model = read(net);
  const [refused] = transcode(model, caffeBackend(net.dialect), caffeBackend(to));
  if (refused) return `refused: ${refused.message}`;
  const { caffemodel } = encodeCaffe(model, caffeBackend(to));
  const other = readBytes(caffemodel, { dialect: to }).model;
  const inputs = tensorsOf(net.inputs);
  const why = difference(flat(runCaffe(read(net), inputs)), flat(runCaffe(other, inputs)));
  return why === undefined ? 'same' : fails(net, `${why} in ${to}`);
}

/** Tengine keeps axes of size 1 at the end. */
function flat(tops: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map([...tops].map(([name, top]) => [name, Tensor.of('float32', [top.count], top.numbers())]));
}

describe.each<[string, (net: Net) => Promise<string>, (seed: number) => Net]>([
  ['OpenCV', inOpenCv, (seed) => generateNet(seed, ['opencv'])],
  ['ONNX', asOnnx, (seed) => generateNet(seed, TARGET_DIALECTS, TYPE)],
  ['another dialect', asOther, (seed) => generateNet(seed, TARGET_DIALECTS)],
])('%s', (_, judge, generate) => {
  test(`seeds ${FIRST} to ${FIRST + COUNT - 1}`, { timeout: 10_000 * COUNT }, async () => {
    const outcomes = new Map<string, number>();
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const outcome = await judge(generate(seed));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    if (process.env.CAFFE_NETS) console.log([...outcomes].sort((a, b) => b[1] - a[1]));
    expect(outcomes.get('same') ?? 0).toBeGreaterThan(COUNT / 3);
  });
});
