/**
 * Times simplification of synthetic models.
 *
 *   node simplify-bench.js RESULTS.json NODES [NODES ...]
 *
 * Writes for each size the nodes before and after, and medians of each step in milliseconds of processor time.
 */
import { writeFileSync } from 'node:fs';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { runPasses } from '../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../src/core/passes/simplification.ts';
import { medianOf, timed } from '../onnx-text/processor-time.ts';
import { syntheticModel } from './model.ts';

const WARM_UP_NODES = 2000;
const WARM_UP = 5;
const ROUNDS = 3;

const [file = '', ...sizes] = process.argv.slice(2);
const warm = syntheticModel(WARM_UP_NODES);
for (let round = 0; round < WARM_UP; round++) once(warm);
writeFileSync(file, JSON.stringify(sizes.map((size) => measure(Number(size)))));

function measure(size: number) {
  const binary = syntheticModel(size);
  const rounds = Array.from({ length: ROUNDS }, () => once(binary));
  const median = (key: 'read' | 'simplify' | 'write') => medianOf(rounds.map((round) => round[key]));
  const { before = 0, after = 0 } = rounds[0] ?? {};
  return { before, after, read: median('read'), simplify: median('simplify'), write: median('write') };
}

function once(binary: Uint8Array) {
  let model: Model | undefined;
  const read = timed(() => {
    model = readOnnx(new MemoryBytes('synthetic.onnx', binary));
  });
  if (!model) throw new Error('the model was not read');
  const given = model;
  const before = given.graph.nodes.length;
  const simplify = timed(() => runPasses(given, SIMPLIFICATION, { untilStable: true, doubts: true, detail: 'counts' }));
  const write = timed(() => encodeOnnx(given));
  return { before, after: given.graph.nodes.length, read, simplify, write };
}
