/**
 * Runs the Mocha tests of this folder inside a real extension host: that of the VS Code for the browser, or with
 * GRAPHWRIGHT_TEST_DESKTOP=1 that of a desktop VS Code, which @vscode/test-electron downloads.
 * Writes artifacts/host.json. GRAPHWRIGHT_TEST_GREP runs only the tests that it matches.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { startBrowser } from '../../scripts/lib/browser.mjs';
import { inRoot, ROOT } from '../../scripts/lib/paths.mjs';
import { startVSCode } from '../../scripts/lib/vscode.mjs';

const SECONDS = 900;
const TESTS = inRoot('dist/test/host.cjs');
const RESULT = inRoot('artifacts/host.json');
/** Stands for the Python extension. */
const PYTHON_EXTENSION = inRoot('test/host/python-extension');

const folder = mkdtempSync(path.join(tmpdir(), 'gwh-'));
const workspace = path.join(folder, 'samples');
cpSync(inRoot('samples'), workspace, { recursive: true });
mkdirSync(inRoot('artifacts'), { recursive: true });
rmSync(RESULT, { force: true });
// The extension host inherits our environment: that is how it learns where to write.
process.env.GRAPHWRIGHT_TEST_RESULT = RESULT;

await build({
  entryPoints: [inRoot('test/host/suite.ts')],
  outfile: TESTS,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

try {
  const status = process.env.GRAPHWRIGHT_TEST_DESKTOP ? await onDesktop() : await inBrowser();
  // VS Code may end well without having run a test: what the tests wrote down counts.
  if (!existsSync(RESULT)) throw new Error(`The tests did not report; VS Code ended with ${status}.`);
  const { failures, passes } = JSON.parse(readFileSync(RESULT, 'utf8'));
  process.exitCode = status === 0 && failures.length === 0 && passes.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit();

async function onDesktop() {
  const { runTests } = await import('@vscode/test-electron');
  const launchArgs = [workspace, '--disable-workspace-trust', '--user-data-dir', path.join(folder, 'user')];
  return runTests({ extensionDevelopmentPath: [ROOT, PYTHON_EXTENSION], extensionTestsPath: TESTS, launchArgs });
}

async function inBrowser() {
  const verbose = process.env.VERBOSE !== undefined;
  const server = await startVSCode({
    ...{ data: path.join(folder, 's'), cwd: workspace, driver: true, verbose },
    extension: PYTHON_EXTENSION,
  });
  const { browser, page } = await startBrowser();
  try {
    const ended = new Promise((resolve) => {
      const late = setTimeout(() => resolve(`no end within ${SECONDS} s`), SECONDS * 1000);
      late.unref();
      server.process.on('exit', (code) => resolve(`the server's exit ${code}`));
      page.on('crash', () => resolve('a crash of the page'));
      // Named by VS Code; must exist before the page asks for them.
      page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', (type, args) => {
      const text = args.join(' ');
      // The tests' own lines, and what went wrong in our code; a server without its native parts complains of much else.
      if (text.startsWith('[test] ')) console.log(text.slice('[test] '.length));
      else if (verbose || (type === 'error' && text.includes(ROOT))) console.log(text);
    });
    await page.goto(
      server.address(workspace, [
        ['extensionDevelopmentPath', server.remote(ROOT)],
        ['extensionTestsPath', server.remote(TESTS)],
        ['skipWelcome', 'true'],
      ]),
      // A machine that is busy with other tests takes its time.
      { timeout: 120_000 },
    );
    const status = await ended;
    if (status !== 0) {
      await page.screenshot({ path: inRoot('artifacts/host-failed.png') }).catch(() => undefined);
      writeFileSync(inRoot('artifacts/host-server.log'), server.output());
    }
    return status;
  } finally {
    await browser.close();
    await server.stop();
  }
}
