/**
 * Measures which operators a release of onnxruntime runs on the CPU, and in which element types: a profile for
 * src/core/targets/profiles/.
 *
 *   node scripts/profile-onnxruntime.mjs RELEASE [--package FOLDER | --python PYTHON] [--like NAME] [--date DATE] [-o FILE]
 *
 * Each version of each operator of the standard becomes a model of one node, in each type that its schema allows, and a
 * session is made of it: the runtime then has looked for a kernel, or for a function body whose operators have kernels.
 * FOLDER holds the unpacked package (`npm pack onnxruntime-node@RELEASE`), beside the package onnxruntime-common of the same
 * release; PYTHON is an interpreter that has the package `onnxruntime`. The installed one is taken without either.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { differences, profileText } from './lib/profile-file.mjs';
import { Prober } from './lib/profile-probe.mjs';
import { nodeRuntime, pythonRuntime } from './lib/profile-process.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    package: { type: 'string' },
    python: { type: 'string' },
    like: { type: 'string' },
    date: { type: 'string' },
    output: { type: 'string', short: 'o' },
  },
});
const release = positionals[0] ?? '';
const [major, minor] = release.split('.');
const name = `onnxruntime-${major}.${minor}`;

const runtime = runtimeOf(values);
const schemas = JSON.parse(readFileSync(inRoot('src/core/dialects/onnx/operators.json'), 'utf8'));

const prober = new Prober(runtime, schemas);
const { opsets, irVersion } = await prober.limits();
const operators = await prober.operators(opsets);
for (const line of prober.unclear.values()) console.error(line);
const rest = values.like && JSON.parse(readFileSync(inRoot(`src/core/targets/profiles/${values.like}.json`), 'utf8'));
const profile = {
  $schema: '../../../../schemas/graphwright-target.schema.json',
  version: 1,
  name,
  title: `ONNX Runtime ${major}.${minor} (CPU)`,
  description: `ONNX Runtime ${release}, its CPU execution provider`,
  ...(values.like && { like: values.like }),
  sources: [
    {
      title: 'Kernels and function bodies that a session finds, for every operator, version and element type',
      url: values.python
        ? `https://pypi.org/project/onnxruntime/${release}/`
        : `https://www.npmjs.com/package/onnxruntime-node/v/${release}`,
      version: release,
      date: values.date,
    },
  ],
  covers: ['operators', 'versions', 'dtypes', 'attributes', 'dynamic-shapes', 'ir-version'],
  opsets,
  irVersion,
  openDomains: ['com.microsoft', 'com.microsoft.nchwc', 'ai.onnx.contrib'],
  functions: true,
  dynamicShapes: true,
  operators: rest ? differences(operators, inherited(rest)) : operators,
};
const text = profileText(profile);
if (values.output) writeFileSync(values.output, text);
else process.stdout.write(text);
// Some releases do not let the process end.
process.exit(0);

function runtimeOf({ python, package: folder }) {
  if (python) return pythonRuntime(python);
  if (folder) return nodeRuntime(resolve(folder));
  return createRequire(import.meta.url)('onnxruntime-node');
}

/** All operators of a profile that stands on others. */
function inherited({ like, operators: own }) {
  const before = like
    ? inherited(JSON.parse(readFileSync(inRoot(`src/core/targets/profiles/${like}.json`), 'utf8')))
    : {};
  return Object.fromEntries(Object.entries({ ...before, ...own }).filter(([, facts]) => facts !== null));
}
