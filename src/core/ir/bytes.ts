/** Random access to bytes that stay where they are (a file, an archive entry, memory) until somebody asks for them. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { InputError } from './errors.ts';

/** Bytes that can be read at any offset. Offsets and lengths are in bytes. */
export interface ByteSource {
  /** For messages: the file's path, or the archive's path and the entry. */
  readonly name: string;
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`; throws InputError `file-truncated` where they are not there. Bytes that must be
   * fetched go `into` the memory given, where that is long enough.
   */
  read(offset: number, length: number, into?: Uint8Array): Uint8Array;
}

/** How much is read at once where bytes are only passed on. */
export const CHUNK_BYTES = 1 << 20;

/** Throws where a range does not lie within a source: lengths in files are not to be believed. */
export function checkRange(source: ByteSource, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0) {
    if (offset + length <= source.size) return;
  }
  throw new InputError(
    'file-truncated',
    `expected ${length} bytes, but the file ends at byte ${source.size}`,
    { file: source.name, offset },
    'The file is incomplete or damaged: fetch or save it again.',
  );
}

/** Bytes in memory. */
export class MemoryBytes implements ByteSource {
  constructor(
    readonly name: string,
    private readonly bytes: Uint8Array,
  ) {}

  get size(): number {
    return this.bytes.byteLength;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    return this.bytes.subarray(offset, offset + length);
  }
}

/** A part of another source, counted from its own start. */
export class ByteSlice implements ByteSource {
  constructor(
    readonly name: string,
    private readonly base: ByteSource,
    private readonly start: number,
    readonly size: number,
  ) {
    checkRange(base, start, size);
  }

  read(offset: number, length: number, into?: Uint8Array): Uint8Array {
    checkRange(this, offset, length);
    return this.base.read(this.start + offset, length, into);
  }
}

/** A file on disk. It is opened on the first read, and a change since then is noticed at the next one. */
export class FileBytes implements ByteSource {
  private descriptor: number | undefined;
  private readonly seen: Stats;

  constructor(readonly name: string) {
    this.descriptor = openFile(name);
    this.seen = fstatSync(this.descriptor);
    if (!this.seen.isFile()) {
      this.close();
      throw new InputError('file-malformed', 'this is not a file', { file: name }, 'Name a model file.');
    }
  }

  get size(): number {
    return this.seen.size;
  }

  read(offset: number, length: number, into?: Uint8Array): Uint8Array {
    checkRange(this, offset, length);
    const descriptor = this.unchanged();
    const bytes = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = readSync(descriptor, bytes, done, Math.min(length - done, 1 << 30), offset + done);
      if (got === 0) throw changed(this.name);
      done += got;
    }
    return bytes;
  }

  /** Whether the file of that name is still the one that was opened, and as it was. */
  isAsOnDisk(): boolean {
    const now = statSync(this.name, { throwIfNoEntry: false });
    const { ino, dev, mtimeMs, size } = this.seen;
    return now !== undefined && now.ino === ino && now.dev === dev && now.mtimeMs === mtimeMs && now.size === size;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private unchanged(): number {
    this.descriptor ??= openFile(this.name);
    const now = fstatSync(this.descriptor);
    if (now.mtimeMs !== this.seen.mtimeMs || now.size !== this.seen.size) throw changed(this.name);
    return this.descriptor;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    const message = reason === 'ENOENT' ? 'there is no such file' : `the file cannot be opened (${reason})`;
    throw new InputError('file-missing', message, { file: path }, 'Check the path and its permissions.');
  }
}

function changed(path: string): InputError {
  return new InputError('file-changed', 'the file changed while it was being read', { file: path }, 'Open it again.');
}
