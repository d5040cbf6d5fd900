/** The entries of a PyTorch archive without the folder that all of them are in, and the pickles and tensors among them. */
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource, type TensorSource } from '../../ir/tensor.ts';
import type { PickleValue } from './archive.ts';
import { littleEndian } from './byte-order.ts';
import { type FindStorage, TorchMeaning } from './meaning.ts';
import { checkNesting } from './nesting.ts';
import { readPickle } from './pickle.ts';
import { pickleError } from './pickle-machine.ts';
import type { PartedStorage } from './storages.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';

export interface PickleOptions {
  /** The archive need not hold the bytes of the tensors. */
  readonly withoutData?: boolean;
  /** Values may lie in themselves or in one another at any depth: whoever reads them does not recurse. */
  readonly unchecked?: boolean;
}

/** What the Finder of macOS adds when it packs a folder again. */
const FINDER = /^__MACOSX\/|(?:^|\/)\.DS_Store$/;

export class Records {
  private readonly entries = new Map<string, ZipEntry>();
  private readonly storages = new Map<string, PartedStorage>();
  private readonly bigEndian: boolean;

  /** `prefix` stands before the keys of storages: those of an archive within another are their own. */
  constructor(
    readonly zip: ZipArchive,
    private readonly prefix = '',
  ) {
    const names = [...zip.entries.keys()].filter((name) => !FINDER.test(name));
    const folder = names[0]?.match(/^[^/]+\//)?.[0] ?? '';
    const shared = names.every((name) => name.startsWith(folder)) ? folder : '';
    for (const name of names) this.entries.set(name.slice(shared.length), zip.entry(name));
    // PyTorch says since 2.1 in which order the bytes of numbers stand: that of the machine that wrote them.
    this.bigEndian = this.has('byteorder') && this.text('byteorder').trim() === 'big';
  }

  get file(): string {
    return this.zip.source.name;
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  entry(name: string): ZipEntry {
    return this.entries.get(name) ?? this.zip.entry(name);
  }

  bytes(name: string): Uint8Array {
    return this.zip.bytes(this.entry(name).name);
  }

  text(name: string): string {
    return this.zip.text(this.entry(name).name);
  }

  /** Runs a pickle whose tensors lie in `folder` (`data/`, `constants/`). */
  pickle(name: string, folder: string, options: PickleOptions = {}): PickleValue {
    const find: FindStorage = (key, dtype, count, place) => {
      const storage = this.storage(`${folder}${key}`, dtype, count, options.withoutData ?? false);
      if (typeof storage === 'string') throw pickleError(place, storage);
      return storage;
    };
    const where = { file: this.file, inside: name };
    const { value } = readPickle(this.bytes(name), new TorchMeaning(find), where);
    if (!options.unchecked) checkNesting(value, where);
    return value;
  }

  /** What torch.save wrote. The zip files of 1.4, which were on trial, keep storages in another folder. */
  saved(options: PickleOptions = {}): PickleValue {
    const folder = this.names.some((name) => name.startsWith('tensors/')) ? 'tensors/' : 'data/';
    return this.pickle('data.pkl', folder, options);
  }

  /** A storage by the entry that holds it; returns what is wrong where the entry is missing or too small. */
  storage(name: string, dtype: DataType, count: number, withoutData = false): PartedStorage | string {
    const known = this.storages.get(`${dtype} ${name}`);
    if (known) return known;
    const entry = this.entries.get(name);
    if (!entry && !withoutData) return `the archive has no entry ${name}`;
    const size = (count * DATA_TYPES[dtype].bits) / 8;
    if (!withoutData && entry && entry.size < size) return `${name} has ${entry.size} bytes, expected ${size}`;
    const part = (offset: number, length: number, type: DataType): TensorSource => {
      if (!entry || entry.size < size) return this.missing(name);
      const source = this.zip.tensorSource(entry, offset, length);
      return this.bigEndian ? littleEndian(source, type) : source;
    };
    const storage = { key: `${this.prefix}${name}`, dtype, count, part, source: part(0, size, dtype) };
    this.storages.set(`${dtype} ${name}`, storage);
    return storage;
  }

  /** Example inputs are saved by their sizes alone. */
  private missing(name: string): TensorSource {
    return new ComputedSource('computed', () => {
      const message = 'the archive keeps the size of this tensor, but not its numbers';
      throw new InputError('file-malformed', message, { file: this.file, inside: name });
    });
  }
}
