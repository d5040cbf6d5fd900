/**
 * Spoils models of the ONNX suite at random and compares our checker with onnx's on each. Every mutation has its own seed,
 * SEED:INDEX, so that a run can be repeated.
 *
 *   node scripts/mutations.mjs [--count 20000] [--seed 1]        needs the models that `conformance.mjs --only onnx` makes
 *
 * Ends with status 1 where one side rejects alone what docs/checking.md does not list.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleForNode } from './lib/bundle.mjs';
import { inRoot } from './lib/paths.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { node, run, step } from './lib/run.mjs';

const FOLDER = inRoot('artifacts/onnx-suite');
const OPTIONS = { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } };

const { count, seed } = parseArgs({ options: OPTIONS }).values;
if (!existsSync(FOLDER)) {
  console.error('There are no models yet: run node scripts/conformance.mjs --only onnx.');
  process.exit(2);
}
const interpreter = await pythonEnvironment();
await step(`Spoiling ${count} models (seed ${seed}) and asking onnx.checker`, () =>
  run(interpreter, ['-W', 'ignore', inRoot('test/conformance/onnx/mutate.py'), FOLDER, count, seed], { show: true }),
);
const bundle = inRoot('artifacts/onnx-campaign.js');
await bundleForNode(inRoot('test/conformance/onnx/campaign.ts'), bundle);
try {
  await node([bundle, FOLDER], { show: true });
} catch {
  process.exitCode = 1;
}
