/** Fields of protobuf messages in a file: tag, place and length, without reading what they hold. */
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';

export interface WireField {
  readonly number: number;
  readonly wire: number;
  /** Where its tag is, where its value starts, and where it ends. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const WINDOW_BYTES = 1 << 15;

export class FieldCursor {
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;
  private position = 0;

  constructor(private readonly source: ByteSource) {}

  /** The field at `start`, which must end before `limit`. Throws InputError `file-malformed`, `file-truncated`. */
  read(start: number, limit: number): WireField {
    this.position = start;
    const tag = this.varint(limit);
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number === 0 || number >= 1 << 29) throw this.malformed(start, 'expected a field of a protobuf message');
    let content = this.position;
    let end = content;
    if (wire === VARINT) {
      this.varint(limit);
      end = this.position;
    } else if (wire === LENGTH_DELIMITED) {
      const length = this.varint(limit);
      content = this.position;
      end = content + length;
    } else if (wire === FIXED_32) end += 4;
    else if (wire === FIXED_64) end += 8;
    else throw this.malformed(start, `expected a field of a protobuf message, found wire type ${wire}`);
    if (end > limit) throw this.beyond(start, end, limit);
    return { number, wire, start, content, end };
  }

  /** At most ten bytes; beyond 2^53 only negative numbers are meant, whose value is read elsewhere. */
  private varint(limit: number): number {
    const start = this.position;
    let value = 0;
    for (let scale = 1, k = 0; k < 10; k++, scale *= 128) {
      if (this.position >= limit) throw this.beyond(start, this.position + 1, limit);
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw this.malformed(start, 'expected a number of at most ten bytes');
  }

  private byte(): number {
    const at = this.position - this.windowStart;
    const byte = at >= 0 ? this.window[at] : undefined;
    if (byte !== undefined) {
      this.position++;
      return byte;
    }
    this.windowStart = this.position;
    this.window = this.source.read(this.position, Math.min(WINDOW_BYTES, this.source.size - this.position));
    return this.byte();
  }

  private beyond(start: number, end: number, limit: number): InputError {
    if (limit === this.source.size) {
      const place = { file: this.source.name, offset: start };
      const message = `a field ends at byte ${end}, but the file at byte ${limit}`;
      return new InputError('file-truncated', message, place, 'The file is incomplete or damaged: fetch it again.');
    }
    return this.malformed(start, `a field ends at byte ${end}, but the message around it at byte ${limit}`);
  }

  private malformed(offset: number, message: string): InputError {
    const place = { file: this.source.name, offset };
    return new InputError('file-malformed', message, place, 'The file is damaged or no Caffe model: fetch it again.');
  }
}
