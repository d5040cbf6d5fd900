/** Broken files: every mutation of every sample ends in a result or an InputError, in bounded time, with nothing left behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printModel } from '../../src/core/formats/onnxtxt/print.ts';
import { summarize } from '../../src/core/inspect.ts';
import { InputError } from '../../src/core/ir/errors.ts';
import { openModel } from '../../src/core/open.ts';
import { checkModel, convertModel } from '../../src/core/pipeline.ts';
import { silent } from '../../src/core/progress.ts';
import { PLAIN_READING, type Reading } from '../../src/core/reading.ts';
import { generator } from '../../src/core/runtime/inputs.ts';
import { cpuTime } from '../unit/cpu-time.ts';
import { mutationsOf, type Random } from './mutations.ts';

/** `FUZZ_SEED=7 FUZZ_ROUNDS=1000 npx vitest run test/fuzz` looks further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20261123);
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 4);
/** Far above what any sample needs; a hang would be minutes. */
const LONGEST_MS = 4000;

const TARGETS = [
  { target: 'onnx', opset: 13 },
  { target: 'onnx', opset: 22 },
  { target: 'caffe:opencv' },
  { target: 'onnx' },
  { target: 'caffe:bvlc' },
];

const files = ['../../samples/', '../fixtures/torch/', './'].flatMap((path) => {
  const names = readdirSync(new URL(path, import.meta.url));
  const models = names.filter((name) => /\.(pt2?|pth|ptl|onnx|onnxtxt)$/.test(name));
  return models.map((name) => fileURLToPath(new URL(path + name, import.meta.url)));
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(files.map((path) => [basename(path), path]))(
  `%s, broken in ${ROUNDS} ways of each kind (seed ${SEED})`,
  async (name, original) => {
    const bytes = new Uint8Array(readFileSync(original));
    const next = generator(SEED);
    const random: Random = (below) => Math.floor(next() * below);
    let run = 0;
    for (const [what, mutate] of Object.entries(mutationsOf(name, bytes))) {
      for (let round = 0; round < ROUNDS; round++) {
        const path = join(folder, name);
        writeFileSync(path, mutate(bytes, random));
        const started = cpuTime();
        const fault = await attempt(path, run++);
        expect(fault, `${what}, round ${round}`).toBeUndefined();
        expect(cpuTime() - started, `${what}, round ${round}`).toBeLessThan(LONGEST_MS);
      }
    }
  },
  3_600_000,
);

/** What was thrown that is no InputError; undefined where all is well. */
async function attempt(input: string, run: number): Promise<unknown> {
  const target = TARGETS[run % TARGETS.length] ?? { target: 'onnx' };
  const inputs = /digits/.test(input) ? [{ key: 0, dtype: 'float32' as const, dims: [1, 1, 28, 28] }] : [];
  const reading: Reading = { ...PLAIN_READING, inputs, accept: ['inexact'] };
  const output = join(folder, target.target === 'onnx' ? 'out.onnx' : 'out');
  const how = { force: true, simplify: run % 2 === 0, verify: false };
  try {
    const { status, problems } = await convertModel({ input, reading, target, output, ...how }, silent);
    // A refusal says why.
    expect(status === 'done' || problems.some(({ severity }) => severity === 'error')).toBe(true);
    if (run % 3 === 0) await look(input, reading);
    return undefined;
  } catch (error) {
    return error instanceof InputError ? undefined : error;
  }
}

/** What the other commands do with it. */
async function look(path: string, reading: Reading): Promise<void> {
  const opened = await openModel(path, reading, silent);
  try {
    summarize(opened);
    printModel(opened.model);
    await checkModel(opened, undefined, silent);
  } finally {
    opened.close();
  }
}

test('nothing is left behind', () => {
  const names = new Set([...files.map((path) => basename(path)), 'out.onnx', 'out.caffemodel', 'out.prototxt']);
  expect(readdirSync(folder).filter((name) => !names.has(name))).toEqual([]);
});
