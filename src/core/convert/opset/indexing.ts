/** Adapters of gathering, searching and sampling. */
import { intsOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld, up } from './adapter.ts';
import { typed } from './decompositions/forms.ts';
import { gridSampled } from './decompositions/grid-sample.ts';

/** Scatter was renamed; the new one also counts indices from the end. */
const scatterUp = adapter(up(11, 'Scatter'), (node, onnx) =>
  onnx.ScatterElements(operand(node), operand(node, 1), operand(node, 2), { axis: node.int('axis', 0n) }),
);

/** A negative index is a row of off-values until 10, and counts from the end from 11 on. */
const oneHotDown = adapter(down(11, 'OneHot'), (node, onnx) => {
  const [indices, depth] = [operand(node), operand(node, 1)];
  if (intsOf(indices)?.every((index) => index >= 0)) return undefined;
  const { dtype } = typed(node);
  const rows = onnx.Reshape(onnx.cast(depth, dtype), onnx.ints([1]));
  const isNegative = (value: Value): Value => onnx.Less(value, onnx.like(value, 0));
  const fromFront = onnx.Where(isNegative(indices), onnx.Add(indices, rows), indices);
  // Some runtimes count from the end in older opsets, too: what is too low becomes too high.
  return onnx.same([onnx.Where(isNegative(fromFront), rows, fromFront), depth, operand(node, 2)]);
});
const oneHotUp = adapter(up(11, 'OneHot'), (node) => {
  const indices = intsOf(operand(node));
  if (!indices?.every((index) => index >= 0)) tooOld(node, 11, 'a negative index means something else in older opsets');
  return undefined;
});

/** From 12 on the last of equal ones may be asked for: the first from the end. */
const lastOfEqual = adapter(down(12, 'ArgMax', 'ArgMin'), (node, onnx) => {
  if (node.int('select_last_index', 0n) === 0n) return onnx.same(node.inputs, { select_last_index: undefined });
  const x = operand(node);
  const axis = normalAxis(node, node.int('axis', 0n), rankOf(node));
  const size = x.shape?.[axis];
  if (typeof size !== 'number') refuse('shape-unknown', node, { reason: 'the size of its axis decides' });
  const places = Array.from({ length: size }, (_, k) => size - 1 - k);
  const backwards = onnx.Gather(x, onnx.ints(places), { axis });
  const [found] = onnx.same([backwards], { select_last_index: undefined });
  return found && onnx.Sub(onnx.constant(BigInt(size - 1)), found);
});

/** Until 19 the modes had the names of images, and there were only images. */
const MODES = [
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
] as const;
const gridSampleDown = adapter(down(20, 'GridSample'), (node, onnx) => {
  if (rankOf(node) !== 4) return gridSampled(node, onnx, 20);
  const mode = node.string('mode', 'linear');
  return onnx.same(node.inputs, { mode: MODES.find(([now]) => now === mode)?.[1] ?? mode });
});
const gridSampleUp = adapter(up(20, 'GridSample'), (node, onnx) => {
  const mode = node.string('mode', 'bilinear');
  return onnx.same(node.inputs, { mode: MODES.find(([, old]) => old === mode)?.[0] ?? mode });
});

export const indexing: readonly Adapter[] = [
  scatterUp,
  oneHotDown,
  oneHotUp,
  lastOfEqual,
  gridSampleDown,
  gridSampleUp,
];
