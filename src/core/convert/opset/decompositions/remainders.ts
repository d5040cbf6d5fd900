/** Mod (10). Definition: the ONNX operator specification; that of floats is fmod of C, which is exact. */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand } from '../adapter.ts';
import { chosen } from './choosing.ts';
import { loop, naturals } from './counting.ts';
import { below } from './elementary.ts';
import { reduced, typed } from './forms.ts';

/**
 * The remainder of floats, with the sign of the dividend, exactly: doubles hold the products of a divisor of 24 bits and a
 * quotient of 29, which is the floor of what was divided. Larger quotients are taken off 29 bits at a time, the upper ones
 * first; of doubles a bit at a time.
 */
function floatRemainder(node: Node, onnx: OnnxBuilder, dtype: DataType): Value {
  const [x, y] = [onnx.cast(operand(node), 'float64'), onnx.cast(operand(node, 1), 'float64')];
  const [dividend, divisor] = [onnx.Abs(x), onnx.Abs(y)];
  // From 2^128 down to 2^-149 there are 277 bits; half floats have quotients of 40, and products of 51.
  const digits = dtype === 'float16' ? [0] : naturals(10).toReversed();
  const isDouble = dtype === 'float64';
  const rest = isDouble
    ? restOfDoubles(onnx, node, dividend, divisor)
    : digits.reduce((value, digit) => {
        const multiple = digit === 0 ? divisor : onnx.Mul(divisor, onnx.constant(2 ** (29 * digit), 'float64'));
        return onnx.Sub(value, onnx.Mul(onnx.Floor(onnx.Div(value, multiple)), multiple));
      }, dividend);
  // An infinite divisor leaves all.
  const size = chosen(onnx, node, onnx.Less(dividend, divisor), dividend, rest);
  return onnx.cast(chosen(onnx, node, onnx.Less(x, onnx.constant(0, 'float64')), onnx.Neg(size), size), dtype);
}

/**
 * A Loop over the binary digits of the quotients, the upper ones first. What is taken off is less than twice what it is taken
 * off, so that no difference is rounded.
 */
function restOfDoubles(onnx: OnnxBuilder, node: Node, dividend: Value, divisor: Value): Value {
  const number = (value: number) => onnx.constant(value, 'float64');
  // Where the logarithms are wrong by their rounding there is one more digit. What is no number, or none, has none.
  const digits = onnx.Div(onnx.Sub(onnx.Log(dividend), onnx.Log(divisor)), number(Math.LN2));
  const isSome = onnx.And(onnx.Greater(digits, number(0)), onnx.Less(digits, number(2200)));
  const list = onnx.Reshape(
    chosen(onnx, node, isSome, digits, onnx.Mul(onnx.cast(isSome, 'float64'), number(0))),
    onnx.ints([-1]),
  );
  const most = onnx.Add(onnx.Ceil(reduced(onnx, 'ReduceMax', list, [0])), number(1));
  // Nothing, but not a number where one of both is infinite, the divisor 0, or none of them a number.
  const nothing = onnx.Add(onnx.Sub(dividend, dividend), onnx.Mul(onnx.Div(divisor, divisor), number(0)));
  const count = onnx.cast(onnx.Add(most, number(1)), 'int64');
  const [rest = dividend] = loop(onnx, count, [onnx.Add(dividend, nothing)], (inner, round, [left = dividend]) => {
    const digit = inner.Sub(most, inner.cast(round, 'float64'));
    // In three factors, of which none is too large.
    const third = inner.Floor(inner.Div(digit, number(3)));
    const factor = inner.Pow(number(2), third);
    const last = inner.Pow(number(2), inner.Sub(digit, inner.Add(third, third)));
    const multiple = inner.Mul(inner.Mul(inner.Mul(divisor, factor), factor), last);
    return [chosen(inner, node, inner.Less(left, multiple), left, inner.Sub(left, multiple))];
  });
  return rest;
}

/** The remainder with the sign of the divisor, where that is not asked of the dividend; floats know the latter alone. */
const mod = adapter(down(10, 'Mod'), (node, onnx) => {
  const { dtype } = typed(node);
  if (isFloat(dtype)) return floatRemainder(node, onnx, dtype);
  const within = dtype === 'int64' || dtype === 'uint64' ? dtype : dtype === 'uint32' ? 'int64' : 'int32';
  const [x, y] = [onnx.cast(operand(node), within), onnx.cast(operand(node, 1), within)];
  const rest = onnx.Sub(x, onnx.Mul(onnx.Div(x, y), y));
  if (node.int('fmod', 0n) !== 0n || dtype.startsWith('uint')) return onnx.cast(rest, dtype);
  const zero = onnx.like(rest, 0);
  const differs = onnx.Xor(below(onnx, rest, 0), below(onnx, y, 0));
  const other = onnx.And(differs, onnx.Not(onnx.Equal(rest, zero)));
  return onnx.cast(onnx.Add(rest, onnx.Mul(onnx.cast(other, within), y)), dtype);
});

export const remainders: readonly Adapter[] = [mod];
