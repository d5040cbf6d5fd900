/** Loaded by VS Code's extension host: runs the tests with Mocha and writes down what passed and failed. */
import { renameSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { configure } from './tools.ts';

/** Imported after Mocha's globals exist. */
const TESTS = [
  () => import('./manifest.test.ts'),
  () => import('./conversion.test.ts'),
  () => import('./capture.test.ts'),
  () => import('./capture-programs.test.ts'),
  () => import('./python-extension.test.ts'),
  () => import('./documents.test.ts'),
  () => import('./editing.test.ts'),
  () => import('./targets.test.ts'),
  () => import('./prototxt.test.ts'),
  () => import('./saving.test.ts'),
  () => import('./custom-operators.test.ts'),
];

interface Result {
  readonly passes: string[];
  readonly failures: { readonly title: string; readonly message: string }[];
  readonly pending: string[];
}

/** This file reports itself. */
class Silent extends Mocha.reporters.Base {}

/** Marks lines of the tests among all that an extension host prints. */
function say(line: string): void {
  console.log(`[test] ${line}`);
}

export async function run(): Promise<void> {
  const grep = process.env.GRAPHWRIGHT_TEST_GREP;
  const mocha = new Mocha({ ui: 'tdd', timeout: 120_000, reporter: Silent, ...(grep && { grep: new RegExp(grep) }) });
  // In a browser VS Code saves by itself after a second: what a test wrote could not be taken back then.
  await configure('files', 'autoSave', 'off');
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  for (const load of TESTS) await load();
  const result: Result = { passes: [], failures: [], pending: [] };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => {
      result.passes.push(test.fullTitle());
      say(`  ✓ ${test.fullTitle()} (${test.duration} ms)`);
    });
    runner.on('fail', (test, error: Error) => {
      result.failures.push({ title: test.fullTitle(), message: error.message });
      say(`  ✗ ${test.fullTitle()}\n${error.stack ?? error.message}`);
    });
    runner.on('pending', (test) => result.pending.push(test.fullTitle()));
  });
  const file = process.env.GRAPHWRIGHT_TEST_RESULT;
  if (file) {
    writeFileSync(`${file}.tmp`, JSON.stringify(result, null, 1));
    renameSync(`${file}.tmp`, file);
  }
  if (result.failures.length > 0) throw new Error(`${result.failures.length} tests failed`);
}
