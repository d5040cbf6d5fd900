/**
 * A protobuf message as a list of pieces: small ones that are encoded already, and tensors whose bytes are fetched only
 * when the message is written. Lengths are known beforehand, so that nothing has to be held.
 */
import type { Tensor } from '../../ir/tensor.ts';

export type Piece = Uint8Array | Tensor;

/** A message that is being put together. */
export class Pieces {
  private readonly list: (Piece | Pieces)[] = [];
  private total = 0;

  /** Bytes of the whole message. */
  get length(): number {
    return this.total;
  }

  /** Fields that are encoded already. */
  add(bytes: Uint8Array | undefined): void {
    if (!bytes || bytes.length === 0) return;
    this.list.push(bytes);
    this.total += bytes.length;
  }

  /** A field that holds a message. */
  addMessage(field: number, message: Pieces): void {
    this.add(lengthPrefix(field, message.length));
    this.list.push(message);
    this.total += message.length;
  }

  /** A bytes field that holds a tensor's elements. */
  addTensor(field: number, tensor: Tensor): void {
    this.add(lengthPrefix(field, tensor.byteLength));
    this.list.push(tensor);
    this.total += tensor.byteLength;
  }

  /** The pieces in order. */
  *[Symbol.iterator](): Iterator<Piece> {
    const stack: { list: readonly (Piece | Pieces)[]; next: number }[] = [{ list: this.list, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const item = top.list[top.next++];
      if (item === undefined) stack.pop();
      else if (item instanceof Pieces) stack.push({ list: item.list, next: 0 });
      else yield item;
    }
  }
}

/** The tag of a length-delimited field, and its length. */
function lengthPrefix(field: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (const value of [field * 8 + 2, length]) {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
