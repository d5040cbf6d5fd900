/**
 * Simplification beside onnxsim, onnxslim and onnxruntime's basic offline optimiser, over the zoo as we convert it and as
 * PyTorch exports it, and over real ONNX files.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** All models, made one after another and deleted, except those that stand in the folders `cases` and `exports`. */
export function everyModel(folders) {
  return { names: [...allModels(), ...networks()], ...folders, turns: 2 };
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
  const { names, cases, exports, keep, turns } = models;
  await step('Adding the other simplifiers', () =>
    run(path.join(FOLDER, 'setup.sh'), [path.resolve(interpreter, '../..')]),
  );
  const options = [
    ...(cases ? ['--cases', cases] : []),
    ...(exports ? ['--exports', exports] : []),
    ...(keep ? ['--keep'] : []),
    ...(remember ? ['--remember', MEMORY] : []),
    ...sources.flatMap((source) => ['--source', source]),
  ];
  const script = path.join(FOLDER, 'measure.py');
  const found = await rows(interpreter, [script, ...options, '--turns', String(turns), ...names], spoken);
  const ours = found.filter(({ tool, verdict }) => tool === OURS && verdict !== 'absent' && verdict !== 'unmeasured');
  const failed = ours.filter((row) => row.verdict !== 'pass' || standing(row, found).slips.length > 0).length;
  return { rows: found, counts: { passed: ours.length - failed, failed: Math.max(failed, ours.length === 0 ? 1 : 0) } };
}

/** A row with the words that are printed as it comes. */
function spoken(row) {
  const counts = row.nodes === undefined ? '' : `${row.nodes_before} -> ${row.nodes} nodes, ${row.processor} s`;
  return { ...row, file: row.source, target: row.tool, said: [counts, row.detail].filter(Boolean).join(' ') };
}
