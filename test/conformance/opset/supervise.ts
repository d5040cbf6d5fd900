/**
 * Programs that judge one model after another and may die of one: each writes a line before it begins, `{"begin": KEY}`, and
 * a line of what it found. Whoever dies or hangs is started again behind the model that it died of.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Found {
  readonly key: string;
  /** The program died of it. */
  readonly died?: string;
}

/** Without a word for so long a program is taken for lost. */
const PATIENCE_MS = 60_000;

/** What a file of lines says so far, by key; a line that was cut off is left out. */
export function readFound<T extends Found>(file: string): Map<string, T> {
  const found = new Map<string, T>();
  for (const line of linesOf(file)) {
    // The programs write the lines so.
    const row = JSON.parse(line) as T | { begin: string };
    if ('key' in row) found.set(row.key, row);
  }
  return found;
}

/** Runs `command`, which leaves out what `file` has already, until it comes to its end. */
export async function supervise(command: string, args: readonly string[], file: string): Promise<void> {
  for (;;) {
    const before = existsSync(file) ? readFileSync(file).length : 0;
    const ended = await runToEnd(command, args, file);
    if (ended === undefined) return;
    const begun = lastBegun(file, before);
    if (begun === undefined) throw new Error(`${command} ${args.join(' ')}: ${ended}`);
    appendFileSync(file, `\n${JSON.stringify({ key: begun, died: ended })}\n`);
  }
}

/** Why it ended before its time; undefined where it came to its end. */
function runToEnd(command: string, args: readonly string[], file: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    let length = -1;
    let hangs = false;
    const watch = setInterval(() => {
      const now = existsSync(file) ? readFileSync(file).length : 0;
      hangs = now === length;
      length = now;
      if (hangs) child.kill('SIGKILL');
    }, PATIENCE_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve(code === 0 ? undefined : hangs ? 'it hangs' : `ended with ${signal ?? code}`);
    });
  });
}

/** The model that was begun last, and not ended, since `before`. */
function lastBegun(file: string, before: number): string | undefined {
  let begun: string | undefined;
  for (const line of linesOf(file, before)) {
    const row = JSON.parse(line) as { begin?: string };
    begun = row.begin;
  }
  return begun;
}

function linesOf(file: string, from = 0): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file).subarray(from).toString('utf8').split('\n');
  return lines.filter((line) => line.startsWith('{') && line.endsWith('}'));
}
