/**
 * torch.save files from before PyTorch 1.6 (no zip), and pickles that torch did not write. Layout: `_legacy_save` of
 * torch/serialization.py. Four pickles (a mark, a version, facts about the machine, what was saved), a pickle of the keys
 * of the storages, and the storages in that order, each after the count of its elements.
 */
import { type ByteSource, checkRange } from '../../ir/bytes.ts';
import { byteLength, type DataType } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource, FileSource } from '../../ir/tensor.ts';
import { noProgram } from './advice.ts';
import type { ClassSource, PickledModule, PickleValue } from './archive.ts';
import { type FindStorage, TorchMeaning } from './meaning.ts';
import { readPickle } from './pickle.ts';
import { isRecord, type PicklePlace, pickleError } from './pickle-machine.ts';
import { findModule } from './pickled-module.ts';

/** The first value of a file that torch.save wrote without zip. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
/** How much is looked at: the pickles stand at the beginning, the weights after them. */
const LOOKS = [1 << 20, 1 << 24, 1 << 28];

/** Does a source begin as a pickle of protocol 2 or newer? */
export function isPickle(source: ByteSource): boolean {
  if (source.size < 4) return false;
  const [first = 0, protocol = 0] = source.read(0, 2);
  return first === 0x80 && protocol >= 2 && protocol <= 5;
}

/** The whole module in a file of pickles; throws InputError where it holds anything else. No weights are read. */
export function openLegacyModule(source: ByteSource): PickledModule {
  const found = beginningThat(source, (bytes) => readSaved(source, bytes));
  const module = findModule(found.value);
  if (module) return { kind: 'module', file: source.name, ...module, sources: found.sources };
  throw noProgram(source.name, found.value);
}

/** Is a source a pickle of protocol 0 or 1, as far as one can tell from what it would do? */
export function isOldPickle(source: ByteSource): boolean {
  return (
    OLD_PICKLE.test(Buffer.from(source.read(0, Math.min(source.size, 256))).toString('latin1')) &&
    refuseOldPickle(source) !== undefined
  );
}

/** How protocols 0 and 1 begin: with a global, a mark, a number, a text or an empty container. */
const OLD_PICKLE = /^(?:c[\w.]+\n[\w.]+\n|[(}\])KMJIUVXSTFLGN]|i[\w.]+\n)/;

/** Pickles of protocols 0 and 1 have no mark at their beginning: the error where the source is one, else undefined. */
export function refuseOldPickle(source: ByteSource): InputError | undefined {
  try {
    const bytes = source.read(0, Math.min(source.size, LOOKS[0] ?? 0));
    readPickle(bytes, new LegacyMeaning(unread), { file: source.name });
    return otherPickle(source.name);
  } catch (error) {
    return error instanceof InputError && error.code === 'unsafe-pickle' ? error : undefined;
  }
}

/** Runs `read` on as much of the beginning of a source as it needs. */
function beginningThat<T>(source: ByteSource, read: (bytes: Uint8Array) => T): T {
  for (const look of LOOKS) {
    try {
      return read(source.read(0, Math.min(source.size, look)));
    } catch (error) {
      const cut = error instanceof InputError && error.code === 'file-truncated' && look < source.size;
      if (!cut || look === LOOKS.at(-1)) throw error;
    }
  }
  throw otherPickle(source.name);
}

interface Saved {
  readonly value: PickleValue;
  readonly sources: ReadonlyMap<string, ClassSource>;
}

/** What was saved: read once to learn where its storages are, and again with them. */
function readSaved(source: ByteSource, bytes: Uint8Array): Saved {
  const where = { file: source.name };
  const types = new Map<string, DataType>();
  const learning = new LegacyMeaning((key, dtype, count, place) => {
    types.set(key, dtype);
    return unread(key, dtype, count, place);
  });
  const mark = readPickle(bytes, learning, where);
  if (mark.value !== MAGIC) throw otherPickle(source.name);
  const version = readPickle(bytes, learning, where, mark.end);
  const machine = readPickle(bytes, learning, where, version.end);
  const saved = readPickle(bytes, learning, where, machine.end);
  if (types.size === 0) return { value: saved.value, sources: learning.sources };
  const keys = readPickle(bytes, learning, where, saved.end);
  const meaning = new LegacyMeaning(storagesAt(source, offsetsOf(source, keys.value, keys.end, types)));
  const { value } = readPickle(bytes, meaning, where, machine.end);
  return { value, sources: meaning.sources };
}

interface Stretch {
  readonly offset: number;
  readonly count: number;
}

/** Where each storage lies. */
function offsetsOf(
  source: ByteSource,
  keys: PickleValue,
  start: number,
  types: ReadonlyMap<string, DataType>,
): Map<string, Stretch> {
  const stretches = new Map<string, Stretch>();
  let at = start;
  for (const key of isRecord(keys) && keys.kind === 'list' ? keys.items : []) {
    const dtype = types.get(String(key));
    if (dtype === undefined) throw damaged(source, at, `nothing tells the type of storage ${String(key)}`);
    const head = source.read(at, COUNT_BYTES);
    const count = Number(new DataView(head.buffer, head.byteOffset, COUNT_BYTES).getBigInt64(0, true));
    at += COUNT_BYTES;
    if (count < 0 || count > source.size) throw damaged(source, at, `a storage of ${count} elements`);
    stretches.set(String(key), { offset: at, count });
    at += byteLength(dtype, count);
    checkRange(source, at - byteLength(dtype, count), byteLength(dtype, count));
  }
  return stretches;
}

const COUNT_BYTES = 8;

function storagesAt(source: ByteSource, stretches: ReadonlyMap<string, Stretch>): FindStorage {
  const known = new Map<string, ReturnType<FindStorage>>();
  return (key, dtype, count, place) => {
    const stretch = stretches.get(key);
    if (!stretch || stretch.count < count) {
      throw pickleError(place, `storage ${key} has ${stretch?.count ?? 0} elements, expected ${count}`);
    }
    const before = known.get(key);
    if (before) return before;
    const part = (offset: number, length: number) => new FileSource(source, stretch.offset + offset, length);
    const storage = { key: `data/${key}`, dtype, count, part, source: part(0, byteLength(dtype, count)) };
    known.set(key, storage);
    return storage;
  };
}

/** Storages of tensors that are known by shape alone. */
const unread: FindStorage = (key, dtype, count) => {
  const nothing = new ComputedSource('computed', () => new Uint8Array());
  return { key, dtype, count, source: nothing, part: () => nothing };
};

class LegacyMeaning extends TorchMeaning {
  readonly sources = new Map<string, ClassSource>();

  /** Classes come as `('module', class, file, source)`, so that torch can say that their code changed. */
  override persistent(id: PickleValue, place: PicklePlace): PickleValue {
    const items = isRecord(id) && id.kind === 'tuple' ? id.items : [];
    const [kind, type = null, file, text] = items;
    if (kind !== 'module') return super.persistent(id, place);
    if (isRecord(type) && type.kind === 'global' && typeof file === 'string' && typeof text === 'string') {
      this.sources.set(type.name, { file, text });
    }
    return type;
  }
}

function otherPickle(file: string): InputError {
  return new InputError(
    'format-unsupported',
    'this is a pickle, but not one that torch.save wrote',
    { file },
    'Save the model with torch.export.save or torch.jit.save.',
  );
}

function damaged(source: ByteSource, offset: number, message: string): InputError {
  const place = { file: source.name, offset };
  return new InputError('file-malformed', `the file is damaged: ${message}`, place, 'Fetch or save it again.');
}
