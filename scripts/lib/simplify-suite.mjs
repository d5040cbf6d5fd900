/**
 * Simplification beside onnxsim, onnxslim and onnxruntime's basic offline optimiser, over the zoo as we convert it and as
 * PyTorch exports it, and over real ONNX files.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { OURS, standing } from './simplify-standing.mjs';
import { allModels, rows } from './zoo.mjs';

const FOLDER = inRoot('test/conformance/simplify');
/** Each with other operators: attention, convolutions with normalisation, activations of many nodes, embeddings. */
const SAMPLE = ['timm/test_vit', 'timm/test_convnext', 'timm/test_efficientnet', 'hf/bert'];
/** More networks, measured where they lie beside the clone. */
const NETWORKS = inRoot('../shared/models/onnx');
/** What other tools made of which file: kept for work on rules, see `remember`. */
const MEMORY = path.join(CACHE, 'simplifiers.json');

/** The sample's models and where they are. */
export function sampledModels(zoo) {
  const exports = createHash('sha256')
    .update(readFileSync(path.join(FOLDER, 'export.py')))
    .digest('hex')
    .slice(0, 12);
  return { names: [...SAMPLE, ...networks()], cases: zoo, exports: `${zoo}-onnx-${exports}`, keep: true, turns: 1 };
}

/**
 * All models, made one after another and deleted: as many at once as there are processors, so without times. What a run that
 * was ended early left in the file `kept` is not measured again.
 */
export function everyModel(kept) {
  return { names: [...allModels(), ...networks()], kept, turns: 1 };
}

function networks() {
  if (!existsSync(NETWORKS)) return [];
  return readdirSync(NETWORKS)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => path.join(NETWORKS, name));
}

/**
 * Runs every tool on every model; gives a row for each, and counts of ours. `remember` takes what other tools do from an
 * earlier run where the file is the same; `sources` are the ways from a case of the zoo to ONNX, all where not given.
 */
export async function scoreSimplifiers(interpreter, models, { remember = false, sources = [] } = {}) {
  const { names, cases, exports, keep, kept, turns } = models;
  await step('Adding the other simplifiers', () =>
    run(path.join(FOLDER, 'setup.sh'), [path.resolve(interpreter, '../..')]),
  );
  const options = [
    ...(cases ? ['--cases', cases] : []),
    ...(exports ? ['--exports', exports] : []),
    ...(keep ? ['--keep'] : []),
    ...(remember ? ['--remember', MEMORY] : []),
    ...(kept ? ['--untimed', '--rows', kept] : []),
    ...sources.flatMap((source) => ['--source', source]),
  ];
  const script = path.join(FOLDER, 'measure.py');
  const measured = (some) => rows(interpreter, [script, ...options, '--turns', String(turns), ...some], spoken);
  const found = kept ? [...(await earlier(kept)), ...(await atOnce(names, measured))] : await measured(names);
  const ours = found.filter(({ tool, verdict }) => tool === OURS && verdict !== 'absent' && verdict !== 'unmeasured');
  const failed = ours.filter((row) => row.verdict !== 'pass' || standing(row, found).slips.length > 0).length;
  return { rows: found, counts: { passed: ours.length - failed, failed: Math.max(failed, ours.length === 0 ? 1 : 0) } };
}

/** The rows of a run that was ended early. */
async function earlier(kept) {
  return existsSync(kept)
    ? (await readFile(kept, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
}

/** Deals names out to as many runs as there are processors, each of one thread; gives the rows of all. */
async function atOnce(names, measured) {
  process.env.OMP_NUM_THREADS = '1';
  const count = Math.min(availableParallelism(), names.length);
  const hands = Array.from({ length: count }, (_, hand) => names.filter((_, k) => k % count === hand));
  return (await Promise.all(hands.map(measured))).flat();
}

/** A row with the words that are printed as it comes. */
function spoken(row) {
  const counts = row.nodes === undefined ? '' : `${row.nodes_before} -> ${row.nodes} nodes`;
  const took = row.processor === undefined ? '' : `${row.processor} s`;
  return { ...row, file: row.source, target: row.tool, said: [counts, took, row.detail].filter(Boolean).join(' ') };
}
