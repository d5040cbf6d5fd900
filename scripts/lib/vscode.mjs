/**
 * A VS Code in the browser: the server and workbench inside the code-server package, with the Node that it wants.
 * Everything comes from npm, without install scripts or native builds, into the cache folder outside the clone.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CACHE, inRoot } from './paths.mjs';
import { run, step } from './run.mjs';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';

const FOLDER = path.join(CACHE, `vscode-${CODE_SERVER}`);
const PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const NODE_BINARY = path.join(
  FOLDER,
  'node_modules',
  PACKAGE,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
/** Where VS Code's own files are, once it is installed. */
export const SERVER = path.join(FOLDER, 'node_modules/code-server/lib/vscode');
const STAMP = path.join(FOLDER, `.done-node-${NODE}`);

/** Installs the server (about 800 MB) where it is missing. */
export async function installVSCode() {
  if (existsSync(STAMP)) return;
  await step(`Installing a VS Code for the browser into ${FOLDER}`, async () => {
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    await writeFile(path.join(FOLDER, 'package.json'), '{ "private": true }\n');
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', [...install, `code-server@${CODE_SERVER}`, `${PACKAGE}@${NODE}`], { cwd: FOLDER });
    await run('npm', [...install, '--omit=dev'], { cwd: SERVER });
    for (const file of [NODE_BINARY, path.join(SERVER, 'out/server-main.js')])
      if (!existsSync(file)) throw new Error(`The installation of VS Code is not whole: ${file} is missing.`);
    for (const name of ['spdlog', 'native-watchdog'])
      await copyFile(
        inRoot(`scripts/lib/natives/${name}.cjs`),
        path.join(SERVER, 'node_modules/@vscode', name, 'index.js'),
      );
    await writeFile(STAMP, '');
  });
}

/** Settings that keep the workbench quiet: no welcome pages, no telemetry, no chat, no look-ups. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.experimentalOnboarding': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'typescript.disableAutomaticTypeAcquisition': true,
};

/**
 * Starts the server on this machine only and resolves when it listens.
 * @param {{ data: string, cwd: string, port?: number, token?: string, settings?: object, env?: object,
 *           temporary?: string, verbose?: boolean, vsix?: readonly string[], extension?: string, driver?: boolean, trust?: boolean }} options `data` holds
 *   everything it keeps; its path must be short, for sockets stand in it. Without a token anybody on this machine may
 *   connect. Extensions come as packages (`vsix`), or as they stand in a folder (`extension`). With `driver` the
 *   workbench runs tests of extensions, but shows no notifications. With `trust` folders are not trusted until the user does.
 */
export async function startVSCode(options) {
  const {
    data,
    cwd,
    port = 0,
    token,
    settings = {},
    env: extra = {},
    verbose = false,
    driver = false,
    trust = false,
  } = options;
  for (const folder of ['data/User', 'data/Machine', 'extensions', 't'])
    await mkdir(path.join(data, folder), { recursive: true });
  await writeFile(
    path.join(data, 'data/User/settings.json'),
    JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2),
  );

  if (options.extension) await writeFile(path.join(data, 'extensions/extensions.json'), inPlace(options.extension));

  const env = serverEnvironment(path.join(data, 't'), extra);
  const main = path.join(SERVER, 'out/server-main.js');
  const folders = ['--server-data-dir', data, '--extensions-dir', path.join(data, 'extensions')];
  for (const vsix of options.vsix ?? []) {
    const said = await run(NODE_BINARY, [main, ...folders, '--install-extension', path.resolve(vsix), '--force'], {
      env,
    });
    if (verbose) process.stdout.write(said);
  }
  const child = spawn(
    NODE_BINARY,
    [main, ...folders, '--host', '127.0.0.1', '--port', String(port), '--accept-server-license-terms']
      .concat(token ? ['--connection-token', token] : ['--without-connection-token'])
      .concat(['--disable-telemetry'])
      .concat(trust ? [] : ['--disable-workspace-trust'])
      .concat(driver ? ['--enable-smoke-test-driver'] : []),
    { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  let output = '';
  const listening = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`VS Code did not start within a minute:\n${output}`)), 60_000);
    const read = (bytes) => {
      output = (output + bytes).slice(-100_000);
      if (verbose) process.stdout.write(bytes);
      const found = /Extension host agent listening on (\d+)/.exec(output);
      if (found) {
        clearTimeout(late);
        resolve(Number(found[1]));
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`VS Code ended with ${code}:\n${output}`));
    });
  });

  const end = (signal) => {
    try {
      // The whole process group: extension hosts are children of the server.
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  process.once('exit', () => end('SIGKILL'));
  const authority = `127.0.0.1:${listening}`;
  return {
    process: child,
    authority,
    output: () => output,
    /** The workbench's address for a folder; `payload` are pairs that VS Code itself reads. */
    address(folder, payload = []) {
      const query = new URLSearchParams({ folder, ...(token && { tkn: token }) });
      if (payload.length > 0) query.set('payload', JSON.stringify(payload));
      return `http://${authority}/?${query}`;
    },
    /** How the workbench calls a file of this machine. */
    remote: (file) => `vscode-remote://${authority}${encodeURI(file)}`,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      end('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000))]);
      end('SIGKILL');
    },
  };
}

/** VS Code's list of installed extensions, with one that stands elsewhere. */
function inPlace(folder) {
  const { publisher, name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const location = { $mid: 1, scheme: 'file', path: folder };
  return JSON.stringify([{ identifier: { id: `${publisher}.${name}` }, version, location, metadata: {} }]);
}

/** What the server sees of our environment: nothing of another VS Code, no gallery, its own temporary folder. */
function serverEnvironment(temporary, extra) {
  const foreign = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|PORT$|PASSWORD$|HASHED_PASSWORD$|CODE_SERVER_|GRAPHWRIGHT_CACHE$)/;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  return { ...kept, TMPDIR: temporary, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...extra };
}
