/**
 * `npm start`: installs what is needed, builds, and opens VS Code on samples/ with the extension loaded.
 *
 *   npm start                  the desktop VS Code where `code` is on the path, otherwise one in the browser
 *   npm start -- --browser     the one in the browser, also where there is a desktop one
 *   npm start -- --headless    converts a sample from the command line and says where the result is
 *
 * Uses Node's own modules only, so that it runs on a clone in which nothing has been installed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, installPackages } from './lib/packages.mjs';
import { CACHE, inRoot, ROOT } from './lib/paths.mjs';
import { CommandError, node, run, step } from './lib/run.mjs';
import { installVSCode, startVSCode } from './lib/vscode.mjs';

const SAMPLE = inRoot('samples/digits.traced.pt');

async function main() {
  const { values } = parseArgs({ options: { headless: { type: 'boolean' }, browser: { type: 'boolean' } } });
  await installPackages();
  await build();
  if (values.headless) return convertSample();
  const desktop = values.browser ? undefined : await desktopCode();
  return desktop ? openDesktop(desktop) : openInBrowser();
}

/** Converts a sample with the command line. */
async function convertSample() {
  const result = inRoot('artifacts/digits.onnx');
  await mkdir(path.dirname(result), { recursive: true });
  const shape = '0:float32[1,1,28,28]';
  await step(`Converting ${path.relative(ROOT, SAMPLE)} to ONNX`, () =>
    node(['dist/cli.js', 'convert', SAMPLE, '--to', 'onnx', '--input', shape, '-o', result, '--force'], { show: true }),
  );
  console.log(`The converted model: ${result}`);
}

/** The `code` on the path, where it answers. */
async function desktopCode() {
  const works = await run('code', ['--version']).then(
    (said) => /^\d+\.\d+/.test(said),
    () => false,
  );
  return works ? 'code' : undefined;
}

async function openDesktop(code) {
  await run(code, [`--extensionDevelopmentPath=${ROOT}`, '--new-window', inRoot('samples')]);
  console.log('VS Code opens on samples/ with Graphwright loaded.');
}

/** Serves VS Code to the browser until it is stopped. */
async function openInBrowser() {
  await installVSCode();
  // Other users of this machine may reach the port, so an address without the token is refused.
  const token = randomBytes(12).toString('hex');
  const data = path.join(CACHE, 'start');
  await rm(path.join(data, 't'), { recursive: true, force: true });
  const server = await step('Starting VS Code', () =>
    startVSCode({ data, cwd: ROOT, token, port: Number(process.env.PORT ?? 0), extension: ROOT }),
  );
  console.log('\nVS Code with Graphwright, on samples/, stands at\n');
  console.log(`  ${server.address(inRoot('samples'))}\n`);
  console.log('Stop it with Ctrl+C.');
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  await server.stop();
}

main().catch((error) => {
  console.error(error instanceof CommandError ? `${error.message}\n${error.output.slice(-4000)}` : error.message);
  process.exitCode = 1;
});
