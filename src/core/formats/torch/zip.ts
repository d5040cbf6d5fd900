/**
 * Zip archives as PyTorch writes them: a directory at the end, entries that are stored or deflated, zip64. Layout: PKWARE
 * APPNOTE 6.3.10. No size is believed before it is checked, and no entry is read to open an archive.
 */
import { inflateRawSync } from 'node:zlib';
import { ByteSlice, type ByteSource, MemoryBytes } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource, FileSource, type TensorSource } from '../../ir/tensor.ts';
import { crc32 } from './crc32.ts';

export interface ZipEntry {
  /** As in the file, with the archive's own folder. */
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** Bytes in the file, and bytes when inflated. */
  readonly packedSize: number;
  readonly size: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly header: number;
  /** Where the next thing begins, before which all of the entry must end. */
  readonly limit: number;
}

const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const DIRECTORY_HEADER = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
const END64_LOCATOR = { signature: 0x07064b50, bytes: 20 };
const END64 = { signature: 0x06064b50, bytes: 56 };
/** The most that a byte of deflated data can become (zlib's technical notes: 1032 to 1). */
const MOST_INFLATION = 1032;
/** Entries that are read whole (code, pickles, JSON) and directories are no larger than this; no text of Node could be much. */
const MOST_BYTES_WHOLE = 1 << 28;
/** A deflated tensor is inflated in one piece; PyTorch deflates none. */
const MOST_BYTES_INFLATED = 1 << 30;
/** zlib inflates by pieces of so many bytes: no fewer can be asked for, and more are not believed before they come. */
const LEAST_PIECE = 64;
const MOST_PIECE = 1 << 20;
const UTF8 = new TextDecoder();
const DAMAGED = 'The file is incomplete or damaged: fetch or save it again.';

/** Does a source begin as a zip archive with entries does? */
export function isZip(source: ByteSource): boolean {
  return source.size >= 4 && viewOf(source.read(0, 4)).getUint32(0, true) === LOCAL_HEADER.signature;
}

export class ZipArchive {
  private constructor(
    readonly source: ByteSource,
    /** By name, in the order of the directory. */
    readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** Reads the directory; throws InputError `file-truncated`, `file-malformed` or `format-unsupported`. */
  static open(source: ByteSource): ZipArchive {
    const directory = findDirectory(source);
    return new ZipArchive(source, readDirectory(source, directory));
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** All bytes of an entry, inflated, their checksum verified. */
  bytes(name: string): Uint8Array {
    const entry = this.entry(name);
    if (entry.size > MOST_BYTES_WHOLE) throw tooLarge(this.source, entry, MOST_BYTES_WHOLE);
    const bytes = this.content(entry).read(0, entry.size);
    if (crc32(bytes) !== entry.crc) throw damaged(this.source, entry.header, 'its checksum does not match', name);
    return bytes;
  }

  text(name: string): string {
    return UTF8.decode(this.bytes(name));
  }

  /** An entry as bytes at any offset: a range of the file where it is stored, else inflated on the first read. */
  content(entry: ZipEntry): ByteSource {
    const name = `${this.source.name}[${entry.name}]`;
    if (entry.method === 'stored') return new LateBytes(name, entry.size, () => this.packed(entry));
    return new LateBytes(name, entry.size, () => new MemoryBytes(name, this.inflate(entry)));
  }

  /** A part of an entry for a tensor; nothing is read before somebody asks for bytes. */
  tensorSource(entry: ZipEntry, offset: number, length: number): TensorSource {
    const content = this.content(entry);
    if (entry.method === 'stored') return new FileSource(content, offset, length);
    return new ComputedSource('inflated', () => content.read(offset, length));
  }

  entry(name: string): ZipEntry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw new InputError('file-malformed', `the archive has no entry ${name}`, { file: this.source.name }, DAMAGED);
  }

  /** The bytes of an entry as they lie in the file. Its local header is read only now. */
  private packed(entry: ZipEntry): ByteSource {
    const place = `${this.source.name}[${entry.name}]`;
    const header = viewOf(this.source.read(entry.header, LOCAL_HEADER.bytes));
    if (header.getUint32(0, true) !== LOCAL_HEADER.signature) {
      throw damaged(this.source, entry.header, 'expected the header of an entry', entry.name);
    }
    const start = entry.header + LOCAL_HEADER.bytes + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + entry.packedSize > entry.limit) {
      throw damaged(this.source, entry.header, 'the entry reaches into what follows it', entry.name);
    }
    return new ByteSlice(place, this.source, start, entry.packedSize);
  }

  private inflate(entry: ZipEntry): Uint8Array {
    if (entry.size > MOST_BYTES_INFLATED) throw tooLarge(this.source, entry, MOST_BYTES_INFLATED);
    const packed = this.packed(entry).read(0, entry.packedSize);
    let inflated: Uint8Array;
    try {
      // Pieces of the default size would be allocated whole for each of many small entries.
      const chunkSize = Math.min(Math.max(entry.size + 1, LEAST_PIECE), MOST_PIECE);
      inflated = inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1), chunkSize });
    } catch {
      throw damaged(
        this.source,
        entry.header,
        `the deflated data is damaged or longer than ${entry.size} bytes`,
        entry.name,
      );
    }
    if (inflated.length === entry.size) return inflated;
    const found = `expected ${entry.size} bytes after inflating, found ${inflated.length}`;
    throw damaged(this.source, entry.header, found, entry.name);
  }
}

/** Bytes whose place is looked up, or whose content is inflated, on the first read. */
class LateBytes implements ByteSource {
  private base: ByteSource | undefined;

  constructor(
    readonly name: string,
    readonly size: number,
    private readonly find: () => ByteSource,
  ) {}

  read(offset: number, length: number, into?: Uint8Array): Uint8Array {
    this.base ??= this.find();
    return this.base.read(offset, length, into);
  }
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

function findDirectory(source: ByteSource): Directory {
  const length = Math.min(source.size, END.bytes + END.longestComment);
  const start = source.size - length;
  const tail = viewOf(source.read(start, length));
  for (let at = length - END.bytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END.signature) continue;
    if (at + END.bytes + tail.getUint16(at + 20, true) !== length) continue;
    const directory = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    return checkDirectory(source, start + at, directory64(source, start + at) ?? directory);
  }
  throw new InputError(
    'file-truncated',
    'expected the directory of the zip archive at the end of the file, but it is not there',
    { file: source.name, offset: source.size },
    DAMAGED,
  );
}

/** The directory by the zip64 record, where one stands before the end record. */
function directory64(source: ByteSource, end: number): Directory | undefined {
  const locatorAt = end - END64_LOCATOR.bytes;
  if (locatorAt < 0) return undefined;
  const locator = viewOf(source.read(locatorAt, END64_LOCATOR.bytes));
  if (locator.getUint32(0, true) !== END64_LOCATOR.signature) return undefined;
  const at = safe(source, locatorAt, locator.getBigUint64(8, true));
  const record = viewOf(source.read(at, END64.bytes));
  if (record.getUint32(0, true) !== END64.signature) throw damaged(source, at, 'expected the zip64 end record');
  return {
    count: safe(source, at, record.getBigUint64(32, true)),
    size: safe(source, at, record.getBigUint64(40, true)),
    offset: safe(source, at, record.getBigUint64(48, true)),
  };
}

function checkDirectory(source: ByteSource, end: number, directory: Directory): Directory {
  const { offset, size, count } = directory;
  if (offset + size > end)
    throw damaged(source, end, `the directory of ${size} bytes at byte ${offset} is not in the file`);
  if (count * DIRECTORY_HEADER.bytes > size)
    throw damaged(source, end, `${count} entries do not fit into ${size} bytes`);
  if (size <= MOST_BYTES_WHOLE) return directory;
  throw new InputError('file-too-large', `the directory has ${size} bytes`, { file: source.name, offset }, DAMAGED);
}

function readDirectory(source: ByteSource, directory: Directory): Map<string, ZipEntry> {
  const bytes = source.read(directory.offset, directory.size);
  const found: ZipEntry[] = [];
  let at = 0;
  for (let k = 0; k < directory.count; k++) {
    const { entry, next } = readEntry(source, bytes, at, directory.offset);
    found.push(entry);
    at = next;
  }
  return withLimits(source, found, directory.offset);
}

function readEntry(source: ByteSource, bytes: Uint8Array, at: number, base: number): { entry: ZipEntry; next: number } {
  const view = viewOf(bytes);
  const place = base + at;
  if (at + DIRECTORY_HEADER.bytes > bytes.length || view.getUint32(at, true) !== DIRECTORY_HEADER.signature) {
    throw damaged(source, place, 'expected an entry of the directory');
  }
  const nameEnd = at + DIRECTORY_HEADER.bytes + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) throw damaged(source, place, 'an entry of the directory reaches beyond it');
  const name = UTF8.decode(bytes.subarray(at + DIRECTORY_HEADER.bytes, nameEnd));
  if (view.getUint16(at + 8, true) & 1) throw unsupported(source, place, name, 'it is encrypted');
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8) throw unsupported(source, place, name, `it is packed by method ${method}`);
  const wide = wideFields(view, nameEnd, extraEnd);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    const from64 = value === 0xffffffff ? wide.shift() : undefined;
    return from64 === undefined ? value : safe(source, place, from64);
  };
  // The order matters: the zip64 field lists only those that do not fit, in this order.
  const size = field(24);
  const packedSize = field(20);
  const header = field(42);
  if (method === 0 && size !== packedSize) throw damaged(source, place, `it is stored, but its two sizes differ`, name);
  if (size > packedSize * MOST_INFLATION) {
    throw damaged(source, place, `${packedSize} deflated bytes cannot become ${size}`, name);
  }
  const crc = view.getUint32(at + 16, true);
  return {
    entry: { name, method: method === 0 ? 'stored' : 'deflated', packedSize, size, crc, header, limit: 0 },
    next,
  };
}

/** The 64-bit numbers of the zip64 extra field (kind 1). */
function wideFields(view: DataView, start: number, end: number): bigint[] {
  for (let at = start; at + 4 <= end; ) {
    const kind = view.getUint16(at, true);
    const stop = Math.min(at + 4 + view.getUint16(at + 2, true), end);
    if (kind === 1) {
      const values: bigint[] = [];
      for (let k = at + 4; k + 8 <= stop; k += 8) values.push(view.getBigUint64(k, true));
      return values;
    }
    at = stop;
  }
  return [];
}

/** Says where each entry must end, and refuses entries that lie over one another (as in zip bombs). */
function withLimits(source: ByteSource, found: readonly ZipEntry[], directory: number): Map<string, ZipEntry> {
  const ordered = [...found].sort((a, b) => a.header - b.header);
  const limits = new Map<ZipEntry, number>();
  ordered.forEach((entry, k) => {
    const limit = ordered[k + 1]?.header ?? directory;
    const least = entry.header + LOCAL_HEADER.bytes + entry.packedSize;
    if (least > limit) throw damaged(source, entry.header, 'it lies over what follows it', entry.name);
    limits.set(entry, limit);
  });
  const entries = new Map<string, ZipEntry>();
  for (const entry of found) {
    if (entries.has(entry.name)) throw damaged(source, entry.header, 'two entries have the same name', entry.name);
    entries.set(entry.name, { ...entry, limit: limits.get(entry) ?? 0 });
  }
  return entries;
}

function safe(source: ByteSource, offset: number, value: bigint): number {
  if (value <= BigInt(source.size) * BigInt(MOST_INFLATION)) return Number(value);
  throw damaged(source, offset, `the number ${value} is larger than the file allows`);
}

function damaged(source: ByteSource, offset: number, message: string, inside?: string): InputError {
  const place = { file: source.name, offset, ...(inside !== undefined && { inside }) };
  return new InputError('file-malformed', `the zip archive is damaged: ${message}`, place, DAMAGED);
}

function tooLarge(source: ByteSource, entry: ZipEntry, most: number): InputError {
  return new InputError(
    'file-too-large',
    `the entry has ${entry.size} bytes; at most ${most} are read at once`,
    { file: source.name, offset: entry.header, inside: entry.name },
    'Save the model again with PyTorch, which stores tensors apart and without deflating them.',
  );
}

function unsupported(source: ByteSource, offset: number, inside: string, message: string): InputError {
  const next = 'Unpack the archive and save the model again with PyTorch.';
  return new InputError(
    'format-unsupported',
    `this entry cannot be read: ${message}`,
    { file: source.name, offset, inside },
    next,
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
