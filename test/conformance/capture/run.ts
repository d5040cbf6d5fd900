/**
 * Captures programs by the core of the product, converts them to ONNX, and compares with what PyTorch gives: on the two sets of
 * inputs that a capture comes with, and on two that eager.py makes by itself. Bad programs must end in their problem.
 *
 *   node capture.js ROOT PYTHON WORK programs|installed|bad|counts [--sample] [--only TEXT]
 *
 * ROOT is the folder of this suite, PYTHON the interpreter; WORK is emptied. Prints one JSON object a line.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type CaptureResult, convertCaptured } from '../../../src/core/capture/live/convert-captured.ts';
import { parseProgram } from '../../../src/core/capture/live/program-name.ts';
import { operatorsForHelper } from '../../../src/core/custom/live.ts';
import { loadCustomOperators } from '../../../src/core/custom/read.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import type { Problem } from '../../../src/core/problems/problem.ts';
import { silent } from '../../../src/core/progress.ts';
import { BAD, type BadCase } from './bad.ts';
import { brokenPython } from './broken-pythons.ts';
import { type Case, COUNTS, type CountedCase, INSTALLED, PROGRAMS } from './cases.ts';
import { differenceFromEager } from './compare.ts';
import { loadedPython } from './forks.ts';

export interface Row {
  readonly case: string;
  readonly style: string;
  readonly torch: string;
  readonly verdict: 'pass' | 'expected' | 'wrong' | 'refused' | 'absent' | 'error';
  /** By which way it was captured, or the code of its problem. */
  readonly file: string;
  readonly detail: string;
  readonly seconds: number;
}

const TOLERANCE = 1e-4;
/** Half precision has 11 bits. */
const HALF_TOLERANCE = 2e-3;
/** From this PyTorch on exported programs can be saved. */
const FIRST_EXPORT = [2, 1] as const;
/** So many times its limit a case gets at most, on a machine that is busy. */
const MOST_TIMES = 16;
/** So often it is asked whether a program has run by itself. */
const LOOK_MS = 50;
/** Programs that are captured at one time. */
const AT_ONCE = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'boolean' }, only: { type: 'string' } },
});
const [root = '', python = '', work = ''] = positionals.slice(0, 3).map((each) => resolve(each));
const kind = positionals[3];
const [weights, out] = [join(work, 'weights'), join(work, 'converted')];

rmSync(work, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
if (kind === 'installed') lendOperators();
const startedAt = performance.now();
const loaded = await loadedPython(python, root, kind === 'installed' ? ['torchvision', 'timm'] : []);
/** Seconds that this machine takes to load PyTorch now: it may have other things to do. */
const loading = (performance.now() - startedAt) / 1000;
const { torch } = loaded;
try {
  execFileSync(loaded.python, [join(root, 'weights.py'), weights]);
  if (kind === 'counts') await inPool(COUNTS.filter(wanted), judgeCount);
  else if (kind === 'bad') await inPool(BAD.filter(wanted), judgeBad);
  else await judgeAll((kind === 'installed' ? INSTALLED : PROGRAMS).filter(wanted));
} finally {
  loaded.close();
}

/**
 * Those of the sample run as people run them, each in a Python of its own; and so does what is about the process itself. CUDA says
 * something else in a copy of a process.
 */
function runsAlone(each: Case | BadCase): boolean {
  const ofProcess = 'code' in each && (each.seconds ?? each.memory ?? each.python) !== undefined;
  return each.sample === true || ofProcess || kind === 'counts' || /^(exits|crashes|cuda_only)/.test(each.program);
}

/** The interpreter for a case: a copy of one that has loaded PyTorch, which takes most of the time, where it need not be its own. */
function interpreterOf(each: Case | BadCase): string {
  return runsAlone(each) ? python : loaded.python;
}

function wanted({ program, style, sample }: Case | BadCase): boolean {
  return (!values.sample || sample === true) && `${program} ${style}`.includes(values.only ?? '');
}

/** Where torchvision is of another build than PyTorch, which lacks its operators then, they are declared before it is imported. */
function lendOperators(): void {
  const tried = spawnSync(python, ['-c', 'import torchvision'], { stdio: 'ignore' });
  if (tried.status !== 0) process.env.PYTHONPATH = join(root, 'shim');
}

async function judgeAll(cases: readonly Case[]): Promise<void> {
  const list = join(work, 'cases.json');
  writeFileSync(list, JSON.stringify(cases));
  const eager = join(work, 'eager');
  const alone = spawn(loaded.python, [join(root, 'eager.py'), list, weights, eager], { stdio: 'ignore' });
  try {
    await inPool(cases, async (each, k) => judge(each, k, () => ranAlone(join(eager, String(k)), alone)));
  } finally {
    alone.kill();
  }
}

/** The folder of what a program gives by itself, once it is there. */
async function ranAlone(folder: string, all: ChildProcess): Promise<string> {
  const isThere = () => ['index.json', 'error.txt'].some((name) => existsSync(join(folder, name)));
  while (!isThere() && all.exitCode === null && all.signalCode === null) await setTimeout(LOOK_MS);
  if (!isThere()) throw new Error(`eager.py ended before it came to ${folder}`);
  return folder;
}

async function judge(each: Case, number: number, alone: () => Promise<string>): Promise<Omit<Row, 'seconds'>> {
  const row = { case: each.program, style: each.style, torch };
  const { since, refused } = each;
  if (since && isBefore(since))
    return { ...row, verdict: 'absent', file: '', detail: `needs PyTorch ${since.join('.')}` };
  const output = join(out, `${number}.onnx`);
  const result = await captured(each, join(root, 'programs'), output, interpreterOf(each));
  if (result.status !== 'done') {
    const [code, detail] = [codeOf(result), told(result.problems)];
    const right = refused !== undefined && isBefore(refused.before) && code === refused.code;
    return { ...row, verdict: right ? 'expected' : 'refused', file: code, detail };
  }
  const way = result.captured?.way ?? '';
  const own = result.verification?.relativeError ?? Number.POSITIVE_INFINITY;
  const eager = await alone();
  const error = join(eager, 'error.txt');
  const runs = !each.drawsLater && !(each.aloneSince && isBefore(each.aloneSince));
  if (runs && existsSync(error)) {
    const [last = ''] = readFileSync(error, 'utf8').trim().split('\n').slice(-1);
    return { ...row, verdict: 'error', file: way, detail: `by itself it fails: ${last}` };
  }
  const others = !runs ? 0 : await differenceFromEager(output, eager);
  const tolerance = each.inputs?.some((text) => text.includes('float16')) ? HALF_TOLERANCE : TOLERANCE;
  const worst = Math.max(own, others);
  const missing = each.weights !== undefined && result.captured?.weights?.missing.length !== 0;
  const verdict = worst <= tolerance && !missing ? 'pass' : 'wrong';
  return { ...row, verdict, file: way, detail: `relative difference ${own.toPrecision(2)}, ${others.toPrecision(2)}` };
}

/** A program is run once for each set of inputs, and while it is recorded. */
async function judgeCount(each: CountedCase): Promise<Omit<Row, 'seconds'>> {
  const lines: string[] = [];
  const output = join(out, `${each.style}.onnx`);
  const result = await captured(each, join(root, 'programs'), output, python, { log: (line) => lines.push(line) });
  const [runs, recorded] = ['plain run', 'recorded run'].map((said) => lines.filter((line) => line === said).length);
  const row = { case: each.program, style: each.style, torch, file: result.captured?.way ?? codeOf(result) };
  const right = result.status === 'done' && runs === each.runs;
  return { ...row, verdict: right ? 'pass' : 'wrong', detail: `${runs} runs, ${recorded} while it is recorded` };
}

function isBefore([major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = torch.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

async function judgeBad(each: BadCase, number: number): Promise<Omit<Row, 'seconds'>> {
  const code = each.withoutExport !== undefined && isBefore(FIRST_EXPORT) ? each.withoutExport : each.code;
  const row = { case: each.program, style: each.style, torch, file: code ?? '' };
  if (code === null) return { ...row, verdict: 'absent', detail: `${torch} has no torch.export, which finds it` };
  const broken = join(work, 'broken', String(number));
  const interpreter = each.python === undefined ? interpreterOf(each) : brokenPython(each.python, python, broken);
  const places = each.at === undefined ? undefined : placesIn(fileOf(each.at, join(root, 'bad')));
  // A limit counts for what the program does: where the machine was too busy for it to come that far, it gets twice as long.
  for (let times = 1; ; times *= 2) {
    const result = await captured(each, join(root, 'bad'), join(out, `bad-${number}.onnx`), interpreter, { times });
    const [problem] = result.problems.filter(({ severity }) => severity === 'error');
    if (problem === undefined) return { ...row, verdict: 'wrong', detail: `there is no problem: ${result.status}` };
    const fine = problem.code === code && (places?.includes(placeOf(problem) ?? '') ?? true);
    const late = result.failure?.kind === 'timed-out' && times < MOST_TIMES;
    if (fine || !late) return { ...row, verdict: fine ? 'pass' : 'wrong', detail: told([problem]) };
    console.error(`${each.style}: its limit came too early, while ${result.failure?.details.doing}; once more`);
  }
}

async function captured(
  { program, weights: file, ...each }: Case | BadCase,
  folder: string,
  output: string,
  interpreter: string,
  { times = 1, log }: { readonly times?: number; readonly log?: (line: string) => void } = {},
): Promise<CaptureResult> {
  const parsed = parseProgram(program);
  const path = parsed.file === undefined ? undefined : fileOf(parsed.file, folder);
  const beside = path === undefined ? undefined : loadCustomOperators(path, []);
  const { seconds, memory } = { seconds: 300, memory: undefined, ...each };
  const patience = Math.ceil(times * (seconds + loading));
  const capture = {
    ...parsed,
    file: path,
    arguments: each.arguments ?? {},
    argv: 'argv' in each ? (each.argv ?? []) : [],
    weights: file === undefined ? undefined : join(weights, file),
    operators: beside ? operatorsForHelper(beside) : [],
    accept: [],
    python: interpreter,
    seconds: patience,
    memory,
    inputs: each.inputs ?? [],
  };
  const conversion = {
    reading: { ops: [], accept: [] },
    target: { target: 'onnx', opset: 17 },
    force: true,
    simplify: false,
    verify: true,
  };
  return convertCaptured({ capture, output, conversion }, silent, log);
}

/** `programs/` in front says that a bad case is of a good program. */
function fileOf(file: string, folder: string): string {
  return file.startsWith('programs/') ? join(root, file) : join(folder, file);
}

function placesIn(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, k) => (/# here\b/.test(line) ? [`${file}:${k + 1}`] : []));
}

function placeOf({ origin }: Problem): string | undefined {
  const [first] = origin;
  return first && 'line' in first && 'file' in first ? `${first.file}:${first.line}` : undefined;
}

function codeOf({ problems }: CaptureResult): string {
  return problems.find(({ severity }) => severity === 'error')?.code ?? '';
}

function told(problems: readonly Problem[]): string {
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!first) return '';
  const place = placeOf(first)?.replace(`${root}/`, '');
  return `${place === undefined ? '' : `${place}: `}${first.code}: ${first.message}`;
}

async function inPool<T extends Case | BadCase>(
  cases: readonly T[],
  work: (each: T, number: number) => Promise<Omit<Row, 'seconds'>>,
): Promise<void> {
  const waiting = [...cases.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [number, each] = next;
      const started = performance.now();
      const row = await work(each, number).catch((error: unknown) => failed(each, error));
      console.log(JSON.stringify({ ...row, seconds: Math.round((performance.now() - started) / 100) / 10 }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function failed({ program, style, ...each }: Case | BadCase, error: unknown): Omit<Row, 'seconds'> {
  const known = error instanceof InputError;
  if (known && 'code' in each && error.code === each.code)
    return { case: program, style, torch, verdict: 'pass', file: error.code, detail: error.describe() };
  const detail = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  return { case: program, style, torch, verdict: known ? 'refused' : 'error', file: '', detail };
}
