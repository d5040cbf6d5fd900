/** A Caffe graph to its two files: both are written whole or neither, weights pass through a piece at a time. */
import { type ChunkMemory, OneChunk } from '../../ir/chunk-memory.ts';
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import { type WriteOptions, writeWhole } from '../whole-files.ts';
import { type DialectFacts, schemaFor } from './dialects.ts';
import { encodeTree } from './encode.ts';
import { netsOf } from './net.ts';
import { printTree } from './print.ts';

export interface CaffePaths {
  readonly caffemodel: string;
  readonly prototxt: string;
}

/** A protobuf message has at most 2^31 - 1 bytes, and readers of Caffe models refuse more. */
const LARGEST_BYTES = 2 ** 31 - 1;

/**
 * Writes a model of the caffe dialect. Returns the paths; throws InputError `file-exists`, `file-unwritable` or
 * `file-too-large`.
 */
export async function writeCaffe(
  model: Model,
  backend: DialectFacts,
  { caffemodel, prototxt }: CaffePaths,
  options: WriteOptions,
): Promise<readonly string[]> {
  const nets = netsOf(model, schemaFor(backend));
  const pieces = encodeTree(nets.binary);
  if (pieces.length > LARGEST_BYTES) throw tooLarge(caffemodel, pieces.length);
  const text = new TextEncoder().encode(printTree(nets.text));
  return writeWhole(
    [
      { path: caffemodel, chunks: (memory) => chunksOf(pieces, memory) },
      { path: prototxt, chunks: () => [text] },
    ],
    options,
  );
}

function* chunksOf(pieces: ReturnType<typeof encodeTree>, memory: ChunkMemory): Iterable<Uint8Array> {
  for (const piece of pieces) yield* piece instanceof Uint8Array ? [piece] : piece.source.chunks(memory);
}

/** The two files in memory, for models that fit there. */
export function encodeCaffe(
  model: Model,
  backend: DialectFacts,
): { readonly caffemodel: Uint8Array; readonly prototxt: string } {
  const nets = netsOf(model, schemaFor(backend));
  const pieces = encodeTree(nets.binary);
  const caffemodel = new Uint8Array(pieces.length);
  let at = 0;
  for (const chunk of chunksOf(pieces, new OneChunk())) {
    caffemodel.set(chunk, at);
    at += chunk.length;
  }
  return { caffemodel, prototxt: printTree(nets.text) };
}

function tooLarge(path: string, bytes: number): InputError {
  return new InputError(
    'file-too-large',
    `the model would take ${bytes} bytes, a .caffemodel at most ${LARGEST_BYTES}`,
    { file: path },
    'Convert it to ONNX, which keeps large weights in a file of their own.',
  );
}
