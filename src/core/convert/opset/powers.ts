/** Powers before opset 12, from which on base and exponent have types of their own. Definition: the ONNX operator specification. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, tooOld } from './adapter.ts';
import { chosen } from './decompositions/choosing.ts';
import { naturals } from './decompositions/counting.ts';

/** Base and exponent have one type until 11, and that is a float. */
const powDown = adapter(down(12, 'Pow'), (node, onnx) => {
  const [x, y] = [operand(node), operand(node, 1)];
  if (!x.dtype || !y.dtype) return undefined;
  if (isFloat(x.dtype)) return x.dtype === y.dtype ? undefined : onnx.Pow(x, onnx.cast(y, x.dtype));
  if (x.dtype === 'int64') return powerOfLong(node, onnx, x, y);
  // Doubles hold all powers that 32 bits do. The power of integers is one, however it was computed.
  if (x.dtype !== 'int32') tooOld(node, 12, `its base is of ${x.dtype}`);
  const power = onnx.Pow(onnx.cast(x, 'float64'), onnx.cast(y, 'float64'));
  return onnx.cast(isFloat(y.dtype) ? power : onnx.Round(power), 'int32');
});

/** No float holds all powers of 64 bits: those by whole numbers are products, others are roots, which are cut off anyway. */
function powerOfLong(node: Node, onnx: OnnxBuilder, x: Value, y: Value): Value {
  const exponents = constantOf(y)?.numbers();
  const isWhole = !isFloat(y.dtype ?? 'int64') || exponents?.every(Number.isInteger) === true;
  const whole = wholePower(onnx, x, y, exponents);
  if (isWhole) return whole;
  const wide = onnx.cast(y, 'float64');
  const root = onnx.cast(onnx.Pow(onnx.cast(x, 'float64'), wide), 'int64');
  // Floats were not asked for being equal until 10.
  const below = onnx.Less(onnx.Floor(wide), wide);
  return chosen(onnx, node, below, root, whole);
}

/** By squaring: after six digits every base but -1, 0 and 1 has left 64 bits, and of these the last digit decides. */
function wholePower(onnx: OnnxBuilder, x: Value, y: Value, exponents: readonly number[] | undefined): Value {
  const [first = 0] = exponents ?? [];
  const isOne = y.rank === 0 && exponents !== undefined && first >= 0 && first < 64;
  return isOne ? knownPower(onnx, x, first) : computedPower(onnx, x, onnx.cast(y, 'int64'));
}

function knownPower(onnx: OnnxBuilder, x: Value, exponent: number): Value {
  let product: Value | undefined;
  let square = x;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = product ? onnx.Mul(product, square) : square;
    if (rest > 1) square = onnx.Mul(square, square);
  }
  if (product) return product === x ? onnx.Identity(x) : product;
  return onnx.Add(onnx.Mul(x, onnx.constant(0n)), onnx.constant(1n));
}

function computedPower(onnx: OnnxBuilder, x: Value, y: Value): Value {
  const number = (value: bigint) => onnx.constant(value);
  const holds = (condition: Value) => onnx.cast(condition, 'int64');
  const isMore = (value: Value, than: number) =>
    holds(onnx.Less(onnx.constant(than, 'float64'), onnx.cast(value, 'float64')));
  const negative = holds(onnx.Less(onnx.cast(y, 'float64'), onnx.constant(0, 'float64')));
  const size = onnx.Mul(y, onnx.Sub(number(1n), onnx.Mul(number(2n), negative)));
  const lastOf = (value: Value, half: Value) => onnx.Sub(value, onnx.Mul(half, number(2n)));
  const capped = onnx.Sub(onnx.Add(number(62n), lastOf(size, onnx.Div(size, number(2n)))), size);
  let rest = onnx.Add(size, onnx.Mul(isMore(size, 63), capped));
  let product = number(1n);
  let square = x;
  for (const digit of naturals(6)) {
    const half = onnx.Div(rest, number(2n));
    // 1 where the digit is 0.
    const factor = onnx.Add(onnx.Mul(lastOf(rest, half), onnx.Sub(square, number(1n))), number(1n));
    product = digit === 0 ? factor : onnx.Mul(product, factor);
    if (digit < 5) square = onnx.Mul(square, square);
    rest = half;
  }
  // One over what is larger than 1 is cut off to 0.
  const isUnit = onnx.Add(holds(onnx.Equal(x, number(1n))), holds(onnx.Equal(x, number(-1n))));
  return onnx.Mul(product, onnx.Sub(number(1n), onnx.Mul(negative, onnx.Sub(number(1n), isUnit))));
}

export const powers: readonly Adapter[] = [powDown];
