/** graphwright check IN: every problem of the model itself, or of one target or all of them. */
import { openModel } from '../../core/open.ts';
import { checkModel } from '../../core/pipeline.ts';
import { silent } from '../../core/progress.ts';
import { ONNX_TARGET, TARGETS } from '../../core/targets/table.ts';
import type { TargetRequest } from '../../core/targets/target.ts';
import { JSON_OPTION, opsetOf, parse, READING_OPTIONS, readingOf, TARGET_OPTIONS } from '../arguments.ts';
import { DONE, printJson, printProblems, REFUSED, say } from '../report.ts';

const OPTIONS = { ...READING_OPTIONS, ...TARGET_OPTIONS, ...JSON_OPTION } as const;

export async function check(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  const opened = await openModel(positionals[0] ?? '', readingOf(values), silent);
  try {
    const results = [];
    for (const target of requests(values.to, values.opset)) {
      const problems = await checkModel(opened, target, silent);
      results.push({ target: target?.target, opset: target?.opset, problems });
    }
    const problems = results.flatMap((result) => result.problems);
    const refused = problems.some((problem) => problem.severity === 'error');
    const seconds = (performance.now() - started) / 1000;
    if (values.json) {
      const targets = results.map(({ target, opset, problems: found }) => ({ target, opset, problems: found.length }));
      printJson({ status: refused ? 'refused' : 'done', targets, problems, seconds });
    } else if (results.length === 1) {
      printProblems(problems);
      if (!refused) say('No problems.');
    } else {
      for (const result of results) say(row(result));
    }
    return refused ? REFUSED : DONE;
  } finally {
    opened.close();
  }
}

/** The targets to check; without `--to`, the model itself (an undefined target). */
function requests(to: string | undefined, opset: string | undefined): (TargetRequest | undefined)[] {
  if (to === undefined) return [undefined];
  const ids = to === 'all' ? TARGETS.map((target) => target.id) : [to];
  return ids.flatMap((target) => {
    if (target !== 'onnx' || opset !== 'all')
      return [{ target, opset: target === 'onnx' ? opsetOf(opset === 'all' ? undefined : opset) : undefined }];
    const { lowest, highest } = ONNX_TARGET.opsets;
    return Array.from({ length: highest - lowest + 1 }, (_, k) => ({ target, opset: lowest + k }));
  });
}

function row({
  target,
  opset,
  problems,
}: {
  target: string | undefined;
  opset?: number | undefined;
  problems: readonly unknown[];
}): string {
  const name = `${target}${opset === undefined ? '' : ` opset ${opset}`}`;
  return `${name.padEnd(24)} ${problems.length === 0 ? 'yes' : `no: ${problems.length} problem${problems.length === 1 ? '' : 's'}`}`;
}
