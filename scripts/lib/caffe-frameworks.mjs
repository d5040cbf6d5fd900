/**
 * PyTorch's models as networks of every Caffe framework: test/conformance/caffe/zoo.ts converts them and runs some by the
 * framework's definitions, OpenCV runs its own, and with all models so do the other frameworks that can be had.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { renewed, runInFrameworks, runtimeTable } from './caffe-runtimes.mjs';
import { inRoot } from './paths.mjs';
import { table } from './table.mjs';
import { madeCases, rows } from './zoo.mjs';

/** Models of torchvision that Caffe can express, and some that it cannot. */
const MODELS = [
  ...['alexnet', 'vgg11', 'resnet18', 'resnet50', 'squeezenet1_1', 'googlenet', 'densenet121', 'mobilenet_v2'],
  ...['mobilenet_v3_small', 'shufflenet_v2_x0_5', 'mnasnet0_5', 'efficientnet_b0', 'regnet_y_400mf'],
  ...['convnext_tiny', 'vit_b_16'],
].map((name) => `torchvision/${name}`);
/** Small ones, which every framework's definitions run within a minute. */
const SMALL = ['timm/test_resnet', 'timm/test_efficientnet'];
/** A transformer, by the definitions of the frameworks that converters write for: those of the others take minutes for its products. */
const TRANSFORMER = { models: ['timm/test_vit'], backends: ['ncnn', 'mnn', 'tengine'] };
const BACKENDS = [
  ...['bvlc', 'bvlc-release', 'ssd', 'yolo-upsample', 'nvcaffe', 'intel', 'opencv'],
  ...['ncnn', 'mnn', 'tengine', 'openvino', 'ascend', 'cambricon', 'nart'],
];
/** Large models run by the definitions of these alone: the others' layers are the same, or a part of the same. */
const RUN = ['bvlc', 'ncnn', 'nart'];

/**
 * Scores the small models on every framework, or all models: gives rows and counts. A model that is refused is no failure. With
 * `runtimes` all, or those `models`, are converted for these frameworks alone, and run in them.
 */
export async function scoreFrameworks(interpreter, { all, runtimes, models = all ? MODELS : SMALL }) {
  const whole = { models, backends: runtimes ?? BACKENDS };
  const parts = all ? [whole] : [whole, TRANSFORMER];
  const cases = await madeCases(
    interpreter,
    parts.flatMap((part) => part.models),
  );
  const bundle = inRoot('artifacts/caffe-zoo.js');
  await bundleForNode(inRoot('test/conformance/caffe/zoo.ts'), bundle);
  const made = await mkdtemp(path.join(tmpdir(), 'graphwright-caffe-'));
  const run = runtimes ? [] : all ? RUN : BACKENDS;
  const scored = [];
  for (const part of parts) {
    const args = [bundle, cases, made, part.models.join(), part.backends.join(), run.join()];
    scored.push(...(await rows(process.execPath, args, (row) => ({ ...row, ...told(row) }))));
  }
  await runInOpenCv(interpreter, cases, scored);
  const ran = all ? await runInFrameworks(scored, cases, runtimes) : { frameworks: [], rows: [] };
  await rm(made, { recursive: true });
  const expected = parts.reduce((sum, part) => sum + part.models.length * part.backends.length, 0);
  const wrong = [...scored, ...ran.rows].filter(({ verdict }) => verdict === 'wrong' || verdict === 'error').length;
  const failed = wrong + Math.max(0, expected - scored.length);
  // What took too long has passed nothing.
  const judged = ran.rows.filter(({ verdict }) => verdict !== 'not judged').length;
  return { rows: scored, ran, counts: { passed: expected + judged - failed, failed } };
}

/** The row as the other suites print theirs. */
function told({ model, backend, error, reasons = [] }) {
  const detail = error === undefined ? reasons.join(' ') : `relative error ${exponential(error)}`;
  return { case: model, file: 'traced.pt', target: `caffe:${backend}`, detail };
}

/** `4e-07`, as Python writes it. */
function exponential(number) {
  return number.toExponential(0).replace(/e-(\d)$/, 'e-0$1');
}

/** OpenCV's verdict takes the place of that of its definitions. */
async function runInOpenCv(interpreter, cases, scored) {
  const own = scored.filter(({ backend, stem }) => backend === 'opencv' && stem !== undefined);
  const pairs = own.flatMap(({ model, stem }) => [path.join(cases, model), stem]);
  if (pairs.length === 0) return;
  const named = ({ model: stem, ...verdict }) => ({ ...own.find((row) => row.stem === stem), ...verdict });
  const script = inRoot('test/conformance/caffe/score.py');
  for (const row of await rows(interpreter, [script, '--json', ...pairs], named))
    scored[scored.findIndex(({ stem }) => stem === row.stem)] = row;
}

/** Which model becomes a network of which framework, and why not; then how near each framework itself comes. */
export function frameworkTable(scored, ran) {
  const models = [...new Set(scored.map(({ model }) => model))];
  const cell = (model, backend) => {
    const row = scored.find((each) => each.model === model && each.backend === backend);
    const said = row?.verdict === 'pass' ? row.detail.replace('relative error ', '') : (row?.verdict ?? 'not run');
    return row?.inexact ? `~ ${said}` : said;
  };
  const head = ['Model', ...BACKENDS];
  const body = models.map((model) => [model, ...BACKENDS.map((backend) => cell(model, backend))]);
  const lists = models.map((model) => reasonsOf(model, scored)).filter((list) => list !== '');
  const near = scored.some(({ inexact }) => inexact) ? [NEAR] : [];
  const own = ran.frameworks.length > 0 ? [THEMSELVES, runtimeTable(ran, models)] : [];
  return [table(head, body), ...near, ...lists, ...own].join('\n\n');
}

const NEAR = '`~`: with `--accept inexact`, which the model needs there.';
const THEMSELVES = 'In the frameworks themselves:';

/** An earlier table with what was measured since. */
export function renewedFrameworkTable(text, ran) {
  const [before, own] = text.split(THEMSELVES);
  if (own === undefined) throw new Error('the table has no part about the frameworks themselves');
  return [before.trimEnd(), THEMSELVES, runtimeTable(renewed(own, ran), MODELS)].join('\n\n');
}

/** Why a model is refused, each reason once with the frameworks that give it. */
function reasonsOf(model, scored) {
  const refused = scored.filter((row) => row.model === model && row.verdict !== 'pass' && row.verdict !== 'written');
  const backends = new Map();
  for (const { backend, detail, reasons = [detail] } of refused)
    for (const reason of reasons) {
      // The frameworks stand behind.
      const plain = reason.replace(/^Caffe \(.*?\) /, '');
      backends.set(plain, [...(backends.get(plain) ?? []), backend]);
    }
  const lines = [...backends].map(([reason, names]) => `- ${reason} (${names.join(', ')})`);
  return lines.length > 0 ? `${model} is refused:\n${lines.join('\n')}` : '';
}
