/**
 * Compares a profile that was made of a list with what the reader itself does, where it can be installed.
 *
 *   node scripts/profile-compare.mjs openvino|mnn PYTHON
 *   node scripts/profile-compare.mjs ncnn|rknn PYTHON FOLDER [OPERATOR...]
 *
 * PYTHON is an interpreter that has the package `openvino` or `MNN`. A model of one node, with its required inputs and no
 * sizes, is written for each operator of ai.onnx at each of its versions within the profile's opsets, and read. An operator is
 * lacking where the reader says that it knows none of the name at any version; whatever else it minds is about the node.
 *
 * The readers of ncnn and RKNN take constants and known sizes for granted: they are given the node tests of ONNX, which
 * `node scripts/conformance.mjs --only onnx` writes to artifacts/onnx-suite/node, and run what they make of them. What the
 * interpreter needs says scripts/lib/profile-tests.py. An operator is lacking where no test that was tried is right.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { modelOf } from './lib/profile-models.mjs';
import { parseSignature } from './lib/profile-probe.mjs';
import { run } from './lib/run.mjs';

/** What a reader says of an operator that it does not have. */
const LACKING = { openvino: /No conversion rule found/, mnn: /Op Not Support/ };
const USUAL = ['float32', 'int64', 'int32', 'bool', 'string'];

/** Readers that are tried by the tests of ONNX. */
const TESTED = ['ncnn', 'rknn'];

const [name = '', interpreter = '', tests = '', ...named] = process.argv.slice(2);
const lacking = LACKING[name];
const isTested = TESTED.includes(name);
if ((!lacking && !isTested) || interpreter === '' || (isTested && tests === ''))
  throw new Error(
    `say ${[...Object.keys(LACKING), ...TESTED].join(' or ')}, and an interpreter, and for the latter the tests`,
  );
const schemas = JSON.parse(readFileSync(inRoot('src/core/dialects/onnx/operators.json'), 'utf8'));
const profileFile = inRoot(`src/core/targets/profiles/${name}.json`);
const profile = JSON.parse(readFileSync(profileFile, 'utf8'));
const [lowest, highest] = profile.opsets?.['ai.onnx'] ?? [1, schemas.latest['']];

const folder = mkdtempSync(join(tmpdir(), 'graphwright-profile-'));
try {
  const result = join(folder, 'result.json');
  const answer = () => JSON.parse(readFileSync(result, 'utf8'));
  if (isTested) {
    await run(interpreter, [inRoot('scripts/lib/profile-tests.py'), name, tests, profileFile, result, ...named]);
    reportTests(answer());
  } else {
    const written = writeModels(join(folder, 'models'));
    await run(interpreter, [inRoot('scripts/lib/profile-readers.py'), name, join(folder, 'models'), result]);
    report(written, answer());
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The files of each operator. */
function writeModels(models) {
  mkdirSync(models);
  const written = {};
  for (const [op, versions] of Object.entries(schemas.operators[''])) {
    const rows = Object.entries(versions).map(([since, signature]) => ({ since: Number(since), signature }));
    for (const [k, { since, signature }] of rows.entries()) {
      if (since > highest || (rows[k + 1]?.since ?? lowest + 1) <= lowest) continue;
      const schema = parseSignature(schemas, signature);
      const usual = (types) => USUAL.find((type) => types.includes(type)) ?? types[0];
      const wish = Object.fromEntries(
        Object.entries(schema.types).map(([variable, types]) => [variable, usual(types)]),
      );
      const file = `${op}-${since}.onnx`;
      const operator = { domain: '', name: op, opset: Math.max(since, lowest), irVersion: 3 };
      writeFileSync(join(models, file), modelOf(operator, schema, wish));
      written[op] = [...(written[op] ?? []), file];
    }
  }
  return written;
}

function report(written, { version, said }) {
  const has = (files) => files.some((file) => !lacking.test(said[file] ?? ''));
  const differing = Object.entries(written).filter(
    ([op, files]) => has(files) !== Object.hasOwn(profile.operators, op),
  );
  const same = Object.keys(written).length - differing.length;
  console.log(`${name} ${version}: ${same} of ${Object.keys(written).length} operators as the profile says`);
  for (const [op, files] of differing) {
    const where = Object.hasOwn(profile.operators, op)
      ? 'in the profile, and not read'
      : 'read, and not in the profile';
    const { unchecked } = profile.operators[op] ?? {};
    console.log(
      `${op}: ${where}${unchecked === undefined ? '' : ` (a condition: ${unchecked})`}, ${files.length} versions`,
    );
  }
}

function reportTests({ version, said }) {
  const takes = (op) => Object.hasOwn(profile.operators, op);
  const differing = Object.entries(said).filter(([op, { right }]) => (right !== undefined) !== takes(op));
  const count = Object.keys(said).length;
  console.log(`${name} ${version}: ${count - differing.length} of ${count} operators as the profile says`);
  for (const [op, { right, tried }] of differing) {
    if (right !== undefined) console.log(`${op}: right, and not in the profile: ${right}`);
    else
      console.log(
        `${op}: in the profile, and never right${Object.entries(tried)
          .map(([test, wrong]) => `\n  ${test}: ${wrong}`)
          .join('')}`,
      );
  }
}
