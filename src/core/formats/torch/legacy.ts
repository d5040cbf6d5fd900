/**
 * torch.save files from before PyTorch 1.6 (no zip), and pickles that torch did not write: read as far as needed to say what
 * they hold. Layout: `_legacy_save` of torch/serialization.py.
 */
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { ComputedSource } from '../../ir/tensor.ts';
import { noProgram } from './advice.ts';
import type { PickleValue } from './archive.ts';
import { TorchMeaning } from './meaning.ts';
import { type PickleResult, readPickle } from './pickle.ts';

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

/** The error for a file of pickles: there is never a program in it. */
export function refusePickle(source: ByteSource): InputError {
  for (const look of LOOKS) {
    try {
      return describe(source.read(0, Math.min(source.size, look)), source.name);
    } catch (error) {
      const cut = error instanceof InputError && error.code === 'file-truncated' && look < source.size;
      if (!cut || look === LOOKS.at(-1)) throw error;
    }
  }
  return otherPickle(source.name);
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
    readPickle(source.read(0, Math.min(source.size, LOOKS[0] ?? 0)), MEANING, { file: source.name });
    return otherPickle(source.name);
  } catch (error) {
    return error instanceof InputError && error.code === 'unsafe-pickle' ? error : undefined;
  }
}

function describe(bytes: Uint8Array, file: string): InputError {
  const first = readPickle(bytes, MEANING, { file });
  // Then follow the version of the layout, facts about the machine, and what was saved.
  return first.value === MAGIC ? noProgram(file, pickleAfter(bytes, file, first, 3).value) : otherPickle(file);
}

function otherPickle(file: string): InputError {
  return new InputError(
    'format-unsupported',
    'this is a pickle, but not one that torch.save wrote',
    { file },
    'Save the model with torch.export.save or torch.jit.save.',
  );
}

function pickleAfter(bytes: Uint8Array, file: string, first: PickleResult, count: number): PickleResult {
  let result = first;
  for (let k = 0; k < count; k++) result = readPickle(bytes, MEANING, { file }, result.end);
  return result;
}

/** Tensors are known by shape alone: their numbers are not looked for. */
class LegacyMeaning extends TorchMeaning {
  constructor() {
    super((key, dtype, count) => {
      const nothing = new ComputedSource('computed', () => new Uint8Array());
      return { key, dtype, count, source: nothing, part: () => nothing };
    });
  }

  /** Classes come as `('module', class, file, source)`, so that torch can say that their code changed. */
  override persistent(id: PickleValue, place: Parameters<TorchMeaning['persistent']>[1]): PickleValue {
    const items = typeof id === 'object' && id !== null && 'items' in id ? id.items : [];
    return items[0] === 'module' ? (items[1] ?? null) : super.persistent(id, place);
  }
}

const MEANING = new LegacyMeaning();
