/** Which elements of an image the taps of a kernel reach: BVLC/caffe src/caffe/util/im2col.cpp. */
import { type LayerCall, product, refusal } from './blob.ts';
import type { Geometry, Triple } from './geometry.ts';

/** How many places a kernel has along each axis: conv_layer.cpp. */
export function placesOf(call: LayerCall, space: Triple, { kernel, stride, pad, dilation }: Geometry): Triple {
  const along = (axis: 0 | 1 | 2) =>
    Math.floor((space[axis] + 2 * pad[axis] - (dilation[axis] * (kernel[axis] - 1) + 1)) / stride[axis]) + 1;
  const places: Triple = [along(0), along(1), along(2)];
  if (places.some((count) => count < 1)) throw refusal(call, 'its kernel is larger than the padded image');
  return places;
}

/** The places of a kernel, in order. */
export function tapsOf([depth, height, width]: Triple): readonly Triple[] {
  const taps: Triple[] = [];
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) taps.push([z, y, x]);
  }
  return taps;
}

/** A row of the small image, and the places of the large one that a tap of the kernel reaches from it. */
interface Row {
  /** The place of column 0 in the large image, which may lie before its row. */
  readonly from: number;
  /** The place of the first column that counts in the small image. */
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

/** All rows of the small image from which a tap reaches into the large one. */
export function rowsOf(
  large: Triple,
  small: Triple,
  { stride, pad, dilation }: Geometry,
  tap: Triple,
  use: (row: Row) => void,
): void {
  const reach = (axis: 0 | 1 | 2) => tap[axis] * dilation[axis] - pad[axis];
  const shift = reach(2);
  const first = Math.max(0, Math.ceil(-shift / stride[2]));
  const last = Math.min(small[2] - 1, Math.floor((large[2] - 1 - shift) / stride[2]));
  if (last < first) return;
  for (let z = 0; z < small[0]; z++) {
    const depth = z * stride[0] + reach(0);
    if (depth < 0 || depth >= large[0]) continue;
    for (let y = 0; y < small[1]; y++) {
      const height = y * stride[1] + reach(1);
      if (height < 0 || height >= large[1]) continue;
      const from = (depth * large[1] + height) * large[2] + shift;
      const to = (z * small[1] + y) * small[2] + first;
      use({ from, to, first, count: last - first + 1 });
    }
  }
}

/** Elements that a tap reaches one behind the other: where they begin on both sides, how far they lie apart, and how many. */
export interface Run {
  readonly to: number;
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** The rows of a tap; those that lie behind each other on both sides are one run. */
export function runsOf(large: Triple, small: Triple, geometry: Geometry, tap: Triple): readonly Run[] {
  const step = geometry.stride[2];
  const runs: Run[] = [];
  rowsOf(large, small, geometry, tap, ({ from, to, first, count }) => {
    const run = { to, from: from + first * step, step, count };
    const last = runs.at(-1);
    const follows = last && last.to + last.count === run.to && last.from + last.count * step === run.from;
    if (last && follows) runs[runs.length - 1] = { ...last, count: last.count + count };
    else runs.push(run);
  });
  return runs;
}

/** The element of a plane under each tap, place by place; -1 where that lies outside. */
export interface Seen {
  readonly under: Int32Array;
  readonly taps: number;
}

/** What a kernel sees of the large image from each place of the small one. */
export function seenFrom(large: Triple, small: Triple, geometry: Geometry): Seen {
  const taps = tapsOf(geometry.kernel);
  const under = new Int32Array(product(small) * taps.length).fill(-1);
  taps.forEach((tap, k) => {
    rowsOf(large, small, geometry, tap, ({ from, to, first, count }) => {
      for (let at = 0; at < count; at++) under[(to + at) * taps.length + k] = from + (first + at) * geometry.stride[2];
    });
  });
  return { under, taps: taps.length };
}
