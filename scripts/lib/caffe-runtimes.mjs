/**
 * Frameworks that still read Caffe, each in a Python environment of its own (test/conformance/caffe/runtimes.py says what they
 * need). The environments are made in the cache folder where they are missing; a framework that cannot be had is said to be.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { table } from './table.mjs';
import { rows } from './zoo.mjs';

const SCRIPT = inRoot('test/conformance/caffe/score.py');

/** `name` is the package whose version is the framework's; `tool` must be on the path. */
const FRAMEWORKS = [
  { backend: 'ncnn', title: 'ncnn', name: 'ncnn', packages: ['ncnn==1.0.20261020', 'numpy'], tool: 'caffe2ncnn' },
  { backend: 'mnn', title: 'MNN', name: 'MNN', packages: ['MNN==3.6.1', 'numpy'] },
  {
    backend: 'openvino',
    title: 'OpenVINO',
    name: 'openvino',
    packages: ['openvino-dev[caffe]==2023.3.0', 'protobuf<3.21', 'numpy<1.27'],
  },
];

/** Runs in every framework what was written for it: gives the frameworks, and a row for each model that each ran or not. */
export async function runInFrameworks(scored, cases) {
  const found = [];
  const frameworks = [];
  for (const framework of FRAMEWORKS) {
    const { interpreter, version, lacks } = await environment(framework);
    frameworks.push({ ...framework, version, lacks });
    if (lacks !== undefined) continue;
    const own = scored.filter(({ backend, stem }) => backend === framework.backend && stem !== undefined);
    for (const { model, stem } of own)
      found.push({
        model,
        backend: framework.backend,
        ...(await ran(interpreter, framework, path.join(cases, model), stem)),
      });
  }
  return { frameworks, rows: found };
}

/** One process for each model: a framework may die of it. */
async function ran(interpreter, { backend, title }, folder, stem) {
  const named = (row) => ({ ...row, case: path.basename(stem), file: '', target: `in ${title}` });
  try {
    const [row] = await rows(
      interpreter,
      ['-W', 'ignore', SCRIPT, '--runtime', backend, '--json', folder, stem],
      named,
    );
    return { verdict: row?.verdict ?? 'error', detail: row?.detail ?? 'it says nothing' };
  } catch (error) {
    return { verdict: 'error', detail: `its process ends: ${error.message.replace(/^.* ended/, 'it ended')}` };
  }
}

/** The framework's environment; what is lacking where it cannot be had. */
async function environment({ backend, title, name, packages, tool }) {
  const folder = path.join(CACHE, `caffe-${backend}`);
  const interpreter = path.join(folder, 'bin/python');
  try {
    if (tool !== undefined) await run('which', [tool]);
  } catch {
    return { lacks: `${tool} is not on the path` };
  }
  try {
    if (!existsSync(path.join(folder, '.done')))
      await step(`Installing ${title}`, async () => {
        await run('python3', ['-m', 'venv', '--clear', folder]);
        await run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
        await writeFile(path.join(folder, '.done'), '');
      });
    const asked = `import importlib.metadata as m; print(m.version(${JSON.stringify(name)}))`;
    return { interpreter, version: (await run(interpreter, ['-c', asked])).trim() };
  } catch (error) {
    return { lacks: `${packages[0]} cannot be installed: ${error.message}` };
  }
}

/** How far each framework is from PyTorch, on the worse of both input sets. */
export function runtimeTable({ frameworks, rows: found }, models) {
  const there = frameworks.filter(({ lacks }) => lacks === undefined);
  const cell = (model, backend) => {
    const row = found.find((each) => each.model === model && each.backend === backend);
    if (!row) return '';
    return row.verdict === 'pass' ? row.detail.replace('relative error ', '') : `**${row.verdict}**`;
  };
  const head = ['Model', ...there.map(({ title, version }) => `${title} ${version}`)];
  const body = models
    .filter((model) => found.some((row) => row.model === model))
    .map((model) => [model, ...there.map(({ backend }) => cell(model, backend))]);
  const lacking = frameworks
    .filter(({ lacks }) => lacks !== undefined)
    .map(({ title, lacks }) => `- ${title} was not run: ${lacks}.`);
  const failed = found
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ model, backend, verdict, detail }) => `- ${model} in ${backend}: ${verdict}. ${detail.split('\n').at(-1)}`);
  return [table(head, body), [...lacking, ...failed].join('\n')].filter((part) => part !== '').join('\n\n');
}
