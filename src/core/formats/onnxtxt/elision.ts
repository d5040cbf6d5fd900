/**
 * Constants that stand in the text by a hash of their bytes: `["sha256": "…"]`, found in the store of the document, or
 * with `location`, `offset` and `length` in a file beside the text. They are checked against the hash when they are read.
 */
import { type ChunkMemory, OneChunk } from '../../ir/chunk-memory.ts';
import { byteLength, type DataType } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import type { Model } from '../../ir/model.ts';
import type { Tensor, TensorSource } from '../../ir/tensor.ts';
import { nodeCrypto } from '../../on-demand.ts';
import { externalTensorSource, placeBeside } from '../onnx/external.ts';
import type { Building } from './building.ts';
import { quoted } from './names.ts';
import type { Span } from './syntax.ts';

/** Hexadecimal digits of a hash in the text. */
export const HASH_DIGITS = 32;

/** Constants with more bytes do not stand in the text. */
const MOST_BYTES = 256;

/** Whether a constant is too large for the text. Texts always stand in it. */
export function isLarge(tensor: Tensor): boolean {
  return tensor.dtype !== 'string' && tensor.byteLength > MOST_BYTES;
}

/** What stands for a constant whose elements are not in the text. */
export function pairsText(entries: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(entries).map(([key, value]) => `${quoted(key)}: ${quoted(String(value))}`);
  return `[${pairs.join(', ')}]`;
}

/** What stands for a constant that a model has in a data file of its own, in a text at `file`; undefined for others. */
export function externalText(model: Model, tensor: Tensor, file: string): string | undefined {
  const place = placeBeside(model, tensor, file);
  return place && pairsText({ ...place, length: tensor.byteLength });
}

/** The hash of bytes that come piece by piece. */
export class Hasher {
  private readonly hash = nodeCrypto().createHash('sha256');

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
  }

  digest(): string {
    return this.hash.digest('hex').slice(0, HASH_DIGITS);
  }
}

const CHUNK = new OneChunk();

/** The hash of a tensor's bytes, which are read piece by piece. */
export function hashOf(source: TensorSource): string {
  const hasher = new Hasher();
  for (const chunk of source.chunks(CHUNK)) hasher.update(chunk);
  return hasher.digest();
}

/** Throws InputError where the bytes are nowhere, or lie about their size. */
export function elidedSource(
  building: Building,
  at: Span,
  hash: string,
  entries: ReadonlyMap<string, string>,
  dtype: DataType,
  count: number,
  name: string,
): TensorSource | undefined {
  const place = { ...building.placeAt(building.base + at.start), inside: name };
  const fail = (code: 'syntax-error' | 'external-data-missing' | 'file-malformed', message: string, next: string) =>
    new InputError(code, message, place, next);
  if (!/^[0-9a-f]{32}$/.test(hash)) {
    throw fail(
      'syntax-error',
      `a hash has ${HASH_DIGITS} hexadecimal digits, found '${hash}'`,
      'Correct the text there.',
    );
  }
  if (!entries.has('location')) {
    const found = building.options.store?.find(hash, byteLength(dtype, count));
    if (found) return found;
    const next = 'Open the text from its model, or print the model again with -o or --inline.';
    throw fail(
      'external-data-missing',
      `the elements of '${name}' are not in the text, and nothing here has them`,
      next,
    );
  }
  const source = externalTensorSource(building.files, entries, dtype, count, name);
  return new CheckedSource(source, () => {
    if (hashOf(source) === hash) return;
    const next = 'The data file belongs to another text: print the model again.';
    throw fail(
      'file-malformed',
      `the ${byteLength(dtype, count)} bytes of '${name}' in '${entries.get('location')}' are others than the text was made with`,
      next,
    );
  });
}

/** A part of a data file whose bytes are checked before they are first given out. */
class CheckedSource implements TensorSource {
  readonly kind = 'computed';
  private checked = false;

  constructor(
    readonly source: TensorSource,
    private readonly check: () => void,
  ) {}

  bytes(): Uint8Array {
    this.checkOnce();
    return this.source.bytes();
  }

  chunks(memory: ChunkMemory): Iterable<Uint8Array> {
    this.checkOnce();
    return this.source.chunks(memory);
  }

  private checkOnce(): void {
    if (!this.checked) this.check();
    this.checked = true;
  }
}
