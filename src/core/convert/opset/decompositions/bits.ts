/**
 * Bits by arithmetic of integers: BitwiseAnd, BitwiseOr, BitwiseXor (18), BitShift (11) and BitCast (26). Casts between
 * integers keep the lower bits, as the ONNX operator specification says.
 */
import { constantOf } from '../../../dialects/onnx/data.ts';
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { byteLength, type DataType, isInteger } from '../../../ir/dtype.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { bitsOfFloat, FORMATS, floatOfBits } from './bit-patterns.ts';
import { naturals } from './counting.ts';
import { reduced, typed } from './forms.ts';

const BITS = { BitwiseAnd: (a: number, b: number) => a & b, BitwiseOr: (a: number, b: number) => a | b };
const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  ...BITS,
  BitwiseXor: (a, b) => a ^ b,
};

function bitsOf(dtype: DataType): number {
  return byteLength(dtype, 1) * 8;
}

function unsigned(dtype: DataType): DataType {
  const bits = bitsOf(dtype);
  return bits === 8 ? 'uint8' : bits === 16 ? 'uint16' : bits === 32 ? 'uint32' : 'uint64';
}

/** The digits to base 16, the lowest first, along a new last axis of int64. */
function digits(onnx: OnnxBuilder, x: Value, dtype: DataType, rank: number): Value {
  // Without a sign; 32 bits and less as int64, which more runtimes divide.
  const within: DataType = bitsOf(dtype) === 64 ? 'uint64' : 'int64';
  const whole = onnx.unsqueeze(onnx.cast(onnx.cast(x, unsigned(dtype)), within), [rank]);
  const count = bitsOf(dtype) / 4;
  const powers = onnx.constant(Tensor.of(within, [count], powersOf16(count)));
  return onnx.cast(onnx.Mod(onnx.Div(whole, powers), onnx.constant(16n, within)), 'int64');
}

function powersOf16(count: number): bigint[] {
  return naturals(count).map((k) => 16n ** BigInt(k));
}

/** Digit by digit from a table of all pairs. */
const bitwise = adapter(down(18, ...Object.keys(OPERATIONS)), (node, onnx) => {
  const { dtype } = typed(node);
  const operation = OPERATIONS[node.op];
  if (!operation) throw new Error(`${node.op} has no table`);
  const rank = Math.max(rankOf(node), rankOf(node, 1));
  const [a, b] = [0, 1].map((k) => digits(onnx, withRank(onnx, operand(node, k), rankOf(node, k), rank), dtype, rank));
  if (!a || !b) throw new Error('two numbers');
  const table = naturals(256).map((at) => operation(at >> 4, at % 16));
  const pairs = onnx.Add(onnx.Mul(a, onnx.constant(16n)), b);
  const found = onnx.Gather(onnx.constant(Tensor.of('int64', [256], table)), pairs);
  // The highest digit of 64 bits reaches the sign, as it should.
  const weights = onnx.constant(powersOf16(bitsOf(dtype) / 4));
  return onnx.cast(reduced(onnx, 'ReduceSum', onnx.Mul(found, weights), [rank]), dtype);
});

function withRank(onnx: OnnxBuilder, x: Value, own: number, rank: number): Value {
  return onnx.unsqueeze(x, naturals(rank - own));
}

/** Shifts from 256 on have no row in the table, and end the run with an error. */
const MOST_SHIFT = 256;

/** A shift multiplies or divides by a power of two; what is shifted out is gone. */
const bitShift = adapter(down(11, 'BitShift'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const bits = bitsOf(dtype);
  const within: DataType = bits === 64 ? 'uint64' : 'int64';
  const wide = onnx.cast(x, within);
  const by = onnx.cast(operand(node, 1), 'int64');
  const power = (of: (shift: number) => bigint) =>
    onnx.Gather(onnx.constant(Tensor.of(within, [MOST_SHIFT], naturals(MOST_SHIFT).map(of))), by);
  if (node.string('direction', '') === 'LEFT') {
    const factor = power((shift) => (shift < bits ? 1n << BigInt(shift) : 0n));
    return onnx.cast(onnx.Mul(wide, factor), dtype);
  }
  // In two halves, since 2^64 is no number of 64 bits.
  const half = (shift: number) => Math.min(shift, bits / 2);
  const first = onnx.Div(
    wide,
    power((shift) => 1n << BigInt(half(shift))),
  );
  const second = power((shift) => 1n << BigInt(half(shift - half(shift))));
  return onnx.cast(onnx.Div(first, second), dtype);
});

const bitCast = adapter(down(26, 'BitCast'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const to = dtypeOfCode(node.int('to', 0n)) ?? refuse('invalid-model', node, { reason: 'its type is unknown' });
  const constant = constantOf(x);
  if (constant) return onnx.constant(Tensor.ofBytes(to, constant.shape, constant.bytes()));
  if (dtype === to) return onnx.Identity(x);
  const whole = (type: DataType) => isInteger(type) || type === 'bool';
  if (whole(dtype) && whole(to)) return onnx.cast(x, to);
  const [from, into] = [FORMATS[dtype], FORMATS[to]];
  if ((!from && !whole(dtype)) || (!into && !whole(to))) {
    tooOld(node, 26, `older operators do not see the bits of ${from || whole(dtype) ? to : dtype}`);
  }
  const integer = from ? onnx.cast(bitsOfFloat(onnx, x, from), unsigned(dtype)) : x;
  return into ? floatOfBits(onnx, integer, into, to) : onnx.cast(integer, to);
});

export const bits: readonly Adapter[] = [bitwise, bitShift, bitCast];
