/** graphwright capture PROGRAM --to TARGET: runs the user's own program once, captures it, and converts what was captured. */
import { basename, extname } from 'node:path';
import { type CaptureRequest, describeProgram } from '../../core/capture/live/capture.ts';
import { convertCaptured } from '../../core/capture/live/convert-captured.ts';
import { type ProgramName, parseProgram } from '../../core/capture/live/program-name.ts';
import { operatorsForHelper } from '../../core/custom/live.ts';
import { loadCustomOperators } from '../../core/custom/read.ts';
import { InputError } from '../../core/ir/errors.ts';
import type { Progress } from '../../core/progress.ts';
import {
  JSON_OPTION,
  numberOf,
  opsetsOf,
  PASS_OPTIONS,
  parse,
  READING_OPTIONS,
  TARGET_OPTIONS,
  wishesOf,
} from '../arguments.ts';
import { printPasses, tell } from '../conversion-report.ts';
import { untilInterrupted } from '../interrupt.ts';
import { say, statusProgress } from '../report.ts';

const OPTIONS = {
  input: READING_OPTIONS.input,
  ops: READING_OPTIONS.ops,
  accept: READING_OPTIONS.accept,
  ...TARGET_OPTIONS,
  ...PASS_OPTIONS,
  ...JSON_OPTION,
  arg: { type: 'string', multiple: true },
  argv: { type: 'string', multiple: true },
  weights: { type: 'string' },
  python: { type: 'string' },
  timeout: { type: 'string' },
  memory: { type: 'string' },
  output: { type: 'string', short: 'o' },
  simplify: { type: 'boolean' },
  verify: { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

const MEGABYTE = 1e6;

export async function capture(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args, OPTIONS, ['PROGRAM']);
  const python = values.python ?? (process.platform === 'win32' ? 'python' : 'python3');
  const progress = statusProgress(values.json, untilInterrupted());
  const program = await programOf(positionals[0] ?? '', python, progress);
  const target = values.to ?? 'onnx';
  const memory = numberOf('memory', values.memory);
  const wanted: Omit<CaptureRequest, 'output' | 'reference'> = {
    ...program,
    arguments: argumentsOf(values.arg ?? []),
    argv: values.argv ?? [],
    weights: values.weights,
    operators: operatorsForHelper(loadCustomOperators(program.file ?? 'program.py', values.ops ?? [])),
    accept: values.accept ?? [],
    // Where the user stands is where he would run it.
    folder: process.cwd(),
    python,
    seconds: numberOf('timeout', values.timeout),
    memory: memory && memory * MEGABYTE,
    inputs: values.input ?? [],
  };
  const result = await convertCaptured(
    {
      capture: wanted,
      output: values.output ?? usualOutput(program, target),
      conversion: {
        reading: { ops: values.ops ?? [], accept: values.accept ?? [] },
        target: { target, ...opsetsOf(values.opset, target) },
        ...wishesOf(values),
      },
    },
    progress,
    (line, by) => by === 'program' && !values.json && say(`  | ${line}`),
  );
  return tell(result, values.json, () => {
    if (result.captured) say(`Captured by ${WAYS[result.captured.way]} of PyTorch ${result.captured.torch}`);
    if (values.explain) printPasses(result.passes);
  });
}

const WAYS = { export: 'torch.export', script: 'torch.jit.script', trace: 'torch.jit.trace' } as const;

/** `NAME=VALUE` each; what has no name stands by position. */
function argumentsOf(list: readonly string[]): Record<string, string> {
  const positional = list.filter((text) => !NAMED.test(text));
  const named = list.flatMap((text) => {
    const [, name, value] = NAMED.exec(text) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(named), ...(positional.length > 0 && { '*': `[${positional.join(', ')}]` }) };
}

const NAMED = /^([A-Za-z_]\w*)=(.*)$/s;

/** What is named; of a file alone its only torch.nn.Module. Throws InputError where there are several, or none. */
async function programOf(text: string, python: string, progress: Progress): Promise<ProgramName> {
  if (!text.endsWith('.py')) return parseProgram(text);
  const told = await describeProgram(text, { python }, progress);
  const choices = 'answer' in told ? told.answer.choices.filter(({ isModule }) => isModule) : [];
  const [only] = choices;
  if (only && choices.length === 1) return { file: text, name: only.name };
  const names = choices.map(({ name }) => `${text}:${name}`).join(', ');
  throw new InputError(
    'bad-argument',
    `"${text}" names no class`,
    undefined,
    names === '' ? `Name a class or function in it: ${text}:Net.` : `Name one: ${names}.`,
  );
}

/** In the folder that the command is run in: the program's own may not be the user's. */
function usualOutput({ file, name }: ProgramName, target: string): string {
  const stem = file === undefined ? name : basename(file, extname(file));
  return target.startsWith('caffe:') ? `${stem}.caffemodel` : `${stem}.onnx`;
}
