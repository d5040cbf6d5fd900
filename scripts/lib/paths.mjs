/** Where things are: the clone, and the folder outside it that keeps what is slow to fetch. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Outside the clone, so that a fresh clone starts fast: GRAPHWRIGHT_CACHE, else the system's cache folder. */
export const CACHE =
  process.env.GRAPHWRIGHT_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'graphwright');

export const inRoot = (...parts) => path.join(ROOT, ...parts);
