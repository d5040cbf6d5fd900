/** graphwright check IN: every problem of the model itself, or of one target or all of them. */
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

interface Checked {
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
    for (const target of requests(values.to, values.opset)) {
      const problems = await checkModel(opened, target, statusProgress(values.json));
      results.push({ target: target?.target, opset: target?.opset, problems });
    }
    const problems = results.flatMap((result) => result.problems);
    const refused = problems.some((problem) => problem.severity === 'error');
    const seconds = (performance.now() - started) / 1000;
    clearStatus();
    if (values.json) {
      const targets = results.map(({ target, opset, problems: found }) => ({ target, opset, problems: found.length }));
      printJson({ status: refused ? 'refused' : 'done', targets, problems, seconds });
    } else if (results.length === 1) {
      printProblems(problems);
      if (problems.length === 0) say('No problems.');
    } else {
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

/** `onnx opset 13`, `yes` or `no`, and what kinds of problems there are. */
function row({ target, opset, problems }: Checked): readonly [name: string, answer: string, reasons: string] {
  const name = `${target}${opset === undefined ? '' : ` opset ${opset}`}`;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const counts = new Map<string, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  const reasons = [...counts].map(([code, count]) => `${count} ${code}`).join(', ');
  return [name, errors.length === 0 ? 'yes' : 'no', reasons];
}
