/** What onnx.version_converter makes of the same pairs (theirs.py), as pairs that are judged like ours. */
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { type Case, opsetOf } from './cases.ts';
import { checkerErrors, meaningOf, type Pair } from './convert.ts';
import type { ModelWriter } from './models.ts';
import { type Found, readFound, supervise } from './supervise.ts';

interface Converted extends Found {
  readonly error?: string;
  readonly offset?: number;
  readonly length?: number;
}

export interface Asked {
  readonly python: string;
  /** The folder of theirs.py. */
  readonly scripts: string;
  readonly folder: string;
  readonly targets: readonly number[];
  readonly models: ModelWriter;
}

/** Their pairs: what the converter says instead of a model, or dies of, counts as refused. What it made before is kept. */
export async function theirPairs(cases: readonly Case[], { python, scripts, folder, targets, models }: Asked) {
  const work = join(folder, 'work');
  const [made, results, tests] = ['converter.bin', 'converter.jsonl', 'converter-tests.json'].map((name) =>
    join(work, name),
  );
  writeFileSync(tests ?? '', JSON.stringify(cases.map(({ name }) => name)));
  const args = [join(scripts, 'theirs.py'), folder, made, results, targets.join(), tests] as string[];
  await supervise(python, ['-W', 'ignore', ...args], results ?? '');
  const found = readFound<Converted>(results ?? '');
  const file = openSync(made ?? '', 'r');
  const pairs = cases.flatMap((each) => {
    const from = opsetOf(each.imports) ?? 0;
    return targets
      .filter((to) => to !== from)
      .map(
        (to): Pair => ({
          test: each.name,
          from,
          to,
          ...pairOf(each.name, found.get(`${each.name} ${to}`), file, models),
        }),
      );
  });
  closeSync(file);
  return pairs;
}

function pairOf(test: string, found: Converted | undefined, file: number, models: ModelWriter) {
  if (found?.offset === undefined || found.length === undefined) {
    return { refused: [{ operator: '', code: '', message: found?.error ?? found?.died ?? 'nothing' }] };
  }
  const bytes = new Uint8Array(found.length);
  readSync(file, bytes, 0, found.length, found.offset);
  try {
    const read = () => readOnnx(new MemoryBytes(test, bytes));
    const errors = checkerErrors(read());
    return { key: models.add(test, () => bytes, meaningOf(read())), ...(errors && { errors }) };
  } catch (error) {
    // A file that cannot be read is no model.
    return { key: models.add(test, () => bytes), errors: [error instanceof Error ? error.message : String(error)] };
  }
}
