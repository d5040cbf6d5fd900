/** Memory for bytes that are passed on a piece at a time: whoever takes the pieces says where they are put. */
import { CHUNK_BYTES } from './bytes.ts';

export interface ChunkMemory {
  /**
   * CHUNK_BYTES for the next piece, with anything in them. Whoever asks for pieces is done with the one before, or gives
   * other memory than the last time.
   */
  take(): Uint8Array;
}

/** The same memory each time: for those who are done with a piece when they ask for the next. */
export class OneChunk implements ChunkMemory {
  private bytes: Uint8Array | undefined;

  take(): Uint8Array {
    this.bytes ??= new Uint8Array(CHUNK_BYTES);
    return this.bytes;
  }
}
