/**
 * GridSample (16; of volumes 20): the neighbours of each place are gathered from a list of all pixels and weighed. Formulas:
 * the ONNX operator specification; where it is silent, onnxruntime and PyTorch, which agree. (The reference implementation of
 * ONNX, onnx/reference/ops/op_grid_sample.py, moves cubic places to the border first.)
 */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { countedAlong, naturals } from './counting.ts';
import { sizeList, sizeOf, sliced, typed } from './forms.ts';

interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly padding: string;
  readonly corners: boolean;
  /** In which coordinates are computed. */
  readonly dtype: DataType;
}

/** A neighbour along one axis: its place, whether it lies inside, its weight; what is undefined is true, or 1. */
interface Tap {
  readonly place: Value;
  readonly inside: Value | undefined;
  readonly weight: Value | undefined;
}

export function gridSampled(node: Node, onnx: OnnxBuilder, needed: number): Value {
  const { value: x, dtype } = typed(node);
  const grid = operand(node, 1);
  const spatial = rankOf(node) - 2;
  const mode = modeOf(node);
  if (mode !== 'nearest' && !isFloat(dtype)) tooOld(node, needed, `it interpolates ${dtype}`);
  const sampling: Sampling = {
    mode,
    padding: node.string('padding_mode', 'zeros'),
    corners: node.int('align_corners', 0n) !== 0n,
    dtype: dtypeOf(grid) === 'float64' ? 'float64' : 'float32',
  };
  const wide = onnx.cast(grid, sampling.dtype);
  // The last number of a grid is the place along the first axis.
  const axes = naturals(spatial).map((axis) => {
    const number = spatial - 1 - axis;
    const coordinate = onnx.squeeze(sliced(onnx, wide, spatial + 1, number, number + 1), [spatial + 1]);
    return tapsOf(node, onnx, coordinate, axis + 2, sampling, dtype);
  });
  const rows = rowsOf(onnx, x, spatial);
  const sum = combined(onnx, axes).map((tap) => weighed(onnx, rows, tap, spatial, dtype));
  const [first, ...others] = sum;
  if (!first) throw new Error('a place has neighbours');
  const total = others.reduce((all, each) => onnx.Add(all, each), first);
  return onnx.transpose(total, [0, spatial + 1, ...naturals(spatial).map((k) => k + 1)]);
}

function modeOf(node: Node): Sampling['mode'] {
  const mode = node.string('mode', 'linear');
  if (mode === 'nearest') return mode;
  return mode.endsWith('cubic') ? 'cubic' : 'linear';
}

/** All pixels of all samples, one a row of its channels. */
function rowsOf(onnx: OnnxBuilder, x: Value, spatial: number): Value {
  const channels = x.shape?.[1];
  const last = onnx.transpose(x, [0, ...naturals(spatial).map((k) => k + 2), 1]);
  return onnx.Reshape(last, sizeList(onnx, [-1, typeof channels === 'number' ? channels : sizeOf(onnx, x, 1)]));
}

/** A neighbour along all axes: the number of its row, and the product of weights. */
interface Corner {
  readonly row: Value;
  readonly inside: Value | undefined;
  readonly weight: Value | undefined;
}

interface Axis {
  readonly taps: readonly Tap[];
  readonly size: Value;
}

/** Every choice of one neighbour along each axis; rows of a sample lie behind those of the samples before. */
function combined(onnx: OnnxBuilder, axes: readonly (Axis & { readonly samples: Value })[]): readonly Corner[] {
  const [first] = axes;
  if (!first) throw new Error('a grid has axes');
  let corners: readonly Corner[] = [{ row: first.samples, inside: undefined, weight: undefined }];
  for (const { taps, size } of axes) {
    corners = corners.flatMap((corner) => {
      const start = onnx.Mul(corner.row, size);
      return taps.map((tap) => ({
        row: onnx.Add(start, tap.place),
        inside: corner.inside && tap.inside ? onnx.And(corner.inside, tap.inside) : (corner.inside ?? tap.inside),
        weight: corner.weight && tap.weight ? onnx.Mul(corner.weight, tap.weight) : (corner.weight ?? tap.weight),
      }));
    });
  }
  return corners;
}

function weighed(onnx: OnnxBuilder, rows: Value, corner: Corner, spatial: number, dtype: DataType): Value {
  const { row, inside, weight } = corner;
  const found = onnx.Gather(rows, row, { axis: 0 });
  const kept = inside ? onnx.Where(onnx.unsqueeze(inside, [spatial + 1]), found, onnx.constant(0, dtype)) : found;
  return weight ? onnx.Mul(kept, onnx.unsqueeze(onnx.cast(weight, dtype), [spatial + 1])) : kept;
}

/** Size and ends of an axis as numbers of the type of coordinates. */
interface Extent {
  readonly known: number | undefined;
  readonly size: Value;
}

function tapsOf(node: Node, onnx: OnnxBuilder, n: Value, axis: number, sampling: Sampling, dtype: DataType) {
  const x = operand(node);
  const known = x.shape?.[axis];
  const list = sizeOf(onnx, x, axis);
  const extent: Extent = {
    known: typeof known === 'number' ? known : undefined,
    size: typeof known === 'number' ? onnx.constant(known, sampling.dtype) : onnx.cast(list, sampling.dtype),
  };
  if (extent.known === 0) refuse('invalid-model', node, { reason: 'its image is empty' });
  const rank = rankOf(node);
  const samples = onnx.unsqueeze(
    countedAlong(onnx, x, 0),
    naturals(rank - 2).map((k) => k + 1),
  );
  return { taps: taps(onnx, n, extent, sampling, dtype), size: list, samples };
}

function taps(onnx: OnnxBuilder, n: Value, extent: Extent, sampling: Sampling, dtype: DataType): readonly Tap[] {
  const at = (number: number) => onnx.constant(number, sampling.dtype);
  const whole = onnx.Add(n, at(1));
  const place = sampling.corners
    ? onnx.Mul(onnx.Div(whole, at(2)), onnx.Sub(extent.size, at(1)))
    : onnx.Div(onnx.Sub(onnx.Mul(whole, extent.size), at(1)), at(2));
  const rounded = sampling.mode === 'nearest' ? onnx.Round(place) : place;
  // Of a cubic kernel the neighbours are moved inside, and not the place between them.
  const stays = sampling.padding === 'zeros' || sampling.mode === 'cubic';
  const moved = stays ? rounded : padded(onnx, rounded, extent, sampling);
  if (sampling.mode === 'nearest') return [tap(onnx, moved, extent, sampling, undefined)];
  const floor = onnx.Floor(moved);
  const fraction = onnx.cast(onnx.Sub(moved, floor), dtype);
  const neighbours = sampling.mode === 'linear' ? linear(onnx, fraction) : cubic(onnx, fraction);
  return neighbours.map(({ offset, weight }) =>
    tap(onnx, offset === 0 ? floor : onnx.Add(floor, at(offset)), extent, sampling, weight),
  );
}

interface Neighbour {
  readonly offset: number;
  readonly weight: Value;
}

function linear(onnx: OnnxBuilder, fraction: Value): readonly Neighbour[] {
  return [
    { offset: 0, weight: onnx.Sub(onnx.like(fraction, 1), fraction) },
    { offset: 1, weight: fraction },
  ];
}

/** The kernel of Keys with a = -0.75, by Horner's rule in the distance: near (below 1), and far (below 2). */
function cubic(onnx: OnnxBuilder, fraction: Value): readonly Neighbour[] {
  const a = -0.75;
  const like = (number: number) => onnx.like(fraction, number);
  const near = (t: Value) =>
    onnx.Add(onnx.Mul(onnx.Mul(onnx.Sub(onnx.Mul(t, like(a + 2)), like(a + 3)), t), t), like(1));
  const far = (t: Value) =>
    onnx.Sub(onnx.Mul(onnx.Add(onnx.Mul(onnx.Sub(onnx.Mul(t, like(a)), like(5 * a)), t), like(8 * a)), t), like(4 * a));
  const rest = onnx.Sub(like(1), fraction);
  return [
    { offset: -1, weight: far(onnx.Add(fraction, like(1))) },
    { offset: 0, weight: near(fraction) },
    { offset: 1, weight: near(rest) },
    { offset: 2, weight: far(onnx.Add(rest, like(1))) },
  ];
}

/** A whole place that lies inside, or is moved there, or counts for nothing. */
function tap(onnx: OnnxBuilder, place: Value, extent: Extent, sampling: Sampling, weight: Value | undefined): Tap {
  const zeros = sampling.padding === 'zeros';
  const within = clamped(onnx, zeros ? place : padded(onnx, place, extent, sampling), extent, sampling);
  const behind = onnx.Sub(extent.size, onnx.constant(0.5, sampling.dtype));
  const inside = zeros
    ? onnx.And(onnx.Greater(place, onnx.constant(-0.5, sampling.dtype)), onnx.Less(place, behind))
    : undefined;
  return { place: onnx.cast(within, 'int64'), inside, weight };
}

function padded(onnx: OnnxBuilder, x: Value, extent: Extent, sampling: Sampling): Value {
  if (sampling.padding !== 'reflection' || (sampling.corners && extent.known === 1)) {
    return clamped(onnx, x, extent, sampling);
  }
  return reflected(onnx, x, extent, sampling);
}

/** To and fro between the ends: the middles of the outer pixels, or their outer edges. */
function reflected(onnx: OnnxBuilder, x: Value, extent: Extent, { corners, dtype }: Sampling): Value {
  const least = onnx.constant(corners ? 0 : -0.5, dtype);
  const range = corners ? onnx.Sub(extent.size, onnx.constant(1, dtype)) : extent.size;
  const twice = onnx.Add(range, range);
  const way = onnx.Abs(onnx.Sub(x, least));
  const rest = onnx.Sub(way, onnx.Mul(onnx.Floor(onnx.Div(way, twice)), twice));
  // range - |rest - range| goes up and down again.
  const back = onnx.Sub(range, onnx.Abs(onnx.Sub(rest, range)));
  return onnx.Add(back, least);
}

function clamped(onnx: OnnxBuilder, x: Value, { known, size }: Extent, { dtype }: Sampling): Value {
  const at = (number: number) => onnx.constant(number, dtype);
  if (known !== undefined) return onnx.Clip(x, at(0), at(known - 1));
  return onnx.Max(onnx.Min(x, onnx.Sub(size, at(1))), at(0));
}

export const gridSample: readonly Adapter[] = [
  adapter(down(16, 'GridSample'), (node, onnx) => gridSampled(node, onnx, 16)),
];
