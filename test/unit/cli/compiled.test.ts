/** Compiled code that is kept for the next process. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCompiled } from '../../../src/cli/compiled.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  file = join(folder, 'code.cjs');
  writeCode('first');
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const said: string[] = [];
Object.assign(globalThis, { graphwrightSaid: said });

function writeCode(word: string): void {
  writeFileSync(
    file,
    `(function (require, module, exports, __filename, __dirname) {
      const { basename } = require('node:path');
      const say = () => globalThis.graphwrightSaid.push('${word} in ' + basename(__filename));
      say();
      exports.further = () => globalThis.graphwrightSaid.push(${JSON.stringify('what else there is to say; '.repeat(20))});
      exports.basename = basename(__filename);
    })`,
  );
}

/** What a run says, and the function that keeps its code. */
function running(version = '1', purpose = 'simplify') {
  said.length = 0;
  const { keep, exports } = runCompiled(file, createRequire(file), version, purpose);
  const { basename, further } = exports as { readonly basename: string; further(): void };
  expect(basename).toBe('code.cjs');
  return { said: said.join(), keep, further };
}

test('what a run has compiled serves the next of its kind', () => {
  const first = running();
  expect(first.said).toBe('first in code.cjs');
  expect(readdirSync(folder)).toEqual(['code.cjs']);
  first.keep?.();
  expect(running().said).toBe('first in code.cjs');
  expect(running('1', 'convert').keep).toBeDefined();
  expect(running('2').keep).toBeDefined();
});

test('runs add what they compile to what is kept, and come to an end', () => {
  const sizes: number[] = [];
  const keep = (run: ReturnType<typeof running>) => {
    run.keep?.();
    const [kept = ''] = readdirSync(join(folder, 'compiled'));
    sizes.push(statSync(join(folder, 'compiled', kept)).size);
  };
  keep(running());
  const second = running();
  second.further();
  keep(second);
  const third = running();
  keep(third);
  const [first = 0, more = 0, same = 0] = sizes;
  expect(more).toBeGreaterThan(first + 100);
  expect(same).toBe(more);
  let runs = 3;
  for (let next = running().keep; next && runs < 100; next = running().keep) {
    next();
    runs++;
  }
  expect(runs).toBe(16);
});

test('code that has changed is compiled again, also where it is as long as before', () => {
  running().keep?.();
  writeCode('other');
  utimesSync(file, 1, 1);
  const second = running();
  expect(second.said).toBe('other in code.cjs');
  expect(second.keep).toBeDefined();
});

test('what is kept and is no compiled code is made anew', () => {
  running().keep?.();
  const [kept = ''] = readdirSync(join(folder, 'compiled'));
  writeFileSync(join(folder, 'compiled', kept), 'no code');
  const second = running();
  expect(second.said).toBe('first in code.cjs');
  second.keep?.();
  expect(readdirSync(join(folder, 'compiled'))).toEqual([kept]);
});

test('nothing is kept where nothing can be written', () => {
  writeFileSync(join(folder, 'compiled'), 'a file in the place of the folder');
  const first = running();
  expect(() => first.keep?.()).not.toThrow();
  expect(running().keep).toBeDefined();
});
