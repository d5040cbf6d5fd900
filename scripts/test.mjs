/**
 * `npm test`: installs what the tests need, builds, and runs every suite. The last line is `N passed, N failed`.
 *
 *   npm test                      everything
 *   npm test -- unit host         only these stages: types lint unit package host ui
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, installPackages } from './lib/packages.mjs';
import { inRoot } from './lib/paths.mjs';
import { node } from './lib/run.mjs';
import { counted, Suites, steadily } from './lib/suites.mjs';
import { installBrowser } from './lib/system.mjs';
import { installVSCode } from './lib/vscode.mjs';

const bin = (...parts) => inRoot('node_modules', ...parts);
const show = { show: true };

const vitest = (name, args) => {
  const file = inRoot(`artifacts/${name}.json`);
  return counted(file, vitestCounts, () =>
    node(
      [bin('vitest/vitest.mjs'), 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      show,
    ),
  );
};

/** What vitest's report tells: a file that could not be run at all has a message and no tests. */
function vitestCounts({ numPassedTests, numFailedTests, testResults }) {
  const failed = testResults.filter(({ status }) => status === 'failed');
  const failures = failed.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    const file = path.relative(inRoot('.'), name);
    if (tests.length === 0) return [`${file}: ${message.split('\n')[0]}`];
    return tests.map(({ fullName, failureMessages: [words = ''] }) => `${file}: ${fullName}: ${words.split('\n')[0]}`);
  });
  const files = failed.map(({ name }) => path.relative(inRoot('.'), name));
  const within = failed.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'passed'));
  return { passed: numPassedTests, failed: numFailedTests, failures, files, elsewhere: numPassedTests - within.length };
}

/** Every stage: its title and how it is run. */
const STAGES = {
  types: ['Types', () => node([bin('typescript/bin/tsc'), '-p', '.', '--noEmit'], show).then(() => undefined)],
  lint: ['Lint and format', () => node([bin('@biomejs/biome/bin/biome'), 'check', '.'], show).then(() => undefined)],
  unit: ['Unit tests', () => vitest('unit', [])],
  package: ['Package the extension', () => node(['scripts/package.mjs'], show).then(() => undefined)],
  host: ["Tests inside VS Code's extension host", hostTests],
  ui: ['Tests of the packaged extension in a browser', browserTests],
};

function browserTests() {
  return steadily((files) => vitest('ui', ['--config', 'vitest.ui.config.ts', ...files]));
}

function hostTests() {
  const file = inRoot('artifacts/host.json');
  return steadily(() => counted(file, hostCounts, () => node(['test/host/run.mjs'], show)));
}

/** What the host's report tells. Its tests share one window: they are run again together. */
function hostCounts({ passes, failures }) {
  return {
    passed: passes.length,
    failed: failures.length,
    failures: failures.map(({ title, message }) => `${title}: ${message.split('\n')[0]}`),
    files: ['test/host'],
    elsewhere: 0,
  };
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { desktop: { type: 'boolean' } } });
for (const name of positionals)
  if (!(name in STAGES)) throw new Error(`There is no stage ${name}; the stages are ${Object.keys(STAGES).join(' ')}.`);
if (values.desktop) process.env.GRAPHWRIGHT_TEST_DESKTOP = '1';
const wanted = positionals.length > 0 ? positionals : Object.keys(STAGES);

await mkdir(inRoot('artifacts'), { recursive: true });
for (const name of [...wanted, 'tests']) await rm(inRoot(`artifacts/${name}.json`), { force: true });

if (wanted.includes('ui')) await rm(inRoot('artifacts/screenshots'), { recursive: true, force: true });

const suites = new Suites();
const ready = await suites.stage('Install and build', async () => {
  await installPackages();
  if (wanted.includes('host') || wanted.includes('ui')) {
    await installBrowser();
    await installVSCode();
  }
  await build();
});
if (ready) for (const name of wanted) await suites.stage(...STAGES[name]);
await writeFile(inRoot('artifacts/tests.json'), JSON.stringify(suites.counts));
suites.end();
