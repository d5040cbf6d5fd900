/** AffineGrid, which came with 20, as its definition: homogeneous coordinates of all places, times the transposed matrices. */
import { intsOf } from '../../dialects/onnx/data.ts';
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import type { OnnxBuilder } from '../builder.ts';
import { adapter, down, operand, tooOld } from './adapter.ts';
import { counted, naturals } from './decompositions/counting.ts';
import { typed } from './decompositions/forms.ts';

/** A grid of 1,000 by 1,000 takes 12 MB. */
const MOST_PLACES = 1e6;

/** The grid of a size that is known: each place of the output, transformed. */
export const affineGrid = adapter(down(20, 'AffineGrid'), (node, onnx) => {
  const theta = operand(node);
  const size = intsOf(operand(node, 1));
  if (!size) return openGrid(node, onnx);
  const spatial = size.slice(2);
  const corners = node.int('align_corners', 0n) !== 0n;
  const { dtype } = typed(node);
  if (spatial.length < 2 || spatial.length > 3 || spatial.some((each) => each < (corners ? 2 : 1))) {
    tooOld(node, 20, 'its size has an axis of one place');
  }
  if (spatial.reduce((a, b) => a * b, 1) > MOST_PLACES) tooOld(node, 20, 'its grid is too large to be written out');
  const places = grid(spatial, corners);
  const count = places.length / (spatial.length + 1);
  const base = onnx.constant(Tensor.of(dtype, [count, spatial.length + 1], places));
  const moved = onnx.MatMul(base, onnx.transpose(theta, [0, 2, 1]));
  return onnx.Reshape(moved, onnx.ints([-1, ...spatial, spatial.length]));
});

/** Homogeneous coordinates from -1 to 1, the innermost axis first: of corners, or of the middles of pixels. */
function grid(sizes: readonly number[], corners: boolean): number[] {
  const at = (k: number, size: number) => (corners ? (2 * k) / (size - 1) - 1 : (2 * k + 1) / size - 1);
  const total = sizes.reduce((a, b) => a * b, 1);
  return Array.from({ length: total }, (_, flat) => {
    let rest = flat;
    const coordinates: number[] = [];
    for (const size of [...sizes].reverse()) {
      coordinates.push(at(rest % size, size));
      rest = Math.floor(rest / size);
    }
    return [...coordinates, 1];
  }).flat();
}

/** The grid of a size that is computed: along each axis its places, counted, and all of them beside each other. */
function openGrid(node: Node, onnx: OnnxBuilder): Value {
  const { value: theta, dtype } = typed(node);
  const size = operand(node, 1);
  const count = Number(theta.shape?.[1]);
  if (count !== 2 && count !== 3)
    refuse('shape-unknown', node, { reason: 'the shape of theta says how many axes there are' });
  const corners = node.int('align_corners', 0n) !== 0n;
  const axes = naturals(count);
  const sizes = axes.map((axis) => onnx.Gather(size, onnx.ints([axis + 2])));
  // The innermost axis comes first.
  const along = axes.reverse().map((axis) => {
    const places = coordinates(onnx, sizes[axis] ?? size, corners, dtype);
    return onnx.Reshape(places, onnx.ints(axes.map((each) => (each === axis ? -1 : 1)).reverse()));
  });
  const nothing = along.map((places) => onnx.Mul(places, onnx.like(places, 0)));
  const zeros = nothing.reduce((sum, each) => onnx.Add(sum, each));
  const columns = [...along.map((places) => onnx.Add(places, zeros)), onnx.Add(zeros, onnx.like(zeros, 1))];
  const flat = columns.map((column) => onnx.Reshape(column, onnx.ints([-1, 1])));
  const base = onnx.Concat(...flat, { axis: 1 });
  const moved = onnx.MatMul(base, onnx.transpose(theta, [0, 2, 1]));
  return onnx.Reshape(moved, onnx.Concat(onnx.ints([-1]), ...sizes, onnx.ints([count]), { axis: 0 }));
}

/** From -1 to 1 along an axis whose size is a list of one: of corners, or of the middles of pixels. */
function coordinates(onnx: OnnxBuilder, size: Value, corners: boolean, dtype: DataType): Value {
  const wide = dtype === 'float64' ? 'float64' : 'float32';
  const place = onnx.cast(counted(onnx, onnx.squeeze(size, [0])), wide);
  const [one, two] = [onnx.constant(1, wide), onnx.constant(2, wide)];
  const length = onnx.cast(size, wide);
  const at = corners
    ? onnx.Sub(onnx.Div(onnx.Mul(place, two), onnx.Max(onnx.Sub(length, one), one)), one)
    : onnx.Sub(onnx.Div(onnx.Add(onnx.Mul(place, two), one), length), one);
  return onnx.cast(at, dtype);
}
