/** Counting what passed and failed over stages of different kinds, and the one line at the end. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { CommandError } from './run.mjs';

/** Runs stages one after another, says how each ended, and sums up. */
export class Suites {
  #passed = 0;
  #failed = 0;
  #failures = [];
  #unsteady = [];

  /**
   * Runs one stage. It may give back `{ passed, failed }`, with `failures`, the names of those; otherwise it counts as one
   * test. A stage that throws has at least one failure. Gives whether it passed.
   */
  async stage(title, work) {
    const started = performance.now();
    console.log(`\n── ${title}`);
    const counts = await count(work);
    const { failed, failures = [] } = counts;
    const names = failed > 0 && failures.length === 0 ? [`${failed} failed`] : failures;
    this.add({ ...counts, failures: names.map((name) => `${title}: ${name}`) });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`── ${title}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
    return counts.failed === 0;
  }

  /** Counts what another run found. */
  add({ passed, failed, failures = [], unsteady = [] }) {
    this.#passed += passed;
    this.#failed += failed;
    this.#failures.push(...failures);
    this.#unsteady.push(...unsteady);
  }

  /** The sum so far. */
  get counts() {
    return {
      passed: this.#passed,
      failed: this.#failed,
      failures: this.#failures,
      unsteady: this.#unsteady,
    };
  }

  /** Prints what failed once more, which stands far above by then, and the last line; sets the exit status. */
  end() {
    for (const failure of this.#unsteady) console.log(`  failed at first, passed from a fresh start: ${failure}`);
    for (const failure of this.#failures) console.log(`  failed: ${failure}`);
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 ? 0 : 1;
  }
}

async function count(work) {
  try {
    return (await work()) ?? { passed: 1, failed: 0 };
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : (error.stack ?? error));
    const { passed = 0, failed = 0, failures = [] } = error.counts ?? {};
    // Where every test passed, the suite fell over beside them.
    return {
      passed,
      failed: Math.max(failed, 1),
      failures: failures.length > 0 ? failures : [String(error.message ?? error)],
    };
  }
}

/**
 * Runs tests that wait for a browser, which a busy machine can keep from answering in time: `run(files)` runs the files in
 * which a test failed, all of them where `files` is empty, up to twice more from a fresh start. A test that fails each time
 * has failed; one that passes then is told of as unsteady.
 */
export async function steadily(run, { again = 2 } = {}) {
  let passed = 0;
  let files = [];
  const unsteady = [];
  for (; ; again--) {
    try {
      const counts = await run(files);
      return { passed: passed + counts.passed, failed: 0, unsteady };
    } catch (error) {
      // A suite that fell over beside its tests is run again as a whole.
      const { counts = { passed: 0, failed: 1, failures: [error.message], files, elsewhere: 0 } } = error;
      if (again === 0) throw Object.assign(error, { counts: { ...counts, passed: passed + counts.passed } });
      passed += counts.elsewhere;
      files = counts.files;
      unsteady.push(...counts.failures);
    }
  }
}

/** Runs a suite that writes its counts to a file, read by `read`; a suite that fails keeps its counts. */
export async function counted(file, read, work) {
  rmSync(file, { force: true });
  const counts = () => (existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : undefined);
  try {
    await work();
  } catch (error) {
    throw Object.assign(error, { counts: counts() });
  }
  const found = counts();
  if (!found || found.passed + found.failed === 0) throw new Error(`No tests ran: ${file} says nothing.`);
  return found;
}
