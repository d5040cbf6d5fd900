/** How the command line says things: words to standard error, one JSON object to standard output. */
import { frameText } from '../core/ir/origin.ts';
import { fixText } from '../core/problems/fixes.ts';
import type { Problem } from '../core/problems/problem.ts';

/** Exit statuses. */
export const DONE = 0;
export const REFUSED = 1;
export const BAD_INPUT = 2;
export const OUR_FAULT = 3;

/** The object that `--json` prints; docs/cli-output.schema.json describes it. */
export interface Report {
  readonly status: 'done' | 'refused' | 'bad-input' | 'our-fault';
  readonly problems: readonly Problem[];
  readonly seconds: number;
  readonly [field: string]: unknown;
}

export function printJson(report: Report): void {
  process.stdout.write(`${JSON.stringify(report, replacer, 2)}\n`);
}

/** JSON has no 64-bit integers: those beyond 2^53 become text. */
function replacer(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Every problem in a few lines: what, which node in which module, the user's own line, what to do. */
export function printProblems(problems: readonly Problem[]): void {
  for (const problem of problems) {
    say(`${problem.severity}: ${problem.message} [${problem.code}]`);
    const module = problem.node?.scope.at(-1)?.path;
    if (problem.node) say(`    node ${problem.node.name}${module ? ` in module ${module}` : ''}`);
    for (const frame of problem.origin.slice(0, 3))
      say(`    at ${frameText(frame)}${frame.text ? `: ${frame.text.trim()}` : ''}`);
  }
  const fixes = new Set(problems.flatMap((problem) => problem.fixes));
  for (const fix of fixes) say(`  - ${fixText(fix)}`);
}
