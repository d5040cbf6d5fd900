/**
 * A protobuf message as a list of pieces: small ones that are encoded already, and tensors whose bytes are fetched only
 * when the message is written. Lengths are known beforehand, so that nothing has to be held.
 */
import type { Tensor } from '../../ir/tensor.ts';
import { Slab } from './slab.ts';

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

  /** Fields that are encoded already and stay where they are until then. */
  addBytes(fields: Tensor): void {
    this.list.push(fields);
    this.total += fields.byteLength;
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

const SLAB = new Slab();

/** The tag of a length-delimited field, and its length. */
function lengthPrefix(field: number, length: number): Uint8Array {
  const tag = field * 8 + 2;
  const bytes = SLAB.take(varintLength(tag) + varintLength(length));
  putVarint(bytes, putVarint(bytes, 0, tag), length);
  return bytes;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Gives the position behind the number. */
function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  bytes[at++] = rest;
  return at;
}
