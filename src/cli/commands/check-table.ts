/** graphwright check --to all, or --opset all: a table of what can take the model. */

import type { OpenedModel } from '../../core/open.ts';
import { answerText, groupOpsets, rangesText } from '../../core/opset-groups.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { isWhole, type OpsetRow, type TargetRow, type TargetTable, targetTable } from '../../core/target-table.ts';
import { ONNX_TARGET } from '../../core/targets/onnx.ts';
import type { Target } from '../../core/targets/target.ts';
import type { UnusableTarget } from '../../core/targets/user-profiles.ts';
import { asWritten, clearStatus, columns, DONE, printJson, printProblems, REFUSED, statusProgress } from '../report.ts';

/**
 * Prints the table, or with `json` one object. The exit status is 1 where the model itself is wrong, or nothing takes all of it.
 */
export async function checkTable(
  opened: OpenedModel,
  targets: readonly (Target | UnusableTarget)[],
  opsets: readonly number[] | undefined,
  json: boolean | undefined,
  started: number,
): Promise<number> {
  const table = await targetTable(opened, targets, statusProgress(json), opsets);
  const own = table.own.filter(({ severity }) => severity === 'error');
  const refused = own.length > 0 || ![...table.opsets, ...table.targets].some(isWhole);
  clearStatus();
  if (json) {
    const { lowest, best } = table;
    const rows = [...table.opsets.map(ofOpset), ...table.targets.map(ofTarget)];
    const problems = refused
      ? [...own, ...table.opsets.flatMap((row) => row.problems), ...ofTargets(table)]
      : table.own;
    const seconds = (performance.now() - started) / 1000;
    printJson({ status: refused ? 'refused' : 'done', targets: rows, lowest, best, problems, seconds });
  } else {
    printProblems(own);
    const lines = [...groupOpsets(table.opsets).map(opsetLine), ...table.targets.map(targetLine)];
    process.stdout.write(`${columns(lines).join('\n')}\n${picksText(table)}`);
  }
  return refused ? REFUSED : DONE;
}

function ofTargets({ targets }: TargetTable): readonly Problem[] {
  return targets.flatMap(({ problems }) => problems);
}

function ofOpset({ opset, ...row }: OpsetRow) {
  return { target: ONNX_TARGET.id, opset, ...plain(row) };
}

function ofTarget({ target, opset, opsets, ...row }: TargetRow) {
  return { target: target.id, opset, opsets, ...plain(row) };
}

function plain({ problems, layers, taken, reasons, failure }: Omit<TargetRow, 'target'>) {
  const told = reasons.map(({ message, count, first }) => ({ message, count, first }));
  return { problems: problems.length, layers, taken, blocking: layers - taken, reasons: told, failure };
}

type Line = readonly [name: string, answer: string, why: string];

function opsetLine({ from, to, row }: ReturnType<typeof groupOpsets<OpsetRow>>[number]): Line {
  return [`onnx opset ${from === to ? from : `${from} to ${to}`}`, answerText(row), whyText(row)];
}

function targetLine(row: TargetRow): Line {
  const { target, opset, opsets = [] } = row;
  if (opset === undefined) return [asWritten(target.id), answerText(row), whyText(row)];
  const at = opsets.length > 0 ? `at opset ${rangesText(opsets)}` : `at opset ${opset}: `;
  return [asWritten(target.id), answerText(row), `${at}${whyText(row)}`];
}

/** So many reasons are told of each target. */
const MOST_REASONS = 3;

function whyText({ reasons, failure }: Pick<TargetRow, 'reasons' | 'failure'>): string {
  if (failure !== undefined) return failure;
  const why = reasons
    .slice(0, MOST_REASONS)
    .map(({ message, count }) => (count > 1 ? `${count} × ${message}` : message));
  const more = reasons.length > MOST_REASONS ? ` … and ${reasons.length - MOST_REASONS} more` : '';
  return `${why.join(' ')}${more}`;
}

/** `lowest opset: 13, best: 17`. */
function picksText({ lowest, best, targets }: TargetTable): string {
  if (lowest === undefined || best === undefined) return '';
  const profiles = targets.filter(({ opsets }) => opsets !== undefined);
  const takers = profiles.filter(({ opsets }) => opsets?.includes(best)).length;
  const by = profiles.length > 0 ? `, which ${takers} of ${profiles.length} profiles take` : '';
  return `lowest opset ${lowest}; best ${best}${by}\n`;
}
