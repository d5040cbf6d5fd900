/** The suite of conversions between opsets: builds what proves them and runs it over the tests that cases.py makes. */
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node, run } from './run.mjs';

const SCRIPTS = inRoot('test/conformance/opset');
const FOLDER = inRoot('artifacts/opset-suite');

/** Runs the suite with further arguments of test/conformance/opset/run.ts. */
export async function proveOpsets(interpreter, args) {
  const bundle = inRoot('artifacts/opset-run.js');
  await Promise.all([
    bundleForNode(`${SCRIPTS}/run.ts`, bundle),
    run(interpreter, ['-W', 'ignore', `${SCRIPTS}/cases.py`, FOLDER]),
  ]);
  return node([bundle, FOLDER, '--python', interpreter, '--scripts', SCRIPTS, ...args], { show: true });
}
