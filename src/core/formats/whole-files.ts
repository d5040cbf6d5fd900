/**
 * Writes files whole or not at all: beside their place under another name, then moved into place one after the other.
 * After an error or a cancel nothing new is left, and what was there before is there again.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../ir/errors.ts';
import type { Progress } from '../progress.ts';

export interface WriteOptions {
  /** Whether files that exist may be replaced. */
  readonly force: boolean;
  readonly progress?: Progress;
}

export interface OutputFile {
  readonly path: string;
  /** The content, a piece at a time. */
  chunks(): Iterable<Uint8Array>;
}

/**
 * Writes all files; the last one that is moved into place is the last of the list. Gives their paths. Throws InputError
 * `file-exists`, or `file-unwritable` where the system refuses; CancelledError where the progress says so.
 */
export function writeWhole(files: readonly OutputFile[], { force, progress }: WriteOptions): string[] {
  const paths = files.map((file) => file.path);
  if (!force) refuseExisting(paths);
  const ending = `.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = (file: string) => path.join(path.dirname(file), `.${path.basename(file)}${ending}`);
  try {
    for (const file of files) writeChunks(temporary(file.path), file, progress);
    progress?.check();
    if (!force) refuseExisting(paths);
    moveIntoPlace(paths, temporary);
  } finally {
    for (const file of paths) rmSync(temporary(file), { force: true });
  }
  return paths;
}

function refuseExisting(paths: readonly string[]): void {
  const present = paths.find((file) => existsSync(file));
  if (present === undefined) return;
  throw new InputError('file-exists', 'this file exists already', { file: present }, 'Give another name, or --force.');
}

/** Pieces are gathered up to this size: a model has many small ones. */
const BUFFER_BYTES = 1 << 18;

function writeChunks(to: string, file: OutputFile, progress: Progress | undefined): void {
  const descriptor = attempt(file.path, () => openSync(to, 'wx'));
  const buffer = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  const put = (bytes: Uint8Array): void => {
    progress?.check();
    for (let done = 0; done < bytes.length; ) {
      done += attempt(file.path, () => writeSync(descriptor, bytes, done, Math.min(bytes.length - done, 1 << 30)));
    }
  };
  try {
    for (const chunk of file.chunks()) {
      if (filled + chunk.length > BUFFER_BYTES) {
        put(buffer.subarray(0, filled));
        filled = 0;
      }
      if (chunk.length > BUFFER_BYTES) put(chunk);
      else {
        buffer.set(chunk, filled);
        filled += chunk.length;
      }
    }
    put(buffer.subarray(0, filled));
  } finally {
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
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const message = `the file cannot be written (${REASONS[code] ?? code})`;
    throw new InputError('file-unwritable', message, { file }, 'Choose another place, or make room there.');
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'a folder has this name',
  ENAMETOOLONG: 'the name is too long',
};
