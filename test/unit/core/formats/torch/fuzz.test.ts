import { expect, test } from 'vitest';
import type { TorchScriptArchive } from '../../../../../src/core/formats/torch/archive.ts';
import type { ExportedProgram } from '../../../../../src/core/formats/torch/exported.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { fixture, unzip, zipOf } from './build.ts';

const { FUZZ_SEED, FUZZ_ROUNDS } = process.env;
const SEED = Number(FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(FUZZ_ROUNDS ?? 30);
const FIXTURES = ['traced.pt', 'scripted.pt', 'exported.pt2', 'exported-2.8.pt2', 'module.pth', 'module-legacy.pth'];

/** Numbers below `limit`, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** A copy with some bytes changed, cut out, doubled, or set to what often matters. */
function mutated(bytes: Uint8Array, random: (limit: number) => number): Uint8Array {
  const copy = [...bytes];
  for (let k = 0; k <= random(4) && copy.length > 0; k++) {
    const at = random(copy.length);
    const run = 1 + random(8);
    const change = random(5);
    if (change === 0) copy[at] = random(256);
    else if (change === 1) copy.splice(at, run);
    else if (change === 2) copy.splice(at, 0, ...copy.slice(at, at + run));
    else if (change === 3) copy.fill(random(2) * 255, at, at + run);
    else copy.length = at;
  }
  return Uint8Array.from(copy);
}

/** Everything that can be asked of a file. */
function readAll(bytes: Uint8Array): void {
  const program = openTorchFile(new MemoryBytes('fuzzed', bytes));
  if (program.kind === 'torchscript') readCode(program);
  else if (program.kind === 'exported') readWeights(program);
}

function readCode(archive: TorchScriptArchive): void {
  expect([...archive.tracedInputs.values()]).toBeDefined();
  for (const entry of archive.sourceEntries) {
    const source = archive.source(entry);
    archive.classOf(`${entry.slice(5, -3).replaceAll('/', '.')}.Net`);
    for (let at = 0; at < source.text.length; at += 50) archive.originOf(source, at);
  }
}

function readWeights(program: ExportedProgram): void {
  for (const { tensor } of program.weights.values()) tensor.bytes();
}

function check(bytes: Uint8Array, what: string): void {
  const start = cpuTime();
  try {
    readAll(bytes);
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(`${what}, FUZZ_SEED=${SEED}`, { cause: error });
  }
  expect(cpuTime() - start, `${what}, FUZZ_SEED=${SEED}`).toBeLessThan(5000);
}

test.each(FIXTURES)('damaged bytes of %s end in an InputError or in nothing', { timeout: 1000 * ROUNDS }, (name) => {
  const random = randomNumbers(SEED);
  const bytes = fixture(name);
  for (let round = 0; round < ROUNDS; round++) check(mutated(bytes, random), `${name}, round ${round}`);
});

test.each(FIXTURES.filter((name) => !name.includes('legacy')))(
  'damaged entries of %s end in an InputError or in nothing',
  { timeout: 1000 * ROUNDS },
  (name) => {
    const random = randomNumbers(SEED);
    const entries = unzip(fixture(name));
    const names = Object.keys(entries).filter(
      (entry) => !/data\/(?:weights\/weight_|constants\/tensor_)?\d+$/.test(entry),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const chosen = names[random(names.length)] ?? '';
      const damaged = mutated(entries[chosen] ?? new Uint8Array(), random);
      check(zipOf({ ...entries, [chosen]: damaged }), `${name}, ${chosen}, round ${round}`);
    }
  },
);
