/** A part of a tensor's elements as text that reads back the same; of a large tensor only the bytes of that part are read. */
import { byteLength, DATA_TYPES } from '../core/ir/dtype.ts';
import { FileSource, Tensor } from '../core/ir/tensor.ts';

/** Elements from `offset`, at most `limit` of them, in row-major order. */
export function elementTexts(tensor: Tensor, offset: number, limit: number): string[] {
  const start = Math.min(Math.max(0, Math.trunc(offset)), tensor.count);
  const end = Math.min(start + Math.max(0, Math.trunc(limit)), tensor.count);
  if (tensor.dtype === 'string') {
    return tensor
      .strings()
      .slice(start, end)
      .map((item) => JSON.stringify(new TextDecoder().decode(item)));
  }
  const { bits, kind } = DATA_TYPES[tensor.dtype];
  if (bits < 8 || (bits === 8 && kind === 'float')) return narrowTexts(tensor, start, end);
  const part = slice(tensor, start, end);
  switch (tensor.dtype) {
    case 'bool':
      return part.numbers().map((value) => (value ? 'true' : 'false'));
    case 'int64':
    case 'uint64':
      return part.bigints().map(String);
    case 'float32':
      return part.numbers().map(shortestFloat32);
    case 'complex64':
    case 'complex128': {
      const real = Tensor.ofBytes(tensor.dtype === 'complex64' ? 'float32' : 'float64', [2 * part.count], part.bytes());
      const numbers = real.numbers();
      return Array.from({ length: part.count }, (_, k) => {
        const imaginary = numbers[2 * k + 1] ?? 0;
        return `${numbers[2 * k]}${imaginary < 0 ? '-' : '+'}${Math.abs(imaginary)}i`;
      });
    }
    default:
      return part.numbers().map(String);
  }
}

/** The shortest decimal number that is the same float32. */
export function shortestFloat32(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function slice(tensor: Tensor, start: number, end: number): Tensor {
  const { bits } = DATA_TYPES[tensor.dtype];
  const from = (start * bits) / 8;
  const length = byteLength(tensor.dtype, end - start);
  const { source } = tensor;
  const bytes =
    source instanceof FileSource
      ? source.file.read(source.offset + from, length)
      : source.bytes().subarray(from, from + length);
  return Tensor.ofBytes(tensor.dtype, [end - start], bytes);
}

/** Elements of 2 and 4 bits, the first in the lowest bits of a byte; floats of 4 and 8 bits as their bits. */
function narrowTexts(tensor: Tensor, start: number, end: number): string[] {
  const { bits, kind } = DATA_TYPES[tensor.dtype];
  const bytes = tensor.bytes();
  return Array.from({ length: end - start }, (_, k) => {
    const at = (start + k) * bits;
    const raw = ((bytes[at >> 3] ?? 0) >> (at & 7)) & (2 ** bits - 1);
    if (kind === 'float') return `0x${raw.toString(16).padStart(bits / 4, '0')}`;
    return String(kind === 'int' && raw >= 2 ** (bits - 1) ? raw - 2 ** bits : raw);
  });
}
