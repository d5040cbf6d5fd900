/** Adapters of recurrent layers, powers and what else changed in form. */
import { isFloat } from '../../ir/dtype.ts';
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

/** Base and exponent have one type until 11. */
const powDown = adapter(down(12, 'Pow'), (node, onnx) => {
  const [x, y] = [operand(node), operand(node, 1)];
  if (!x.dtype || !y.dtype) return undefined;
  if (isFloat(x.dtype)) return x.dtype === y.dtype ? undefined : onnx.Pow(x, onnx.cast(y, x.dtype));
  // Doubles hold all powers that 32 bits do. The power of integers is one, however it was computed.
  if (x.dtype !== 'int32') tooOld(node, 12, `its base is of ${x.dtype}`);
  const power = onnx.Pow(onnx.cast(x, 'float64'), onnx.cast(y, 'float64'));
  return onnx.cast(isFloat(y.dtype) ? power : onnx.Round(power), 'int32');
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

export const renamed: readonly Adapter[] = [layoutDown, powDown, narrowArithmetic, narrowInfinity, dftDown, dftUp];
