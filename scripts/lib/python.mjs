/** The Python environment of the conformance suites and benchmarks. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';
import { installSystemPackages } from './system.mjs';

/** The interpreter of the environment, which is made where it is missing. */
export async function pythonEnvironment() {
  const folder = process.env.ZOO_VENV ?? path.join(CACHE, 'python');
  if (!existsSync(path.join(folder, '.done'))) {
    const able = await run('python3', ['-c', 'import venv, ensurepip']).then(
      () => true,
      () => false,
    );
    if (!able) await installSystemPackages(['python3', 'python3-venv'], 'The conformance suites need Python 3');
  }
  const setup = inRoot('test/conformance/zoo/setup.sh');
  const said = await step('Making the Python environment', () => run(setup, [folder]));
  return said.trim().split('\n').at(-1);
}
