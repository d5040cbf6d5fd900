/** Captures a program into a temporary folder and converts what was captured, as any other file. */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { findOpsFile } from '../../custom/ops-path.ts';
import { checkPlaces } from '../../formats/whole-files.ts';
import { InputError } from '../../ir/errors.ts';
import { targetOf } from '../../lowering.ts';
import { convertModel } from '../../pipeline.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Progress } from '../../progress.ts';
import { PLAIN_READING, parseInputSpec, type Reading } from '../../reading.ts';
import type { ConvertRequest, ConvertResult } from '../../request.ts';
import { unverifiedBy } from '../../verify.ts';
import { outputFiles } from '../../write.ts';
import { type CaptureRequest, captureProgram } from './capture.ts';
import type { Log } from './helper.ts';
import type { CaptureOutcome, HelperFailure } from './protocol.ts';
import { verifyCaptured } from './verify-captured.ts';

/** What is captured, and what becomes of it. */
export interface CaptureConversion {
  readonly capture: Omit<CaptureRequest, 'output' | 'reference'>;
  /** Where to write: `.pt2` and `.pt` keep the capture itself. */
  readonly output: string;
  readonly conversion: Omit<ConvertRequest, 'input' | 'output' | 'reading'> & {
    readonly reading: Pick<Reading, 'ops' | 'accept'>;
  };
}

export interface CaptureResult extends ConvertResult {
  readonly captured?: Omit<CaptureOutcome, 'file' | 'reference'>;
  /** Why the program could not be captured, in full: for the quick fixes. */
  readonly failure?: HelperFailure;
}

const KEPT = new Set(['.pt2', '.pt']);

/** Captures and converts, or keeps the capture where the output asks for it. */
export async function convertCaptured(
  request: CaptureConversion,
  progress: Progress,
  log?: Log,
): Promise<CaptureResult> {
  const started = process.uptime();
  const { capture, output, conversion } = request;
  await checkOutput(request);
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-capture-'));
  try {
    const wanted: CaptureRequest = { ...capture, output: join(folder, 'model'), reference: conversion.verify };
    const done = await captureProgram(wanted, progress, log);
    const seconds = () => process.uptime() - started;
    if ('problem' in done) {
      const problems = [done.problem, ...done.notes];
      return { status: 'refused', output: [], problems, passes: [], failure: done.failure, seconds: seconds() };
    }
    const { answer, notes } = done;
    const { file, reference, ...captured } = answer;
    if (KEPT.has(extname(output))) return { ...keep(file, output, notes), captured, seconds: seconds() };
    const reading = readingOf(request, answer);
    const wished: ConvertRequest = { ...conversion, input: file, output, reading, python: capture.python };
    const result = await convertBeside(wished, captured.torch, reference, progress);
    return { ...result, problems: [...notes, ...result.problems], captured, seconds: seconds() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Converts a captured program, and compares the result with what PyTorch itself gave, where `reference` is its folder. */
export async function convertBeside(
  request: ConvertRequest,
  torch: string,
  reference: string | undefined,
  progress: Progress,
): Promise<ConvertResult> {
  const { input: file, reading, target } = request;
  const result = await convertModel({ ...request, verify: false }, progress);
  if (reference === undefined || result.status !== 'done') return result;
  const started = process.uptime();
  const proof = await verifyCaptured(
    { file, torch },
    reading,
    reference,
    target.target,
    result.output,
    request.python,
    progress,
  ).then(
    (verification) => ({ verification }),
    (error: unknown) => ({ unverified: unverifiedBy(error) }),
  );
  return { ...result, ...proof, seconds: result.seconds + process.uptime() - started };
}

/** Throws InputError where nothing can be written, or for a target that there is not: before the program is run. */
async function checkOutput({ capture, output, conversion }: CaptureConversion): Promise<void> {
  if (KEPT.has(extname(output))) return checkPlaces([output], conversion.force);
  const input = capture.file ?? capture.name;
  outputFiles(
    { ...conversion, input, output, reading: PLAIN_READING },
    await targetOf(conversion.target.target, input),
  );
}

/** The operators that stand beside the program count for its capture. */
function readingOf({ capture, conversion }: CaptureConversion, { inputs }: CaptureOutcome): Reading {
  const beside = findOpsFile(resolve(capture.file ?? 'program.py'));
  const { ops, accept } = conversion.reading;
  return { inputs: inputs.map(parseInputSpec), ops: [...(beside === undefined ? [] : [beside]), ...ops], accept };
}

function keep(file: string, output: string, notes: readonly Problem[]): Omit<ConvertResult, 'seconds'> {
  if (extname(file) !== extname(output)) {
    const [way, ending] = extname(file) === '.pt2' ? ['exported', '.pt2'] : ['scripted or traced', '.pt'];
    throw new InputError(
      'bad-argument',
      `the program was ${way}: ${output} would not be what its name says`,
      undefined,
      `Give a name that ends with ${ending}.`,
    );
  }
  // Whole or not at all.
  const making = `${output}.${process.pid}`;
  copyFileSync(file, making);
  renameSync(making, output);
  return { status: 'done', output: [output], problems: notes, passes: [] };
}
