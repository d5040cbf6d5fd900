/** The packages of Python that are shipped with Graphwright, for the user's own interpreter: where they lie, and what they run in. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of a package: beside dist/, or in the repository, the nearest folder upward that has it. */
export function shippedPackage(name: string): string {
  // Bundled as CommonJS the place of this module is a path, elsewhere a URL.
  const here = import.meta.url.startsWith('file:') ? fileURLToPath(import.meta.url) : import.meta.url;
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const script = join(folder, 'python', name);
    if (existsSync(join(script, '__main__.py'))) return script;
    if (folder === dirname(folder)) throw new Error(`python/${name} is missing: looked upward from ${here}`);
  }
}

/** Our own environment without what VS Code needs of its own processes. */
export function environment(): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _, ...own } = process.env;
  return own;
}
