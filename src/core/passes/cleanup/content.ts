/** By what constants are equal: their type, their shape and their bytes. Bytes are read only where all else is equal. */
import { OneChunk } from '../../ir/chunk-memory.ts';
import { FileSource, type Tensor } from '../../ir/tensor.ts';
import { nodeCrypto } from '../../on-demand.ts';

/** Bytes at the start and at the end that are looked at before all of them are. */
const SAMPLE_BYTES = 512;
/** Tensors that must be computed to be seen are compared up to this size. */
const MOST_COMPUTED = 1 << 16;

/** So much is compared at once. */
const MOST_COMPARED = 1 << 20;

/** What can be told of a constant without its bytes; undefined where constants of its kind are not compared. */
export function headOf({ dtype, shape, source, byteLength }: Tensor): string | undefined {
  if (dtype === 'string') return undefined;
  const isSeen = source.kind === 'memory' || source.kind === 'file' || byteLength <= MOST_COMPUTED;
  return isSeen ? `${dtype}[${shape}]` : `${dtype}[${shape}] ${numberOf(source)}`;
}

const numbers = new WeakMap<object, number>();
let count = 0;

/** What is computed is equal to itself, and to others only once it is. */
function numberOf(source: object): number {
  const number = numbers.get(source) ?? ++count;
  numbers.set(source, number);
  return number;
}

/** The constants of a group that have the same head, by what they hold: groups of two and more. */
export function equalConstants<T>(items: readonly T[], tensorOf: (item: T) => Tensor): readonly (readonly T[])[] {
  const byPlace = grouped(items, (item) => placeOf(tensorOf(item)));
  // Those of one place are one; of each place, one is read.
  const places = [...byPlace.values()];
  if (places.length === 1) return places.filter((group) => group.length > 1);
  const bySample = grouped(places, ([item]) => item && sampleOf(tensorOf(item)));
  const equal: T[][] = [];
  for (const group of bySample.values()) {
    const [only] = group;
    if (group.length === 1) {
      if (only && only.length > 1) equal.push([...only]);
      continue;
    }
    for (const same of sameContent(group, ([item]) => tensorOf(item as T))) {
      const all = same.flat();
      if (all.length > 1) equal.push(all);
    }
  }
  return equal;
}

/** Groups by all bytes. Most are equal where their samples are: what can be held is compared before hashes are made. */
function sameContent<T>(items: readonly T[], tensorOf: (item: T) => Tensor): readonly (readonly T[])[] {
  const tensors = items.map(tensorOf);
  const [first, ...others] = tensors;
  if (first && (first.byteLength <= MOST_COMPARED || tensors.every(isInMemory))) {
    // The sample is all that there is.
    if (first.byteLength <= 2 * SAMPLE_BYTES) return [items];
    const bytes = first.bytes();
    if (others.every((other) => Buffer.compare(bytes, other.bytes()) === 0)) return [items];
  }
  return [...grouped(items, (item) => hashOf(tensorOf(item))).values()];
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The bytes of a file that a constant is; where it is none, something that is equal to itself alone. */
function placeOf(tensor: Tensor): unknown {
  const { source } = tensor;
  if (!(source instanceof FileSource)) return source;
  return `${numberOf(source.file)}:${source.offset}`;
}

const samples = new WeakMap<object, string>();

/** The first and last bytes. Each round looks at the same constants again: those that are not in memory are read once. */
function sampleOf(tensor: Tensor): string {
  const { source } = tensor;
  const sample = samples.get(source) ?? sampled(tensor);
  if (source.kind !== 'memory') samples.set(source, sample);
  return sample;
}

function sampled({ source, byteLength }: Tensor): string {
  if (byteLength <= 2 * SAMPLE_BYTES) return latin(source.bytes());
  if (source instanceof FileSource) {
    const { file, offset, length } = source;
    return latin(file.read(offset, SAMPLE_BYTES)) + latin(file.read(offset + length - SAMPLE_BYTES, SAMPLE_BYTES));
  }
  const bytes = source.bytes();
  return latin(bytes.subarray(0, SAMPLE_BYTES)) + latin(bytes.subarray(-SAMPLE_BYTES));
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Tells tensors apart by what they hold. */
export class Distinct {
  private readonly firsts = new Map<string, Tensor>();

  /** The same for tensors that hold the same: those in memory are compared, others are what they are. */
  of(tensor: Tensor | undefined): unknown {
    if (!tensor || !isInMemory(tensor)) return tensor?.source;
    const sample = `${tensor.dtype}[${tensor.shape}] ${sampled(tensor)}`;
    const first = this.first(sample, tensor);
    if (first === tensor || tensor.byteLength <= 2 * SAMPLE_BYTES) return first;
    if (first.source === tensor.source || Buffer.compare(first.bytes(), tensor.bytes()) === 0) return first;
    return this.first(`${sample} ${hashOf(tensor)}`, tensor);
  }

  private first(key: string, tensor: Tensor): Tensor {
    const found = this.firsts.get(key) ?? tensor;
    this.firsts.set(key, found);
    return found;
  }
}

function isInMemory({ source, dtype }: Tensor): boolean {
  return source.kind === 'memory' && dtype !== 'string';
}

const CHUNK = new OneChunk();

/** Of all bytes, a piece at a time. */
export function hashOf(tensor: Tensor): string {
  if (tensor.byteLength <= 2 * SAMPLE_BYTES) return latin(tensor.bytes());
  const hash = nodeCrypto().createHash('sha256');
  for (const chunk of tensor.source.chunks(CHUNK)) hash.update(chunk);
  return hash.digest('base64');
}
