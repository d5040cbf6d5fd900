/** Broken files: every mutation of every sample ends in a result or an InputError, in bounded time, with nothing left behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../../src/core/ir/errors.ts';
import { convertModel } from '../../src/core/pipeline.ts';
import { silent } from '../../src/core/progress.ts';
import { PLAIN_READING } from '../../src/core/reading.ts';
import { generator } from '../../src/core/runtime/inputs.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20261123);
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 40);
/** Far above what any sample needs; a hang would be minutes. */
const LONGEST_MS = 2000;

const samples = new URL('../../samples/', import.meta.url);
const files = readdirSync(samples).filter((name) => /\.(pt|pt2|onnx)$/.test(name));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Mutation = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'cut off': (bytes, random) => bytes.slice(0, random(bytes.length)),
  'bits flipped': (bytes, random) => {
    const copy = bytes.slice();
    for (let k = 0; k <= random(16); k++) {
      const at = random(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    }
    return copy;
  },
  'bytes overwritten': (bytes, random) => {
    const copy = bytes.slice();
    const at = random(copy.length);
    copy.fill(random(256), at, at + 1 + random(64));
    return copy;
  },
  'a part doubled': (bytes, random) => {
    const at = random(bytes.length);
    const part = bytes.subarray(at, at + 1 + random(512));
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
  },
  'a part lost': (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(512))]);
  },
};

test.each(files)(
  `%s, broken in ${ROUNDS} ways each (seed ${SEED})`,
  async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, samples)));
    const next = generator(SEED);
    const random = (below: number) => Math.floor(next() * below);
    for (const [what, mutate] of Object.entries(MUTATIONS)) {
      for (let round = 0; round < ROUNDS; round++) {
        const path = join(folder, name);
        writeFileSync(path, mutate(bytes, random));
        const started = performance.now();
        const fault = await attempt(path);
        expect(fault, `${what}, round ${round}`).toBeUndefined();
        expect(performance.now() - started, `${what}, round ${round}`).toBeLessThan(LONGEST_MS);
      }
    }
  },
  600_000,
);

/** What was thrown that is no InputError; undefined where all is well. */
async function attempt(input: string): Promise<unknown> {
  const target = { target: 'onnx', opset: 17 };
  const output = join(folder, 'out.onnx');
  const reading = { ...PLAIN_READING, inputs: [{ key: 0, dtype: 'float32' as const, dims: [1, 1, 28, 28] }] };
  const request = { input, reading, target, output, force: true, simplify: false, verify: false };
  return convertModel(request, silent).then(
    () => undefined,
    (error: unknown) => (error instanceof InputError ? undefined : error),
  );
}

test('nothing is left behind', () => {
  const left = readdirSync(folder).filter((name) => !files.includes(name) && name !== 'out.onnx');
  expect(left).toEqual([]);
});
