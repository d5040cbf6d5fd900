/** PyTorch to Caffe: what Caffe can express of the zoo, beside OpenCV, and beside the interpreter of Caffe's definitions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { node } from './run.mjs';
import { resultTable, rows, say } from './zoo.mjs';

const CASES = ['torchvision/resnet18', 'torchvision/mobilenet_v2', 'torchvision/squeezenet1_1'];
const TARGETS = ['caffe:opencv', 'caffe:bvlc'];
const FILES = ['traced.pt', 'exported.pt2'];
const TOLERANCE = 1e-4;

/**
 * For OpenCV, OpenCV runs the result on PyTorch's inputs. Nothing that is still built runs BVLC's own layers: there the
 * command line proves the result by its interpreter of Caffe's definitions. A refusal has its row too.
 */
export async function scoreCaffe(interpreter, folder) {
  const made = await mkdtemp(path.join(tmpdir(), 'graphwright-caffe-'));
  const scored = [];
  const forOpenCV = new Map();
  for (const name of CASES)
    for (const file of FILES)
      for (const target of TARGETS) {
        const row = { case: name, file, target };
        const stem = path.join(made, `${name}-${file}-${target}`.replace(/[^\w-]/g, '-'));
        const proof = target === 'caffe:opencv' ? [] : ['--verify'];
        const verdict = await convert(path.join(folder, name, file), ['--to', target, '-o', stem, ...proof]);
        if (verdict.verdict === 'pass' && proof.length === 0) forOpenCV.set(stem, row);
        else {
          scored.push({ ...row, ...verdict });
          say(scored.at(-1));
        }
      }
  const pairs = [...forOpenCV].flatMap(([stem, row]) => [path.join(folder, row.case), stem]);
  const script = inRoot('test/conformance/caffe/score.py');
  const named = ({ model, ...verdict }) => ({ ...forOpenCV.get(model), ...verdict });
  if (pairs.length > 0) scored.push(...(await rows(interpreter, [script, '--json', ...pairs], named)));
  await rm(made, { recursive: true });
  const passed = scored.filter((row) => row.verdict === 'pass').length;
  // A row that is absent or missing is a failure: the suite says what it covers.
  const expected = CASES.length * FILES.length * TARGETS.length;
  return { rows: scored, counts: { passed, failed: Math.max(expected, scored.length) - passed } };
}

/** Runs the command line: a verdict and its detail, with the measured difference where that was asked for. */
async function convert(source, args) {
  try {
    const { verification } = JSON.parse(await node(['dist/cli.js', 'convert', source, ...args, '--json']));
    const error = verification?.relativeError ?? 0;
    return { verdict: error <= TOLERANCE ? 'pass' : 'wrong', detail: `relative error ${exponential(error)}` };
  } catch (error) {
    return { verdict: 'refused', detail: String(error.output ?? error).split('\n')[0] };
  }
}

/** `4e-07`, as Python writes it. */
function exponential(number) {
  return number.toExponential(0).replace(/e-(\d)$/, 'e-0$1');
}

const COLUMNS = FILES.flatMap((file) =>
  TARGETS.map((target) => ({ title: `${file}, ${target}`, of: { file, target } })),
);

export function caffeTable(scored) {
  return resultTable(CASES, COLUMNS, scored);
}
