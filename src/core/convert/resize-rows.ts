/**
 * Resize as matrices, one an axis: row k has what element k of the result takes of each element. Rules: the ONNX operator
 * specification of Resize and its reference (onnx/reference/ops/op_resize.py).
 */
import type { Node } from '../ir/node.ts';

/** How Resize works out coordinates and picks or mixes elements. */
export interface ResizeManner {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  /** Whether windows grow where a size shrinks. */
  readonly antialias?: boolean;
  /** Whether places outside count for nothing, where else the one at the end stands for them. */
  readonly excludesOutside?: boolean;
}

export function mannerOf(node: Node): ResizeManner {
  return {
    mode: node.string('mode', 'nearest'),
    coordinates: node.string('coordinate_transformation_mode', 'half_pixel'),
    nearest: node.string('nearest_mode', 'round_prefer_floor'),
    cubic: node.float('cubic_coeff_a', -0.75),
    antialias: node.int('antialias', 0n) !== 0n,
    excludesOutside: node.int('exclude_outside', 0n) !== 0n,
  };
}

/** What each element of the result takes: places and their weights, which add up to 1. */
export type Row = readonly (readonly [place: number, weight: number])[];

/** The part of an axis that is looked at, from 0 to 1. */
export type Crop = readonly [start: number, end: number];

/** The rows of one axis; undefined where the manner is none that is known here, as cutting is without a crop. */
export function rowsOf(
  size: number,
  out: number,
  scale: number,
  manner: ResizeManner,
  crop?: Crop,
): readonly Row[] | undefined {
  const rows: Row[] = [];
  for (let k = 0; k < out; k++) {
    const at = coordinate(k, size, out, scale, manner.coordinates, crop);
    const row = at === undefined ? undefined : rowAt(at, size, scale, manner);
    if (!row) return undefined;
    rows.push(row);
  }
  return rows;
}

/** Where element `k` of the result lies in the input. */
export function coordinate(
  k: number,
  size: number,
  out: number,
  scale: number,
  kind: string,
  crop?: Crop,
): number | undefined {
  switch (kind) {
    case 'half_pixel':
      return (k + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return out > 1 ? (k + 0.5) / scale - 0.5 : 0;
    case 'half_pixel_symmetric':
      return (size / 2) * (1 - out / (scale * size)) + (k + 0.5) / scale - 0.5;
    case 'align_corners':
      return out > 1 ? (k * (size - 1)) / (out - 1) : 0;
    case 'asymmetric':
      return k / scale;
    case 'tf_half_pixel_for_nn':
      return (k + 0.5) / scale;
    case 'tf_crop_and_resize':
      return crop && cropped(k, size, out, crop);
    default:
      return undefined;
  }
}

function cropped(k: number, size: number, out: number, [start, end]: Crop): number {
  if (out === 1) return 0.5 * (start + end) * (size - 1);
  return start * (size - 1) + (k * (end - start) * (size - 1)) / (out - 1);
}

const CLOSE = 1e-9;

function rowAt(at: number, size: number, scale: number, manner: ResizeManner): Row | undefined {
  const { mode, nearest, cubic, antialias, excludesOutside = false } = manner;
  const inside = (place: number) => Math.min(Math.max(place, 0), size - 1);
  if (mode === 'nearest') {
    const place = picked(at, nearest);
    return place === undefined ? undefined : [[inside(place), 1]];
  }
  if (antialias && scale < 1 && (mode === 'linear' || mode === 'cubic')) {
    return withinSize(spread(at, scale, mode === 'cubic' ? cubic : undefined), size, excludesOutside);
  }
  if (mode === 'linear') {
    const clamped = Math.min(Math.max(at, 0), size - 1);
    const low = Math.floor(clamped + CLOSE);
    const part = Math.max(0, clamped - low);
    return part < CLOSE
      ? [[low, 1]]
      : [
          [low, 1 - part],
          [inside(low + 1), part],
        ];
  }
  if (mode !== 'cubic') return undefined;
  const low = Math.floor(at + CLOSE);
  const part = at - low;
  return withinSize(
    cubicWeights(part, cubic).map((weight, k) => [low - 1 + k, weight] as const),
    size,
    excludesOutside,
  );
}

/** What a window takes that is wider by as much as the size shrinks: a triangle, or Keys' convolution with that number. */
function spread(at: number, scale: number, cubic: number | undefined): Row {
  const reach = (cubic === undefined ? 1 : 2) / scale;
  const found: (readonly [number, number])[] = [];
  for (let place = Math.floor(at - reach) + 1; place < at + reach; place++) {
    const distance = Math.abs(place - at) * scale;
    found.push([place, cubic === undefined ? 1 - distance : keys(distance, cubic)]);
  }
  const total = found.reduce((sum, [, weight]) => sum + weight, 0);
  return found.map(([place, weight]) => [place, weight / total]);
}

/** Places outside are the one at the end, or left out, so that the others add up to 1. */
function withinSize(row: Row, size: number, excludesOutside: boolean): Row {
  const inside = (place: number) => Math.min(Math.max(place, 0), size - 1);
  if (!excludesOutside) return row.map(([place, weight]) => [inside(place), weight]);
  const kept = row.filter(([place]) => inside(place) === place);
  const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
  return kept.map(([place, weight]) => [place, weight / total]);
}

function picked(at: number, nearest: string): number | undefined {
  const low = Math.floor(at + CLOSE);
  const part = at - low;
  switch (nearest) {
    case 'floor':
      return low;
    case 'ceil':
      return part > CLOSE ? low + 1 : low;
    case 'round_prefer_floor':
      return part > 0.5 + CLOSE ? low + 1 : low;
    case 'round_prefer_ceil':
      return part >= 0.5 - CLOSE ? low + 1 : low;
    default:
      return undefined;
  }
}

/** Keys' convolution for the four neighbours of a point that lies `t` behind the second one. */
function cubicWeights(t: number, a: number): readonly number[] {
  return [t + 1, t, 1 - t, 2 - t].map((distance) => keys(distance, a));
}

/** The cubic convolution of Keys, 1981, at a distance of less than 2. */
function keys(d: number, a: number): number {
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/** By which whole number every element is repeated; undefined where the rows do something else. */
export function repeats(rows: readonly Row[], size: number): number | undefined {
  const times = rows.length / size;
  if (!Number.isInteger(times)) return undefined;
  const plain = rows.every((row, k) => row.length === 1 && row[0]?.[0] === Math.floor(k / times));
  return plain ? times : undefined;
}

/** The matrix of rows, row after row. */
export function matrixOf(rows: readonly Row[], size: number): Float32Array {
  const values = new Float32Array(rows.length * size);
  for (const [k, row] of rows.entries())
    for (const [place, weight] of row) values[k * size + place] = (values[k * size + place] ?? 0) + weight;
  return values;
}

/** Whether two resizings of one axis take the same. */
export function sameRows(a: readonly Row[], b: readonly Row[], size: number): boolean {
  const [left, right] = [matrixOf(a, size), matrixOf(b, size)];
  return left.length === right.length && left.every((value, k) => Math.abs(value - (right[k] ?? 0)) < 1e-6);
}
