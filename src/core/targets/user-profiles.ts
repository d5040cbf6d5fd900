/** Profiles of a user's own that can be chosen for a model: files with their usual ending, in its folder and above. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../ir/errors.ts';
import { profileTargetAt } from './profiles.ts';

const ENDING = '.graphwright-target.json';

/** What is shown of a profile before it is chosen. */
export interface OwnProfile {
  readonly path: string;
  readonly title: string;
  readonly description: string;
}

/** Those for a model, the nearest first. What is wrong with one stands in its description: choosing it tells the line. */
export function userProfiles(modelPath: string): readonly OwnProfile[] {
  const found: OwnProfile[] = [];
  for (let folder = dirname(resolve(modelPath)); ; folder = dirname(folder)) {
    found.push(...namesIn(folder).map((name) => headOf(join(folder, name))));
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

function headOf(path: string): OwnProfile {
  const name = basename(path);
  try {
    return { path, title: profileTargetAt(path).title, description: `your profile ${name}` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { path, title: name, description: `cannot be used: ${error.message}` };
  }
}
