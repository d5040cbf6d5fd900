/**
 * Writes files whole or not at all: beside their place under another name, then moved into place one after the other.
 * After an error or a cancel nothing new is left, and what was there before is there again.
 */
import { randomBytes } from 'node:crypto';
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
  writeSync,
} from 'node:fs';
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
 * Writes all files; the last one that is moved into place is the last of the list. Gives their paths. Other work of the
 * process gets its turn on the way, so that a cancel is heard. Throws InputError `file-exists`, or `file-unwritable`
 * where the system refuses; CancelledError where the progress says so.
 */
export async function writeWhole(files: readonly OutputFile[], { force, progress }: WriteOptions): Promise<string[]> {
  const paths = files.map((file) => file.path);
  checkPlaces(paths, force);
  const ending = `.${randomBytes(6).toString('hex')}.tmp`;
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

/** Pieces are gathered up to this size: a model has many small ones. */
const BUFFER_BYTES = 1 << 18;
/** After how many bytes other work of the process gets its turn: a few hundredths of a second. */
const BREATH_BYTES = 1 << 25;

async function writeChunks(to: string, file: OutputFile, progress: Progress | undefined): Promise<void> {
  const descriptor = attempt(file.path, () => openSync(to, 'wx'));
  const buffer = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  let held = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    progress?.check();
    for (let done = 0; done < bytes.length; ) {
      done += attempt(file.path, () => writeSync(descriptor, bytes, done, Math.min(bytes.length - done, 1 << 30)));
    }
    held += bytes.length;
    if (held < BREATH_BYTES) return;
    held = 0;
    await new Promise((resolve) => setImmediate(resolve));
  };
  try {
    for (const chunk of file.chunks()) {
      if (filled + chunk.length > BUFFER_BYTES) {
        await put(buffer.subarray(0, filled));
        filled = 0;
      }
      if (chunk.length > BUFFER_BYTES) await put(chunk);
      else {
        buffer.set(chunk, filled);
        filled += chunk.length;
      }
    }
    await put(buffer.subarray(0, filled));
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
    throw unwritable(file, code);
  }
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
