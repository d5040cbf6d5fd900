/** A Caffe graph to its two files: both are written whole or neither, weights pass through a piece at a time. */
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CaffeSchema } from '../../dialects/caffe/schema.ts';
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import type { Progress } from '../../progress.ts';
import { encodeTree } from './encode.ts';
import { netsOf } from './net.ts';
import { printTree } from './print.ts';

export interface CaffePaths {
  readonly caffemodel: string;
  readonly prototxt: string;
}

export interface WriteOptions {
  /** Replace files that exist. */
  readonly force: boolean;
  readonly progress: Progress;
}

/** A protobuf message has at most 2^31 - 1 bytes, and readers of Caffe models refuse more. */
const LARGEST_BYTES = 2 ** 31 - 1;

/** Writes a model of the caffe dialect. Returns the paths; throws InputError `file-exists`, `file-too-large`. */
export function writeCaffe(
  model: Model,
  backend: { readonly schema: CaffeSchema },
  { caffemodel, prototxt }: CaffePaths,
  { force, progress }: WriteOptions,
): readonly string[] {
  const nets = netsOf(model.graph, backend.schema);
  const writing = new WholeFiles(force);
  try {
    const pieces = encodeTree(nets.binary);
    if (pieces.length > LARGEST_BYTES) throw tooLarge(caffemodel, pieces.length);
    writing.write(caffemodel, function* () {
      for (const piece of pieces) {
        for (const chunk of piece instanceof Uint8Array ? [piece] : piece.source.chunks()) {
          progress.check();
          yield chunk;
        }
      }
    });
    writing.write(prototxt, () => [new TextEncoder().encode(printTree(nets.text))]);
    writing.finish();
  } finally {
    writing.dropRest();
  }
  return [caffemodel, prototxt];
}

/** The two files in memory, for models that fit there. */
export function encodeCaffe(
  model: Model,
  backend: { readonly schema: CaffeSchema },
): { readonly caffemodel: Uint8Array; readonly prototxt: string } {
  const nets = netsOf(model.graph, backend.schema);
  const pieces = encodeTree(nets.binary);
  const caffemodel = new Uint8Array(pieces.length);
  let at = 0;
  for (const piece of pieces) {
    for (const chunk of piece instanceof Uint8Array ? [piece] : piece.source.chunks()) {
      caffemodel.set(chunk, at);
      at += chunk.length;
    }
  }
  return { caffemodel, prototxt: printTree(nets.text) };
}

/** Files that appear together: written beside their places, moved there when all are whole. */
class WholeFiles {
  private readonly waiting: { readonly path: string; readonly temporary: string }[] = [];

  constructor(private readonly force: boolean) {}

  write(path: string, chunks: () => Iterable<Uint8Array>): void {
    const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    this.waiting.push({ path, temporary });
    const file = openSync(temporary, 'w');
    try {
      for (const chunk of chunks()) for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    } finally {
      closeSync(file);
    }
  }

  finish(): void {
    const present = this.force ? undefined : this.waiting.find(({ path }) => existsSync(path));
    if (present) {
      throw new InputError(
        'file-exists',
        'this file exists already',
        { file: present.path },
        'Give another name with -o, or --force to replace it.',
      );
    }
    for (const { path, temporary } of this.waiting) renameSync(temporary, path);
    this.waiting.length = 0;
  }

  dropRest(): void {
    for (const { temporary } of this.waiting) rmSync(temporary, { force: true });
  }
}

function tooLarge(path: string, bytes: number): InputError {
  return new InputError(
    'file-too-large',
    `the model would take ${bytes} bytes, a .caffemodel at most ${LARGEST_BYTES}`,
    { file: path },
    'Convert it to ONNX, which keeps large weights in a file of their own.',
  );
}
