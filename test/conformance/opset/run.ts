/**
 * Proves conversions between opsets: every test to every opset, checked, run and compared with the stored outputs.
 *
 *   node opset-run.js FOLDER --python PYTHON [--tests 'test_softmax*,test_gelu*'] [--ops Softmax,Gelu] [--to 1-28] [--every N]
 *     [--list] [--json FILE] [--exact] [--theirs]
 *
 * FOLDER is what cases.py made. --exact runs also models that differ from one that was run by the number of their opset only, and
 * by no version of an operator; --theirs also what onnx.version_converter makes of the pairs. What a model gave before is not run again: a run goes on where an earlier one ended.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, opsetOf, readCases, type Selection } from './cases.ts';
import { convertCase, ownPair, type Pair } from './convert.ts';
import { judge } from './judge.ts';
import { ModelWriter } from './models.ts';
import { possibleAllTheSame, readReviewed, review } from './refusals.ts';
import { type Proof, pairLines, printTable, proofLines } from './report.ts';
import { supervise } from './supervise.ts';
import { readVerdicts, type Tally, tally } from './tally.ts';
import { theirPairs } from './theirs.ts';

const OPTIONS = {
  python: { type: 'string', default: 'python3' },
  scripts: { type: 'string', default: 'test/conformance/opset' },
  tests: { type: 'string' },
  ops: { type: 'string' },
  to: { type: 'string', default: '1-28' },
  every: { type: 'string', default: '1' },
  list: { type: 'boolean', default: false },
  json: { type: 'string' },
  exact: { type: 'boolean', default: false },
  theirs: { type: 'boolean', default: false },
  /** For the process that runs models: the files of models and of results. */
  judge: { type: 'string', multiple: true },
} as const;

/** Models of this run: another one may go on beside it. */
const [OURS, THEIRS] = [`ours-${process.pid}`, `theirs-${process.pid}`] as const;

const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
const [folder = ''] = positionals;
const [models, results] = values.judge ?? [];
if (models !== undefined && results !== undefined) await judge(folder, models, results);
else await prove();

async function prove(): Promise<void> {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  const cases = readCases(folder, selection());
  const pairs = await timed(`Converting ${cases.length} tests`, async () => convertAll(cases, join(work, OURS)));
  await judgeAll(work, OURS);
  const ours = tally(cases, pairs, readVerdicts(work));
  printTable(ours);
  // Tests whose settings are constants are ours: the comparison is over what others made.
  const others = cases.filter(({ name }) => !name.startsWith('constants/'));
  const theirs = values.theirs ? await beside(others, work) : undefined;
  const reviewed = readReviewed(join(values.scripts, 'refusals.json'));
  const result: Proof = {
    ours,
    ...(theirs && { theirs }),
    ...review(ours, reviewed),
    possible: possibleAllTheSame(ours, theirs),
  };
  for (const name of [OURS, THEIRS])
    for (const kind of ['bin', 'json']) rmSync(join(work, `${name}.${kind}`), { force: true });
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(result));
  if (values.list) console.log([...pairLines(ours), ...proofLines(result)].join('\n'));
}

/** What onnx.version_converter does with the same pairs, by the same judges. */
async function beside(cases: readonly Case[], work: string): Promise<Tally> {
  const models = new ModelWriter(join(work, THEIRS));
  const asked = { python: values.python, scripts: values.scripts, folder, targets: targets(), models };
  const pairs = await timed('Converting by onnx.version_converter', () => theirPairs(cases, asked));
  models.close();
  await judgeAll(work, THEIRS);
  // The tests as they are were judged with ours.
  const own = cases.map(({ name, imports }) => ownPair(folder, name, opsetOf(imports) ?? 0));
  const theirs = tally(cases, [...own, ...pairs], readVerdicts(work));
  printTable(theirs);
  return theirs;
}

function convertAll(cases: readonly Case[], file: string): readonly Pair[] {
  const writer = new ModelWriter(file);
  const wanted = { targets: targets(), exact: values.exact, models: writer };
  const pairs = cases.flatMap((each) => convertCase(folder, each, wanted));
  writer.close();
  return pairs;
}

/** Runs the models that `file` names in onnxruntime, then asks ONNX's own tools about them. */
async function judgeAll(work: string, file: string): Promise<void> {
  const [stored, runtime, reference] = [join(work, file), join(work, 'runtime.jsonl'), join(work, 'reference.jsonl')];
  const self = process.argv[1] ?? '';
  await timed('Running in onnxruntime', () =>
    supervise(process.execPath, [self, folder, '--judge', stored, '--judge', runtime], runtime),
  );
  const script = join(values.scripts, 'judge.py');
  await timed("Asking ONNX's own tools", () =>
    supervise(values.python, ['-W', 'ignore', script, folder, stored, runtime, reference], reference),
  );
}

function selection(): Selection {
  const list = (text: string | undefined) => text?.split(',').filter(Boolean);
  const [tests, operators] = [list(values.tests), list(values.ops)];
  return { ...(tests && { tests }), ...(operators && { operators }), every: Number(values.every) };
}

/** `7-26`, `12`, `7,9,13-15`. */
function targets(): readonly number[] {
  return values.to.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
}

async function timed<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
