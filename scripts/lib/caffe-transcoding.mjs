/**
 * Small Caffe networks of every dialect as networks of a framework, run in that framework itself, beside the reference interpreter on
 * what they were before: test/conformance/caffe/transcoded.ts makes them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { frameworkOf } from './caffe-runtimes.mjs';
import { inRoot } from './paths.mjs';
import { table } from './table.mjs';
import { rows } from './zoo.mjs';

const SCRIPT = inRoot('test/conformance/caffe/score.py');
/** Largest difference, relative to the largest number, that another order of rounding may make in networks of this size. */
const TOLERANCE = '2e-5';

/** Gives the framework, a row for each network in each dialect, and counts. What is refused is no failure. */
export async function scoreTranscoded(backend) {
  const framework = await frameworkOf(backend);
  if (framework.lacks !== undefined) return { framework, rows: [], counts: { passed: 0, failed: 0 } };
  const bundle = inRoot('artifacts/caffe-transcoded.js');
  await bundleForNode(inRoot('test/conformance/caffe/transcoded.ts'), bundle);
  const made = await mkdtemp(path.join(tmpdir(), 'graphwright-transcoded-'));
  const told = (row) => ({ ...row, case: row.network, file: `caffe:${row.from}`, target: '', detail: detailOf(row) });
  const written = await rows(process.execPath, [bundle, backend, made], told);
  const stems = [...new Set(written.flatMap(({ stem }) => (stem === undefined ? [] : [stem])))];
  const verdicts = await judged(framework, stems);
  await rm(made, { recursive: true });
  const found = written.map((row) => (row.stem === undefined ? row : { ...row, ...verdicts.get(row.stem) }));
  const count = (verdict) => found.filter((row) => row.verdict === verdict).length;
  return { framework, rows: found, counts: { passed: count('pass'), failed: count('wrong') + count('error') } };
}

function detailOf({ reasons = [], layers = [] }) {
  return reasons.length > 0 ? reasons.join(' ') : layers.join(', ');
}

/** The verdict on each network. One of which the framework dies is an error; a new process goes on behind it. */
async function judged({ backend, interpreter, title }, stems) {
  const verdicts = new Map();
  const named = (row) => {
    verdicts.set(row.model, { verdict: row.verdict, detail: row.detail });
    return { ...row, case: path.basename(row.model), file: '', target: `in ${title}` };
  };
  for (let left = stems; left.length > 0; left = left.filter((stem) => !verdicts.has(stem))) {
    const pairs = left.flatMap((stem) => [stem, stem]);
    const args = ['-W', 'ignore', SCRIPT, '--runtime', backend, '--tolerance', TOLERANCE, '--json', ...pairs];
    try {
      await rows(interpreter, args, named);
    } catch (error) {
      const [died] = left.filter((stem) => !verdicts.has(stem));
      verdicts.set(died, { verdict: 'error', detail: `its process ends: ${error.message}` });
    }
  }
  return verdicts;
}

/** Network by network: what it becomes, from which dialects, and how near the framework comes. */
export function transcodedTable({ framework, rows: found }) {
  if (framework.lacks !== undefined) return `${framework.title} was not run: ${framework.lacks}.`;
  const groups = new Map();
  for (const row of found.filter(({ stem }) => stem !== undefined)) {
    const key = JSON.stringify([row.network, row.layers]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const body = [...groups.values()].map((own) => {
    const [{ network, layers }] = own;
    const verdict = own.find((row) => row.verdict !== 'pass')?.verdict;
    const differences = own.map(({ detail }) => Number(detail.replace('relative error ', '')));
    const worst = verdict ? `**${verdict}**` : Math.max(...differences).toExponential(0);
    return [network, own.map(({ from }) => from).join(', '), layers.join(', '), worst];
  });
  const refused = found.filter(({ verdict }) => verdict === 'refused').length;
  const said = `${found.length} networks of one dialect each: ${found.length - refused} are taken, ${refused} refused.`;
  return [
    said,
    table(['Network', 'From', `As layers of ${framework.title}`, `In ${framework.title} ${framework.version}`], body),
  ].join('\n\n');
}
