/**
 * The zoo: real architectures saved by PyTorch, converted to ONNX, run in onnxruntime and compared with PyTorch. A sample
 * of them is kept in the cache folder; of the whole list each case is made, scored and deleted.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { table } from './table.mjs';

const ZOO = inRoot('test/conformance/zoo');
const SAMPLE = [
  'torchvision/resnet18',
  'torchvision/mobilenet_v2',
  'torchvision/squeezenet1_1',
  'timm/test_resnet',
  'timm/test_efficientnet',
  'timm/test_convnext',
  'timm/test_mambaout',
  'timm/test_nfnet',
  'timm/test_vit',
  'hf/bert',
];
const FILES = ['traced.pt', 'exported.pt2', 'scripted.pt', 'pickled.pth'];
/** What is converted of each case. */
const RUNS = [
  ...FILES.map((file) => ({ file, opset: 17 })),
  { file: 'traced.pt', opset: 13 },
  { file: 'traced.pt', opset: 21 },
  { file: 'exported.pt2', opset: 21 },
];

/** The folder of the sample's cases. */
export function sampleCases(interpreter) {
  return madeCases(interpreter, SAMPLE);
}

/** The folder of the cases of those models, made where they are missing; another make.py makes other cases. */
export async function madeCases(interpreter, names) {
  const hash = createHash('sha256');
  for (const file of ['make.py', 'hf_models.py', 'torchvision_shim.py', 'setup.sh'])
    hash.update(readFileSync(path.join(ZOO, file)));
  const folder = path.join(CACHE, `zoo-${hash.digest('hex').slice(0, 12)}`);
  const missing = names.filter((name) => !existsSync(path.join(folder, name, 'case.json')));
  if (missing.length > 0)
    await step(`Making ${missing.length} models`, () =>
      run(interpreter, [path.join(ZOO, 'make.py'), folder, ...missing], { show: true }),
    );
  return folder;
}

/** Scores the sample in a folder. */
export function scoreSample(interpreter, folder) {
  return scoreModels(interpreter, SAMPLE, ['--cases', folder, '--keep']);
}

/** Scores every model of models.txt: about half an hour, and 1 GB of disk at most. */
export function scoreAll(interpreter) {
  return scoreModels(interpreter, allModels(), []);
}

/** The names of models.txt. */
export function allModels() {
  return readFileSync(path.join(ZOO, 'models.txt'), 'utf8').split('\n').filter(Boolean);
}

async function scoreModels(interpreter, names, options) {
  const runs = RUNS.flatMap(({ file, opset }) => ['--run', `${file}:${opset}`]);
  const scored = await rows(interpreter, [path.join(ZOO, 'suite.py'), ...options, ...runs, ...names]);
  const fine = scored.filter(({ verdict }) => verdict === 'pass' || verdict === 'absent').length;
  // A row that is missing is a failure: the suite says what it covers.
  const expected = names.length * RUNS.length;
  return { rows: scored, counts: { passed: fine, failed: Math.max(expected, scored.length) - fine } };
}

/** A program was ended because it took longer than it may. */
export class TooLong extends Error {}

/** Runs a scoring script that prints one JSON object a line; gives its rows. A crash of the script is an error. */
export function rows(interpreter, args, named = (row) => row, { seconds } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, args, { cwd: inRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
    const found = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const row = named(JSON.parse(line));
      found.push(row);
      say(row);
    });
    let late = false;
    const end = () => {
      late = true;
      child.kill('SIGKILL');
    };
    const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      if (late) reject(new TooLong(`longer than ${seconds} s`));
      else if (status === 0 || status === 1) resolve(found);
      else reject(new Error(`${args[0]} ended with ${status}`));
    });
  });
}

/** Prints a row: what was done with what, how it ended, and what there is to say about it. */
export function say({ verdict, case: name, file, opset, target, detail, said = detail }) {
  const what = [name, file, target ?? `opset ${opset}`].join(' ');
  console.log(`  ${verdict.padEnd(8)}${what.padEnd(56)}${said}`);
}

/** Rows are models; a column is a title and what its results share. */
export function resultTable(cases, columns, scored) {
  const cell = (name, of) => {
    const row = scored.find((each) => each.case === name && Object.entries(of).every(([key, is]) => each[key] === is));
    return row?.verdict === 'pass' ? row.detail.replace('relative error ', '') : (row?.verdict ?? 'not run');
  };
  return table(
    ['Model', ...columns.map(({ title }) => title)],
    cases.map((name) => [name, ...columns.map(({ of }) => cell(name, of))]),
  );
}

/** The runs that have rows. */
function runsOf(scored) {
  return RUNS.filter((run) => scored.some((row) => row.file === run.file && row.opset === run.opset));
}

/** The table of one list of models. */
export function zooTable(scored) {
  const columns = runsOf(scored).map(({ file, opset }) => ({ title: `${file}, opset ${opset}`, of: { file, opset } }));
  return resultTable([...new Set(scored.map((row) => row.case))], columns, scored);
}

/** How many of each kind of file end how, and every case that does not pass with the reason. */
export function zooSummary(scored) {
  const counts = runsOf(scored).map(({ file, opset }) => {
    const own = scored.filter((row) => row.file === file && row.opset === opset);
    const count = (verdict) => String(own.filter((row) => row.verdict === verdict).length);
    const saved = own.length - Number(count('absent'));
    return [file, String(opset), String(saved), ...['pass', 'refused', 'wrong', 'error'].map(count)];
  });
  const head = ['File', 'Opset', 'Saved by PyTorch', 'Pass', 'Refused', 'Wrong', 'Error'];
  const open = scored
    .filter((row) => row.verdict !== 'pass')
    .map((row) => [row.case, row.file, String(row.opset), row.verdict, reasonOf(row)]);
  const reasons = open.length > 0 ? `\n\n${table(['Model', 'File', 'Opset', 'Verdict', 'Reason'], open)}` : '';
  return `${table(head, counts)}${reasons}`;
}

/** Without addresses in memory, which are others in every run. */
function reasonOf({ detail }) {
  return detail.replaceAll(/ at 0x[0-9a-f]+/g, '').replaceAll('|', '\\|');
}
