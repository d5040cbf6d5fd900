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

/** Family by family: how many forms are taken, from how many dialects, and how near the framework comes; then what is refused. */
export function transcodedTable({ framework, rows: found }) {
  const families = groupedBy(found, ({ network }) => familyOf(network));
  const body = [...families].flatMap(([family, own]) => {
    const ran = own.filter(({ stem }) => stem !== undefined);
    const count = (rows, of) => String(new Set(rows.map((row) => row[of])).size);
    const bad = ran.find(({ verdict }) => verdict !== 'pass');
    const differences = ran.map(({ detail }) => Number(detail.replace('relative error ', '')));
    const worst = bad ? `**${bad.verdict}**` : differenceText(Math.max(...differences));
    return ran.length > 0 ? [[family, count(ran, 'network'), count(ran, 'from'), String(ran.length), worst]] : [];
  });
  const refused = found.filter(({ verdict }) => verdict === 'refused');
  const head = `${found.length} networks, each of one dialect: ${found.length - refused.length} are taken, ${refused.length} refused.`;
  const title = `In ${framework.title} ${framework.version}`;
  return [head, table(['Network', 'Forms', 'Dialects', 'Networks', title], body), reasonsOf(refused)].join('\n\n');
}

/** `4e-07`, as Python writes it. */
function differenceText(number) {
  return number === 0 ? '0' : number.toExponential(0).replace(/e-(\d)$/, 'e-0$1');
}

/** What the title begins with: `Clip` of `Clip clip_param { … }`, `Pooling` of `Pooling, pad_h: 1`. */
function familyOf(network) {
  return network.split(/,| \w+_param/)[0];
}

function groupedBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** Each network with its reason, once. */
function reasonsOf(refused) {
  const plain = ({ reasons }) => reasons[0].replace(/^Caffe \(.*?\) /, '');
  const groups = groupedBy(refused, (row) => `${row.network}: ${plain(row)}`);
  return ['Refused:', ...[...groups].map(([what, rows]) => `- ${what} (${rows.length})`)].join('\n');
}
