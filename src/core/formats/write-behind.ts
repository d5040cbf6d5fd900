/** Writes a file while the next pieces of it are being made: large ones on other threads, a few at a time. */
import { write, writeSync } from 'node:fs';
import { CHUNK_BYTES } from '../ir/bytes.ts';
import type { ChunkMemory } from '../ir/chunk-memory.ts';

/** Smaller pieces are gathered, for a model has many, and written at once: sooner done than handed to another thread. */
const GATHERED_BYTES = 1 << 18;
/** More is not on its way to the disk at once. */
const MOST_UNDER_WAY = 3 * CHUNK_BYTES;

export class WriteBehind implements ChunkMemory {
  private readonly gathered = new Uint8Array(GATHERED_BYTES);
  private filled = 0;
  private readonly spare: Uint8Array[] = [];
  private next: Uint8Array | undefined;
  private readonly writes = new Set<Promise<void>>();
  private bytesUnderWay = 0;
  /** Bytes written here since other work of the process had its turn. */
  private bytesHere = 0;
  private position = 0;
  private failure: { readonly reason: unknown } | undefined;

  constructor(
    private readonly descriptor: number,
    /** Says an error of the system in the words that are thrown. */
    private readonly said: (error: unknown) => unknown,
  ) {}

  take(): Uint8Array {
    this.next ??= this.spare.pop() ?? new Uint8Array(CHUNK_BYTES);
    return this.next;
  }

  /**
   * Takes the next piece. Where that is a large one its bytes must stay as they are; where a promise is given, wait for it
   * before making another. Throws what the system said of a piece before.
   */
  put(piece: Uint8Array): Promise<void> | undefined {
    if (piece.length > GATHERED_BYTES) {
      this.flush();
      this.start(piece);
    } else {
      if (this.filled + piece.length > GATHERED_BYTES) this.flush();
      this.gathered.set(piece, this.filled);
      this.filled += piece.length;
    }
    if (this.failure) throw this.failure.reason;
    if (this.bytesHere > MOST_UNDER_WAY) return this.turn();
    return this.bytesUnderWay > MOST_UNDER_WAY ? this.room() : undefined;
  }

  /** Resolves when everything is written; throws what the system said. */
  async end(): Promise<void> {
    this.flush();
    await this.settled();
    if (this.failure) throw this.failure.reason;
  }

  /** Resolves when nothing is under way, whatever became of it: only then may the file be closed. */
  async settled(): Promise<void> {
    await Promise.all(this.writes);
  }

  private flush(): void {
    const count = this.filled;
    this.filled = 0;
    try {
      for (let done = 0; done < count; ) {
        done += writeSync(this.descriptor, this.gathered, done, count - done, this.position + done);
      }
    } catch (error) {
      this.failure ??= { reason: this.said(error) };
    }
    this.position += count;
    this.bytesHere += count;
  }

  private start(piece: Uint8Array): void {
    const at = this.position;
    this.position += piece.length;
    this.bytesUnderWay += piece.length;
    const own = this.next?.buffer === piece.buffer ? this.next : undefined;
    if (own) this.next = undefined;
    const writing = this.whole(piece, at)
      .catch((error: unknown) => {
        this.failure ??= { reason: this.said(error) };
      })
      .then(() => {
        this.writes.delete(writing);
        this.bytesUnderWay -= piece.length;
        if (own) this.spare.push(own);
      });
    this.writes.add(writing);
  }

  private async whole(piece: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < piece.length; ) {
      done += await writeAt(this.descriptor, piece, done, Math.min(piece.length - done, 1 << 30), at + done);
    }
  }

  private async turn(): Promise<void> {
    this.bytesHere = 0;
    await new Promise((resolve) => setImmediate(resolve));
    await this.room();
  }

  private async room(): Promise<void> {
    while (this.bytesUnderWay > MOST_UNDER_WAY) await Promise.race(this.writes);
    if (this.failure) throw this.failure.reason;
  }
}

function writeAt(descriptor: number, bytes: Uint8Array, from: number, count: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, from, count, at, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  });
}
