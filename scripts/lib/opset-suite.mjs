/** The suite of conversions between opsets: builds what proves them, runs it over the tests that cases.py makes, and tells. */
import { mkdirSync, readFileSync } from 'node:fs';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { node, run } from './run.mjs';
import { table } from './table.mjs';

const SCRIPTS = inRoot('test/conformance/opset');
const FOLDER = inRoot('artifacts/opset-suite');
/** The sample takes every so many-th test. */
const SAMPLED = 12;
/** How many failures of one kind are printed. */
const SHOWN = 25;

/** Runs the suite with further arguments of test/conformance/opset/run.ts. */
export async function proveOpsets(interpreter, args) {
  const bundle = inRoot('artifacts/opset-run.js');
  mkdirSync(FOLDER, { recursive: true });
  await Promise.all([
    bundleForNode(`${SCRIPTS}/run.ts`, bundle),
    run(interpreter, ['-W', 'ignore', `${SCRIPTS}/cases.py`, FOLDER]),
  ]);
  return node([bundle, FOLDER, '--python', interpreter, '--scripts', SCRIPTS, ...args], { show: true });
}

/** Proves the whole matrix, beside onnx.version_converter, or a sample of the tests; gives what run.ts writes. */
export async function measureOpsets(interpreter, { all }) {
  const file = inRoot('artifacts/opset-proof.json');
  await proveOpsets(interpreter, ['--json', file, ...(all ? ['--theirs'] : ['--every', String(SAMPLED)])]);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The stages: a title, and the tests, each with the reasons why it fails. */
export function opsetStages({ ours, unreviewed, unused, possible }, { all }) {
  const pairs = ours.pairs.map(({ test, from, to, outcome, detail }) => ({
    name: `${test} ${from}→${to}`,
    failures: FAILURES.has(outcome) ? [`${outcome}: ${detail.split('\n')[0].slice(0, 200)}`] : [],
  }));
  const open = unreviewed.map(({ message, example }) => ({ name: example, failures: [`not reviewed: ${message}`] }));
  // A sample does not need every row.
  const idle = all ? unused.map(({ words }) => ({ name: words, failures: ['no refusal needs this row'] })) : [];
  const other = possible.map(({ test, from, to, by, detail }) => ({
    name: `${test} ${from}→${to}`,
    failures: [`${POSSIBLE[by]}: ${detail.split('\n')[0].slice(0, 200)}`],
  }));
  return [
    ['Opset to opset: what is converted is right', pairs],
    ['Opset to opset: what is refused was reviewed', [...open, ...idle]],
    ['Opset to opset: nothing is refused that is possible', other],
  ];
}

const FAILURES = new Set(['wrong', 'invalid', 'fault']);
const POSSIBLE = {
  converter: 'onnx.version_converter converts it rightly',
  body: "its operator's function body goes there",
};

/** Prints the failures of one stage and counts. */
export function countPairs(tests) {
  const failed = tests.filter(({ failures }) => failures.length > 0);
  for (const { name, failures } of failed.slice(0, SHOWN)) console.log(`  ${name}: ${failures[0]}`);
  if (failed.length > SHOWN) console.log(`  ... and ${failed.length - SHOWN} more, all in artifacts/opset-proof.json`);
  const failures = failed.slice(0, SHOWN).map(({ name, failures: [reason] }) => `${name}: ${reason}`);
  return { passed: tests.length - failed.length, failed: failed.length, failures };
}

/** The tables of docs/conformance.md by the names of their sections. */
export function opsetTables({ ours, theirs }, reviewed) {
  return {
    'opset-kinds': kindTable(ours),
    'opset-matrix': matrix({ ...ours, pairs: ours.pairs.filter(({ test }) => !test.startsWith('constants/')) }, theirs),
    'opset-refusals': refusalTable(ours, reviewed),
    'opset-left-out': leftOutTable(ours),
  };
}

const KINDS = {
  'node/': 'node tests of ONNX',
  'constants/': 'the same with settings as constants',
  'package/': 'models of the package',
};

function kindTable({ pairs }) {
  const rows = Object.entries(KINDS).map(([prefix, title]) => {
    const own = pairs.filter(({ test }) => test.startsWith(prefix));
    const counts = OURS.map(([, ...outcomes]) => own.filter(({ outcome }) => outcomes.includes(outcome)).length);
    const second = own.filter(({ by }) => by === 'reference').length;
    return [title, ...[new Set(own.map(({ test }) => test)).size, own.length, ...counts, second].map(String)];
  });
  const titles = OURS.map(([title]) => title);
  return table(['Tests', 'How many', 'Pairs', ...titles, 'equal by onnx.reference'], rows);
}

/** The rows of refusals.json. */
export function reviewedRefusals() {
  return JSON.parse(readFileSync(`${SCRIPTS}/refusals.json`, 'utf8'));
}

/** A row for each target, and one for all. */
function matrix(ours, theirs) {
  const targets = [...new Set(ours.pairs.map(({ to }) => to))].sort((a, b) => a - b);
  const rows = [...targets, undefined].map((to) => {
    const [own, other] = [ours, theirs].map((found) =>
      found?.pairs.filter((pair) => to === undefined || pair.to === to),
    );
    const count = (pairs, ...outcomes) => String(pairs.filter(({ outcome }) => outcomes.includes(outcome)).length);
    const cells = OURS.map(([, ...outcomes]) => count(own, ...outcomes));
    const further = other ? THEIRS.map(([, ...outcomes]) => count(other, ...outcomes)) : [];
    return [to === undefined ? '**all**' : String(to), String(own.length), ...cells, ...further];
  });
  const titles = [...OURS.map(([title]) => title), ...(theirs ? THEIRS.map(([title]) => `onnx: ${title}`) : [])];
  return table(['To opset', 'Pairs', ...titles], rows);
}

const OURS = [
  ['equal', 'equal'],
  ['refused', 'refused'],
  ['wrong', 'wrong', 'fault'],
  ['invalid', 'invalid'],
  ['not runnable', 'not runnable'],
];
const THEIRS = [
  ['right', 'equal'],
  ['failed', 'refused'],
  ['wrong', 'wrong'],
  ['invalid', 'invalid'],
  ['not runnable', 'not runnable'],
];

/** How many pairs each reviewed reason refuses: a pair counts for every reason that it has. */
function refusalTable({ pairs }, reviewed) {
  const refused = pairs.filter(({ outcome }) => outcome === 'refused');
  const rows = reviewed.map(({ operators, words, because }) => {
    const pattern = new RegExp(words);
    const about = ({ operator, message }) => (operators?.includes(operator) ?? true) && pattern.test(message);
    const own = refused.filter((pair) => pair.refused.some(about));
    const named = [...new Set(own.flatMap((pair) => pair.refused.filter(about).map(({ operator }) => operator)))];
    return [named.sort().join(', '), because.replaceAll('|', '\\|'), String(own.length)];
  });
  return table(['Operators', 'Why the opset cannot say it', 'Pairs'], rows);
}

function leftOutTable({ leftOut }) {
  const rows = leftOut.map(({ test, reason }) => [
    test,
    reason.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 300),
  ]);
  return table(['Test', 'Why nothing can be proven by it'], rows);
}
