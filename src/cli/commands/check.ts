/** graphwright check IN: every problem of the model itself, or of one target; of all, a table. */

import { tally } from '../../core/expressible.ts';
import { InputError } from '../../core/ir/errors.ts';
import { openToCheck } from '../../core/open.ts';
import { checkModel } from '../../core/pipeline.ts';
import { ONNX_TARGET } from '../../core/targets/onnx.ts';
import { targetsWithOwn } from '../../core/targets/table.ts';
import type { TargetRequest } from '../../core/targets/target.ts';
import { JSON_OPTION, opsetsOf, parse, READING_OPTIONS, readingOf, TARGET_OPTIONS } from '../arguments.ts';
import { clearStatus, DONE, printJson, printProblems, REFUSED, say, statusProgress } from '../report.ts';
import { checkTable } from './check-table.ts';

const OPTIONS = { ...READING_OPTIONS, ...TARGET_OPTIONS, ...JSON_OPTION } as const;

export async function check(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(args, OPTIONS, ['IN']);
  const { to, opset, json } = values;
  if (to === undefined && opset !== undefined)
    throw new InputError('bad-argument', '--opset says nothing without --to', undefined, 'Add --to onnx.');
  const path = positionals[0] ?? '';
  const opened = await openToCheck(path, readingOf(values), statusProgress(json));
  try {
    if (to === 'all') {
      const only = opset === undefined || opset === 'all' ? undefined : opsetsOf(opset, ONNX_TARGET.id).opset;
      return await checkTable(opened, targetsWithOwn(path), only === undefined ? undefined : [only], json, started);
    }
    if (opset === 'all') {
      if (to !== ONNX_TARGET.id)
        throw new InputError(
          'bad-argument',
          '--opset all goes with --to onnx or --to all',
          undefined,
          'Leave --opset out.',
        );
      return await checkTable(opened, [ONNX_TARGET], undefined, json, started);
    }
    const target: TargetRequest | undefined = to === undefined ? undefined : { target: to, ...opsetsOf(opset, to) };
    const problems = await checkModel(opened, target, statusProgress(json));
    const refused = problems.some((problem) => problem.severity === 'error');
    clearStatus();
    if (json) {
      const { layers, taken } = tally(opened.model.graph, problems);
      const row = { target: to, opset: target?.opset, problems: problems.length, layers, taken };
      const seconds = (performance.now() - started) / 1000;
      printJson({ status: refused ? 'refused' : 'done', targets: [row], problems, seconds });
    } else {
      printProblems(problems);
      if (problems.length === 0) say('No problems.');
    }
    return refused ? REFUSED : DONE;
  } finally {
    opened.close();
  }
}
