/**
 * Converts all programs of a folder in one process, as score.py asks: `FOLDER/jobs.json` lists them, FOLDER/converted.json
 * says how each ended.
 *
 *   node programs.js FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/core/ir/errors.ts';
import { convertModel } from '../../../src/core/pipeline.ts';
import type { Problem } from '../../../src/core/problems/problem.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING, parseInputSpec } from '../../../src/core/reading.ts';

interface Job {
  readonly name: string;
  /** What the user would say with --input. */
  readonly inputs: readonly string[];
  readonly opset: number;
}

export interface Conversion {
  readonly name: string;
  readonly verdict: 'converted' | 'refused' | 'error';
  readonly detail: string;
}

const folder = process.argv[2] ?? '';
const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as Job[];
const done: Conversion[] = [];
for (const job of jobs) done.push({ name: job.name, ...(await converted(job)) });
writeFileSync(join(folder, 'converted.json'), JSON.stringify(done));

async function converted({ name, inputs, opset }: Job): Promise<Omit<Conversion, 'name'>> {
  try {
    const result = await convertModel(
      {
        input: join(folder, `${name}.pt`),
        reading: { ...PLAIN_READING, inputs: inputs.map(parseInputSpec) },
        target: { target: 'onnx', opset },
        output: join(folder, `${name}.onnx`),
        force: true,
        simplify: false,
        verify: false,
      },
      silent,
    );
    if (result.status === 'done') return { verdict: 'converted', detail: '' };
    const errors = result.problems.filter(({ severity }) => severity === 'error');
    return { verdict: 'refused', detail: errors.map(said).join('\n') };
  } catch (error) {
    const known = error instanceof InputError;
    return { verdict: known ? 'refused' : 'error', detail: known ? error.message : String((error as Error).stack) };
  }
}

function said({ code, message, origin }: Problem): string {
  const [frame] = origin;
  const place = frame && 'line' in frame ? `line ${frame.line}` : 'no line';
  return `${code} at ${place}: ${message}`;
}
