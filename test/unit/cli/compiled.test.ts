/** Compiled code that is kept for the next process. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
      exports.basename = basename(__filename);
    })`,
  );
}

/** What a run says, and the function that keeps its code. */
function running(version = '1', purpose = 'simplify') {
  said.length = 0;
  const { keep, exports } = runCompiled(file, createRequire(file), version, purpose);
  expect(exports).toEqual({ basename: 'code.cjs' });
  return { said: said.join(), keep };
}

test('what a run has compiled serves the next of its kind', () => {
  const first = running();
  expect(first.said).toBe('first in code.cjs');
  expect(readdirSync(folder)).toEqual(['code.cjs']);
  first.keep?.();
  expect(running()).toEqual({ said: 'first in code.cjs', keep: undefined });
  expect(running('1', 'convert').keep).toBeDefined();
  expect(running('2').keep).toBeDefined();
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
  expect(running().keep).toBeUndefined();
  expect(readdirSync(join(folder, 'compiled'))).toEqual([kept]);
});

test('nothing is kept where nothing can be written', () => {
  writeFileSync(join(folder, 'compiled'), 'a file in the place of the folder');
  const first = running();
  expect(() => first.keep?.()).not.toThrow();
  expect(running().keep).toBeDefined();
});
