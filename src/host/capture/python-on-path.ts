/** Looks for interpreters of Python where people have them: in a virtual environment of a folder, and on the path. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The variable PATH. */
  readonly path: string;
}

const ENVIRONMENTS = ['.venv', 'venv', 'env'];

/** The interpreter of a virtual environment that lies in a folder. */
export function pythonOfFolder(folder: string, platform: NodeJS.Platform): string | undefined {
  const within = platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return ENVIRONMENTS.map((name) => path.join(folder, name, ...within)).find(isProgram);
}

/** `python3`, else `python`, as a shell would find them. Windows has a `python3` that only opens its store. */
export function pythonOnPath({ platform, path: folders }: Surroundings): string | undefined {
  const names = platform === 'win32' ? ['python.exe'] : ['python3', 'python'];
  const places = folders.split(path.delimiter).filter((folder) => path.isAbsolute(folder) && !isStoreAlias(folder));
  return names.flatMap((name) => places.map((folder) => path.join(folder, name))).find(isProgram);
}

function isStoreAlias(folder: string): boolean {
  return /[\\/]WindowsApps[\\/]?$/i.test(folder);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
