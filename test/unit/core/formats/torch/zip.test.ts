import { expect, test } from 'vitest';
import { crc32, crc32ByTable } from '../../../../../src/core/formats/torch/crc32.ts';
import { ZipArchive } from '../../../../../src/core/formats/torch/zip.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { errorOf, type ZipOptions, zipOf } from './build.ts';

const open = (bytes: Uint8Array) => ZipArchive.open(new MemoryBytes('a.pt', bytes));
const ENTRIES = { 'a/one': 'first', 'a/two': 'second '.repeat(100) };

test('stored, deflated and zip64 entries are read', () => {
  const lies = { 'a/one': { zip64: true }, 'a/two': { deflate: true } };
  const zip = open(zipOf(ENTRIES, { lies, comment: 'a comment' }));
  expect(zip.text('a/one')).toBe('first');
  expect(zip.text('a/two')).toBe(ENTRIES['a/two']);
});

test('a stored entry is a range of the file; a deflated one is inflated when it is read', () => {
  const zip = open(zipOf(ENTRIES, { lies: { 'a/two': { deflate: true } } }));
  const stored = zip.tensorSource(zip.entry('a/one'), 1, 3);
  const inflated = zip.tensorSource(zip.entry('a/two'), 7, 6);
  expect([stored.kind, inflated.kind]).toEqual(['file', 'inflated']);
  expect([stored.bytes(), inflated.bytes()].map((bytes) => Buffer.from(bytes).toString())).toEqual(['irs', 'second']);
});

test('opening reads the directory and no entry', () => {
  const bytes = zipOf({ big: new Uint8Array(1 << 20) });
  let read = 0;
  const counting = {
    name: 'a.pt',
    size: bytes.length,
    read: (offset: number, length: number) => {
      read += length;
      return bytes.subarray(offset, offset + length);
    },
  };
  ZipArchive.open(counting);
  expect(read).toBeLessThan(70_000);
});

test('a file that ends too early says where', () => {
  const bytes = zipOf(ENTRIES);
  const error = errorOf(() => open(bytes.subarray(0, bytes.length - 30)));
  expect(error.code).toBe('file-truncated');
  expect(error.place).toEqual({ file: 'a.pt', offset: bytes.length - 30 });
  expect(error.next).toContain('fetch or save it again');
});

test.each<[string, ZipOptions, string]>([
  ['an offset beyond the file', { lies: { 'a/two': { header: 1 << 30 } } }, 'lies over what follows'],
  ['entries over one another', { lies: { 'a/two': { header: 0 } } }, 'lies over what follows'],
  ['a size beyond the file', { lies: { 'a/two': { size: 1 << 20, packedSize: 1 << 20 } } }, 'lies over what follows'],
  ['two sizes of a stored entry', { lies: { 'a/one': { size: 4 } } }, 'two sizes differ'],
  ['a bomb', { lies: { 'a/two': { deflate: true, size: 0xfffffff0 } } }, 'cannot become'],
  ['a 64-bit size', { lies: { 'a/one': { zip64: true, size: 2 ** 60, packedSize: 2 ** 60 } } }, 'larger than the file'],
  ['more entries than there are', { count: 3 }, 'do not fit'],
  ['a directory beyond the file', { directorySize: 1 << 20 }, 'is not in the file'],
  ['a directory that is cut', { directorySize: 100 }, 'beyond it'],
])('%s is refused', (_, options, message) => {
  const error = errorOf(() => open(zipOf(ENTRIES, options)));
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining(message)]);
});

test.each<[string, ZipOptions, string, string]>([
  ['encryption', { lies: { 'a/one': { flags: 1 } } }, 'format-unsupported', 'encrypted'],
  ['another packing', { lies: { 'a/one': { method: 12 } } }, 'format-unsupported', 'method 12'],
])('%s is refused', (_, options, code, message) => {
  const error = errorOf(() => open(zipOf(ENTRIES, options)));
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});

test.each<[string, ZipOptions, string]>([
  ['a wrong checksum', { lies: { 'a/two': { crc: 1 } } }, 'checksum'],
  ['more inflated bytes than said', { lies: { 'a/two': { deflate: true, size: 699 } } }, 'longer than 699 bytes'],
  ['fewer inflated bytes than said', { lies: { 'a/two': { deflate: true, size: 701 } } }, 'found 700'],
  ['data that does not inflate', { lies: { 'a/two': { method: 8 } } }, 'damaged'],
])('%s is noticed when the entry is read', (_, options, message) => {
  const error = errorOf(() => open(zipOf(ENTRIES, options)).bytes('a/two'));
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining(message)]);
  expect(error.place?.inside).toBe('a/two');
});

test('two entries of one name are refused', () => {
  const bytes = Buffer.from(zipOf({ 'a/one': 'x', 'a/two': 'y' }));
  const renamed = Buffer.from(bytes.toString('latin1').replaceAll('a/two', 'a/one'), 'latin1');
  expect(errorOf(() => open(renamed)).message).toContain('same name');
});

test('an entry that is too large to be read whole is refused, not tried', () => {
  const size = 2 ** 33;
  const honest = zipOf({ 'a/data.pkl': '' }, { lies: { 'a/data.pkl': { size, packedSize: size, zip64: true } } });
  const start = 30 + 'a/data.pkl'.length;
  const tail = Buffer.from(honest.subarray(start));
  // The directory lies behind the entry, so its place needs zip64 as well.
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(1n, 32);
  record.writeBigUInt64LE(BigInt(tail.length - 22), 40);
  record.writeBigUInt64LE(BigInt(start + size), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(start + size + tail.length - 22), 64);
  const behind = Buffer.concat([tail.subarray(0, -22), record, tail.subarray(-22)]);
  const zip = ZipArchive.open({
    name: 'a.pt',
    size: start + size + behind.length,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      if (offset < start) bytes.set(honest.subarray(offset, Math.min(offset + length, start)));
      const from = Math.max(offset, start + size);
      if (from < offset + length)
        bytes.set(behind.subarray(from - start - size, offset + length - start - size), from - offset);
      return bytes;
    },
  });
  expect(zip.entry('a/data.pkl').size).toBe(size);
  expect(errorOf(() => zip.bytes('a/data.pkl')).code).toBe('file-too-large');
});

test('the checksum of Node and that of the table are one', () => {
  const bytes = new TextEncoder().encode('123456789');
  // The check value of the catalogue of CRCs.
  expect([crc32(bytes), crc32ByTable(bytes)]).toEqual([0xcbf43926, 0xcbf43926]);
});
