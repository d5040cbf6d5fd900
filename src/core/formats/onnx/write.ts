/** Models to ONNX files: written whole or not at all, tensors copied a piece at a time, data beside the model where it is large. */
import type { Model } from '../../ir/model.ts';
import { encodeModelPieces } from './encode.ts';

/** A model as the bytes of its file, for models that fit in memory. */
export function encodeOnnx(model: Model): Uint8Array {
  const pieces = encodeModelPieces(model);
  const bytes = new Uint8Array(pieces.length);
  let at = 0;
  for (const piece of pieces) {
    for (const chunk of piece instanceof Uint8Array ? [piece] : piece.source.chunks()) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
  }
  return bytes;
}
