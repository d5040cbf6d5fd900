/** Profiles of a user's own for a model: files with their usual ending, in its folder and above. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../ir/errors.ts';
import { profileTargetAt } from './profiles.ts';
import type { OnnxTarget } from './target.ts';

const ENDING = '.graphwright-target.json';

/** A profile that is broken: choosing it tells the line. */
export interface UnusableTarget {
  readonly kind: 'unusable';
  /** The path of its file. */
  readonly id: string;
  readonly title: string;
  readonly failure: string;
}

/** Those for a model, the nearest first. The id of each is the path of its file. */
export function userProfiles(modelPath: string): readonly (OnnxTarget | UnusableTarget)[] {
  const found: (OnnxTarget | UnusableTarget)[] = [];
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    found.push(...namesIn(folder).map((name) => targetAt(join(folder, name))));
    if (folder === dirname(folder)) return found;
  }
}

/** A folder above may be one that we may not look into. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING))
      .sort();
  } catch {
    return [];
  }
}

function targetAt(path: string): OnnxTarget | UnusableTarget {
  try {
    return profileTargetAt(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'unusable', id: path, title: basename(path), failure: `cannot be used: ${error.message}` };
  }
}
