/** Builds small archives and pickles by hand, so that tests can lie in them. */

import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { TorchScriptArchive } from '../../../../../src/core/formats/torch/archive.ts';
import { crc32 } from '../../../../../src/core/formats/torch/crc32.ts';
import type { ExportedProgram } from '../../../../../src/core/formats/torch/exported.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { ZipArchive } from '../../../../../src/core/formats/torch/zip.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';

export const FIXTURES = new URL('../../../../fixtures/torch/', import.meta.url);

export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(name, FIXTURES));
}

/** What a directory entry says of an entry, where it is not the truth. */
export interface ZipLie {
  readonly deflate?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly header?: number;
  readonly crc?: number;
  /** Writes sizes and offset as zip64 does. */
  readonly zip64?: boolean;
}

export interface ZipOptions {
  readonly lies?: Readonly<Record<string, ZipLie>>;
  readonly comment?: string;
  readonly count?: number;
  readonly directorySize?: number;
}

/** A zip archive of stored entries, with lies where they are asked for. */
export function zipOf(entries: Readonly<Record<string, Uint8Array | string>>, options: ZipOptions = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const lie = options.lies?.[name] ?? {};
    const bytes = Buffer.from(content);
    const packed = lie.deflate ? deflateRawSync(bytes) : bytes;
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(nameBytes.length, 26);
    parts.push(local, nameBytes, packed);
    const numbers = [lie.size ?? bytes.length, lie.packedSize ?? packed.length, lie.header ?? offset];
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(lie.flags ?? 0, 8);
    entry.writeUInt16LE(lie.method ?? (lie.deflate ? 8 : 0), 10);
    entry.writeUInt32LE(lie.crc ?? crc32(bytes), 16);
    entry.writeUInt16LE(nameBytes.length, 28);
    const extra = lie.zip64 ? Buffer.alloc(4 + 24) : Buffer.alloc(0);
    if (lie.zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [k, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + 8 * k);
    }
    entry.writeUInt16LE(extra.length, 30);
    for (const [k, at] of [24, 20, 42].entries()) entry.writeUInt32LE(lie.zip64 ? 0xffffffff : (numbers[k] ?? 0), at);
    directory.push(entry, nameBytes, extra);
    offset += 30 + nameBytes.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const comment = Buffer.from(options.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.count ?? Object.keys(entries).length, 10);
  end.writeUInt32LE(options.directorySize ?? listed.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, listed, end, comment]);
}

/** The entries of an archive, to be changed and packed again. */
export function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  const zip = ZipArchive.open(new MemoryBytes('', bytes));
  return Object.fromEntries([...zip.entries.keys()].map((name) => [name, zip.bytes(name)]));
}

/** Bytes from strings (as Latin-1), numbers and bytes. */
export function bytesOf(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  const bytes = Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(typeof part === 'number' ? [part] : part),
    ),
  );
  return new Uint8Array(bytes);
}

/** A pickle of protocol 2. */
export function pickleOf(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  return bytesOf(0x80, 2, ...parts, '.');
}

/** The InputError that a function throws; fails where it throws something else, or nothing. */
export function errorOf(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('expected an InputError, but nothing was thrown');
}

/** Opens a fixture that is a TorchScript archive. */
export function torchScript(name: string): TorchScriptArchive {
  const program = openTorchFile(new MemoryBytes(name, fixture(name)));
  if (program.kind === 'torchscript') return program;
  throw new Error(`${name} is ${program.kind}`);
}

/** Opens a fixture that is an exported program. */
export function exported(name: string, bytes: Uint8Array = fixture(name)): ExportedProgram {
  const program = openTorchFile(new MemoryBytes(name, bytes));
  if (program.kind === 'exported') return program;
  throw new Error(`${name} is ${program.kind}`);
}

/** What PyTorch has for the state of the model in the fixtures. */
export const EXPECTED = JSON.parse(Buffer.from(fixture('expected.json')).toString()) as Readonly<
  Record<string, { readonly dtype: string; readonly shape: number[]; readonly values: number[] }>
>;

/** The line of net.py that has this text, counted from 1. */
export function lineOf(text: string): number {
  const lines = Buffer.from(fixture('net.py')).toString().split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

/** The InputError that opening these bytes gives. */
export function refusal(bytes: Uint8Array, name = 'model.pt'): InputError {
  return errorOf(() => openTorchFile(new MemoryBytes(name, bytes)));
}
