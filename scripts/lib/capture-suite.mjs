/**
 * Live capture: programs in the styles that people use, and models of torchvision and timm, captured by the core of the product
 * in one process and compared with what PyTorch gives; and programs that cannot be captured, each with its problem.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { table } from './table.mjs';
import { rows } from './zoo.mjs';

const FOLDER = inRoot('test/conformance/capture');
const BUNDLE = inRoot('artifacts/capture.js');
/** What is captured, with the titles of its stages. */
const KINDS = {
  helper: 'What the helper does by itself',
  counts: 'How often a program is run',
  programs: 'Captured programs',
  installed: 'Captured models of torchvision and timm',
  bad: 'Programs that cannot be captured',
};

/** Interpreters by what is added to titles: that of the suites, and with `all` the newest and the oldest PyTorch that is taken. */
async function interpreters(interpreter, all) {
  const found = [['', interpreter]];
  for (const which of all ? ['newest', 'oldest'] : []) {
    const folder = process.env[`CAPTURE_${which.toUpperCase()}_VENV`] ?? path.join(CACHE, `python-${which}`);
    const setup = path.join(FOLDER, 'setup.sh');
    const title = `Making a Python environment with the ${which} PyTorch`;
    const said = await step(title, () => run(setup, [folder, which]));
    found.push([`, ${which} PyTorch`, said.trim().split('\n').at(-1)]);
  }
  return found;
}

/**
 * Runs every kind in every interpreter, a sample of them without `all`; calls `stage` with a title and its work for each. With
 * `resume`, what an earlier run has come to the end of is not run again; `kinds` are some of those above.
 */
export async function scoreCaptures(interpreter, { all = false, resume = false, kinds = Object.keys(KINDS) }, stage) {
  const unknown = kinds.find((kind) => !Object.hasOwn(KINDS, kind));
  if (unknown) throw new Error(`${unknown} is none of ${Object.keys(KINDS).join(', ')}`);
  mkdirSync(inRoot('artifacts/capture'), { recursive: true });
  await bundleForNode(path.join(FOLDER, 'run.ts'), BUNDLE);
  const found = [];
  for (const [which, python] of await interpreters(interpreter, all))
    for (const kind of kinds)
      await stage(`${KINDS[kind]}${which}`, async () => {
        const kept = inRoot('artifacts/capture', `${kind}${which}${all ? '' : ', sample'}.jsonl`);
        if (!resume || !existsSync(kept)) await runKind(kind, python, kept, all);
        const lines = readFileSync(kept, 'utf8').trim().split('\n');
        const scored = lines.map((line) => ({ ...JSON.parse(line), kind }));
        found.push(...scored);
        const fine = scored.filter(({ verdict }) => FINE.has(verdict)).length;
        return { passed: fine, failed: scored.length - fine };
      });
  return found;
}

/** Runs one kind, and keeps its rows once it has come to its end; a run without rows is no success. */
async function runKind(kind, python, kept, all) {
  const sample = all ? [] : ['--sample'];
  const [program, args] =
    kind === 'helper'
      ? [python, ['-B', '-W', 'ignore', path.join(FOLDER, 'helper_test.py'), inRoot('python/graphwright_capture')]]
      : [process.execPath, [BUNDLE, FOLDER, python, inRoot('artifacts/capture', kind), kind, ...sample]];
  const scored = await rows(program, args, (row) => ({ ...row, target: `PyTorch ${row.torch}` }));
  if (scored.length === 0) throw new Error(`${path.basename(program)} gives no rows for ${kind}`);
  writeFileSync(kept, scored.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const FINE = new Set(['pass', 'expected', 'absent']);

/** Tables for the page, of the kinds that were run. What `earlier`, the last summary, says of others stays. */
export function captureTables(scored, earlier) {
  const ran = (kind) => scored.some((row) => row.kind === kind);
  return {
    ...((ran('programs') || ran('installed')) && { 'capture-summary': summary(scored, earlier) }),
    ...(ran('programs') && { 'capture-programs': resultsOf(scored, 'programs') }),
    ...(ran('installed') && { 'capture-installed': resultsOf(scored, 'installed') }),
    ...(ran('bad') && { 'capture-bad': badTable(scored) }),
    ...(ran('counts') && { 'capture-runs': countTable(scored) }),
  };
}

/** How often forward is called, by version. */
function countTable(scored) {
  const own = scored.filter((row) => row.kind === 'counts');
  const versions = versionsOf(own);
  const cell = (style, torch) => {
    const row = own.find((each) => each.style === style && each.torch === torch);
    return row ? `${row.file}: ${row.detail.replace(' while it is recorded', '')}` : 'not run';
  };
  const styles = [...new Set(own.map(({ style }) => style))];
  return table(
    ['What', ...versions.map((torch) => `PyTorch ${torch}: by itself, recorded`)],
    styles.map((style) => [
      style,
      ...versions.map((torch) => cell(style, torch).replace(/(\d+) runs, (\d+)/, '$1, $2')),
    ]),
  );
}

function versionsOf(scored) {
  return [...new Set(scored.map(({ torch }) => torch))];
}

function summary(scored, earlier) {
  const lines = ['programs', 'installed'].flatMap((kind) => {
    const ofKind = scored.filter((row) => row.kind === kind);
    if (ofKind.length === 0) return cellsOf(earlier).filter(([what]) => what === WHAT[kind]);
    return versionsOf(ofKind).map((torch) => {
      const own = ofKind.filter((row) => row.torch === torch);
      const by = (way) => String(own.filter((row) => row.verdict === 'pass' && row.file === way).length);
      const count = (verdict) => String(own.filter((row) => row.verdict === verdict).length);
      const equal = count('pass');
      const ways = ['export', 'script', 'trace'].map(by);
      return [WHAT[kind], torch, String(own.length), equal, ...ways, count('expected'), count('absent')];
    });
  });
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

/** The cells of a table that stands in a page. */
function cellsOf(text) {
  return text.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
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
