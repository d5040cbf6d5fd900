/**
 * Random layers of every dialect: one layer with random parameters, bottoms and blobs. What becomes ONNX runs in onnxruntime and
 * gives what the reference interpreter gives; what does not is a problem. Nothing else may happen.
 */
import { expect, test } from 'vitest';
import { caffeToOnnx } from '../../src/core/convert/caffe-to-onnx/convert.ts';
import { expectedBlobs } from '../../src/core/dialects/caffe/blob-shapes.ts';
import type { CaffeMessage } from '../../src/core/dialects/caffe/schema.ts';
import { layerFacts } from '../../src/core/dialects/caffe/vocabulary.ts';
import { type CaffeDialect, vocabularyOf } from '../../src/core/formats/caffe/dialects.ts';
import { readCaffeNet } from '../../src/core/formats/caffe/read.ts';
import { encodeOnnx } from '../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../src/core/ir/bytes.ts';
import { InputError } from '../../src/core/ir/errors.ts';
import type { Model } from '../../src/core/ir/model.ts';
import { validateModel } from '../../src/core/ir/validate.ts';
import { CAFFE_RUNS, runCaffe } from '../../src/core/runtime/caffe/run.ts';
import { compareOutputs, type OutputDifference, worstDifference } from '../../src/core/runtime/compare.ts';
import { generator, randomInputs } from '../../src/core/runtime/inputs.ts';
import { runModel } from '../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../src/core/targets/caffe-backends.ts';
import { TARGET_DIALECTS } from './caffe-targets.ts';

/** `FUZZ_LAYERS=100000 FUZZ_SEED=7 npx vitest run test/fuzz/caffe-layers` looks further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20261127);
const LAYERS = Number(process.env.FUZZ_LAYERS ?? 600);
const ONLY = process.env.FUZZ_TYPE;

type Random = () => number;

/** What wants numbers of a kind: boxes, rows of a table, places of the largest. */
const SKIPPED = /^(Input|Python|DetectionOutput|Proposal|BatchReindex|Embed|Embedding|Upsample|.*ROI.*)$/;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const below = (random: Random, end: number) => Math.floor(random() * end);

/** A field of a message as text; sizes are small. */
function fieldText(random: Random, name: string, message: CaffeMessage): string {
  const field = message.fields.get(name);
  if (!field) return '';
  const { type, repeated } = field;
  const count = repeated ? 1 + below(random, 3) : 1;
  return Array.from({ length: count }, () => {
    if (type.kind === 'message') return `${name} { ${parametersText(random, type.message, 0.7)} }`;
    if (type.kind === 'enum') return `${name}: ${pick(random, [...type.numbers.keys()])}`;
    switch (type.name) {
      case 'bool':
        return `${name}: ${random() < 0.5}`;
      case 'float':
      case 'double':
        // A root of what is negative is no number, whatever is under it.
        return `${name}: ${name.endsWith('eps') ? random() : pick(random, [0, 0.5, 1, 2, -1.5, random()])}`;
      case 'string':
      case 'bytes':
        return `${name}: "${pick(random, ['constant', 'reflect', 'x'])}"`;
      case 'int32':
      case 'int64':
        return `${name}: ${pick(random, [-2, -1, 0, 1, 2, 3])}`;
      default:
        return `${name}: ${pick(random, [0, 1, 1, 2, 2, 3, 4])}`;
    }
  }).join(' ');
}

function parametersText(random: Random, message: CaffeMessage, chance: number): string {
  return [...message.fields.keys()]
    .filter((name) => !/filler|engine|num_output|seed/.test(name) && random() < chance)
    .map((name) => fieldText(random, name, message))
    .join(' ');
}

const dims = (shape: readonly number[]) => shape.map((size) => `dim: ${size}`).join(' ');

function blobText(random: Random, shape: readonly number[], positive: boolean): string {
  const count = shape.reduce((a, b) => a * b, 1);
  const value = () => (positive ? 0.5 + random() : 2 * random() - 1).toFixed(3);
  return `blobs { shape { ${dims(shape)} } data: [${Array.from({ length: count }, value).join(', ')}] }`;
}

/** Shapes of bottoms: alike, or such that they might go together. */
function bottomShapes(random: Random): number[][] {
  const rank = pick(random, [4, 4, 4, 3, 2, 5]);
  const first = Array.from({ length: rank }, (_, k) =>
    k === 0 ? 1 + below(random, 2) : pick(random, [1, 2, 4, 4, 5]),
  );
  const count = pick(random, [1, 1, 1, 2, 2, 3]);
  return Array.from({ length: count }, (_, k) => {
    if (k === 0 || random() < 0.6) return first;
    return pick(random, [first.slice(0, 2), first.slice(1, 2), first.map((size) => Math.max(1, size - 1)), [2]]);
  });
}

/** A network of one layer of a type, in the words of a dialect. */
function network(random: Random, dialect: CaffeDialect, type: string): string {
  const vocabulary = vocabularyOf(dialect);
  const holder = layerFacts(vocabulary, type)?.parameters;
  const field = holder === undefined ? undefined : vocabulary.schema.layer.fields.get(holder);
  const outputs = pick(random, [2, 4]);
  const shapes = bottomShapes(random);
  const message = field?.type.kind === 'message' ? field.type.message : undefined;
  const own = message?.fields.has('num_output') ? `num_output: ${outputs}` : '';
  const said = message ? `${own} ${parametersText(random, message, pick(random, [0, 0.15, 0.3]))}` : '';
  const windowed =
    message?.fields.has('kernel_size') && !said.includes('kernel') ? `kernel_size: ${1 + below(random, 3)}` : '';
  const parameters = holder && message ? `${holder} { ${said} ${windowed} }` : '';
  const [channels = 1] = shapes[0]?.slice(1) ?? [];
  const inputs = shapes.map(
    (shape, k) => `layer { name: "b${k}" type: "Input" top: "b${k}" input_param { shape { ${dims(shape)} } } }`,
  );
  const tops = Array.from({ length: pick(random, [1, 1, 1, 2]) }, (_, k) => `top: "y${k}"`).join(' ');
  const bottoms = shapes.map((_, k) => `bottom: "b${k}"`).join(' ');
  const blobs = (blobShapes(type, said, shapes, channels, outputs) ?? []).map((shape, k) =>
    blobText(random, shape, k > 0),
  );
  return [...inputs, `layer { name: "l" type: "${type}" ${bottoms} ${tops} ${parameters} ${blobs.join(' ')} }`].join(
    '\n',
  );
}

/** Blobs as the layer might have them: sizes that its parameters leave open are those of the channels. */
function blobShapes(
  type: string,
  said: string,
  shapes: readonly (readonly number[])[],
  channels: number,
  outputs: number,
): readonly (readonly number[])[] | undefined {
  const group = Number(/\bgroup: (\d+)/.exec(said)?.[1] ?? 1);
  const inner = shapes[0]?.slice(1).reduce((a, b) => a * b, 1) ?? 1;
  const rank = shapes[0]?.length ?? 4;
  const values = (path: string) => {
    const name = path.slice(path.indexOf('.') + 1);
    return [...said.matchAll(new RegExp(`\\b${name}: (\\S+)`, 'g'))].map(([, text = '']) =>
      text === 'true' ? true : text === 'false' ? false : Number.isNaN(Number(text)) ? text : Number(text),
    );
  };
  const expected = expectedBlobs(type, { values, reader: {}, bottoms: shapes.length, blobs: 0, rank });
  const open = /InnerProduct/.test(type)
    ? inner
    : Math.max(1, /Deconv/.test(type) ? channels : channels / Math.max(group, 1));
  if (!expected) return /^(BN|CuDNNBatchNorm|BatchNorm3d)$/.test(type) ? Array(4).fill([channels]) : undefined;
  return expected
    .map(({ shape }) => shape?.map((size) => Math.min(Math.round(size ?? open) || 1, 200)) ?? [channels])
    .map((shape) => (shape.length === 1 && shape[0] === outputs ? [outputs] : shape));
}

interface Outcome {
  readonly what: 'not read' | 'refused' | 'alike' | 'not run here' | 'interpreter refuses' | 'its own operator';
}

async function tried(text: string, dialect: CaffeDialect, seed: number): Promise<Outcome> {
  const read = readAs(text, dialect);
  if (!read) return { what: 'not read' };
  const { model, problems } = caffeToOnnx(read, caffeBackend(dialect));
  if (problems.some(({ severity }) => severity === 'error')) return { what: 'refused' };
  validateModel(model);
  // Only the framework itself knows what it computes.
  if (problems.some(({ code }) => code === 'layer-undefined')) return { what: 'its own operator' };
  const inputs = randomInputs(read.graph, { seed });
  const found = await runModel(encodeOnnx(model), inputs);
  if ([...read.graph.nodes].some((node) => !CAFFE_RUNS.has(node.op))) return { what: 'not run here' };
  const expected = interpreted(read, inputs);
  if (!expected) return { what: 'interpreter refuses' };
  expect(worstDifference(compareOutputs(expected, found).map(cancelled))).toBeLessThan(1e-4);
  return { what: 'alike' };
}

/** What sums of the inputs, which are about 1, leave where they cancel is as far off as what was added: a few roundings of 6e-8. */
function cancelled(difference: OutputDifference): OutputDifference {
  return difference.absolute < 2e-7 ? { ...difference, relative: 0 } : difference;
}

function readAs(text: string, dialect: CaffeDialect): Model | undefined {
  try {
    const { model, problems } = readCaffeNet(new MemoryBytes('net.prototxt', Buffer.from(text)), { dialect });
    return problems.some(({ severity }) => severity === 'error') ? undefined : model;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function interpreted(model: Model, inputs: Parameters<typeof runCaffe>[1]) {
  try {
    return runCaffe(model, inputs);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

test('random layers become what they mean, or a problem', { timeout: 0 }, async () => {
  const random = generator(SEED);
  const counts = new Map<string, number>();
  const faults: string[] = [];
  for (let k = 0; k < LAYERS; k++) {
    const dialect = pick(random, TARGET_DIALECTS);
    const { layers } = vocabularyOf(dialect);
    const type =
      ONLY ??
      pick(
        random,
        [...layers].filter((each) => !SKIPPED.test(each)),
      );
    const text = network(random, dialect, type);
    try {
      const { what } = await tried(text, dialect, k);
      const key = what === 'interpreter refuses' ? `${what} ${dialect} ${type}` : what;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    } catch (error) {
      faults.push(`${dialect}\n${text}\n${error instanceof Error ? error.message.slice(0, 300) : error}`);
    }
  }
  if (process.env.FUZZ_TELL)
    console.log(
      [...counts]
        .sort()
        .map(([what, n]) => `${n} ${what}`)
        .join('\n'),
    );
  expect(faults.slice(0, 8).join('\n\n')).toBe('');
});
