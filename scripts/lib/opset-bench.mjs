/** Times taking a model from opset to opset beside onnx.version_converter: test/bench/opsets.py. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { node, run, step } from './run.mjs';
import { table } from './table.mjs';

const MODEL = 'torchvision/resnet50';
const RUNS = '7';

/** The table of times. The model is made, and deleted after, where `cases` names no folder that has it. */
export async function opsetTable(interpreter, { cases }) {
  await step('Building the command line', () => node([inRoot('esbuild.mjs')]));
  const folder = cases ?? mkdtempSync(path.join(tmpdir(), 'graphwright-bench-'));
  try {
    if (cases === undefined) {
      const make = [inRoot('test/conformance/zoo/make.py'), folder, MODEL];
      await step('Making a model', () => run(interpreter, make, { show: true }));
    }
    const traced = path.join(folder, MODEL, 'traced.pt');
    const said = await step('Timing both', () =>
      run(interpreter, [inRoot('test/bench/opsets.py'), '--runs', RUNS, '--json', traced]),
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
  const rows = measured.flatMap(({ from, to, size, rows: of }) =>
    Object.entries(of).map(([name, { wall, processor, peak, succeeds }]) => {
      const ours = of.graphwright;
      return [
        `${MODEL}, ${megabytes(size)}, ${from} to ${to}`,
        succeeds ? name : `${name}, until it fails`,
        `${wall.toFixed(2)} s`,
        (wall / ours.wall).toFixed(1),
        `${processor.toFixed(2)} s`,
        (processor / ours.processor).toFixed(1),
        megabytes(peak),
      ];
    }),
  );
  return table(['Model', 'Converted by', 'Wall time', 'ratio', 'Processor time', 'ratio', 'Peak memory'], rows);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
