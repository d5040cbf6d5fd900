/**
 * The bits of floats by arithmetic (BitCast, 26): sign, exponent and fraction as the numbers that they are (IEEE 754), in
 * float64. NaN has one pattern, as arithmetic tells none apart.
 */
import type { DataType } from '../../../ir/dtype.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { naturals } from './counting.ts';

export interface Format {
  /** All bits, those of the fraction, and what is added to exponents. */
  readonly bits: number;
  readonly fraction: number;
  readonly bias: number;
}

export const FORMATS: Partial<Record<DataType, Format>> = {
  float16: { bits: 16, fraction: 10, bias: 15 },
  bfloat16: { bits: 16, fraction: 7, bias: 127 },
  float32: { bits: 32, fraction: 23, bias: 127 },
  float64: { bits: 64, fraction: 52, bias: 1023 },
};

/** Exponents of powers of two that float64 has. */
const [LEAST, MOST] = [-1074, 1023];

/** 2 to integers of int64 between -1074 and 1023, exactly. */
function power(onnx: OnnxBuilder, exponent: Value): Value {
  const powers = naturals(MOST - LEAST + 1).map((k) => 2 ** (k + LEAST));
  const table = onnx.constant(Tensor.of('float64', [powers.length], powers));
  return onnx.Gather(table, onnx.Add(exponent, onnx.constant(BigInt(-LEAST))));
}

/** The bits of x as int64, from which a Cast to the integers of its size takes the lower ones. */
export function bitsOfFloat(onnx: OnnxBuilder, x: Value, { bits, fraction, bias }: Format): Value {
  const number = (value: number) => onnx.constant(value, 'float64');
  const whole = (value: bigint | number) => onnx.constant(BigInt(value));
  const wide = onnx.cast(x, 'float64');
  const size = onnx.Abs(wide);
  const isSpecial = onnx.Not(onnx.Less(size, number(Number.POSITIVE_INFINITY)));
  const isZero = onnx.Not(onnx.Or(onnx.Greater(size, number(0)), isSpecial));
  const plain = onnx.Where(onnx.Or(isZero, isSpecial), number(1), size);
  // The logarithm may be off by one, which the powers themselves tell.
  const guess = onnx.cast(onnx.Floor(onnx.Mul(onnx.Log(plain), number(Math.LOG2E))), 'int64');
  const near = onnx.Max(onnx.Min(guess, whole(MOST)), whole(LEAST));
  const low = onnx.cast(onnx.Less(plain, power(onnx, near)), 'int64');
  const lower = onnx.Sub(near, low);
  const high = onnx.cast(onnx.Not(onnx.Less(onnx.Mul(plain, number(0.5)), power(onnx, lower))), 'int64');
  const exponent = onnx.Where(isZero, whole(1 - bias), onnx.Max(onnx.Add(lower, high), whole(1 - bias)));
  // 2^(fraction - exponent) may be more than float64 has: it is taken in two halves.
  const shift = onnx.Sub(whole(fraction), exponent);
  const first = onnx.Div(shift, whole(2));
  const scaled = onnx.Mul(
    onnx.Mul(onnx.Where(isZero, number(0), plain), power(onnx, first)),
    power(onnx, onnx.Sub(shift, first)),
  );
  const unit = whole(1n << BigInt(fraction));
  const finite = onnx.Add(onnx.Mul(onnx.Add(exponent, whole(bias - 1)), unit), onnx.cast(scaled, 'int64'));
  const infinite = whole(BigInt(2 * bias + 1) << BigInt(fraction));
  const isNone = onnx.IsNaN(size);
  const quiet = whole((BigInt(2 * bias + 1) << BigInt(fraction)) + (1n << BigInt(fraction - 1)));
  const magnitude = onnx.Where(isNone, quiet, onnx.Where(isSpecial, infinite, finite));
  const isNegative = onnx.Or(onnx.Less(wide, number(0)), onnx.Less(onnx.Reciprocal(wide), number(0)));
  const sign = bits === 64 ? whole(-(2n ** 63n)) : whole(1n << BigInt(bits - 1));
  return onnx.Add(magnitude, onnx.Mul(onnx.cast(isNegative, 'int64'), sign));
}

/** The float that has the bits of an integer of the same size. */
export function floatOfBits(onnx: OnnxBuilder, x: Value, { bits, fraction, bias }: Format, to: DataType): Value {
  const number = (value: number) => onnx.constant(value, 'float64');
  const whole = (value: bigint | number) => onnx.constant(BigInt(value));
  const { magnitude, isNegative } = withoutSign(onnx, x, bits);
  const unit = whole(1n << BigInt(fraction));
  const exponent = onnx.Div(magnitude, unit);
  const rest = onnx.Sub(magnitude, onnx.Mul(exponent, unit));
  const isNormal = onnx.Greater(exponent, whole(0));
  const significand = onnx.Add(rest, onnx.Mul(onnx.cast(isNormal, 'int64'), unit));
  const last = whole(2 * bias + 1);
  const isSpecial = onnx.Equal(exponent, last);
  const place = onnx.Sub(onnx.Max(onnx.Min(exponent, onnx.Sub(last, whole(1))), whole(1)), whole(bias + fraction));
  const finite = onnx.Mul(onnx.cast(significand, 'float64'), power(onnx, place));
  const special = onnx.Where(onnx.Equal(rest, whole(0)), number(Number.POSITIVE_INFINITY), number(Number.NaN));
  const size = onnx.Where(isSpecial, special, finite);
  return onnx.cast(onnx.Where(isNegative, onnx.Neg(size), size), to);
}

/** The lower bits as a number of int64, and whether the highest is set. */
function withoutSign(
  onnx: OnnxBuilder,
  x: Value,
  bits: number,
): { readonly magnitude: Value; readonly isNegative: Value } {
  const wide = onnx.cast(x, 'int64');
  const zero = onnx.constant(0n);
  if (bits === 64) {
    const isNegative = onnx.Less(wide, zero);
    const sign = onnx.constant(-(2n ** 63n));
    return { magnitude: onnx.Where(isNegative, onnx.Sub(wide, sign), wide), isNegative };
  }
  // Integers below 0 as the unsigned ones of the same bits.
  const size = onnx.constant(1n << BigInt(bits));
  const unsigned = dtypeOf(x).startsWith('u') ? wide : onnx.Where(onnx.Less(wide, zero), onnx.Add(wide, size), wide);
  const half = onnx.constant(1n << BigInt(bits - 1));
  const isNegative = onnx.Not(onnx.Less(unsigned, half));
  return { magnitude: onnx.Where(isNegative, onnx.Sub(unsigned, half), unsigned), isNegative };
}
