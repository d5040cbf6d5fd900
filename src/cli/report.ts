/** How the command line says things: words to standard error, one JSON object to standard output. */
import { isAbsolute, relative } from 'node:path';
import { agrees, differenceText } from '../core/agreement.ts';
import { placeText } from '../core/ir/errors.ts';
import { frameText } from '../core/ir/origin.ts';
import { fixText } from '../core/problems/fixes.ts';
import type { Problem } from '../core/problems/problem.ts';
import { type Progress, watched } from '../core/progress.ts';
import type { Verification } from '../core/request.ts';

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

/** The id of a target as one writes it behind `--to` in this folder: a profile of the user's own is known by its path. */
export function asWritten(target: string): string {
  return isAbsolute(target) ? relative(process.cwd(), target) : target;
}

export function say(line: string): void {
  clearStatus();
  process.stderr.write(`${line}\n`);
}

/** Progress that is told on a terminal. */
export function statusProgress(json: boolean | undefined, signal?: AbortSignal): Progress {
  return watched((title) => (json ? undefined : showStatus(title)), signal);
}

let showing = false;

/** Says on a terminal what is being done, in a line that makes room for the next; elsewhere nothing. */
function showStatus(title: string): void {
  if (!process.stderr.isTTY) return;
  const room = Math.max((process.stderr.columns || 80) - 2, 1);
  process.stderr.write(`\r\x1b[K${title.slice(0, room)}…`);
  showing = true;
}

export function clearStatus(): void {
  if (showing) process.stderr.write('\r\x1b[K');
  showing = false;
}

export function printVerification(verification: Verification): void {
  const verdict = agrees(verification) ? 'Agrees with' : 'DIFFERS from';
  say(`${verdict} ${verification.reference}: ${differenceText(verification)}`);
}

/** How many places are shown of a problem; the first node's show the way to it. */
const FRAMES = { first: 3, further: 1 };
/** Of how many nodes with the same problem the names are shown: more push the other problems off the screen. */
const MOST_NAMED = 12;

/**
 * Every problem: what, which nodes, the lines of the user's program that they come from; then what can be done. Nodes with
 * the same problem stand together, the first of them by name.
 */
export function printProblems(problems: readonly Problem[]): void {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const title = `${problem.severity}: ${problem.message} [${problem.code}]`;
    groups.set(title, [...(groups.get(title) ?? []), problem]);
  }
  for (const [title, group] of groups) {
    say(group.length === 1 ? title : `${title} ${group.length} times:`);
    group.slice(0, MOST_NAMED).forEach((problem, k) => {
      printPlace(problem, k === 0 ? FRAMES.first : FRAMES.further);
    });
    if (group.length > MOST_NAMED) say(`    and ${group.length - MOST_NAMED} more, which --json names`);
  }
  const fixes = new Set(problems.flatMap((problem) => problem.fixes));
  if (fixes.size > 0) say('What can be done:');
  for (const fix of fixes) say(`  - ${fixText(fix)}`);
}

function printPlace({ node, origin, filePlace }: Problem, frames: number): void {
  // What leaves no node (an input, a condition) is named by the message.
  if (node && (node.outputs.length > 0 || origin.length > 0)) {
    const module = node.scope.at(-1)?.path ?? '';
    say(`    node ${node.name}${module === '' || node.name.startsWith(module) ? '' : ` in module ${module}`}`);
  }
  if (filePlace) say(`      in ${placeText(filePlace)}`);
  for (const frame of origin.slice(0, frames))
    say(
      `      at ${frameText({ ...frame, file: shortPath(frame.file) })}${frame.text ? `: ${frame.text.trim()}` : ''}`,
    );
}

/** Files of installed packages from the package on. */
function shortPath(file: string): string {
  return file.replace(/^.*[/\\](?:site|dist)-packages[/\\]/, '');
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1,234`; `11.7 M` from a million on. */
export function shortNumber(value: number): string {
  return value < 1e6 ? value.toLocaleString('en-US') : `${(value / 1e6).toFixed(1)} M`;
}

/** `512 bytes`, `44.6 MB`. */
export function shortBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** Rows with their columns under each other; the last column is left as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => row[k]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, k) => (k === row.length - 1 ? cell : cell.padEnd(widths[k] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
