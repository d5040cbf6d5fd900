/** Decoding of small messages by protobufjs, which keeps the fields that it does not know. */
import protobuf from 'protobufjs/minimal.js';
import { InputError, type Place } from '../../ir/errors.ts';

/** A generated message class. */
export interface MessageType<T> {
  decode(reader: protobuf.Reader): T;
}

/**
 * Decodes a message. Unknown fields, of messages within too, are in `$unknowns`. Throws InputError `file-malformed` where
 * the bytes are no message of that kind; `place` is where they came from.
 */
export function decodeKeeping<T>(type: MessageType<T>, bytes: Uint8Array, place: Place): T {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  try {
    return type.decode(reader);
  } catch (error) {
    const message = `this is not a message of ONNX (${error instanceof Error ? error.message : error})`;
    throw new InputError('file-malformed', message, place, 'The file is damaged: fetch or save it again.');
  }
}

/** Fields that were not known, as bytes to write again; undefined where there are none. */
export function unknownBytes(unknowns: readonly Uint8Array[] | undefined): Uint8Array | undefined {
  return unknowns && unknowns.length > 0 ? new Uint8Array(Buffer.concat(unknowns)) : undefined;
}
