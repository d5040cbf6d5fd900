/** Many small models in one file, by keys that follow from the test and from what they say: the same model is kept once. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';

export interface StoredModel {
  readonly key: string;
  readonly test: string;
  readonly offset: number;
  readonly length: number;
}

/** Writes `FILE.bin` and `FILE.json`, which the judges read. */
export class ModelWriter {
  private readonly rows = new Map<string, StoredModel>();
  private readonly handle: number;
  private end = 0;

  constructor(private readonly file: string) {
    this.handle = openSync(`${file}.bin`, 'w');
  }

  /** Keeps a model under a key, where none is kept under it; gives the key. `meaning` stands for what it says, `bytes` unless told. */
  add(test: string, bytes: () => Uint8Array, meaning: string | Uint8Array = bytes()): string {
    const key = keyOf(test, meaning);
    if (!this.rows.has(key)) this.keep(key, test, bytes());
    return key;
  }

  private keep(key: string, test: string, bytes: Uint8Array): void {
    writeSync(this.handle, bytes);
    this.rows.set(key, { key, test, offset: this.end, length: bytes.length });
    this.end += bytes.length;
  }

  close(): void {
    closeSync(this.handle);
    writeFileSync(`${this.file}.json`, JSON.stringify([...this.rows.values()]));
  }
}

export function keyOf(test: string, meaning: string | Uint8Array): string {
  return createHash('sha1').update(test).update('\0').update(meaning).digest('hex');
}

export class ModelReader {
  readonly rows: readonly StoredModel[];
  private readonly handle: number;

  constructor(file: string) {
    // ModelWriter, or theirs.py, writes it so.
    this.rows = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as readonly StoredModel[];
    this.handle = openSync(`${file}.bin`, 'r');
  }

  bytes({ offset, length }: StoredModel): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.handle, bytes, 0, length, offset);
    return bytes;
  }

  close(): void {
    closeSync(this.handle);
  }
}
