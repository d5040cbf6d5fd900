/**
 * Resize by scales or sizes that are computed while the model runs: each axis is multiplied with a matrix of weights, which is
 * computed, too. Linear interpolation alone: its weights are a tent around the position, clamped to the input, so that rounding
 * moves them by as little. Positions: the ONNX operator specification of Resize.
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { operand, rankOf, tooOld } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { sizeOf } from './decompositions/forms.ts';

/** Positions of these follow from scale and size alone, in all runtimes alike. */
const MODES = new Set(['asymmetric', 'half_pixel', 'half_pixel_symmetric']);

/** Whether scales or sizes are computed. */
export function isResizedAtRun(node: Node): boolean {
  return [2, 3].some((index) => {
    const value = node.input(index);
    return value !== undefined && !constantOf(value);
  });
}

/** How a Resize is asked for. */
interface Asked {
  readonly scales: Value | undefined;
  /** Count, where they are given. */
  readonly sizes: Value | undefined;
  readonly mode: string;
}

/** What stands for a Resize of opset 11 or newer, in float32 where its data are smaller; refuses what is not linear. */
export function resampledAtRun(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  return resampledLinearly(node, onnx, needed, { scales: node.input(2), sizes: node.input(3), mode });
}

/** The same of opset 10, which counts from the corner. */
export function resampledByOpenScales(node: Node, onnx: OnnxBuilder): Value {
  return resampledLinearly(node, onnx, 10, { scales: node.input(1), sizes: undefined, mode: 'asymmetric' });
}

function resampledLinearly(node: Node, onnx: OnnxBuilder, needed: number, asked: Asked): Value {
  const isPlain = node.int('antialias', 0n) === 0n && node.string('keep_aspect_ratio_policy', 'stretch') === 'stretch';
  if (node.string('mode', 'nearest') !== 'linear' || !MODES.has(asked.mode) || !isPlain)
    tooOld(node, needed, `its ${asked.sizes ? 'sizes' : 'scales'} are computed while it runs`);
  const x = operand(node);
  const rank = rankOf(node);
  const axes = node.ints('axes')?.map((axis) => normalAxis(node, axis, rank)) ?? naturals(rank);
  const isNarrow = x.dtype === 'float16' || x.dtype === 'bfloat16';
  const start = isNarrow ? onnx.cast(x, 'float32') : x;
  const result = axes.reduce((value, axis, k) => {
    return onnx.movedToLast(value, axis, (last) => onnx.MatMul(last, weights(node, onnx, asked, axis, k)));
  }, start);
  return x.dtype ? onnx.cast(result, x.dtype) : result;
}

/** The matrix of an axis: how much each place of the input, a row, counts for each place of the result. */
function weights(node: Node, onnx: OnnxBuilder, { scales, sizes, mode }: Asked, axis: number, k: number): Value {
  const x = operand(node);
  const number = (value: number) => onnx.constant(value, 'float32');
  const length = onnx.cast(sizeOf(onnx, x, axis), 'float32');
  const size = sizes && onnx.cast(onnx.Gather(sizes, onnx.ints([k])), 'float32');
  const scale = size ? onnx.Div(size, length) : onnx.Gather(scales ?? operand(node, 2), onnx.ints([k]));
  const exact = size ?? onnx.Mul(length, scale);
  const count = size ?? onnx.Floor(exact);
  const places = onnx.cast(counted(onnx, onnx.squeeze(onnx.cast(count, 'int64'), [0])), 'float32');
  const centred = mode === 'asymmetric' ? places : onnx.Add(places, number(0.5));
  let at = onnx.Div(centred, scale);
  if (mode !== 'asymmetric') at = onnx.Sub(at, number(0.5));
  if (mode === 'half_pixel_symmetric') {
    // What rounding the size off cuts away is cut away on both sides alike.
    const lost = onnx.Sub(number(1), onnx.Div(count, exact));
    at = onnx.Add(at, onnx.Mul(onnx.Mul(length, number(0.5)), lost));
  }
  const last = onnx.Sub(length, number(1));
  const inside = onnx.Sub(last, onnx.Relu(onnx.Sub(last, onnx.Relu(at))));
  const own = onnx.cast(counted(onnx, onnx.squeeze(sizeOf(onnx, x, axis), [0])), 'float32');
  const distance = onnx.Abs(onnx.Sub(onnx.unsqueeze(own, [1]), onnx.unsqueeze(inside, [0])));
  const tent = onnx.Relu(onnx.Sub(number(1), distance));
  return x.dtype === 'float64' ? onnx.cast(tent, 'float64') : tent;
}
