/** Adapters of recurrent layers, comparisons and what else changed in form. */
import type { Value } from '../../ir/value.ts';
import { type Adapter, adapter, constantNumber, down, operand, rankOf, tooOld, up } from './adapter.ts';

/** From 14 on the batch may come first. */
const RECURRENT = ['GRU', 'LSTM', 'RNN'];
const layoutDown = adapter(down(14, ...RECURRENT), (node, onnx) => {
  if (node.int('layout', 0n) === 0n) return onnx.same(node.inputs, { layout: undefined });
  const swapped = (value: Value | undefined) => value && onnx.transpose(value, [1, 0, 2]);
  const inputs = node.inputs.map((value, k) => (k === 0 || k === 5 || k === 6 ? swapped(value) : value));
  const [all, ...states] = onnx.same(inputs, { layout: undefined });
  const results = states.map((state) => onnx.transpose(state, [1, 0, 2]));
  return all ? [onnx.transpose(all, [2, 0, 1, 3]), ...results] : results;
});

/** NaN is neither above, below nor equal: Not(Less) would be wrong. */
const orEqual = adapter(down(12, 'GreaterOrEqual', 'LessOrEqual'), (node, onnx) => {
  const [a, b] = [operand(node), operand(node, 1)];
  return onnx.Or(node.op === 'GreaterOrEqual' ? onnx.Greater(a, b) : onnx.Less(a, b), onnx.Equal(a, b));
});

/** In two's complement ~x is -1 - x. */
const bitwiseNot = adapter(down(18, 'BitwiseNot'), (node, onnx) => {
  const x = operand(node);
  if (!x.dtype?.startsWith('int')) tooOld(node, 18, 'it inverts the bits of unsigned integers');
  return onnx.Sub(onnx.like(x, -1), x);
});

/** Base and exponent have one type until 11. */
const powDown = adapter(down(12, 'Pow'), (node, onnx) => {
  const [x, y] = [operand(node), operand(node, 1)];
  if (x.dtype === y.dtype || !x.dtype) return undefined;
  if (!x.dtype.startsWith('float')) tooOld(node, 12, 'base and exponent have different types');
  return onnx.Pow(x, onnx.cast(y, x.dtype));
});

/** Arithmetic of 8 and 16 bits came with 14. */
const NARROW = new Set(['int8', 'int16', 'uint8', 'uint16']);
const narrowArithmetic = adapter(down(14, 'Add', 'Div', 'Mul', 'Sub'), (node, onnx) => {
  const { dtype } = operand(node);
  if (!dtype || !NARROW.has(dtype)) return undefined;
  const [wide] = onnx.same([onnx.cast(operand(node), 'int32'), onnx.cast(operand(node, 1), 'int32')]);
  return wide && onnx.cast(wide, dtype);
});

/** Half floats came with 20; as float32 they are as infinite. */
const narrowInfinity = adapter(down(20, 'IsInf'), (node, onnx) => {
  const x = operand(node);
  return x.dtype === 'float16' || x.dtype === 'bfloat16' ? onnx.same([onnx.cast(x, 'float32')]) : undefined;
});

/** The axis is an input from 20 on, and counts from the back by default. */
const dftDown = adapter(down(20, 'DFT'), (node, onnx) => {
  const axis = constantNumber(node, 2, 'axis', 20) ?? -2;
  const at = axis < 0 ? axis + rankOf(node) : axis;
  return onnx.same([operand(node), node.input(1)], { axis: at });
});
const dftUp = adapter(up(20, 'DFT'), (node, onnx) => {
  const axis = node.int('axis', 1n);
  return onnx.same([operand(node), node.input(1), onnx.constant(axis)], { axis: undefined });
});

export const renamed: readonly Adapter[] = [
  layoutDown,
  orEqual,
  bitwiseNot,
  powDown,
  narrowArithmetic,
  narrowInfinity,
  dftDown,
  dftUp,
];
