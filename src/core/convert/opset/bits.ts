/** Adapters of operators on the bits of integers, and of remainders. Definitions: the ONNX operator specification. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { DATA_TYPES, isFloat } from '../../ir/dtype.ts';
import type { Value } from '../../ir/value.ts';
import { type Adapter, adapter, down, operand, sameUp } from './adapter.ts';
import { typed } from './decompositions/forms.ts';

/** In two's complement ~x is -1 - x; of unsigned integers what is missing to the largest. */
const bitwiseNot = adapter(down(18, 'BitwiseNot'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const all = dtype.startsWith('int') ? -1n : 2n ** BigInt(DATA_TYPES[dtype].bits) - 1n;
  return onnx.Sub(onnx.like(x, all), x);
});

/**
 * From 28 on integers may be signed, and an amount that is negative or no less than the number of bits leaves the sign alone
 * (before, nothing was said of it). All are shifted as unsigned integers of 64 bits; to the right those below 0 with all bits
 * inverted, so that ones come in.
 */
const shift = adapter(down(28, 'BitShift'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const y = operand(node, 1);
  const isSigned = dtype.startsWith('int');
  const amounts = constantOf(y)?.numbers();
  const fits = amounts?.every((amount) => amount >= 0 && amount < DATA_TYPES[dtype].bits) ?? false;
  if (!isSigned && fits) return undefined;
  const wide = onnx.cast(x, 'int64');
  const amount = onnx.cast(y, 'int64');
  const zero = onnx.constant(0n);
  const shifted = (value: Value): Value => {
    const bits = onnx.BitShift(onnx.cast(value, 'uint64'), onnx.cast(y, 'uint64'), { direction });
    const result = onnx.cast(bits, 'int64');
    if (fits) return result;
    const isBelow = onnx.Less(amount, onnx.constant(BigInt(DATA_TYPES[dtype].bits)));
    return onnx.Where(onnx.And(isBelow, onnx.Not(onnx.Less(amount, zero))), result, zero);
  };
  const direction = node.string('direction', '');
  if (!isSigned || direction === 'LEFT') return onnx.cast(shifted(wide), dtype);
  const isNegative = onnx.Less(wide, zero);
  const inverted = (value: Value): Value => onnx.Where(isNegative, onnx.Sub(onnx.constant(-1n), value), value);
  return onnx.cast(inverted(shifted(inverted(wide))), dtype);
});

/**
 * From 28 on floats may have the remainder that has the sign of the divisor: that of fmod, which has the sign of the dividend,
 * and where these differ the divisor more.
 */
const remainder = adapter(down(28, 'Mod'), (node, onnx) => {
  const [a, b] = [operand(node), operand(node, 1)];
  if (node.int('fmod', 0n) !== 0n || !a.dtype || !isFloat(a.dtype)) return undefined;
  const rest = onnx.Mod(a, b, { fmod: 1 });
  const zero = onnx.like(a, 0);
  const isNegative = (value: Value): Value => onnx.Less(value, zero);
  const differs = onnx.And(onnx.Xor(isNegative(rest), isNegative(b)), onnx.Not(onnx.Equal(rest, zero)));
  return onnx.Where(differs, onnx.Add(rest, b), rest);
});

export const bits: readonly Adapter[] = [bitwiseNot, shift, sameUp(28, 'BitShift'), remainder, sameUp(28, 'Mod')];
