/**
 * Code that V8 has compiled is kept beside the code, as Python does, and the next process begins with it instead of
 * compiling. V8 itself refuses what another version or other flags of it made.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Script } from 'node:vm';

/** The folder beside a file in which its compiled code is kept. */
const FOLDER = 'compiled';

/**
 * Runs a bundle that is one function of what CommonJS gives a module, once. `purpose` names the kind of run: each compiles
 * other parts of the code. Where nothing was kept of such a run before, the function that is returned keeps what this one has
 * compiled until it is called.
 */
export function runCompiled(
  file: string,
  require: NodeJS.Require,
  version: string,
  purpose: string,
): (() => void) | undefined {
  const place = placeOf(file, version, purpose);
  const cachedData = readIfThere(place);
  // Latin-1 is quickly read, and esbuild writes nothing but ASCII.
  const source = readFileSync(file, 'latin1');
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(require, module, module.exports, file, dirname(file));
  return cachedData && !script.cachedDataRejected ? undefined : () => keep(script, place);
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
