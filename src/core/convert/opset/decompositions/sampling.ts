/**
 * Sampling images between their pixels: the neighbours of a place are gathered from a list of all pixels and weighed. Where
 * the ONNX operator specification is silent it does as onnxruntime and PyTorch do, which agree.
 */
import type { DataType } from '../../../ir/dtype.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { naturals } from './counting.ts';
import { sizeList, sizeOf } from './forms.ts';

export interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly padding: string;
  /** Whether the ends of an axis are the middles of its outer pixels. */
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

/** Size of an axis, as a number of the type of coordinates too. */
export interface Extent {
  readonly known: number | undefined;
  readonly size: Value;
}

export interface Axis {
  readonly taps: readonly Tap[];
  /** A list of one integer. */
  readonly size: Value;
}

/** A neighbour along all axes: the number of its row, and the product of weights. */
interface Corner {
  readonly row: Value;
  readonly inside: Value | undefined;
  readonly weight: Value | undefined;
}

export function extentOf(onnx: OnnxBuilder, x: Value, axis: number, dtype: DataType): Extent {
  const known = x.shape?.[axis];
  if (typeof known === 'number') return { known, size: onnx.constant(known, dtype) };
  return { known: undefined, size: onnx.cast(sizeOf(onnx, x, axis), dtype) };
}

/** Pixels as rows of their channels: of [..., channels, sizes ...] with `front` axes before the channels. */
export function rowsOf(onnx: OnnxBuilder, x: Value, front: number, rank: number): Value {
  const channels = x.shape?.[front];
  const spatial = naturals(rank - front - 1).map((k) => k + front + 1);
  const last = onnx.transpose(x, [...naturals(front), ...spatial, front]);
  return onnx.Reshape(last, sizeList(onnx, [-1, typeof channels === 'number' ? channels : sizeOf(onnx, x, front)]));
}

/**
 * The values at places that have `rank` axes, with the channels as one more behind: the weighed sum, or the most, over every
 * choice of one neighbour along each axis. `samples` are the numbers of the images.
 */
export function sampled(
  onnx: OnnxBuilder,
  rows: Value,
  samples: Value,
  axes: readonly Axis[],
  rank: number,
  dtype: DataType,
  join: 'Add' | 'Max' = 'Add',
): Value {
  let sum: Value | undefined;
  for (const corner of combined(onnx, samples, axes)) {
    const value = weighed(onnx, rows, corner, rank, dtype);
    sum = sum ? onnx[join](sum, value) : value;
  }
  if (!sum) throw new Error('a place has neighbours');
  return sum;
}

/** Rows of an image lie behind those of the images before. */
function combined(onnx: OnnxBuilder, samples: Value, axes: readonly Axis[]): readonly Corner[] {
  let corners: readonly Corner[] = [{ row: samples, inside: undefined, weight: undefined }];
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

function weighed(onnx: OnnxBuilder, rows: Value, corner: Corner, rank: number, dtype: DataType): Value {
  const { row, inside, weight } = corner;
  const found = onnx.Gather(rows, row, { axis: 0 });
  const kept = inside ? onnx.Where(onnx.unsqueeze(inside, [rank]), found, onnx.constant(0, dtype)) : found;
  return weight ? onnx.Mul(kept, onnx.unsqueeze(onnx.cast(weight, dtype), [rank])) : kept;
}

/** The neighbours of places, whose weights are of the type `dtype`. */
export function tapsAt(
  onnx: OnnxBuilder,
  place: Value,
  extent: Extent,
  sampling: Sampling,
  dtype: DataType,
): readonly Tap[] {
  const rounded = sampling.mode === 'nearest' ? onnx.Round(place) : place;
  // Of a cubic kernel the neighbours are moved inside, and not the place between them.
  const stays = sampling.padding === 'zeros' || sampling.mode === 'cubic';
  const moved = stays ? rounded : padded(onnx, rounded, extent, sampling);
  if (sampling.mode === 'nearest') return [tap(onnx, moved, extent, sampling, undefined)];
  const floor = onnx.Floor(moved);
  const fraction = onnx.cast(onnx.Sub(moved, floor), dtype);
  const neighbours = sampling.mode === 'linear' ? linear(onnx, fraction) : cubic(onnx, fraction);
  return neighbours.map(({ offset, weight }) => {
    const beside = offset === 0 ? floor : onnx.Add(floor, onnx.constant(offset, sampling.dtype));
    return tap(onnx, beside, extent, sampling, weight);
  });
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
  // Bounds were attributes until 10.
  if (known !== undefined && onnx.opset >= 11) return onnx.Clip(x, at(0), at(known - 1));
  return onnx.Max(onnx.Min(x, onnx.Sub(size, at(1))), at(0));
}
