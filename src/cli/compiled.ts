/**
 * Code that V8 has compiled is kept beside the code, as Python does, and the next process begins with it instead of
 * compiling. A run compiles what its model asks for, so the first runs add to what those before have kept. V8 itself refuses
 * what another version or other flags of it made.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Script } from 'node:vm';

/** The folder beside a file in which its compiled code is kept. */
const FOLDER = 'compiled';

/** So many runs add to what is kept, by when little is missing; each takes as long for it as a later one saves. */
const ADDING_RUNS = 16;

/** What a bundle that ran exports. */
export interface Ran {
  readonly exports: unknown;
  /** Keeps what this run and those before have compiled; undefined where enough is kept. */
  readonly keep: (() => void) | undefined;
}

/**
 * Runs a bundle that is one function of what CommonJS gives a module, once. `purpose` names the kind of run: each compiles
 * other parts of the code.
 */
export function runCompiled(file: string, require: (id: string) => unknown, version: string, purpose: string): Ran {
  const place = placeOf(file, version, purpose);
  const { code: cachedData, runs } = readKept(place);
  // Latin-1 is quickly read, and esbuild writes nothing but ASCII.
  const source = readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports, file, dirname(file));
  const added = cachedData === undefined || script.cachedDataRejected ? 0 : runs;
  return { exports: module.exports, keep: added < ADDING_RUNS ? () => keep(script, place, added + 1) : undefined };
}

/** V8 does not look whether compiled code belongs to a source of the same length: the name says it. */
function placeOf(file: string, version: string, purpose: string): string {
  const { size, mtimeMs } = statSync(file);
  const name = [basename(file, extname(file)), purpose, version, size, Math.floor(mtimeMs), process.version].join('-');
  return join(dirname(file), FOLDER, name);
}

/** The code that is kept, and how many runs have added to it: that is the last byte of the file. */
function readKept(path: string): { readonly code?: Buffer; readonly runs: number } {
  try {
    const bytes = readFileSync(path);
    return { code: bytes.subarray(0, -1), runs: bytes.at(-1) ?? 0 };
  } catch {
    return { runs: 0 };
  }
}

/** Whole or not at all, since others may read it at the same time; where nothing can be written nothing is kept. */
function keep(script: Script, path: string, runs: number): void {
  const making = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(making, '');
    writeFileSync(making, Buffer.concat([script.createCachedData(), Buffer.of(runs)]));
    renameSync(making, path);
  } catch {
    // The next run compiles again.
  }
}
