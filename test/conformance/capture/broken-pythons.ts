/** Makes interpreters of which something is wrong. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadPython } from './bad.ts';

/** What the package torch of an interpreter holds. */
const TORCHES: Partial<Record<BadPython, string | undefined>> = {
  'without torch': undefined,
  'torch that raises':
    'raise ImportError("libcudart.so.11.0: cannot open shared object file: No such file or directory")\n',
  'torch of old': '__version__ = "1.7.1"\n',
};

/** The path of such an interpreter, made in a folder from a Python that works. */
export function brokenPython(kind: BadPython, working: string, folder: string): string {
  const place = join(folder, kind.replaceAll(' ', '-'));
  mkdirSync(place, { recursive: true });
  if (kind === 'a folder') return place;
  if (kind === 'no such file') return join(place, 'python3');
  if (kind === 'another program') return process.execPath;
  if (kind === 'a program that says nothing') return '/bin/true';
  if (kind === 'a text') return text(join(place, 'python3'));
  execFileSync(working, ['-m', 'venv', '--without-pip', place]);
  const packages = sitePackages(place);
  if (kind === 'an empty torch') mkdirSync(join(packages, 'torch'));
  const torch = TORCHES[kind];
  if (torch !== undefined) {
    mkdirSync(join(packages, 'torch'));
    writeFileSync(join(packages, 'torch', '__init__.py'), torch);
  }
  return join(place, 'bin', 'python');
}

function text(file: string): string {
  writeFileSync(file, 'This is not a program.\n');
  chmodSync(file, 0o755);
  return file;
}

function sitePackages(venv: string): string {
  const [version = ''] = readdirSync(join(venv, 'lib'));
  return join(venv, 'lib', version, 'site-packages');
}
