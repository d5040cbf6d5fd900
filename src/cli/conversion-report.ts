/** What is said of a conversion when it is over, and the exit status that says the same. */
import { agrees, differenceText } from '../core/agreement.ts';
import { InputError } from '../core/ir/errors.ts';
import type { PassSummary } from '../core/passes/records.ts';
import { type Problem, problem } from '../core/problems/problem.ts';
import type { ConvertResult, Verification } from '../core/request.ts';
import {
  clearStatus,
  columns,
  counted,
  DONE,
  printJson,
  printProblems,
  printVerification,
  REFUSED,
  say,
} from './report.ts';

/** Prints a result; `whatWasDone` stands between its problems and its files. */
export function tell(result: ConvertResult, json: boolean | undefined, whatWasDone: () => void): number {
  const { output, verification, unverified } = result;
  // It was asked for, and it did not happen.
  if (unverified) throw new InputError(unverified.code, unverified.reason, undefined, unverified.next);
  const differs = verification ? differencesOf(verification) : [];
  const problems = [...result.problems, ...differs];
  // What was asked to agree and does not is no result to go on with, though it is written.
  const status = differs.length > 0 ? 'refused' : result.status;
  if (json) printJson({ ...result, status, problems });
  else {
    clearStatus();
    printProblems(problems);
    whatWasDone();
    for (const file of output) say(`Wrote ${file}`);
    if (verification) printVerification(verification);
    if (result.status === 'refused') {
      const errors = problems.filter(({ severity }) => severity === 'error');
      say(`Nothing was written: ${counted(errors.length, 'problem')}.`);
    }
  }
  return status === 'done' ? DONE : REFUSED;
}

function differencesOf(verification: Verification): readonly Problem[] {
  if (agrees(verification)) return [];
  const { reference } = verification;
  return [problem('outputs-differ', undefined, { reference, difference: differenceText(verification) })];
}

/** Each pass that did something; with the records of each application where they were kept. */
export function printPasses(passes: readonly PassSummary[]): void {
  const rows = passes.map(({ pass, title, applications, removed, added }) => [
    pass,
    counted(applications, 'time'),
    `-${removed} +${added}`,
    title,
  ]);
  for (const line of columns(rows)) say(line);
  for (const record of passes.flatMap(({ records = [] }) => records)) {
    say('');
    say(`${record.pass} in ${record.graph}: ${record.reason}`);
    for (const line of record.text?.before ?? record.before) say(`  - ${line}`);
    for (const line of record.text?.after ?? record.after) say(`  + ${line}`);
  }
}
