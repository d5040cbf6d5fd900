/** An interpreter whose PyTorch is loaded once for many programs (forks.py). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LoadedPython {
  /** What stands for `python`: each start of it is a copy of a process that has loaded PyTorch. */
  readonly python: string;
  /** The version of PyTorch. */
  readonly torch: string;
  close(): void;
}

/** Loads PyTorch, and modules where they are there, in a Python. Throws where that fails. */
export async function loadedPython(python: string, root: string, modules: readonly string[]): Promise<LoadedPython> {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-forks-'));
  const [socket, script] = [join(folder, 'socket'), join(root, 'forks.py')];
  // As the helper starts its own.
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8', MPLBACKEND: 'Agg' };
  const options = ['-B', '-u', '-X', 'utf8', '-W', 'ignore'];
  const server = spawn(python, [...options, script, 'serve', socket, ...modules], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const close = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const torch = await firstWords(server);
  if (torch === '') {
    close();
    throw new Error(`${python} did not load PyTorch`);
  }
  const standIn = join(folder, 'python');
  writeFileSync(standIn, `#!/bin/sh\nexec '${python}' -I -S '${script}' ask '${socket}' "$@"\n`);
  chmodSync(standIn, 0o755);
  return { python: standIn, torch, close };
}

/** What it says once it has loaded; nothing where it ends before. */
async function firstWords(server: ChildProcess): Promise<string> {
  const ended = once(server, 'close').then(() => '');
  const said = server.stdout ? once(server.stdout, 'data').then(([words]) => String(words).trim()) : ended;
  return Promise.race([ended, said]);
}
