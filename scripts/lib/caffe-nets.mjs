/** Published Caffe networks as ONNX, beside the interpreter of Caffe's definitions and OpenCV: see test/conformance/caffe/nets. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { CommandError, node } from './run.mjs';
import { table } from './table.mjs';

const PUBLISHED = 'test/conformance/caffe/nets/published';
const RESULTS = 'artifacts/caffe-nets.jsonl';

/** The networks of the suite, or those that can run below a folder, each once. */
export function netFiles(folder) {
  if (folder === undefined) return filesBelow(inRoot(PUBLISHED));
  const files = distinct(filesBelow(folder).filter((file) => takesInputs(readFileSync(file, 'utf8'))));
  if (files.length === 0) throw new Error(`there is no network with inputs in a .prototxt below ${folder}`);
  return files;
}

function filesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.prototxt'))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Solvers have no layers, and networks in training read their data themselves. */
function takesInputs(text) {
  return /^\s*layers?\s*\{/m.test(text) && /^\s*input\s*:|type\s*:\s*['"]Input['"]/m.test(text);
}

/** But for comments and spaces. */
function distinct(files) {
  const said = (file) => readFileSync(file, 'utf8').replace(/#.*/g, '').replace(/\s+/g, ' ');
  return [...new Map(files.toReversed().map((file) => [said(file), file])).values()].toReversed();
}

/**
 * Runs them; gives a row for each, and counts. What refuses with its reason has passed nothing. With `resume` the rows of the last
 * run count; after so many `minutes` the others are left for the next.
 */
export async function scoreNets(interpreter, files, { resume = false, minutes } = {}) {
  const bundle = inRoot('artifacts/caffe-nets.js');
  const results = inRoot(RESULTS);
  await bundleForNode(inRoot('test/conformance/caffe/nets/run.ts'), bundle);
  if (!resume) rmSync(results, { force: true });
  const script = inRoot('test/conformance/caffe/nets/opencv.py');
  const list = inRoot('artifacts/caffe-nets.txt');
  writeFileSync(list, files.join('\n'));
  const until = minutes === undefined ? [] : [String(Date.now() + Number(minutes) * 60_000)];
  for (let last = -1, done = 0; done > last; ) {
    last = done;
    try {
      await node([bundle, results, interpreter, script, list, ...until], { show: true });
    } catch (error) {
      if (!(error instanceof CommandError) || !existsSync(results)) throw error;
      // The others go on behind the network of which the process died.
      console.error(error.message);
      done = measured(rowsOf(results, files)).length;
    }
  }
  const rows = rowsOf(results, files);
  const [ran, passed] = [measured(rows).length, rows.filter(agrees).length];
  return { rows, counts: { passed, failed: ran - passed } };
}

const NOT_MEASURED = 'not measured';

function measured(rows) {
  return rows.filter(({ verdict }) => verdict !== NOT_MEASURED);
}

function rowsOf(results, files) {
  const lines = existsSync(results) ? readFileSync(results, 'utf8').split('\n') : [];
  const rows = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  // What began and did not end is what the process died of.
  const last = new Map(rows.map((row) => [row.net, { verdict: 'died', ...row }]));
  return files.map((net) => last.get(net) ?? { net, verdict: NOT_MEASURED });
}

function agrees(row) {
  return [...EQUAL, 'unsteady'].includes(inOnnx(row));
}

const COLUMNS = ['Network', 'Dialect', 'Layers', 'ONNX beside the interpreter', 'OpenCV beside the interpreter'];

export function netTable(rows) {
  const cells = rows.map((row) => {
    const { net, dialect = '', layers = '', opencv } = row;
    return [path.basename(net, '.prototxt'), dialect, String(layers), said(row), opencv ? said(opencv) : ''];
  });
  return table(COLUMNS, cells);
}

function said({ verdict, detail, error }) {
  return verdict === 'equal' ? error.toExponential(1) : `**${verdict}**: ${detail ?? error?.toExponential(1) ?? ''}`;
}

/** Below a folder with a folder for each owner, and in it one for each repository. */
export function repositoryTable(rows, folder) {
  const placed = rows.map((row) => {
    const [owner, name, ...inside] = path.relative(folder, row.net).split(path.sep);
    return { ...row, repository: `${owner}/${name}`, file: `${owner}/${name}: ${inside.join('/')}` };
  });
  const groups = grouped(placed, ({ repository }) => repository);
  const names = [...groups.keys()].sort((a, b) => a.localeCompare(b));
  const lines = names.map((name) => [name, ...counted(groups.get(name))]);
  const head = ['Repository', ...SUMS.map(([title]) => title)];
  const tables = table(head, [...lines, ['all', ...counted(placed)]]);
  const ran = measured(placed);
  const share = ran.length < placed.length ? `${ran.length} of ${placed.length} networks are measured.` : '';
  return [share, tables, largest(ran), notEqual(ran), notInOpenCv(ran)].filter((part) => part !== '').join('\n\n');
}

/**
 * A network whose choices are not the same may be so until it chooses, and in what it makes of the same numbers from there on
 * (test/conformance/caffe/nets/choice.ts); of what is unsteady by then the choices are too.
 */
const standing = (result, before, after) => {
  if (result?.verdict === 'equal') return 'equal';
  if (before?.verdict === 'equal') return after?.verdict === 'equal' ? 'in two parts' : 'until it chooses';
  return before?.verdict === 'unsteady' ? 'unsteady' : result?.verdict;
};
const inOnnx = (row) => standing(row.moved === 0 && row.beforeChoice ? {} : row, row.beforeChoice, row.afterChoice);
const inOpenCv = (row) => standing(row.opencv, row.beforeChoice?.opencv, row.afterChoice?.opencv);

const EQUAL = ['equal', 'in two parts', 'until it chooses'];

/** What of a repository's networks is counted. */
const SUMS = [
  ['Networks', () => true],
  ['measured', (row) => row.verdict !== NOT_MEASURED],
  ['equal', (row) => inOnnx(row) === 'equal'],
  ['equal in two parts', (row) => inOnnx(row) === 'in two parts'],
  ['equal until it chooses', (row) => inOnnx(row) === 'until it chooses'],
  ['unsteady', (row) => inOnnx(row) === 'unsteady'],
  ['wrong', (row) => ['wrong', 'died'].includes(inOnnx(row))],
  ['refused', (row) => inOnnx(row) === 'refused'],
  ['not run', (row) => ['unread', 'unjudged'].includes(inOnnx(row))],
  ['OpenCV equal', (row) => inOpenCv(row) === 'equal'],
  ['in two parts', (row) => inOpenCv(row) === 'in two parts'],
  ['until it chooses', (row) => inOpenCv(row) === 'until it chooses'],
  ['unsteady', (row) => inOpenCv(row) === 'unsteady'],
  ['otherwise', (row) => inOpenCv(row) === 'wrong'],
  ['not loaded', (row) => inOpenCv(row) === 'not run'],
  ['not its dialect', (row) => inOpenCv(row) === 'not asked'],
];

function counted(rows) {
  return SUMS.map(([, counts]) => String(rows.filter(counts).length));
}

function largest(rows) {
  const parts = rows.flatMap((row) => [row, row.beforeChoice, row.afterChoice]).filter((part) => part !== undefined);
  const results = (of) => parts.flatMap((part) => of(part) ?? []);
  const most = (of) => {
    const errors = results(of).filter(({ verdict }) => verdict === 'equal');
    return Math.max(0, ...errors.map(({ error }) => error)).toExponential(1);
  };
  return `The largest difference of what is equal: ${most((row) => row)} in onnxruntime, ${most(({ opencv }) => opencv)} in OpenCV.`;
}

function notEqual(rows) {
  const others = rows.filter((row) => !EQUAL.includes(inOnnx(row)));
  const how = ({ error, moved, detail }) =>
    detail ?? (error === undefined ? '' : `${far(error)}; nudged, its outputs move by ${far(moved)}`);
  const lines = others.map((row) => `- ${row.file}: ${inOnnx(row)}. ${how(row)}`);
  return lines.length > 0 ? `Not equal in onnxruntime:\n${lines.join('\n')}` : '';
}

function notInOpenCv(rows) {
  const others = rows.filter((row) => row.opencv && !EQUAL.includes(inOpenCv(row)));
  const reason = ({ opencv: { verdict, error, detail } }) =>
    `${verdict}: ${detail?.replace(/^OpenCV\(.*?\) \S*\/modules\//, '') ?? far(error)}`;
  const lines = [...grouped(others, reason)].map(([why, list]) => `- ${why} (${named(list)})`);
  return lines.length > 0 ? `Not in OpenCV:\n${lines.sort().join('\n')}` : '';
}

/** JSON has no word for what is infinitely far. */
function far(error) {
  return error === null ? 'outputs of other sizes' : error.toExponential(1);
}

function named(rows) {
  return rows.length > 3 ? `${rows.length} networks` : rows.map(({ file }) => file).join(', ');
}

function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
