/** How storages were before a part of a program that may not run: to go back to it, and to see what it changed. */
import type { Storage, StorageContents } from '../values/tensor.ts';

export class Journal {
  private readonly saved = new Map<Storage, StorageContents>();

  get entries(): Iterable<readonly [Storage, StorageContents]> {
    return this.saved;
  }

  get storages(): Iterable<Storage> {
    return this.saved.keys();
  }

  /** Notes how a storage was, the first time that it changes. */
  keep(storage: Storage, contents: StorageContents): void {
    if (!this.saved.has(storage)) this.saved.set(storage, contents);
  }

  /** Exchanges what storages hold with what is noted here: once to go back, once more to come back. */
  swap(): void {
    for (const [storage, contents] of this.saved) {
      this.saved.set(storage, storage.contents);
      storage.contents = contents;
    }
  }
}
