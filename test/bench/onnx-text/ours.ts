/**
 * Times our parser, printer, checker, inference and editing on the models that theirs.py made.
 *
 *   node onnx-text-bench.js FOLDER NODES [NODES ...]
 *
 * Writes FOLDER/ours.json: for each size the median of each step in milliseconds of processor time.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOnnx } from '../../../src/core/dialects/onnx/check.ts';
import { inferModel } from '../../../src/core/dialects/onnx/infer.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { printModel } from '../../../src/core/formats/onnxtxt/print.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { measureKeystrokes } from './keystrokes.ts';
import { medianOf, timed } from './processor-time.ts';

const WARM_UP = 5;
const ROUNDS = 15;

/** What each step takes, in milliseconds. */
export type Times = Readonly<Record<string, number>>;

const [folder = '', ...sizes] = process.argv.slice(2);
const results = Object.fromEntries(sizes.map((size) => [size, measure(size)]));
writeFileSync(join(folder, 'ours.json'), JSON.stringify(results));

function measure(size: string): Times {
  const file = join(folder, `${size}.onnxtxt`);
  const text = readFileSync(file, 'utf8');
  const binary = readFileSync(join(folder, `${size}.onnx`));
  const read = () => readOnnx(new MemoryBytes(`${size}.onnx`, binary));
  const model = read();
  return {
    parse: median(() => parseModel(text, file)),
    print: median(() => printModel(model, { inline: true })),
    // A model keeps what was inferred of it, so each round has its own.
    check: median(checkSound, read),
    infer: median(inferModel, read),
    ...measureKeystrokes(text, file),
  };
}

function checkSound(model: Model): void {
  const errors = checkOnnx(model).filter(({ severity }) => severity === 'error');
  if (errors[0]) throw new Error(`the model of the benchmark has an error: ${errors[0].message}`);
}

/** The median time of a step in milliseconds, once it is warm. What `prepare` takes does not count. */
function median(work: () => unknown): number;
function median<T>(work: (input: T) => unknown, prepare: () => T): number;
function median<T>(work: (input: T) => unknown, prepare?: () => T): number {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    // Without `prepare`, `work` takes nothing.
    const input = prepare?.() as T;
    const time = timed(() => work(input));
    if (round >= WARM_UP) times.push(time);
  }
  return medianOf(times);
}
