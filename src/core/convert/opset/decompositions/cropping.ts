/** CenterCropPad (18). Formulas: the ONNX operator specification. */
import { intsOf } from '../../../dialects/onnx/data.ts';
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { naturals } from './counting.ts';
import { sizeOf } from './forms.ts';

/** What is too much is cut off, what is missing is filled with zeros, half on each side; the odd one behind. */
const centerCropPad = adapter(down(18, 'CenterCropPad'), (node, onnx) => {
  const x = operand(node);
  const rank = rankOf(node);
  const axes = node.ints('axes')?.map((axis) => normalAxis(node, axis, rank)) ?? naturals(rank);
  const wanted = intsOf(operand(node, 1));
  const sizes = axes.map((axis) => x.shape?.[axis]);
  const known = sizes.every((size) => typeof size === 'number') ? (sizes as readonly number[]) : undefined;
  return wanted && known ? written(onnx, x, rank, axes, known, wanted) : computed(node, onnx, x, rank, axes);
});

type Numbers = readonly number[];

function written(onnx: OnnxBuilder, x: Value, rank: number, axes: Numbers, sizes: Numbers, wanted: Numbers): Value {
  const starts = sizes.map((size, k) => Math.max(0, Math.floor((size - (wanted[k] ?? 0)) / 2)));
  const kept = sizes.map((size, k) => Math.min(size, wanted[k] ?? 0));
  const ends = starts.map((start, k) => start + (kept[k] ?? 0));
  const isCut = kept.some((size, k) => size !== sizes[k]);
  const cut = isCut ? onnx.Slice(x, onnx.ints(starts), onnx.ints(ends), onnx.ints(axes)) : x;
  const pads = Array<number>(2 * rank).fill(0);
  axes.forEach((axis, k) => {
    const missing = (wanted[k] ?? 0) - (kept[k] ?? 0);
    pads[axis] = Math.floor(missing / 2);
    pads[axis + rank] = missing - Math.floor(missing / 2);
  });
  if (pads.some((pad) => pad > 0)) return onnx.Pad(cut, onnx.ints(pads));
  return isCut ? cut : onnx.Identity(x);
}

function computed(node: Node, onnx: OnnxBuilder, x: Value, rank: number, axes: Numbers): Value {
  const wanted = onnx.cast(operand(node, 1), 'int64');
  const own = axes.length === 1 ? sizeOf(onnx, x, axes[0] ?? 0) : onnx.Gather(onnx.Shape(x), onnx.ints(axes));
  const missing = onnx.Sub(wanted, own);
  const two = onnx.ints([2]);
  // Positive where the axis grows, or where it shrinks; float64 holds all sizes.
  const isGrowing = onnx.cast(onnx.Greater(onnx.cast(missing, 'float64'), onnx.constant(0, 'float64')), 'int64');
  const more = onnx.Mul(missing, isGrowing);
  const less = onnx.Sub(more, missing);
  const starts = onnx.Div(less, two);
  const ends = onnx.Add(starts, onnx.Sub(own, less));
  const cut = onnx.Slice(x, starts, ends, onnx.ints(axes));
  const before = onnx.Div(more, two);
  const behind = onnx.Sub(more, before);
  // Pads of all axes: those of axes that stay are 0.
  const places = (list: Value) => {
    const order = naturals(rank).map((axis) => axes.indexOf(axis) + 1);
    return onnx.Gather(onnx.Concat(onnx.ints([0]), list, { axis: 0 }), onnx.ints(order));
  };
  return onnx.Pad(cut, onnx.Concat(places(before), places(behind), { axis: 0 }));
}

export const cropping: readonly Adapter[] = [centerCropPad];
