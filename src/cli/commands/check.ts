/** graphwright check IN: every problem of the model itself, or of one target or all of them. */

import { type Tally, tally } from '../../core/expressible.ts';
import { InputError } from '../../core/ir/errors.ts';
import { openToCheck } from '../../core/open.ts';
import { checkModel } from '../../core/pipeline.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { ONNX_TARGET } from '../../core/targets/onnx.ts';
import { TARGETS } from '../../core/targets/table.ts';
import type { TargetRequest } from '../../core/targets/target.ts';
import { JSON_OPTION, opsetOf, parse, READING_OPTIONS, readingOf, TARGET_OPTIONS } from '../arguments.ts';
import { clearStatus, columns, DONE, printJson, printProblems, REFUSED, say, statusProgress } from '../report.ts';

const OPTIONS = { ...READING_OPTIONS, ...TARGET_OPTIONS, ...JSON_OPTION } as const;

interface Checked extends Tally {
  readonly target: string | undefined;
  readonly opset: number | undefined;
  readonly problems: readonly Problem[];
}

export async function check(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  const opened = await openToCheck(positionals[0] ?? '', readingOf(values), statusProgress(values.json));
  try {
    const results: Checked[] = [];
    const targets = requests(values.to, values.opset);
    const own = targets.length > 1 ? await checkModel(opened, undefined, statusProgress(values.json)) : [];
    for (const target of targets) {
      const problems = await checkModel(opened, target, statusProgress(values.json));
      const { target: id, opset } = target ?? {};
      results.push({ target: id, opset, problems, ...tally(opened.model.graph, problems, own) });
    }
    const problems = results.flatMap((result) => result.problems);
    const refused = problems.some((problem) => problem.severity === 'error');
    const seconds = (performance.now() - started) / 1000;
    clearStatus();
    if (values.json) {
      const rows = results.map(({ target, opset, problems: found, layers, taken }) => {
        return { target, opset, problems: found.length, layers, taken };
      });
      printJson({ status: refused ? 'refused' : 'done', targets: rows, problems, seconds });
    } else if (results.length === 1) {
      printProblems(problems);
      if (problems.length === 0) say('No problems.');
    } else {
      printProblems(own.filter(({ severity }) => severity === 'error'));
      process.stdout.write(`${columns(results.map(row)).join('\n')}\n`);
    }
    return refused ? REFUSED : DONE;
  } finally {
    opened.close();
  }
}

/** The targets to check; without `--to`, the model itself (an undefined target). */
function requests(to: string | undefined, opset: string | undefined): (TargetRequest | undefined)[] {
  if (to === undefined && opset !== undefined)
    throw new InputError('bad-argument', '--opset says nothing without --to', undefined, 'Add --to onnx.');
  if (to === undefined) return [undefined];
  const all = to === 'all';
  const ids = all ? TARGETS.map((target) => target.id) : [to];
  return ids.flatMap((target) => {
    if (all && target !== 'onnx') return [{ target }];
    if (opset !== 'all') return [{ target, opset: opsetOf(opset, target) }];
    const { lowest, highest } = ONNX_TARGET.opsets;
    return Array.from({ length: highest - lowest + 1 }, (_, k) => ({
      target,
      opset: opsetOf(`${lowest + k}`, target),
    }));
  });
}

/** So many reasons are told of each target. */
const MOST_REASONS = 3;

/** `onnx opset 13`, `all 24 layers` or `22 of 24`, and the first reasons why not. */
function row({ target, opset, layers, taken, reasons }: Checked): readonly [name: string, answer: string, why: string] {
  const name = `${target}${opset === undefined ? '' : ` opset ${opset}`}`;
  const why = reasons
    .slice(0, MOST_REASONS)
    .map(({ message, count }) => (count > 1 ? `${count} × ${message}` : message));
  const more = reasons.length > MOST_REASONS ? ` … and ${reasons.length - MOST_REASONS} more` : '';
  const answer = taken === layers && reasons.length === 0 ? `all ${layers} layers` : `${taken} of ${layers}`;
  return [name, answer, `${why.join(' ')}${more}`];
}
