/**
 * Live capture: programs in the styles that people use, and models of torchvision and timm, captured by the core of the product
 * in one process and compared with what PyTorch gives; and programs that cannot be captured, each with its problem.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { table } from './table.mjs';
import { rows } from './zoo.mjs';

const FOLDER = inRoot('test/conformance/capture');
/** What is captured, with the titles of its stages. */
const KINDS = {
  programs: 'Captured programs',
  installed: 'Captured models of torchvision and timm',
  bad: 'Programs that cannot be captured',
};

/** Interpreters by title: that of the suites, and with `all` the oldest PyTorch that is taken. */
async function interpreters(interpreter, all) {
  if (!all) return [interpreter];
  const folder = process.env.CAPTURE_OLDEST_VENV ?? path.join(CACHE, 'python-oldest');
  const setup = path.join(FOLDER, 'setup.sh');
  const said = await step('Making a Python environment with the oldest PyTorch', () => run(setup, [folder]));
  return [interpreter, said.trim().split('\n').at(-1)];
}

/** Runs every kind in every interpreter, a sample of them without `all`; calls `stage` with a title and its work for each. */
export async function scoreCaptures(interpreter, { all = false }, stage) {
  const bundle = inRoot('artifacts/capture.js');
  mkdirSync(path.dirname(bundle), { recursive: true });
  await bundleForNode(path.join(FOLDER, 'run.ts'), bundle);
  const found = [];
  for (const python of await interpreters(interpreter, all))
    for (const [kind, title] of Object.entries(KINDS))
      await stage(`${title}${found.some((row) => row.kind === kind) ? ', oldest PyTorch' : ''}`, async () => {
        const work = inRoot('artifacts/capture', kind);
        const args = [bundle, FOLDER, python, work, kind, ...(all ? [] : ['--sample'])];
        const scored = await rows(process.execPath, args, (row) => ({ ...row, kind, target: `PyTorch ${row.torch}` }));
        found.push(...scored);
        const fine = scored.filter(({ verdict }) => FINE.has(verdict)).length;
        // A run that ends early is no success.
        return { passed: fine, failed: scored.length - fine + (scored.length === 0 ? 1 : 0) };
      });
  return found;
}

const FINE = new Set(['pass', 'expected', 'absent']);

/** Tables for the page of what was measured. */
export function captureTables(scored) {
  return {
    'capture-summary': summary(scored),
    'capture-programs': resultsOf(scored, 'programs'),
    'capture-installed': resultsOf(scored, 'installed'),
    'capture-bad': badTable(scored),
  };
}

function versionsOf(scored) {
  return [...new Set(scored.map(({ torch }) => torch))];
}

function summary(scored) {
  const lines = ['programs', 'installed'].flatMap((kind) =>
    versionsOf(scored).map((torch) => {
      const own = scored.filter((row) => row.kind === kind && row.torch === torch);
      const by = (way) => String(own.filter((row) => row.verdict === 'pass' && row.file === way).length);
      const count = (verdict) => String(own.filter((row) => row.verdict === verdict).length);
      const equal = count('pass');
      const ways = ['export', 'script', 'trace'].map(by);
      return [WHAT[kind], torch, String(own.length), equal, ...ways, count('expected'), count('absent')];
    }),
  );
  const head = [
    'What',
    'PyTorch',
    'Number',
    'Equal',
    'by export',
    'by script',
    'by trace',
    'Refused',
    'Too new for it',
  ];
  return table(head, lines);
}

const WHAT = { programs: 'programs of this suite', installed: 'torchvision and timm' };

function resultsOf(scored, kind) {
  const own = scored.filter((row) => row.kind === kind);
  const versions = versionsOf(own);
  const cases = [...new Map(own.map((row) => [`${row.case} ${row.style}`, row])).values()];
  const cell = ({ case: name, style }, torch) => {
    const row = own.find((each) => each.case === name && each.style === style && each.torch === torch);
    if (!row) return 'not run';
    return row.verdict === 'pass' ? `${row.file}, ${differenceOf(row)}` : row.file || row.verdict;
  };
  return table(
    ['Program', 'What it shows', ...versions.map((torch) => `PyTorch ${torch}`)],
    cases.map((row) => [`\`${row.case}\``, row.style, ...versions.map((torch) => cell(row, torch))]),
  );
}

/** The worst of a row's two comparisons. */
function differenceOf({ detail }) {
  const [worst = 0] = detail
    .match(/[\d.]+(e-\d+)?(?=,|$)/g)
    .map(Number)
    .sort((a, b) => b - a);
  return worst === 0 ? '0' : worst.toExponential(0).replace(/e-(\d)$/, 'e-0$1');
}

function badTable(scored) {
  const own = scored.filter((row) => row.kind === 'bad');
  const [newest] = versionsOf(own);
  const cases = own.filter(({ torch }) => torch === newest);
  const rest = ({ case: name, style }) => own.filter((row) => row.case === name && row.style === style);
  return table(
    ['What is wrong', 'Problem', 'On its line'],
    cases.map((row) => [
      row.style,
      rest(row).every(({ verdict }) => FINE.has(verdict)) ? row.file : 'not as expected',
      /^\S+\.py:\d+: /.test(row.detail) ? 'yes' : '',
    ]),
  );
}
