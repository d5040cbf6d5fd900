/** Elements narrower than a byte, packed from the lowest bit of the first byte on. Source: onnx.proto, TensorProto.raw_data. */

/** Packs elements that are each in the low bits of a byte; an element may lie across two bytes. */
export function packBits(elements: Uint8Array, bits: number): Uint8Array {
  const packed = new Uint8Array(Math.ceil((elements.length * bits) / 8));
  const mask = (1 << bits) - 1;
  elements.forEach((element, k) => {
    const at = (k * bits) >> 3;
    const spread = (element & mask) << ((k * bits) & 7);
    packed[at] = (packed[at] ?? 0) | spread;
    // Beyond the last byte there is nothing to write.
    if (spread > 0xff) packed[at + 1] = (packed[at + 1] ?? 0) | (spread >> 8);
  });
  return packed;
}

/** The first `count` elements of packed bytes, each in the low bits of a byte. */
export function unpackBits(packed: Uint8Array, bits: number, count: number): Uint8Array {
  const mask = (1 << bits) - 1;
  return Uint8Array.from({ length: count }, (_, k) => {
    const at = (k * bits) >> 3;
    const both = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
    return (both >> ((k * bits) & 7)) & mask;
  });
}
