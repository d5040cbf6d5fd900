/** Modules of Node that take milliseconds to load and that many conversions do without: loaded when they are first used. */
import { createRequire } from 'node:module';

export function nodeCrypto(): typeof import('node:crypto') {
  return load('node:crypto') as typeof import('node:crypto');
}

export function nodeZlib(): typeof import('node:zlib') {
  return load('node:zlib') as typeof import('node:zlib');
}

function load(name: string): unknown {
  return createRequire(import.meta.url)(name);
}
