/**
 * Code that V8 has compiled is kept beside the code, as Python does, and the next process begins with it instead of
 * compiling. V8 itself refuses what another version or other flags of it made.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Script } from 'node:vm';

/** The folder beside a file in which its compiled code is kept. */
const FOLDER = 'compiled';

/** What a bundle that ran exports. */
export interface Ran {
  readonly exports: unknown;
  /** Keeps what this run has compiled until it is called; undefined where that was kept before. */
  readonly keep: (() => void) | undefined;
}

/**
 * Runs a bundle that is one function of what CommonJS gives a module, once. `purpose` names the kind of run: each compiles
 * other parts of the code.
 */
export function runCompiled(file: string, require: (id: string) => unknown, version: string, purpose: string): Ran {
  const place = placeOf(file, version, purpose);
  const cachedData = readIfThere(place);
  // Latin-1 is quickly read, and esbuild writes nothing but ASCII.
  const source = readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports, file, dirname(file));
  const isKept = cachedData !== undefined && !script.cachedDataRejected;
  return { exports: module.exports, keep: isKept ? undefined : () => keep(script, place) };
}

/** V8 does not look whether compiled code belongs to a source of the same length: the name says it. */
function placeOf(file: string, version: string, purpose: string): string {
  const { size, mtimeMs } = statSync(file);
  const name = [basename(file, extname(file)), purpose, version, size, Math.floor(mtimeMs), process.version].join('-');
  return join(dirname(file), FOLDER, name);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, since others may read it at the same time; where nothing can be written nothing is kept. */
function keep(script: Script, path: string): void {
  const making = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(making, '');
    writeFileSync(making, script.createCachedData());
    renameSync(making, path);
  } catch {
    // The next run compiles again.
  }
}
