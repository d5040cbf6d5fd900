/** Broken Caffe networks of every dialect, read in one process: each gives a network or an InputError, soon. */
import { expect, test } from 'vitest';
import { CAFFE_DIALECTS } from '../../src/core/formats/caffe/dialects.ts';
import { readCaffeNet } from '../../src/core/formats/caffe/read.ts';
import { encodeCaffe } from '../../src/core/formats/caffe/write.ts';
import { MemoryBytes } from '../../src/core/ir/bytes.ts';
import { InputError } from '../../src/core/ir/errors.ts';
import { validateModel } from '../../src/core/ir/validate.ts';
import { generator } from '../../src/core/runtime/inputs.ts';
import { encodedAs } from '../unit/core/formats/caffe/support.ts';
import { cpuTime } from '../unit/cpu-time.ts';
import { mutationsOf, type Random } from './mutations.ts';

/** `FUZZ_FILES=100000 FUZZ_SEED=7 npx vitest run test/fuzz/caffe` looks further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20261126);
const FILES = Number(process.env.FUZZ_FILES ?? 2000);
const LONGEST_MS = 2000;

const blob = (...dim: number[]) => ({ shape: { dim }, data: Array(dim.reduce((a, b) => a * b)).fill(0.5) });
const old = (dim: number[]) => ({ num: 1, channels: 1, height: dim[0], width: dim[1], data: Array(4).fill(1) });
const layer = (type: string, top: string, bottom: string, more: object) => ({
  name: top,
  type,
  top: [top],
  bottom: [bottom],
  ...more,
});

/** A network of each dialect, as its framework writes it; one of them from before 2014. */
const BINARIES = [
  ...CAFFE_DIALECTS.filter((dialect) => dialect !== 'opencv').map((dialect) => ({
    dialect,
    name: `${dialect}.caffemodel`,
    bytes: encodedAs(dialect, {
      name: dialect,
      input: ['data'],
      input_dim: [1, 2, 4, 4],
      layer: [
        layer('Convolution', 'c', 'data', {
          convolution_param: { num_output: 2, weight_filler: { type: 'xavier' } },
          param: [{ name: 'w', lr_mult: 1 }],
          blobs: [blob(2, 2, 1, 1), blob(2)],
        }),
        layer('Permute', 'p', 'c', {
          permute_param: { order: [0, 2, 3, 1] },
          include: [{ phase: 'TEST', stage: ['a'] }],
        }),
        layer('Interp', 'i', 'c', { interp_param: { height: 8, width: 8 }, upsample_param: { scale: 2 } }),
        layer('Pooling', 'q', 'c', { pooling_param: { pool: 'AVE', kernel_size: 2 } }),
      ],
    }),
  })),
  {
    dialect: 'bvlc',
    name: 'old.caffemodel',
    bytes: encodedAs('bvlc', {
      input: ['data'],
      input_dim: [1, 2, 1, 1],
      layers: [
        {
          name: 'f',
          type: 'INNER_PRODUCT',
          bottom: ['data'],
          top: ['f'],
          inner_product_param: { num_output: 2 },
          blobs: [old([2, 2])],
        },
        { layer: { type: 'padding', name: 'p', pad: 1 }, bottom: ['f'], top: ['p'] },
        {
          layer: { type: 'conv', name: 'k', num_output: 1, kernelsize: 3, blobs: [old([2, 2])] },
          bottom: ['p'],
          top: ['k'],
        },
      ],
    }),
  },
];

const TEXTS = CAFFE_DIALECTS.map((dialect) => ({
  dialect,
  name: `${dialect}.prototxt`,
  bytes: Buffer.from(`name: "${dialect}" # a comment
input: "data" input_shape { dim: 1 dim: 2 dim: 0x4 dim: 04 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c" param { lr_mult: 1e-3 } convolution_param { num_output: 2 kernel_size: 3
  weight_filler < type: 'gaussian' std: .01f > } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" relu_param { negative_slope: -inf } include { phase: TEST not_stage: "x" } }
layer { name: "i" type: "Interp" bottom: "c" top: "i" interp_param { height: 8 width: 8 } }
layer { name: "q" type: "Pooling" bottom: "c" top: "q" pooling_param { pool: AVE kernel_size: 2 } unknown { a: "\\x41\\101" } }
`),
}));

const samples = [...BINARIES, ...TEXTS].map((sample) => ({
  ...sample,
  mutations: Object.entries(mutationsOf(sample.name, sample.bytes)),
}));

/** Reads it as whatever it is, and as the dialect that it is of; what is read can be written again. */
function readAll(bytes: Uint8Array, dialect: string): number {
  let read = 0;
  for (const named of [undefined, dialect]) {
    try {
      const { model, problems } = readCaffeNet(new MemoryBytes('fuzzed', bytes), { dialect: named });
      validateModel(model);
      for (const { message } of problems) expect(message).not.toMatch(/undefined|this target/);
      encodeCaffe(model, { dialect: model.metadata.get('caffe.dialect') ?? '' });
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (error.code === 'syntax-error') expect(error.place?.line).toBeGreaterThan(0);
    }
  }
  return read;
}

test('the networks are read as they are', () => {
  for (const { bytes, dialect, name } of samples) expect(readAll(bytes, dialect), name).toBe(2);
});

test(`${FILES} broken networks are read, or refused, within ${LONGEST_MS} ms each (seed ${SEED})`, () => {
  const next = generator(SEED);
  const random: Random = (below) => Math.floor(next() * below);
  let slowest = { time: 0, said: '' };
  let read = 0;
  for (let round = 0; round < FILES; round++) {
    const sample = samples[random(samples.length)];
    const [what, mutate] = sample?.mutations[random(sample.mutations.length)] ?? [];
    if (!sample || !mutate) throw new RangeError('there are samples');
    const said = `${sample.name}, ${what}, file ${round}, seed ${SEED}`;
    const bytes = mutate(sample.bytes, random);
    const started = cpuTime();
    try {
      read += readAll(bytes, sample.dialect);
    } catch (error) {
      throw new Error(said, { cause: error });
    }
    const time = cpuTime() - started;
    if (time > slowest.time) slowest = { time, said };
  }
  console.log(`seed ${SEED}: ${read} of ${2 * FILES} read; slowest ${slowest.time.toFixed(0)} ms: ${slowest.said}`);
  expect(slowest.time, slowest.said).toBeLessThan(LONGEST_MS);
}, 7_200_000);
