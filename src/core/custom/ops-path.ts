/** Where a graphwright.ops.json lies. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const OPS_FILE = 'graphwright.ops.json';

/** The graphwright.ops.json nearest to a model, in its folder or above; undefined where there is none. */
export function findOpsFile(modelPath: string): string | undefined {
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    const path = join(folder, OPS_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}
