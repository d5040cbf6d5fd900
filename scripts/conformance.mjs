/**
 * Converts other people's models with the command line and compares the results with the framework they came from.
 *
 *   node scripts/conformance.mjs [--write-docs] [--and-tests]
 *
 * Makes the Python environment and the cases in the cache folder where they are missing. --write-docs writes the table
 * into docs/conformance.md; --and-tests adds the counts of the last `npm test` to the last line.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build, installPackages } from './lib/packages.mjs';
import { CACHE, inRoot } from './lib/paths.mjs';
import { run, step } from './lib/run.mjs';
import { Suites } from './lib/suites.mjs';
import { installSystemPackages } from './lib/system.mjs';
import { rewriteSection, table } from './lib/table.mjs';

const ZOO = inRoot('test/conformance/zoo');
const CASES = [
  'torchvision/resnet18',
  'torchvision/mobilenet_v2',
  'torchvision/squeezenet1_1',
  'timm/test_resnet',
  'timm/test_efficientnet',
  'timm/test_vit',
  'hf/bert',
];
const FILES = ['traced.pt', 'exported.pt2'];
const OPSETS = [13, 17, 20];

/** The interpreter of the Python environment, made where it is missing. */
async function python() {
  const folder = process.env.ZOO_VENV ?? path.join(CACHE, 'python');
  if (!existsSync(path.join(folder, '.done'))) {
    const able = await run('python3', ['-c', 'import venv, ensurepip']).then(
      () => true,
      () => false,
    );
    if (!able) await installSystemPackages(['python3', 'python3-venv'], 'The conformance suites need Python 3');
  }
  const said = await step('Making the Python environment', () => run(path.join(ZOO, 'setup.sh'), [folder]));
  return said.trim().split('\n').at(-1);
}

/** The folder of the cases, made where they are missing; another make.py makes other cases. */
async function cases(interpreter) {
  const hash = createHash('sha256');
  for (const file of ['make.py', 'hf_models.py', 'torchvision_shim.py', 'setup.sh'])
    hash.update(readFileSync(path.join(ZOO, file)));
  const folder = path.join(CACHE, `zoo-${hash.digest('hex').slice(0, 12)}`);
  const missing = CASES.filter((name) => !existsSync(path.join(folder, name, 'case.json')));
  if (missing.length > 0)
    await step(`Making ${missing.length} models`, () =>
      run(interpreter, [path.join(ZOO, 'make.py'), folder, ...missing], { show: true }),
    );
  return folder;
}

/** Runs a scoring script that prints one JSON object a line; gives its rows. A crash of the script is an error. */
function rows(interpreter, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, args, { cwd: inRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
    const found = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const row = JSON.parse(line);
      found.push(row);
      const what = [row.case, row.file, row.opset === undefined ? row.target : `opset ${row.opset}`].join(' ');
      console.log(`  ${row.verdict.padEnd(8)}${what.padEnd(56)}${row.detail}`);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0 || status === 1) resolve(found);
      else reject(new Error(`${args[0]} ended with ${status}`));
    });
  });
}

const counts = (scored, expected) => {
  const passed = scored.filter((row) => row.verdict === 'pass').length;
  // A row that is absent or missing is a failure: the suite says what it covers.
  return { passed, failed: Math.max(expected, scored.length) - passed };
};

/** PyTorch -> ONNX: every case, file and opset. One process a file, both at once. */
async function scoreZoo(interpreter, folder, results) {
  const opsets = OPSETS.flatMap((opset) => ['--opset', String(opset)]);
  const paths = CASES.map((name) => path.join(folder, name));
  const scored = await Promise.all(
    FILES.map((file) => rows(interpreter, [path.join(ZOO, 'score.py'), '--json', '--file', file, ...opsets, ...paths])),
  );
  results.zoo = scored.flat();
  return counts(results.zoo, CASES.length * FILES.length * OPSETS.length);
}

/** Rows are models, columns are files and opsets. */
function zooTable(scored) {
  const columns = FILES.flatMap((file) => OPSETS.map((opset) => ({ file, opset })));
  const cell = (name, { file, opset }) => {
    const row = scored.find((each) => each.case === name && each.file === file && each.opset === opset);
    return row?.verdict === 'pass' ? row.detail.replace('relative error ', '') : (row?.verdict ?? 'not run');
  };
  return table(
    ['Model', ...columns.map(({ file, opset }) => `${file}, opset ${opset}`)],
    CASES.map((name) => [name, ...columns.map((column) => cell(name, column))]),
  );
}

const { values } = parseArgs({ options: { 'write-docs': { type: 'boolean' }, 'and-tests': { type: 'boolean' } } });
const suites = new Suites();
if (values['and-tests']) suites.add(JSON.parse(readFileSync(inRoot('artifacts/tests.json'), 'utf8')));
const results = {};
let interpreter;
let folder;
const ready = await suites.stage('Prepare the conformance suites', async () => {
  await installPackages();
  if (!existsSync(inRoot('dist/cli.js'))) await build();
  interpreter = await python();
  folder = await cases(interpreter);
  return { passed: 0, failed: 0 };
});
if (ready) {
  await suites.stage('The zoo: PyTorch to ONNX', () => scoreZoo(interpreter, folder, results));
  console.log(`\n${zooTable(results.zoo ?? [])}`);
  writeFileSync(inRoot('artifacts/conformance.json'), JSON.stringify(results, null, 1));
  if (values['write-docs']) rewriteSection(inRoot('docs/conformance.md'), 'zoo', zooTable(results.zoo));
}
suites.end();
