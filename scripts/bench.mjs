/**
 * Times our work on ONNX text beside ONNX's own tools, on the same models in one run.
 *
 *   node scripts/bench.mjs [--write-docs]
 *
 * --write-docs writes the table into docs/speed.md.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleForNode } from './lib/bundle.mjs';
import { inRoot } from './lib/paths.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { node, run, step } from './lib/run.mjs';
import { rewriteSection, table } from './lib/table.mjs';

const SIZES = ['1000', '10000'];
const STEPS = {
  parse: ['Parse the text', 'onnx.parser'],
  print: ['Print the text', 'onnx.printer'],
  check: ['Check, with types and shapes', 'onnx.checker (full)'],
  infer: ['Infer types and shapes', 'onnx.shape_inference'],
  keystroke: ['From a keystroke to its problems', 'onnx.parser, then onnx.checker (full)'],
};

const { values } = parseArgs({ options: { 'write-docs': { type: 'boolean' } } });
const folder = inRoot('artifacts/onnx-text-bench');
const bundle = inRoot('artifacts/onnx-text-bench.js');
const sources = inRoot('test/bench/onnx-text');
mkdirSync(folder, { recursive: true });
const interpreter = await pythonEnvironment();
await step("Timing ONNX's own tools", () => run(interpreter, [`${sources}/theirs.py`, folder, ...SIZES]));
await step('Timing ours', async () => {
  await bundleForNode(`${sources}/ours.ts`, bundle);
  await node([bundle, folder, ...SIZES], { show: true });
});
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const [ours, theirs] = [read('ours.json'), read('theirs.json')];
const text = timesTable();
console.log(`\n${text}`);
if (values['write-docs']) rewriteSection(inRoot('docs/speed.md'), 'onnx-text', text);

function timesTable() {
  const rows = Object.entries(STEPS).flatMap(([key, [title, tool]]) =>
    SIZES.flatMap((size) => {
      const [us, them] = [ours[size][key], theirs[size][key]];
      if (us === undefined) return [];
      const perNode = `${((1000 * us) / Number(size)).toFixed(2)} µs`;
      return [[title, size, milliseconds(us), perNode, tool, milliseconds(them), (us / them).toFixed(2)]];
    }),
  );
  return table(['Step', 'Nodes', 'Graphwright', 'a node', "ONNX's own", 'takes', 'ratio'], rows);
}

function milliseconds(number) {
  return `${number.toFixed(number < 10 ? 2 : 1)} ms`;
}
