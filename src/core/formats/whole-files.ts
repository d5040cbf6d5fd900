/**
 * Writes files whole or not at all: beside their place under another name, then moved into place one after the other.
 * After an error or a cancel nothing new is left, and what was there before is there again.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { ChunkMemory } from '../ir/chunk-memory.ts';
import { InputError } from '../ir/errors.ts';
import type { Progress } from '../progress.ts';
import { WriteBehind } from './write-behind.ts';

export interface WriteOptions {
  /** Whether files that exist may be replaced. */
  readonly force: boolean;
  readonly progress?: Progress;
}

export interface OutputFile {
  readonly path: string;
  /** The content, a piece at a time, as those of a TensorSource. */
  chunks(memory: ChunkMemory): Iterable<Uint8Array>;
}

/**
 * Writes all files; the last one that is moved into place is the last of the list. Gives their paths. Other work of the
 * process gets its turn on the way, so that a cancel is heard. Throws InputError `file-exists`, or `file-unwritable`
 * where the system refuses; CancelledError where the progress says so.
 */
export async function writeWhole(files: readonly OutputFile[], { force, progress }: WriteOptions): Promise<string[]> {
  const paths = files.map((file) => file.path);
  checkPlaces(paths, force);
  const ending = `.${Math.random().toString(36).slice(2)}.tmp`;
  const temporary = (file: string) => path.join(path.dirname(file), `.${path.basename(file)}${ending}`);
  // What a link leads to is replaced, not the link.
  const places = paths.map(realOrSame);
  try {
    for (const [k, file] of files.entries()) await writeChunks(temporary(places[k] ?? file.path), file, progress);
    progress?.check();
    checkPlaces(paths, force);
    moveIntoPlace(places, temporary);
  } finally {
    for (const file of places) rmSync(temporary(file), { force: true });
  }
  return paths;
}

/** Throws InputError `file-exists` or `file-unwritable` where files cannot be written to these places. */
export function checkPlaces(paths: readonly string[], force: boolean): void {
  for (const file of paths) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found && !force) {
      const next = 'Give another name with -o, or --force to replace it.';
      throw new InputError('file-exists', 'this file exists already', { file }, next);
    }
    if (found?.isDirectory()) throw unwritable(file, 'EISDIR');
    if (found && !found.isFile()) throw unwritable(file, 'EINVAL');
    attempt(file, () => accessSync(path.dirname(file), constants.W_OK));
  }
}

function realOrSame(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

async function writeChunks(to: string, file: OutputFile, progress: Progress | undefined): Promise<void> {
  const descriptor = attempt(file.path, () => openSync(to, 'wx'));
  const writer = new WriteBehind(descriptor, (error) => refused(file.path, error));
  try {
    for (const chunk of file.chunks(writer)) {
      progress?.check();
      const room = writer.put(chunk);
      if (room) await room;
    }
    await writer.end();
  } finally {
    await writer.settled();
    closeSync(descriptor);
  }
}

/** Moves every file; where one cannot be moved, those before it go and what they replaced comes back. */
function moveIntoPlace(paths: readonly string[], temporary: (file: string) => string): void {
  const undo: (() => void)[] = [];
  const replaced: string[] = [];
  try {
    paths.forEach((file, k) => {
      attempt(file, () => {
        const isLast = k === paths.length - 1;
        if (!isLast && existsSync(file)) {
          const aside = `${temporary(file)}.before`;
          renameSync(file, aside);
          replaced.push(aside);
          undo.push(() => renameSync(aside, file));
        }
        renameSync(temporary(file), file);
        if (!isLast) undo.push(() => rmSync(file, { force: true }));
      });
    });
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
  for (const aside of replaced) rmSync(aside, { force: true });
}

/** What the system refuses is no fault of ours: the user can do something about it. */
function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw refused(file, error);
  }
}

function refused(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error : unwritable(file, code);
}

function unwritable(file: string, code: string): InputError {
  const [reason, next] = REASONS[code] ?? [code, 'Choose another place.'];
  return new InputError('file-unwritable', `the file cannot be written (${reason})`, { file }, next);
}

/** What a refusal of the system means, and what to do. */
const REASONS: Readonly<Record<string, readonly [reason: string, next: string]>> = {
  EACCES: ['no permission', 'Choose another folder, or change its permissions.'],
  EPERM: ['no permission', 'Choose another folder, or change its permissions.'],
  EROFS: ['the disk is read-only', 'Choose another place.'],
  ENOSPC: ['the disk is full', 'Choose another place, or make room there.'],
  ENOENT: ['there is no such folder', 'Make the folder first, or choose another place.'],
  ENOTDIR: ['there is no such folder', 'Make the folder first, or choose another place.'],
  EISDIR: ['a folder has this name', 'Give another name.'],
  EINVAL: ['something that is no ordinary file has this name', 'Give another name.'],
  ENAMETOOLONG: ['the name is too long', 'Give a shorter name.'],
};
