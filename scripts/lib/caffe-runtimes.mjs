/**
 * Frameworks that still read Caffe, each in a Python environment of its own (test/conformance/caffe/runtimes.py says what they
 * need). The environments are made in the cache folder where they are missing; a framework that cannot be had is said to be.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { table } from './table.mjs';
import { rows, TooLong } from './zoo.mjs';

const SCRIPT = inRoot('test/conformance/caffe/score.py');

/** How long one framework may take for one model, from reading it to both results; it is then not judged. */
const SECONDS = 1800;

/** Of the library that is loaded, which fails where there is none. */
const TENGINE_VERSION = `import sys; sys.path.insert(0, ${JSON.stringify(path.dirname(SCRIPT))}); import runtimes
print(runtimes.tengine_library().get_tengine_version().decode())`;

/** `name` is the package whose version is the framework's, or `asked` prints it; `tool` must be on the path. */
const FRAMEWORKS = [
  { backend: 'ncnn', title: 'ncnn', name: 'ncnn', packages: ['ncnn==1.0.20261020', 'numpy'], tool: 'caffe2ncnn' },
  { backend: 'mnn', title: 'MNN', name: 'MNN', packages: ['MNN==3.6.1', 'numpy'] },
  {
    backend: 'openvino',
    title: 'OpenVINO',
    name: 'openvino',
    packages: ['openvino-dev==2023.3.0', 'protobuf==4.25.8', 'grpcio-tools==1.62.2', 'numpy<1.27'],
    finish: makeReader,
  },
  { backend: 'tengine', title: 'Tengine', packages: ['numpy'], tool: 'convert_tool', asked: TENGINE_VERSION },
];

/** Model Optimizer's schema of Caffe for today's protobuf: `caffe_pb2.py` in the folder `reader` of its environment. */
async function makeReader(interpreter, folder) {
  const asked = 'import pathlib, openvino.tools.mo as m; print(pathlib.Path(m.__file__).parent / "front/caffe/proto")';
  const schemas = (await run(interpreter, ['-W', 'ignore', '-c', asked])).trim().split('\n').at(-1);
  const reader = path.join(folder, 'reader');
  await mkdir(reader, { recursive: true });
  await run(interpreter, ['-m', 'grpc_tools.protoc', `-I${schemas}`, `--python_out=${reader}`, 'mo_caffe.proto']);
  await rename(path.join(reader, 'mo_caffe_pb2.py'), path.join(reader, 'caffe_pb2.py'));
}

/** Runs in every framework what was written for it: gives the frameworks, and a row for each model that each ran or not. */
export async function runInFrameworks(scored, cases, wanted = FRAMEWORKS.map(({ backend }) => backend)) {
  const found = [];
  const frameworks = [];
  for (const framework of FRAMEWORKS.filter(({ backend }) => wanted.includes(backend))) {
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
      { seconds: SECONDS },
    );
    return { verdict: row?.verdict ?? 'error', detail: row?.detail ?? 'it says nothing' };
  } catch (error) {
    if (error instanceof TooLong) return { verdict: 'not judged', detail: error.message };
    return { verdict: 'error', detail: `its process ends: ${error.message.replace(/^.* ended/, 'it ended')}` };
  }
}

/** A framework by its backend, with its environment, or what is lacking. */
export async function frameworkOf(backend) {
  const framework = FRAMEWORKS.find((each) => each.backend === backend);
  return { ...framework, ...(await environment(framework)) };
}

/** The framework's environment; what is lacking where it cannot be had. */
async function environment({ backend, title, name, packages, tool, asked = versionOf(name), finish }) {
  // Other packages are another environment.
  const version = createHash('sha256').update(packages.join()).digest('hex').slice(0, 8);
  const folder = path.join(CACHE, `caffe-${backend}-${version}`);
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
        await finish?.(interpreter, folder);
        await writeFile(path.join(folder, '.done'), '');
      });
  } catch (error) {
    return { lacks: `${packages[0]} cannot be installed: ${error.message}` };
  }
  try {
    return { interpreter, version: (await run(interpreter, ['-c', asked])).trim().split('\n').at(-1) };
  } catch (error) {
    return { lacks: `it does not load: ${error.output.trim().split('\n').at(-1)}` };
  }
}

function versionOf(name) {
  return `import importlib.metadata as m; print(m.version(${JSON.stringify(name)}))`;
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

/** What an earlier table says, as far as it was not measured again: of each model in each framework the later verdict counts. */
export function renewed(text, { frameworks, rows: found }) {
  const lines = text.split('\n').map((line) => line.trim());
  const cellsOf = (line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
  const at = lines.findIndex((line) => line.startsWith('| Model'));
  const titles = cellsOf(lines[at] ?? '').slice(1);
  const end = lines.findIndex((line, k) => k > at && !line.startsWith('|'));
  const columns = titles.map((title) => FRAMEWORKS.find((each) => title.startsWith(`${each.title} `)));
  const earlier = lines.slice(at + 2, end < 0 ? undefined : end).flatMap((line) => {
    const [model, ...cells] = cellsOf(line);
    return cells.flatMap((cell, k) => (cell === '' ? [] : [{ model, backend: columns[k].backend, ...saidIn(cell) }]));
  });
  for (const row of earlier) {
    const own = `- ${row.model} in ${row.backend}: ${row.verdict}. `;
    row.detail ??= lines.find((line) => line.startsWith(own))?.slice(own.length) ?? '';
  }
  const isNew = (row) => found.some(({ model, backend }) => model === row.model && backend === row.backend);
  const known = columns.map((framework, k) => ({ ...framework, version: titles[k].slice(framework.title.length + 1) }));
  const added = frameworks.filter(({ backend }) => !known.some((each) => each.backend === backend));
  return {
    frameworks: [...known.map((each) => frameworks.find(({ backend }) => backend === each.backend) ?? each), ...added],
    rows: [...earlier.filter((row) => !isNew(row)), ...found],
  };
}

function saidIn(cell) {
  const marked = /^\*\*(.*)\*\*$/.exec(cell);
  return marked ? { verdict: marked[1] } : { verdict: 'pass', detail: `relative error ${cell}` };
}
