/**
 * Floats narrower than 32 bits: their bits to numbers and back. Sources: IEEE 754 for float16; the ONNX documents on
 * float8, float4 and float6 stored in 8, 4 and 6 bits.
 */
import type { DataType } from './dtype.ts';

const SCRATCH = new DataView(new ArrayBuffer(4));

export function bfloatToNumber(bits: number): number {
  SCRATCH.setUint32(0, bits << 16);
  return SCRATCH.getFloat32(0);
}

/** Rounds to nearest, ties to even; NaN stays NaN. */
export function numberToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  SCRATCH.setFloat32(0, value);
  const bits = SCRATCH.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds to nearest, ties to even, straight from double so that no step rounds twice. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const scaled = size / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A fraction that overflows carries into the exponent by itself.
  return sign | (exponent === -14 ? rounded : rounded + (exponent + 14) * 1024);
}

/** How a float of at most 8 bits is laid out. Its largest number is what the special codes leave. */
interface Layout {
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /** Which codes stand for no number: those of IEEE 754, only all bits set, only -0, or none. */
  readonly special: 'ieee' | 'all-ones' | 'minus-zero' | 'none';
}

const LAYOUTS: Partial<Record<DataType, Layout>> = {
  float8e4m3fn: { exponentBits: 4, fractionBits: 3, bias: 7, special: 'all-ones' },
  float8e4m3fnuz: { exponentBits: 4, fractionBits: 3, bias: 8, special: 'minus-zero' },
  float8e5m2: { exponentBits: 5, fractionBits: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { exponentBits: 5, fractionBits: 2, bias: 16, special: 'minus-zero' },
  float6e2m3: { exponentBits: 2, fractionBits: 3, bias: 1, special: 'none' },
  float6e3m2: { exponentBits: 3, fractionBits: 2, bias: 3, special: 'none' },
  float4e2m1: { exponentBits: 2, fractionBits: 1, bias: 1, special: 'none' },
};

/** A float of at most 8 bits with a sign: what each of its codes stands for. */
export class SmallFloat {
  /** The number of each code; NaN and infinities where it is none. */
  readonly numbers: Float64Array;
  private readonly magnitudes: Float64Array;
  private readonly signBit: number;

  private constructor(private readonly layout: Layout) {
    const { exponentBits, fractionBits } = layout;
    this.signBit = 1 << (exponentBits + fractionBits);
    this.numbers = Float64Array.from({ length: 2 * this.signBit }, (_, code) => this.decode(code));
    const positive = this.numbers.subarray(0, this.signBit);
    this.magnitudes = positive.filter((value) => Number.isFinite(value));
  }

  /** The layout of a type; undefined for other types. */
  static of(dtype: DataType): SmallFloat | undefined {
    const layout = LAYOUTS[dtype];
    if (!layout) return undefined;
    const known = SmallFloat.known.get(dtype) ?? new SmallFloat(layout);
    SmallFloat.known.set(dtype, known);
    return known;
  }

  /**
   * The code of the nearest number, ties to the even code. Beyond the largest number: that where `saturate` is set, else
   * infinity or NaN. Undefined for NaN in a type that has none, and for an infinity where saturating it is told in two ways.
   */
  code(value: number, saturate: boolean): number | undefined {
    const { special } = this.layout;
    if (Number.isNaN(value)) return this.notANumber(0);
    const sign = value < 0 || Object.is(value, -0) ? this.signBit : 0;
    const size = Math.abs(value);
    const largest = this.magnitudes.length - 1;
    // The step beyond the largest number is the one before it.
    const [last = 0, before = 0] = [this.magnitudes[largest], this.magnitudes[largest - 1]];
    const beyond = size >= last + (last - before) / 2;
    // The specification says NaN for it, and its tests the largest number.
    if (saturate && size === Number.POSITIVE_INFINITY && special === 'minus-zero') return undefined;
    if (beyond && !saturate && special !== 'none') {
      return special === 'ieee' ? sign | (largest + 1) : this.notANumber(sign);
    }
    const code = beyond ? largest : this.nearest(size);
    return code === 0 && special === 'minus-zero' ? 0 : sign | code;
  }

  private nearest(size: number): number {
    let [low, high] = [0, this.magnitudes.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.magnitudes[middle] ?? 0) <= size) low = middle;
      else high = middle;
    }
    const [down, up] = [size - (this.magnitudes[low] ?? 0), (this.magnitudes[high] ?? 0) - size];
    return down < up || (down === up && low % 2 === 0) ? low : high;
  }

  private notANumber(sign: number): number | undefined {
    const { special } = this.layout;
    if (special === 'none') return undefined;
    return special === 'minus-zero' ? this.signBit : sign | (this.signBit - 1);
  }

  private decode(code: number): number {
    const { exponentBits, fractionBits, bias, special } = this.layout;
    const magnitude = code & (this.signBit - 1);
    const sign = code & this.signBit ? -1 : 1;
    const exponent = magnitude >> fractionBits;
    const fraction = magnitude & ((1 << fractionBits) - 1);
    if (special === 'minus-zero' && code === this.signBit) return Number.NaN;
    if (special === 'all-ones' && magnitude === this.signBit - 1) return Number.NaN;
    if (special === 'ieee' && exponent === (1 << exponentBits) - 1)
      return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    const scale = 2 ** (Math.max(exponent, 1) - bias - fractionBits);
    return sign * (exponent === 0 ? fraction : fraction + (1 << fractionBits)) * scale;
  }

  private static readonly known = new Map<DataType, SmallFloat>();
}
