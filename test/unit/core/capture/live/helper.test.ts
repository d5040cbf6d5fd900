/** The helper as a process: what it says, how it ends, and what is left of it. A script of ours stands for the user's Python. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { helperScript, runHelper } from '../../../../../src/core/capture/live/helper.ts';
import { CancelledError } from '../../../../../src/core/ir/errors.ts';
import { silent, watched } from '../../../../../src/core/progress.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'helper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An interpreter that runs these lines of JavaScript instead of the helper. */
function interpreter(body: string): string {
  const file = join(folder, 'python');
  const say = 'const say = (event) => console.log(JSON.stringify(event).replace(":", ": "));';
  writeFileSync(
    file,
    `#!${process.execPath}\nconst request = require("node:fs").readFileSync(0, "utf8");\n${say}\n${body}`,
  );
  chmodSync(file, 0o755);
  return file;
}

function run(body: string, options: { seconds?: number; log?: (line: string) => void; progress?: typeof silent } = {}) {
  const { seconds = 60, log, progress = silent } = options;
  return runHelper({ do: 'probe' }, { python: interpreter(body), folder, seconds, log }, progress);
}

const HELLO = 'say({ event: "hello", python: "3.11", torch: "2.0", executable: "p" });';

test('the file that is run in Python is found', () => {
  expect(readFileSync(join(helperScript(), 'steps.py'), 'utf8')).toContain('def main():');
});

test('it gets the request, tells its steps and notes, and gives the result', async () => {
  const titles: string[] = [];
  const note = '{ kind: "eval-mode", text: "t", frames: [] }';
  const body = `${HELLO} say({ event: "step", title: "Working" }); say({ event: "note", note: ${note} });
    say({ event: "result", result: JSON.parse(request) });`;
  const ended = await run(body, { progress: watched((title) => titles.push(title)) });
  expect(ended).toMatchObject({ hello: { torch: '2.0' }, notes: [{ text: 't' }], result: { do: 'probe' } });
  expect(titles).toEqual(['Working']);
});

test('what the program prints goes to the log, as far as a reader would read', async () => {
  const lines: string[] = [];
  const flood = 'process.stderr.write("epoch\\n".repeat(1e6), () => say({ event: "result", result: 1 }));';
  expect(await run(`${HELLO} console.error("one"); ${flood}`, { log: (line) => lines.push(line) })).toMatchObject({
    result: 1,
  });
  expect(lines[0]).toBe('one');
  expect(lines.length).toBeLessThan(300_000);
  expect(lines.at(-1)).toContain('prints without end');
});

test('what is no Python is said to be none', async () => {
  const options = { python: join(folder, 'missing'), folder, seconds: 60 };
  const missing = await runHelper({ do: 'probe' }, options, silent);
  expect(missing).toMatchObject({ failure: { kind: 'python-unusable', reason: 'there is no such program' } });
  expect(await run('console.error("bad option: -B"); process.exit(9);')).toMatchObject({
    failure: { kind: 'python-unusable', reason: 'bad option: -B' },
  });
});

test('a crash is told with the line that Python says it stood at', async () => {
  const dump = `Fatal Python error: Segmentation fault\\n\\nCurrent thread 0x1 (most recent call first):
  File \\"/home/me/net.py\\", line 12 in forward\\n  File \\"/x/site-packages/torch/nn/module.py\\", line 1 in call\\n`;
  const crash = `console.error("${dump.replaceAll('\n', '\\n')}"); process.kill(process.pid, "SIGSEGV");`;
  expect(await run(`${HELLO} say({ event: "step", title: "Building Net" }); ${crash}`)).toMatchObject({
    failure: {
      kind: 'died',
      reason: 'signal SIGSEGV',
      details: { doing: 'building Net' },
      frames: [{ file: '/home/me/net.py', line: 12, function: 'forward' }],
    },
  });
});

test('a cancel ends the program and what it started', async () => {
  const stop = new AbortController();
  const alive = join(folder, 'alive');
  const child = `setInterval(() => require("node:fs").writeFileSync(${JSON.stringify(alive)}, ""), 50)`;
  const body = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}]);
    ${HELLO} say({ event: "step", title: "Waiting" }); setInterval(() => {}, 1000);`;
  const titles = (title: string) => title === 'Waiting' && setTimeout(() => stop.abort(), 500);
  await expect(run(body, { progress: watched(titles, stop.signal) })).rejects.toBeInstanceOf(CancelledError);
  rmSync(alive, { force: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(existsSync(alive)).toBe(false);
});
