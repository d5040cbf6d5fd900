/** CRC-32 as zip uses it (ISO 3309, reversed polynomial 0xEDB88320). */
import * as zlib from 'node:zlib';

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** The checksum in plain JavaScript. */
export function crc32ByTable(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let k = 0; k < bytes.length; k++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[k] ?? 0)) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Node has it only from 20.15 on. */
export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? crc32ByTable;
