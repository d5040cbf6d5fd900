/** Times converting PyTorch programs beside PyTorch's own exporters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { node, run, step } from './run.mjs';
import { table } from './table.mjs';

const MODELS = ['torchvision/resnet50', 'torchvision/vit_b_16'];
const RUNS = '5';
/** What the others are compared with: what users of PyTorch are told to call. */
const BASE = 'torch.onnx.export (dynamo), exported.pt2';

/** The table of times and memory. The models are made, and deleted after, where `cases` names no folder that has them. */
export async function exportTable(interpreter, { cases }) {
  await step('Building the command line', () => node([inRoot('esbuild.mjs')]));
  const folder = cases ?? mkdtempSync(path.join(tmpdir(), 'graphwright-bench-'));
  try {
    if (cases === undefined) {
      const make = [inRoot('test/conformance/zoo/make.py'), folder, ...MODELS];
      await step(`Making ${MODELS.length} models`, () => run(interpreter, make, { show: true }));
    }
    const models = MODELS.map((name) => path.join(folder, name));
    const said = await step('Timing each tool', () =>
      run(interpreter, [inRoot('test/bench/export.py'), '--runs', RUNS, '--json', ...models]),
    );
    return timesTable(
      said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  } finally {
    if (cases === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function timesTable(measured) {
  const rows = measured.flatMap(({ rows: of, size }, at) =>
    Object.entries(of).map(([what, figures]) => {
      const base = of[BASE];
      const share = (key) => (figures && base ? (figures[key] / base[key]).toFixed(3) : '');
      const cells = figures
        ? [
            seconds(figures.wall),
            share('wall'),
            seconds(figures.processor),
            share('processor'),
            megabytes(figures.peak),
          ]
        : ['fails', '', '', '', ''];
      return [`${MODELS[at]}, ${megabytes(size)}`, what, ...cells];
    }),
  );
  return table(['Model', 'Converted by, from', 'Wall time', 'ratio', 'Processor time', 'ratio', 'Peak memory'], rows);
}

function seconds(number) {
  return `${number.toFixed(2)} s`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
