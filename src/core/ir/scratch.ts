/** Memory that one walk over the bytes of a file leaves to the next: fresh memory for each would pile up as garbage. */
export class Scratch {
  /** Weakly held: what nobody uses any more is given back. */
  private spare: WeakRef<Uint8Array> | undefined;

  /** At least so many bytes, with anything in them. Give them back when done. */
  take(length: number): Uint8Array {
    const spare = this.spare?.deref();
    this.spare = undefined;
    return spare && spare.length >= length ? spare : new Uint8Array(length);
  }

  give(bytes: Uint8Array): void {
    this.spare = new WeakRef(bytes);
  }
}
