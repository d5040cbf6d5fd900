/** The profile of the onnxruntime that is installed, proven over the node tests that the ONNX suite has made. */
import { readFileSync } from 'node:fs';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node } from './run.mjs';

const FOLDER = inRoot('test/conformance/profiles');

/** Tests, each with the reasons why profile and runtime differ. Those that are listed with their reason may. */
export async function proveProfile() {
  const bundle = inRoot('artifacts/profiles-run.js');
  const out = inRoot('artifacts/profiles.json');
  await bundleForNode(`${FOLDER}/run.ts`, bundle);
  await node([bundle, inRoot('artifacts/onnx-suite/node'), out]);
  const { tests } = JSON.parse(readFileSync(out, 'utf8'));
  const exceptions = JSON.parse(readFileSync(`${FOLDER}/exceptions.json`, 'utf8'));
  return tests.map(({ name, refused, failed }) => {
    const differs = (refused === undefined) !== (failed === undefined) && exceptions[name] === undefined;
    const reason = refused === undefined ? `the profile takes it: ${failed}` : `the runtime takes it: ${refused}`;
    return { name, failures: differs ? [reason] : [] };
  });
}
