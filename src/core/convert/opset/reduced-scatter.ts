/**
 * Scattering that adds up, multiplies or keeps an extreme (16, 18), by plain scattering in rounds: in none of them is a place
 * written twice, so that what stands there can be read before.
 */

import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, sameUp } from './adapter.ts';
import { loop, naturals } from './decompositions/counting.ts';
import { sizeList, sizeOf } from './decompositions/forms.ts';

const REDUCTIONS: Readonly<Record<string, 'Add' | 'Max' | 'Min' | 'Mul'>> = {
  add: 'Add',
  max: 'Max',
  min: 'Min',
  mul: 'Mul',
};

/** The rule of a version that brought these reductions. */
function rounds(version: number, ...brought: string[]): Adapter[] {
  return (['ScatterElements', 'ScatterND'] as const).map((op) =>
    adapter(down(version, op), (node, onnx) => {
      const reduction = node.string('reduction', 'none');
      const joins = REDUCTIONS[reduction];
      if (!brought.includes(reduction) || !joins) return undefined;
      const join = (inner: OnnxBuilder, old: Value, update: Value) => inner[joins](old, update);
      return op === 'ScatterND' ? byRows(node, onnx, join) : bySlices(node, onnx, join);
    }),
  );
}

type Join = (inner: OnnxBuilder, old: Value, update: Value) => Value;

/** Places of one slice of the indices along their axis differ in the other axes. */
function bySlices(node: Node, onnx: OnnxBuilder, join: Join): Value {
  const [x, indices, updates] = [operand(node), operand(node, 1), operand(node, 2)];
  const axis = normalAxis(node, node.int('axis', 0n), rankOf(node));
  const count = onnx.squeeze(sizeOf(onnx, indices, axis), [0]);
  const [result = x] = loop(onnx, count, [x], (inner, round, [state = x]) => {
    const at = inner.unsqueeze(round, [0]);
    const [places, update] = [indices, updates].map((each) => inner.Gather(each, at, { axis })) as [Value, Value];
    const old = inner.GatherElements(state, places, { axis });
    return [inner.ScatterElements(state, places, join(inner, old, update), { axis })];
  });
  return result;
}

/** Each row of the indices is the place of one block. */
function byRows(node: Node, onnx: OnnxBuilder, join: Join): Value {
  const [x, indices] = [operand(node), operand(node, 1)];
  const length = indices.shape?.at(-1);
  if (typeof length !== 'number') refuse('shape-unknown', node, { reason: 'the size of its indices decides' });
  const rest = naturals(rankOf(node) - length).map((k) => {
    const size = x.shape?.[k + length];
    return typeof size === 'number' ? size : sizeOf(onnx, x, k + length);
  });
  const rows = onnx.Reshape(indices, onnx.ints([-1, length]));
  const blocks = onnx.Reshape(operand(node, 2), sizeList(onnx, [-1, ...rest]));
  const count = onnx.squeeze(sizeOf(onnx, rows, 0), [0]);
  const [result = x] = loop(onnx, count, [x], (inner, round, [state = x]) => {
    const at = inner.unsqueeze(round, [0]);
    const [row, update] = [rows, blocks].map((each) => inner.Gather(each, at, { axis: 0 })) as [Value, Value];
    const old = inner.GatherND(state, row);
    return [inner.ScatterND(state, row, join(inner, old, update))];
  });
  return result;
}

export const reducedScatter: readonly Adapter[] = [
  ...rounds(18, 'max', 'min'),
  ...rounds(16, 'add', 'mul'),
  sameUp(18, 'ScatterElements', 'ScatterND'),
];
