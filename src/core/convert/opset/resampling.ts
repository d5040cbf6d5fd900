/**
 * Resize written out: along each axis every place of the result is a weighted sum of a few places of the input. Positions and
 * weights: the ONNX operator specification of Resize and its reference (onnx/reference/ops/op_resize.py).
 */
import { constantOf } from '../../dialects/onnx/data.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Crop, coordinate, mannerOf, type Row, repeats, rowsOf } from '../resize-rows.ts';
import { operand, tooOld } from './adapter.ts';
import { isResizedAtRun, resampledAtRun } from './open-resampling.ts';

/** Beyond so many places for each result, sums are a product with a matrix. */
const MOST_TAPS = 8;

/** One axis: how long it is, how long it becomes, by which factor positions grow, and the part of it that is looked at. */
interface Axis {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly crop: Crop;
}

/**
 * What stands for a Resize of opset 11 or newer whose sizes are known; refuses others with `needed` as the opset that has
 * them. Sums are formed in float32 where the input is smaller.
 */
export function resampled(node: Node, onnx: OnnxBuilder, needed: number): Value {
  if (isResizedAtRun(node)) return resampledAtRun(node, onnx, needed);
  const x = operand(node);
  const { dtype } = x;
  const mode = node.string('mode', 'nearest');
  if (!dtype || (mode !== 'nearest' && !isFloat(dtype))) tooOld(node, needed, `it interpolates ${dtype}`);
  const isNarrow = mode !== 'nearest' && (dtype === 'float16' || dtype === 'bfloat16');
  const axes = axesOf(node, needed);
  let result = isNarrow ? onnx.cast(x, 'float32') : x;
  for (const axis of axes) result = alongAxis(result, axis, node, onnx, needed);
  result = extrapolated(result, axes, node, onnx);
  return isNarrow ? onnx.cast(result, dtype) : result;
}

/** The axes of a Resize that change or are cut. */
function axesOf(node: Node, needed: number): readonly Axis[] {
  const { shape } = operand(node);
  if (!isStatic(shape)) tooOld(node, needed, 'the sizes of its input are not known');
  const named = node.ints('axes')?.map((axis) => normalAxis(node, axis, shape.length));
  const at = named ?? shape.map((_, axis) => axis);
  const numbers = (index: number, what: string): readonly number[] | undefined => {
    const value = node.input(index);
    const given =
      value && (constantOf(value)?.numbers() ?? tooOld(node, needed, `its ${what} are computed while it runs`));
    return given && given.length > 0 ? given : undefined;
  };
  const scales = numbers(2, 'scales');
  const sizes = numbers(3, 'sizes');
  const crops = node.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  const roi = crops ? numbers(1, 'regions') : undefined;
  const common = commonScale(node, at, shape, sizes);
  const found = at.map((axis, k): Axis => {
    const from = shape[axis] ?? 1;
    const size = sizes?.[k];
    const scale = common ?? scales?.[k] ?? (size ?? from) / from;
    const to = common ? Math.floor(common * from + 0.5) : (size ?? Math.floor(from * scale));
    return { at: axis, from, to, scale, crop: [roi?.[k] ?? 0, roi?.[k + at.length] ?? 1] };
  });
  const isAligned = node.string('coordinate_transformation_mode', 'half_pixel') === 'align_corners';
  // The reference counts the length before it is cut off, onnxruntime the one after.
  if (isAligned && found.some(({ from, to, scale }) => Math.abs(scale * from - to) > 1e-4))
    tooOld(node, needed, 'where its corners lie is not agreed on where the new length is cut off');
  return found;
}

/** The one scale of all axes that keeps the aspect ratio within, or beyond, the sizes given. */
function commonScale(
  node: Node,
  at: readonly number[],
  shape: readonly number[],
  sizes: readonly number[] | undefined,
) {
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch' || !sizes) return undefined;
  const ratios = at.map((axis, k) => (sizes[k] ?? 1) / (shape[axis] ?? 1));
  return policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
}

function alongAxis(x: Value, axis: Axis, node: Node, onnx: OnnxBuilder, needed: number): Value {
  const rows = rowsOf(axis.from, axis.to, axis.scale, mannerOf(node), axis.crop);
  if (!rows) tooOld(node, needed, 'its manner is not known');
  const taken = rows.map((row) => row.filter(([, weight]) => weight !== 0));
  if (axis.from === axis.to && repeats(taken, axis.from) === 1) return x;
  const most = Math.max(...taken.map((row) => row.length));
  return most > MOST_TAPS ? product(x, axis, taken, onnx) : sum(x, axis, taken, most, onnx);
}

/** The first places of all results, by their weights, and the second ones, and so on. */
function sum(x: Value, axis: Axis, places: readonly Row[], most: number, onnx: OnnxBuilder): Value {
  const trailing = Array<number>((x.rank ?? 1) - axis.at - 1).fill(1);
  const terms = Array.from({ length: most }, (_, t) => {
    const column = places.map((taps) => taps[t] ?? ([0, 0] as const));
    const picked = onnx.Gather(x, onnx.ints(column.map(([place]) => place)), { axis: axis.at });
    const weights = column.map(([, weight]) => weight);
    if (weights.every((weight) => weight === 1)) return picked;
    const dtype = x.dtype ?? 'float32';
    return onnx.Mul(picked, onnx.constant(Tensor.of(dtype, [axis.to, ...trailing], weights)));
  });
  return terms.reduce((total, term) => onnx.Add(total, term));
}

function product(x: Value, axis: Axis, rows: readonly Row[], onnx: OnnxBuilder): Value {
  const { from, to, at } = axis;
  const matrix = Array<number>(from * to).fill(0);
  for (const [k, row] of rows.entries()) {
    for (const [place, weight] of row) matrix[place * to + k] = (matrix[place * to + k] ?? 0) + weight;
  }
  const weights = onnx.constant(Tensor.of(x.dtype ?? 'float32', [from, to], matrix));
  return onnx.movedToLast(x, at, (last) => onnx.MatMul(last, weights));
}

/** A cut may reach beyond the input: what lies there has a number of its own. */
function extrapolated(x: Value, axes: readonly Axis[], node: Node, onnx: OnnxBuilder): Value {
  if (node.string('coordinate_transformation_mode', 'half_pixel') !== 'tf_crop_and_resize') return x;
  let result = x;
  for (const axis of axes) {
    const inside = Array.from({ length: axis.to }, (_, k) => {
      const at = coordinate(k, axis.from, axis.to, axis.scale, 'tf_crop_and_resize', axis.crop);
      return at !== undefined && at >= 0 && at <= axis.from - 1;
    });
    if (inside.every(Boolean)) continue;
    const trailing = Array<number>((x.rank ?? 1) - axis.at - 1).fill(1);
    const mask = onnx.constant(Tensor.of('bool', [axis.to, ...trailing], inside));
    result = onnx.Where(mask, result, onnx.like(result, node.float('extrapolation_value', 0)));
  }
  return result;
}
