/** Times our work on ONNX text beside ONNX's own tools. */
import { mkdirSync, readFileSync } from 'node:fs';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node, run, step } from './run.mjs';
import { table } from './table.mjs';

const SIZES = ['1000', '10000'];
const PASSES = 3;
/** Each step of ours, and the step of ONNX's own tools beside it. */
const STEPS = {
  parse: ['Parse the text', 'parse', 'onnx.parser'],
  print: ['Print the text', 'print', 'onnx.printer'],
  check: ['Check, with types and shapes', 'check', 'onnx.checker (full)'],
  infer: ['Infer types and shapes', 'infer', 'onnx.shape_inference'],
  open: ['Open the text, to its problems', 'keystroke', 'onnx.parser, then onnx.checker (full)'],
  keystroke: ['From a keystroke to its problems', 'keystroke', 'onnx.parser, then onnx.checker (full)'],
  everywhere: ['The same, where it changes all sizes', 'keystroke', 'onnx.parser, then onnx.checker (full)'],
};

/** The table of times. */
export async function onnxTextTable(interpreter) {
  const folder = inRoot('artifacts/onnx-text-bench');
  const bundle = inRoot('artifacts/onnx-text-bench.js');
  const sources = inRoot('test/bench/onnx-text');
  // Those of the engine in the editor.
  const flags = JSON.parse(readFileSync(inRoot('src/service/node-flags.json'), 'utf8'));
  mkdirSync(folder, { recursive: true });
  await bundleForNode(`${sources}/ours.ts`, bundle);
  // In turns, so that what else the machine does meets both.
  const passes = [];
  for (let pass = 1; pass <= PASSES; pass++) {
    await step(`Timing both, ${pass} of ${PASSES}`, async () => {
      await run(interpreter, [`${sources}/theirs.py`, folder, ...SIZES]);
      await node([...flags, bundle, folder, ...SIZES], { show: true });
    });
    const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
    passes.push({ ours: read('ours.json'), theirs: read('theirs.json') });
  }
  return timesTable(passes);
}

function timesTable(passes) {
  const rows = Object.entries(STEPS).flatMap(([key, [title, other, tool]]) =>
    SIZES.flatMap((size) => {
      // Other programs only ever cost time, of caches say: the turn that they cost least is the one to compare.
      const us = Math.min(...passes.map(({ ours }) => ours[size][key]));
      const them = Math.min(...passes.map(({ theirs }) => theirs[size][other]));
      const perNode = `${((1000 * us) / Number(size)).toFixed(2)} µs`;
      return [[title, size, milliseconds(us), perNode, tool, milliseconds(them), (us / them).toFixed(2)]];
    }),
  );
  return table(['Step', 'Nodes', 'Graphwright', 'a node', "ONNX's own", 'takes', 'ratio'], rows);
}

function milliseconds(number) {
  return `${number.toFixed(number < 10 ? 2 : 1)} ms`;
}
