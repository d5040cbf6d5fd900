/** Adapters of recurrent layers and what else changed in form. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { int } from '../../ir/attribute.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, up } from './adapter.ts';
import { branch } from './decompositions/counting.ts';

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

/** The axis is an input from 20 on, and counts from the back by default. One that is computed chooses among all. */
const dftDown = adapter(down(20, 'DFT'), (node, onnx) => {
  const axis = node.input(2);
  const known = axis ? constantOf(axis)?.numbers()[0] : -2;
  const rank = known === undefined || known < 0 ? rankOf(node) : 0;
  const attributes = [...node.attributes];
  const along = (within: OnnxBuilder, at: number) =>
    within.node('', 'DFT', [operand(node), node.input(1)], [...attributes, ['axis', int(BigInt(at))]]).output();
  if (known !== undefined || !axis)
    return along(onnx, known !== undefined && known >= 0 ? known : (known ?? -2) + rank);
  const given = onnx.reshape(axis, []);
  const chosen = (within: OnnxBuilder, at: number): Value => {
    // The last axis holds the parts of numbers.
    if (at === rank - 2) return along(within, at);
    const [front, back] = [at, at - rank].map((each) => within.Equal(given, within.constant(BigInt(each))));
    if (!front || !back) throw new Error('an axis has two names');
    return branch(within, within.Or(front, back), {
      yes: (inner) => along(inner, at),
      no: (inner) => chosen(inner, at + 1),
    });
  };
  return chosen(onnx, 0);
});
const dftUp = adapter(up(20, 'DFT'), (node, onnx) => {
  const axis = node.int('axis', 1n);
  return onnx.same([operand(node), node.input(1), onnx.constant(axis)], { axis: undefined });
});

export const renamed: readonly Adapter[] = [layoutDown, narrowArithmetic, narrowInfinity, dftDown, dftUp];
