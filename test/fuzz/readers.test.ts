/** Broken PyTorch files, read in one process: each gives a program or an InputError, soon, and touches no file. */
import childProcess from 'node:child_process';
import fs, { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture } from '../../src/core/capture/capture.ts';
import { openObjects } from '../../src/core/capture/objects/capture-objects.ts';
import { NO_CUSTOM_OPERATORS } from '../../src/core/custom/definition.ts';
import type {
  PickledModule,
  PickledTensor,
  PickleValue,
  TorchScriptArchive,
} from '../../src/core/formats/torch/archive.ts';
import type { ExportedProgram } from '../../src/core/formats/torch/exported.ts';
import { TorchMeaning } from '../../src/core/formats/torch/meaning.ts';
import { openTorchFile } from '../../src/core/formats/torch/open.ts';
import { isPacked, readPackedParameters } from '../../src/core/formats/torch/packed-parameters.ts';
import { parseSource } from '../../src/core/formats/torch/parser.ts';
import { readPickle } from '../../src/core/formats/torch/pickle.ts';
import { sourceFile } from '../../src/core/formats/torch/text.ts';
import { MemoryBytes } from '../../src/core/ir/bytes.ts';
import { InputError } from '../../src/core/ir/errors.ts';
import { generator } from '../../src/core/runtime/inputs.ts';
import { unzip } from '../unit/core/formats/torch/build.ts';
import { versions } from '../unit/core/formats/torch/made-files.ts';
import { cpuTime } from '../unit/cpu-time.ts';
import { type Mutation, mutationsOf, type Random } from './mutations.ts';

/** `FUZZ_FILES=100000 FUZZ_SEED=7 npx vitest run test/fuzz/readers` looks further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20261126);
const FILES = Number(process.env.FUZZ_FILES ?? 2000);
const LONGEST_MS = 2000;
/** Larger tensors are views that repeat few bytes: honest ones are as long as they say. */
const MOST_ELEMENTS = 1 << 16;

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mutations: readonly (readonly [what: string, mutate: Mutation])[];
  readonly read: (bytes: Uint8Array) => void;
}

const FIXTURES = new URL('../fixtures/torch/', import.meta.url);

type File = readonly [name: string, bytes: Uint8Array];

function fixtures(): File[] {
  return readdirSync(FIXTURES)
    .filter((name) => /\.(pt2?|pth|ptl)$/.test(name))
    .map((name) => [name, new Uint8Array(readFileSync(new URL(name, FIXTURES)))]);
}

/** What each version of PyTorch made. */
function versionFiles(): File[] {
  return versions().flatMap(({ name: version, files, content }) =>
    Object.keys(files)
      .filter((name) => name !== 'method')
      .map((name): File => [`${version}/${name}`, content(name)]),
  );
}

/** Whole files, and the pickles and code within them, each for its own reader. */
function samplesOf(files: readonly File[]): Sample[] {
  const made = (name: string, bytes: Uint8Array, read: Sample['read']): Sample => ({
    name,
    bytes,
    mutations: Object.entries(mutationsOf(name, bytes)),
    read,
  });
  return files.flatMap(([name, bytes]) => {
    const whole = made(name, bytes, readFile);
    if (bytes[0] !== 0x50) return [whole];
    const parts = Object.entries(unzip(bytes)).flatMap(([entry, content]) => {
      if (entry.endsWith('.pkl')) return [made(`${name}!${entry}`, content, readOnePickle)];
      return entry.endsWith('.py') ? [made(`${name}!${entry}`, content, readOneSource)] : [];
    });
    return [whole, whole, ...parts];
  });
}

function readFile(bytes: Uint8Array): void {
  const file = new MemoryBytes('fuzzed', bytes);
  const program = openTorchFile(file);
  if (program.kind === 'torchscript') readCode(program);
  else if (program.kind === 'exported') readWeights(program);
  else {
    readValue(program.root, program.file, new Set());
    runObjects(program);
  }
}

function readCode(archive: TorchScriptArchive): void {
  for (const values of archive.tracedInputs.values()) expect(values).toBeDefined();
  readValue(archive.root, archive.file, new Set());
  for (const constant of archive.constants) readValue(constant, archive.file, new Set());
  for (const entry of archive.sourceEntries) {
    const source = archive.source(entry);
    attempt(() => archive.classOf(`${entry.slice(5, -3).replaceAll('/', '.')}.Net`));
    for (let at = 0; at < source.text.length; at += 50) archive.originOf(source, at);
  }
}

function readWeights(program: ExportedProgram): void {
  for (const tensor of program.weights.values()) readTensor(tensor);
}

/** Whatever the objects of a module are, running them gives problems and no more. */
function runObjects(program: PickledModule): void {
  const inputs = [{ key: 0, dtype: 'float32', shape: [1, 3, 4, 4] }] as const;
  attempt(() => capture(openObjects(program), { inputs, customOps: NO_CUSTOM_OPERATORS }));
}

function readValue(value: PickleValue, file: string, seen: Set<PickleValue>): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value)) return;
  seen.add(value);
  if (value.kind === 'tensor') readTensor(value);
  if (value.kind === 'call') readValue(value.state ?? null, file, seen);
  if (value.kind === 'dict') for (const [, inner] of value.entries) readValue(inner, file, seen);
  if (value.kind !== 'object') return;
  if (isPacked(value)) attempt(() => readPackedParameters(value, file));
  for (const inner of value.attributes.values()) readValue(inner, file, seen);
}

function readTensor({ tensor }: PickledTensor): void {
  if (tensor.count <= MOST_ELEMENTS) attempt(() => tensor.bytes());
}

const meaning = new TorchMeaning((key, dtype, count) => {
  const nothing = { kind: 'memory', bytes: () => new Uint8Array(), chunks: () => [] } as const;
  return { key, dtype, count, source: nothing, part: () => nothing };
});

function readOnePickle(bytes: Uint8Array): void {
  readPickle(bytes, meaning, { file: 'fuzzed' });
}

function readOneSource(bytes: Uint8Array): void {
  parseSource(sourceFile('code/__torch__/net.py', new TextDecoder().decode(bytes)), 'fuzzed');
}

/** Bad input may end what is read, and nothing else may. */
function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toBe('');
    if (error.code === 'syntax-error') expect(error.place?.line).toBeGreaterThan(0);
  }
}

/** What was asked of the machine while files were read. */
const touched: string[] = [];
const GUARDED: readonly (readonly [object, readonly string[]])[] = [
  [fs, ['openSync', 'writeFileSync', 'mkdirSync', 'rmSync', 'unlinkSync', 'renameSync', 'readFileSync', 'statSync']],
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
];
const originals = new Map<string, unknown>();

beforeAll(() => {
  for (const [module, names] of GUARDED) {
    for (const name of names) {
      originals.set(name, Reflect.get(module, name));
      Reflect.set(module, name, () => {
        touched.push(name);
        throw new Error(`${name} was called`);
      });
    }
  }
  syncBuiltinESMExports();
});

function release(): void {
  for (const [module, names] of GUARDED) for (const name of names) Reflect.set(module, name, originals.get(name));
  syncBuiltinESMExports();
}
afterAll(release);

/** Each is broken as often as the other, though the versions made many more. */
const groups = [fixtures(), versionFiles()].map(samplesOf);

test(`${FILES} broken files are read, or refused, within ${LONGEST_MS} ms each (seed ${SEED})`, () => {
  const next = generator(SEED);
  const random: Random = (below) => Math.floor(next() * below);
  let slowest = { time: 0, said: '' };
  const ended = { read: 0, refused: 0 };
  for (let round = 0; round < FILES; round++) {
    const group = groups[random(groups.length)] ?? [];
    const sample = group[random(group.length)];
    const [what, mutate] = sample?.mutations[random(sample.mutations.length)] ?? [];
    if (!sample || !mutate) throw new RangeError('there are samples');
    const said = `${sample.name}, ${what}, file ${round}, seed ${SEED}`;
    const bytes = mutate(sample.bytes, random);
    const started = cpuTime();
    try {
      sample.read(bytes);
      ended.read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(said, { cause: error });
      ended.refused++;
    }
    const time = cpuTime() - started;
    if (time > slowest.time) slowest = { time, said };
  }
  release();
  console.log(
    `seed ${SEED}: ${ended.read} read, ${ended.refused} refused; slowest ${slowest.time.toFixed(0)} ms: ${slowest.said}`,
  );
  expect(touched).toEqual([]);
  expect(slowest.time, slowest.said).toBeLessThan(LONGEST_MS);
}, 7_200_000);
