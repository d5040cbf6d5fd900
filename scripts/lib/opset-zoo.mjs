/** The zoo's models, from their opset to others: made, converted, run and compared; a run goes on where an earlier one ended. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { table } from './table.mjs';
import { allModels } from './zoo.mjs';

const SCRIPTS = inRoot('test/conformance/opset');
const RESULTS = inRoot('artifacts/opset-zoo.jsonl');
/** More networks, measured where they lie beside the clone. */
const NETWORKS = inRoot('../shared/models/onnx');
const OUTCOMES = ['equal', 'near', 'unsteady', 'refused', 'wrong', 'invalid', 'fault', 'not runnable'];

/**
 * Judges the files beside the clone and the models of the zoo; after so many minutes no other model is begun. Gives what was
 * found by this run and by earlier ones.
 */
export async function proveZoo(interpreter, { minutes } = {}) {
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  const judge = inRoot('artifacts/opset-zoo.js');
  await bundleForNode(`${SCRIPTS}/zoo.ts`, judge);
  const given = networks().flatMap((file) => ['--files', path.join(NETWORKS, file)]);
  const options = [...(minutes === undefined ? [] : ['--minutes', minutes]), ...given];
  const args = ['-W', 'ignore', `${SCRIPTS}/zoo.py`, RESULTS, judge, ...allModels(), ...options];
  await run(interpreter, args, { show: true });
  return provenSoFar();
}

function networks() {
  return existsSync(NETWORKS) ? readdirSync(NETWORKS).filter((name) => name.endsWith('.onnx')) : [];
}

/** What runs have found so far. */
export function provenSoFar() {
  const lines = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8').split('\n') : [];
  return lines.filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line));
}

/** The pairs as tests, each with the reasons why it fails; and what could not be judged. */
export function zooTests(rows) {
  const pairs = rows.filter(({ outcome }) => outcome !== undefined);
  const bad = new Set(['wrong', 'invalid', 'fault']);
  const tests = pairs.map(({ model, source, from, to, outcome, detail = '' }) => ({
    name: `${model}, ${source}, ${from}→${to}`,
    failures: bad.has(outcome) ? [`${outcome}: ${detail.split('\n')[0]}`] : [],
  }));
  const faults = rows.filter(({ fault }) => fault !== undefined);
  return [...tests, ...faults.map(({ model, source, fault }) => ({ name: `${model}, ${source}`, failures: [fault] }))];
}

/** Outcomes that are told of one by one. */
const TOLD = new Set(['refused', 'not runnable', 'unsteady']);

/** The tables of docs/conformance.md by the names of their sections. */
export function zooOpsetTables(rows) {
  const pairs = rows.filter(({ outcome }) => outcome !== undefined);
  const sources = [...new Set(pairs.map(({ source }) => source))];
  const counted = sources.flatMap((source) => {
    const own = pairs.filter((pair) => pair.source === source);
    return [...new Set(own.map(({ to }) => to))]
      .sort((a, b) => a - b)
      .map((to) => {
        const found = own.filter((pair) => pair.to === to);
        return [
          WAYS[source],
          to,
          found.length,
          ...OUTCOMES.map((each) => found.filter(({ outcome }) => outcome === each).length),
        ];
      });
  });
  const refused = new Map();
  for (const { outcome, detail, model } of pairs) {
    if (!TOLD.has(outcome)) continue;
    const reason = detail.split('\n')[0].replaceAll('|', '\\|').slice(0, 200);
    const told = refused.get(reason) ?? { outcome, models: new Set(), pairs: 0 };
    told.models.add(model);
    told.pairs += 1;
    refused.set(reason, told);
  }
  const reasons = [...refused]
    .sort(([, a], [, b]) => b.pairs - a.pairs)
    .map(([reason, { outcome, models, pairs: count }]) => [outcome, reason, count, [...models].sort().join(', ')]);
  return {
    'opset-zoo': table(
      ['Made by', 'To opset', 'Models', ...OUTCOMES],
      counted.map((row) => row.map(String)),
    ),
    'opset-zoo-reasons': table(
      ['Outcome', 'Why', 'Pairs', 'Models'],
      reasons.map((row) => row.map(String)),
    ),
    'opset-zoo-models': howMany(pairs, rows),
  };
}

/** How many models of how many were judged by each way, and those that could not be. */
function howMany(pairs, rows) {
  const lines = Object.entries(WAYS).map(([source, title]) => {
    const models = new Set(pairs.filter((pair) => pair.source === source).map(({ model }) => model));
    return [title, `${models.size} of ${source === 'file' ? networks().length : allModels().length}`];
  });
  const faults = rows.filter(({ fault }) => fault !== undefined);
  const told = faults.map(({ model, source, fault }) => `- ${model}, ${source}: ${fault.split('\n')[0]}`);
  return [table(['Made by', 'Models judged'], lines), ...(told.length > 0 ? ['', ...told] : [])].join('\n');
}

const WAYS = {
  traced: 'us, from traced.pt',
  'torch.onnx': 'torch.onnx, TorchScript',
  file: 'others (the files beside the clone)',
};
