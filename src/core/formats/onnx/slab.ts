/** Many small byte arrays out of few large ones: an array of its own costs more than the bytes of a small message. */

const BLOCK_BYTES = 1 << 16;
/** Longer arrays get memory of their own. */
const LONGEST = 1 << 10;
const EMPTY = new Uint8Array(0);

export class Slab {
  private block = EMPTY;
  private used = 0;

  /** Bytes of zero, nobody else's. */
  take(length: number): Uint8Array {
    if (length === 0) return EMPTY;
    if (length > LONGEST) return new Uint8Array(length);
    if (this.used + length > this.block.length) {
      this.block = new Uint8Array(BLOCK_BYTES);
      this.used = 0;
    }
    this.used += length;
    return this.block.subarray(this.used - length, this.used);
  }
}
