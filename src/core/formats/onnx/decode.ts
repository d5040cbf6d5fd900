/** Decoding of small messages by protobufjs, which keeps the fields that it does not know. */
import protobuf from 'protobufjs/minimal.js';

/** A generated message class. */
export interface MessageType<T> {
  decode(reader: protobuf.Reader): T;
}

/** Decodes a message. Unknown fields, of messages within too, are in `$unknowns`. Throws Error where the bytes are no message. */
export function decodeKeeping<T>(type: MessageType<T>, bytes: Uint8Array): T {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  return type.decode(reader);
}

/** Fields that were not known, as bytes to write again; undefined where there are none. */
export function unknownBytes(unknowns: readonly Uint8Array[] | undefined): Uint8Array | undefined {
  return unknowns && unknowns.length > 0 ? new Uint8Array(Buffer.concat(unknowns)) : undefined;
}
