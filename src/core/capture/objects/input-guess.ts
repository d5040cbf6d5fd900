/** A first guess at the input of a pickled module, from the first layer that says what it takes. */
import type { PickleValue, ScriptObject } from '../../formats/torch/archive.ts';
import type { ObjectArchive } from './object-archive.ts';

/** Sizes behind batch and channels, by rank: of sound, of images, of films. */
const EXTENTS: Readonly<Record<number, string>> = { 1: '16000', 2: '224,224', 3: '16,112,112' };

type Attributes = ReadonlyMap<string, PickleValue>;

/** Layers whose own attributes say what they take, by the last part of the class's name. */
const TAKES: Readonly<Record<string, (attributes: Attributes) => string | undefined>> = {
  Conv1d: (of) => image(of.get('in_channels'), 1),
  Conv2d: (of) => image(of.get('in_channels'), 2),
  Conv3d: (of) => image(of.get('in_channels'), 3),
  Linear: (of) => (typeof of.get('in_features') === 'bigint' ? `float32[1,${of.get('in_features')}]` : undefined),
  Embedding: () => 'int64[1,16]',
  LSTM: (of) => sequence(of.get('input_size')),
  GRU: (of) => sequence(of.get('input_size')),
  RNN: (of) => sequence(of.get('input_size')),
};

/** As `float32[1,3,224,224]`; undefined where no layer tells. */
export function inputGuess(root: ScriptObject, archive: ObjectArchive): string | undefined {
  const rest = [root];
  const seen = new Set<ScriptObject>();
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const { attributes, className } = next;
    const type = className.slice(className.lastIndexOf('.') + 1);
    const found = Object.hasOwn(TAKES, type) ? TAKES[type]?.(attributes) : undefined;
    if (found !== undefined) return found;
    const names = [...(archive.factsOf(next)?.children.keys() ?? [])].reverse();
    for (const name of names) {
      const child = attributes.get(name);
      if (typeof child === 'object' && child !== null && !(child instanceof Uint8Array) && child.kind === 'object')
        rest.push(child);
    }
  }
  return undefined;
}

function image(channels: PickleValue | undefined, rank: number): string | undefined {
  return typeof channels === 'bigint' ? `float32[1,${channels},${EXTENTS[rank]}]` : undefined;
}

function sequence(size: PickleValue | undefined): string | undefined {
  return typeof size === 'bigint' ? `float32[16,1,${size}]` : undefined;
}
