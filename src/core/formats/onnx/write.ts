/** Models to ONNX files: written whole or not at all, tensors copied a piece at a time, data beside the model where it is large. */
import path from 'node:path';
import { type ChunkMemory, OneChunk } from '../../ir/chunk-memory.ts';
import { InputError } from '../../ir/errors.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type OutputFile, type WriteOptions, writeWhole } from '../whole-files.ts';
import { encodeModelPieces } from './encode.ts';
import type { PlaceTensor } from './encode-tensor.ts';
import type { ExternalPlace } from './external.ts';
import type { Pieces } from './pieces.ts';

/** Readers of protobuf take less than this. */
const LARGEST_FILE = 2 ** 31 - 1;
/** Smaller tensors stay in the model. */
const SMALLEST_EXTERNAL = 1024;
/** Where tensors start in a data file, so that it can be mapped into memory (the ONNX documentation asks for it). */
const ALIGNMENT = 4096;

export interface OnnxWriteOptions extends WriteOptions {
  /** From how many bytes on the data goes to a file of its own; the limit of protobuf unless tests want less. */
  readonly largestFile?: number;
  /** Where constants are that stay in the data files that they are in. */
  readonly kept?: PlaceTensor;
}

/**
 * Writes a model to `file`, and its constants to `file`.data where one file would be too large. Gives the files written,
 * the model's last. Throws InputError `file-exists`, `file-unwritable` or `file-too-large`.
 */
export async function writeOnnx(model: Model, file: string, options: OnnxWriteOptions): Promise<string[]> {
  const largest = options.largestFile ?? LARGEST_FILE;
  const whole = encodeModelPieces(model, options.kept);
  if (whole.length <= largest)
    return writeWhole([{ path: file, chunks: (memory) => chunksOf(whole, memory) }], options);
  const data = placeTensors(model, `${path.basename(file)}.data`);
  const spine = encodeModelPieces(model, (tensor) => data.places.get(tensor));
  if (spine.length > largest) {
    throw new InputError(
      'file-too-large',
      `the model without its constants has ${spine.length} bytes, and ${largest} is the most that an ONNX file can have`,
      { file },
      'Make initializers of the large tensors that attributes of nodes hold.',
    );
  }
  return writeWhole(
    [
      { path: `${file}.data`, chunks: data.chunks },
      { path: file, chunks: (memory) => chunksOf(spine, memory) },
    ],
    options,
  );
}

/** A model as the bytes of its file, for models that fit in memory; constants that `kept` knows a place of stay in their data files. */
export function encodeOnnx(model: Model, kept?: PlaceTensor): Uint8Array {
  const pieces = encodeModelPieces(model, kept);
  const bytes = new Uint8Array(pieces.length);
  let at = 0;
  for (const chunk of chunksOf(pieces, new OneChunk())) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function* chunksOf(pieces: Pieces, memory: ChunkMemory): Iterable<Uint8Array> {
  for (const piece of pieces) yield* piece instanceof Uint8Array ? [piece] : tensorChunks(piece, memory);
}

/** The bytes of a tensor; a source that gives more or fewer than the message says would spoil the whole file. */
function* tensorChunks(tensor: Tensor, memory: ChunkMemory): Iterable<Uint8Array> {
  let given = 0;
  for (const chunk of tensor.source.chunks(memory)) {
    given += chunk.length;
    yield chunk;
  }
  if (given !== tensor.byteLength) {
    throw new Error(`the tensor '${tensor.info.name ?? ''}' gave ${given} bytes of ${tensor.byteLength}`);
  }
}

/** The constants of all graphs that go to the data file, each once, and where. */
function placeTensors(
  model: Model,
  location: string,
): { readonly places: ReadonlyMap<Tensor, ExternalPlace>; readonly chunks: OutputFile['chunks'] } {
  const places = new Map<Tensor, ExternalPlace>();
  let end = 0;
  for (const { constant } of constantsOf(model.graph)) {
    if (!constant || constant.dtype === 'string' || constant.byteLength < SMALLEST_EXTERNAL) continue;
    if (places.has(constant)) continue;
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    places.set(constant, { location, offset });
    end = offset + constant.byteLength;
  }
  return {
    places,
    *chunks(memory) {
      let at = 0;
      for (const [tensor, { offset }] of places) {
        if (offset > at) yield new Uint8Array(offset - at);
        yield* tensorChunks(tensor, memory);
        at = offset + tensor.byteLength;
      }
    },
  };
}

function* constantsOf(graph: Graph): Iterable<Value> {
  yield* graph.initializers;
  for (const node of graph.nodes) for (const inner of node.subgraphs()) yield* constantsOf(inner);
}
