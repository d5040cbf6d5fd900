/**
 * The text of a binary model in an editor: large constants and long notes stand in it by the hash of what they hold, and a
 * store keeps where that is. What is cut out of the text and comes back by an undo is found again, also after the binary
 * was saved: files stay open until the store is closed.
 */
import type { Model } from '../../ir/model.ts';
import type { Tensor, TensorSource } from '../../ir/tensor.ts';
import { nodeCrypto } from '../../on-demand.ts';
import type { TensorStore } from './building.ts';
import { externalText, HASH_DIGITS, hashOf, isLarge, pairsText } from './elision.ts';
import { type PrintedModel, printModel } from './print.ts';

/** Longer notes stand by their hash. */
const LONGEST_NOTE = 160;

export class BlobStore implements TensorStore {
  private readonly blobs = new Map<string, { readonly source: TensorSource; readonly byteLength: number }>();
  private readonly notes = new Map<string, string>();
  /** What was hashed already: weights are read once, however often they are printed. */
  private readonly hashes = new Map<TensorSource, string>();

  /** `release` lets go of the files that the tensors are in. */
  constructor(private readonly release: () => void = () => {}) {}

  /** Keeps a tensor and gives the hash of its bytes, which are read for that. */
  add({ source, byteLength }: Tensor): string {
    const known = this.hashes.get(source);
    if (known !== undefined) return known;
    const hash = hashOf(source);
    this.hashes.set(source, hash);
    // The file that was read last is the one that is likely to be as it was.
    this.blobs.set(hash, { source, byteLength });
    return hash;
  }

  /** The bytes of a hash; undefined where there are none, or not so many. */
  find(hash: string, byteLength: number): TensorSource | undefined {
    const found = this.blobs.get(hash);
    return found?.byteLength === byteLength ? found.source : undefined;
  }

  /** Keeps the text of a note. */
  addNote(json: string): string {
    const hash = nodeCrypto().createHash('sha256').update(json).digest('hex').slice(0, HASH_DIGITS);
    this.notes.set(hash, json);
    return hash;
  }

  note(hash: string): string | undefined {
    return this.notes.get(hash);
  }

  close(): void {
    this.release();
    this.blobs.clear();
    this.hashes.clear();
    this.notes.clear();
  }
}

/**
 * The text of a model for an editor; what is left out of it goes into the store. A faulty model is one that was read
 * leniently.
 */
export function documentText(model: Model, store: BlobStore, faulty = false): string {
  return printModel(model, {
    faulty,
    elide: (tensor) =>
      externalText(model, tensor, model.file ?? '') ??
      (isLarge(tensor) ? pairsText({ sha256: store.add(tensor) }) : undefined),
    notes: (json) => (json.length > LONGEST_NOTE ? `{"sha256":"${store.addNote(json)}"}` : json),
  }).text;
}

/** Where everything stands in that text, without reading what is left out of it. */
export function documentLines(model: Model): PrintedModel {
  return printModel(model, { elide: (tensor) => (isLarge(tensor) ? '[]' : undefined), notes: (json) => json });
}
