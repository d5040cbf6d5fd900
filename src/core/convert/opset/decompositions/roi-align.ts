/**
 * RoiAlign of regions that begin half a pixel before (16), and of all (10): a region is sampled between the pixels, and the
 * samples of a bin are pooled. Formulas: the ONNX operator specification and onnx/reference/ops/op_roi_align.py.
 */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand } from '../adapter.ts';
import { counted, naturals } from './counting.ts';
import { reduced, sizeOf, typed } from './forms.ts';
import { type Axis, extentOf, rowsOf, type Sampling, sampled, tapsAt } from './sampling.ts';

/** One of the two sides of all regions. */
interface Side {
  readonly image: Value;
  /** Of the image. */
  readonly axis: 2 | 3;
  /** In pixels: [regions, 1, 1]. */
  readonly start: Value;
  readonly size: Value;
  readonly bins: number;
  /** How many samples a bin has; 0 where the size of the region decides. */
  readonly ratio: number;
  readonly isMost: boolean;
  readonly dtype: DataType;
}

/** The samples of a side: [regions, bins, samples]. */
interface Samples {
  readonly place: Value;
  /** How much each counts. */
  readonly share: Value;
}

/** What stands for a RoiAlign, whose regions begin half a pixel before where they are shifted. */
function roiAligned(node: Node, onnx: OnnxBuilder, isShifted: boolean): Value {
  const { value: x, dtype } = typed(node);
  const within: DataType = dtype === 'float64' ? 'float64' : 'float32';
  const isMost = node.string('mode', 'avg') === 'max';
  const side = (axis: 2 | 3, columns: readonly [number, number], attribute: string): Side => ({
    image: x,
    axis,
    ...extentsOf(node, onnx, columns, within, isShifted),
    bins: Number(node.int(attribute, 1n)),
    ratio: Number(node.int('sampling_ratio', 0n)),
    isMost,
    dtype: within,
  });
  // [regions, rows, samples of a row, columns, samples of a column], and channels behind.
  const rows = spread(onnx, dtype, side(2, [1, 3], 'output_height'), [3, 4]);
  const columns = spread(onnx, dtype, side(3, [0, 2], 'output_width'), [1, 2]);
  const images = onnx.unsqueeze(onnx.cast(operand(node, 2), 'int64'), [1, 2, 3, 4]);
  // What is most is so among the weighed neighbours, not among their sums.
  const values = sampled(onnx, rowsOf(onnx, x, 1, 4), images, [rows, columns], 5, dtype, isMost ? 'Max' : 'Add');
  const share = onnx.unsqueeze(onnx.Mul(rows.share, columns.share), [5]);
  const pooled = reduced(onnx, isMost ? 'ReduceMax' : 'ReduceSum', onnx.Mul(values, share), [2, 4]);
  return onnx.transpose(pooled, [0, 3, 1, 2]);
}

/** Where regions start, and how long they are. */
function extentsOf(
  node: Node,
  onnx: OnnxBuilder,
  columns: readonly [number, number],
  dtype: DataType,
  isShifted: boolean,
) {
  const number = (value: number) => onnx.constant(value, dtype);
  const [start, end] = columns.map((column) => {
    const own = onnx.Gather(onnx.cast(operand(node, 1), dtype), onnx.ints([column]), { axis: 1 });
    const scaled = onnx.Mul(own, number(node.float('spatial_scale', 1)));
    return onnx.unsqueeze(isShifted ? onnx.Sub(scaled, number(0.5)) : scaled, [2]);
  });
  if (!start || !end) throw new Error('a region has a start and an end');
  const size = onnx.Sub(end, start);
  // Those that are not shifted are as large as a pixel at least.
  return { start, size: isShifted ? size : onnx.Max(size, number(1)) };
}

/** One side with axes of one for the other. */
function spread(onnx: OnnxBuilder, dtype: DataType, side: Side, axes: readonly number[]): Axis & { share: Value } {
  const { place, share } = samplesOf(onnx, side);
  const sampling: Sampling = { mode: 'linear', padding: 'border', corners: true, dtype: side.dtype };
  const extent = extentOf(onnx, side.image, side.axis, side.dtype);
  const taps = tapsAt(onnx, onnx.unsqueeze(place, axes), extent, sampling, dtype);
  const size = sizeOf(onnx, side.image, side.axis);
  return { taps, size, share: onnx.unsqueeze(onnx.cast(share, dtype), axes) };
}

function samplesOf(onnx: OnnxBuilder, side: Side): Samples {
  const { start, size, bins, isMost, dtype } = side;
  const number = (value: number) => onnx.constant(value, dtype);
  const bin = onnx.Div(size, number(bins));
  const { own, count, isSpare } = numbersOf(onnx, side, bin);
  const first = onnx.Add(start, onnx.Mul(onnx.constant(Tensor.of(dtype, [1, bins, 1], naturals(bins))), bin));
  const place = onnx.Add(first, onnx.Div(onnx.Mul(onnx.Add(own, number(0.5)), bin), count));
  // What lies further outside than a pixel is 0.
  const { size: length } = extentOf(onnx, side.image, side.axis, dtype);
  const isOutside = onnx.Or(onnx.Less(place, number(-1)), onnx.Greater(place, length));
  const counts = onnx.cast(onnx.Not(isSpare ? onnx.Or(isOutside, isSpare) : isOutside), dtype);
  return { place, share: isMost ? counts : onnx.Div(counts, count) };
}

/** The numbers of samples within a bin, how many of them a bin has, and which count for nothing because it has fewer. */
function numbersOf(onnx: OnnxBuilder, { ratio, isMost, dtype }: Side, bin: Value) {
  const number = (value: number) => onnx.constant(value, dtype);
  if (ratio > 0) {
    const own = onnx.constant(Tensor.of(dtype, [1, 1, ratio], naturals(ratio)));
    return { own, count: number(ratio), isSpare: undefined };
  }
  const wanted = onnx.Ceil(bin);
  const count = onnx.Max(wanted, number(1));
  const most = reduced(onnx, 'ReduceMax', onnx.Reshape(count, onnx.ints([-1])), [0]);
  const all = onnx.unsqueeze(onnx.cast(counted(onnx, onnx.cast(most, 'int64')), dtype), [0, 1]);
  if (!isMost) return { own: all, count, isSpare: onnx.Not(onnx.Less(all, wanted)) };
  // The last sample once more changes nothing.
  return { own: onnx.Min(all, onnx.Sub(count, number(1))), count, isSpare: onnx.Less(wanted, number(1)) };
}

/** Until 15 regions are not shifted. */
const shifted = adapter(down(16, 'RoiAlign'), (node, onnx) => {
  if (node.string('coordinate_transformation_mode', 'half_pixel') === 'output_half_pixel')
    return onnx.same(node.inputs, { coordinate_transformation_mode: undefined });
  return roiAligned(node, onnx, true);
});

const unknown = adapter(down(10, 'RoiAlign'), (node, onnx) => roiAligned(node, onnx, false));

export const roiAlign: readonly Adapter[] = [shifted, unknown];
