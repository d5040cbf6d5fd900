/**
 * Measures against other people's suites: models converted by the command line beside the framework they came from, and
 * what we know of ONNX beside ONNX's own tools.
 *
 *   node scripts/conformance.mjs [--only zoo|onnx] [--write-docs] [--and-tests]
 *
 * Makes the Python environment and the cases in the cache folder where they are missing. --write-docs writes the tables
 * into docs/conformance.md; --and-tests adds the counts of the last `npm test` to the last line.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { countTests, measureOnnx, onnxStages, onnxTables } from './lib/onnx-suite.mjs';
import { build, installPackages } from './lib/packages.mjs';
import { CACHE, inRoot } from './lib/paths.mjs';
import { pythonEnvironment } from './lib/python.mjs';
import { node, run, step } from './lib/run.mjs';
import { Suites } from './lib/suites.mjs';
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
/** What Caffe can express of them. */
const CAFFE_CASES = ['torchvision/resnet18', 'torchvision/mobilenet_v2', 'torchvision/squeezenet1_1'];
const CAFFE_TARGETS = ['caffe:opencv', 'caffe:bvlc'];
const FILES = ['traced.pt', 'exported.pt2'];
/** More networks, measured where they lie beside the clone. */
const SHARED_NETWORKS = inRoot('../shared/models/onnx');
const TOLERANCE = 1e-4;
const OPSETS = [13, 17, 20];

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

function say({ verdict, case: name, file, opset, target, detail }) {
  const what = [name, file, opset ? `opset ${opset}` : target].join(' ');
  console.log(`  ${verdict.padEnd(8)}${what.padEnd(56)}${detail}`);
}

/** Runs a scoring script that prints one JSON object a line; gives its rows. A crash of the script is an error. */
function rows(interpreter, args, named = (row) => row) {
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, args, { cwd: inRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
    const found = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const row = named(JSON.parse(line));
      found.push(row);
      say(row);
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

/**
 * PyTorch -> Caffe. For OpenCV, OpenCV runs the result on PyTorch's inputs. Nothing that is still built runs BVLC's own
 * layers: there the command line proves the result by its interpreter of Caffe's definitions. A refusal has its row too.
 */
async function scoreCaffe(interpreter, folder, results) {
  const made = await mkdtemp(path.join(tmpdir(), 'graphwright-caffe-'));
  results.caffe = [];
  const forOpenCV = new Map();
  for (const name of CAFFE_CASES)
    for (const file of FILES)
      for (const target of CAFFE_TARGETS) {
        const row = { case: name, file, target };
        const stem = path.join(made, `${name}-${file}-${target}`.replace(/[^\w-]/g, '-'));
        const proof = target === 'caffe:opencv' ? [] : ['--verify'];
        const verdict = await convert(path.join(folder, name, file), ['--to', target, '-o', stem, ...proof]);
        if (verdict.verdict === 'pass' && proof.length === 0) forOpenCV.set(stem, row);
        else {
          results.caffe.push({ ...row, ...verdict });
          say(results.caffe.at(-1));
        }
      }
  const pairs = [...forOpenCV].flatMap(([stem, row]) => [path.join(folder, row.case), stem]);
  const script = inRoot('test/conformance/caffe/score.py');
  const named = ({ model, ...verdict }) => ({ ...forOpenCV.get(model), ...verdict });
  if (pairs.length > 0) results.caffe.push(...(await rows(interpreter, [script, '--json', ...pairs], named)));
  await rm(made, { recursive: true });
  return counts(results.caffe, CAFFE_CASES.length * FILES.length * CAFFE_TARGETS.length);
}

/** Runs the command line: a verdict and its detail, with the measured difference where that was asked for. */
async function convert(source, args) {
  try {
    const { verification } = JSON.parse(await node(['dist/cli.js', 'convert', source, ...args, '--json']));
    const error = verification?.relativeError ?? 0;
    return { verdict: error <= TOLERANCE ? 'pass' : 'wrong', detail: `relative error ${exponential(error)}` };
  } catch (error) {
    return { verdict: 'refused', detail: String(error.output ?? error).split('\n')[0] };
  }
}

/** `4e-07`, as Python writes it. */
function exponential(number) {
  return number.toExponential(0).replace(/e-(\d)$/, 'e-0$1');
}

/** Rows are models; a column is a title and what its results share. */
function resultTable(cases, columns, scored) {
  const cell = (name, of) => {
    const row = scored.find((each) => each.case === name && Object.entries(of).every(([key, is]) => each[key] === is));
    return row?.verdict === 'pass' ? row.detail.replace('relative error ', '') : (row?.verdict ?? 'not run');
  };
  return table(
    ['Model', ...columns.map(({ title }) => title)],
    cases.map((name) => [name, ...columns.map(({ of }) => cell(name, of))]),
  );
}

const ZOO_COLUMNS = FILES.flatMap((file) =>
  OPSETS.map((opset) => ({ title: `${file}, opset ${opset}`, of: { file, opset } })),
);
const CAFFE_COLUMNS = FILES.flatMap((file) =>
  CAFFE_TARGETS.map((target) => ({ title: `${file}, ${target}`, of: { file, target } })),
);

/** The zoo's two stages; gives its tables. */
async function zoo(interpreter, suites) {
  const results = {};
  let folder;
  const ready = await suites.stage('Prepare the zoo', async () => {
    folder = await cases(interpreter);
    return { passed: 0, failed: 0 };
  });
  if (!ready) return {};
  await suites.stage('The zoo: PyTorch to ONNX', () => scoreZoo(interpreter, folder, results));
  await suites.stage('The zoo: PyTorch to Caffe', () => scoreCaffe(interpreter, folder, results));
  keep('conformance.json', results);
  return {
    zoo: resultTable(CASES, ZOO_COLUMNS, results.zoo ?? []),
    caffe: resultTable(CAFFE_CASES, CAFFE_COLUMNS, results.caffe ?? []),
  };
}

/** The stages of the ONNX suite; gives its tables. */
async function onnx(interpreter, suites) {
  let results;
  const ready = await suites.stage('Measure the ONNX suite', async () => {
    results = await measureOnnx(interpreter, [SHARED_NETWORKS].filter(existsSync));
    keep('onnx-suite.json', results);
    return { passed: 0, failed: 0 };
  });
  if (!ready) return {};
  for (const [title, tests] of onnxStages(results)) await suites.stage(title, () => countTests(tests));
  return onnxTables(results);
}

function keep(name, results) {
  writeFileSync(inRoot('artifacts', name), JSON.stringify(results, null, 1));
}

const OPTIONS = { only: { type: 'string' }, 'write-docs': { type: 'boolean' }, 'and-tests': { type: 'boolean' } };
const { values } = parseArgs({ options: OPTIONS });
const suites = new Suites();
if (values['and-tests']) {
  const counted = inRoot('artifacts/tests.json');
  // Without counts the tests did not come to their end.
  suites.add(existsSync(counted) ? JSON.parse(readFileSync(counted, 'utf8')) : { passed: 0, failed: 1 });
}
let interpreter;
const ready = await suites.stage('Prepare the conformance suites', async () => {
  await installPackages();
  if (!existsSync(inRoot('dist/cli.js'))) await build();
  mkdirSync(inRoot('artifacts'), { recursive: true });
  interpreter = await pythonEnvironment();
  return { passed: 0, failed: 0 };
});
if (ready) {
  for (const [name, suite] of Object.entries({ onnx, zoo })) {
    if (values.only !== undefined && values.only !== name) continue;
    for (const [section, text] of Object.entries(await suite(interpreter, suites))) {
      console.log(`\n${text}`);
      if (values['write-docs']) rewriteSection(inRoot('docs/conformance.md'), section, text);
    }
  }
}
suites.end();
