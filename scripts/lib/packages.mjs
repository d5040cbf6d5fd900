/** The project's own npm packages: installed where they are missing or the lock file changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { run, step } from './run.mjs';

const STAMP = inRoot('node_modules/.graphwright-lock');
const NPMS_OWN = inRoot('node_modules/.package-lock.json');
const LOCK = inRoot('package-lock.json');

/** Installs the packages of package-lock.json; does nothing where they are there already. */
export async function installPackages() {
  const lock = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  // Somebody ran npm by hand: npm's own record is then newer than the lock file.
  if (!existsSync(NPMS_OWN) || statSync(NPMS_OWN).mtimeMs < statSync(LOCK).mtimeMs)
    await step('Installing npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund'], { show: true }));
  writeFileSync(STAMP, lock);
}

/** Builds generated code and all bundles. */
export async function build() {
  const { node } = await import('./run.mjs');
  await step('Building', async () => {
    await node(['scripts/generate.mjs'], { show: true });
    await node(['esbuild.mjs'], { show: true });
  });
}
