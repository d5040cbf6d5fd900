/** Elements along an axis in another order: cut and joined where they are few pieces, else picked by a matrix of ones. */
import { elementCount } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { cut, joined, reshaped, sliced } from './support.ts';
import { transposed } from './transposing.ts';

/** More pieces than that are not cut and joined one by one. */
const MOST_PIECES = 8;
/** A matrix of more numbers is not written. */
export const LARGEST_MATRIX = 4_000_000;

/** Those elements along an axis, in that order. */
export function picked(caffe: CaffeBuilder, x: Value, axis: number, places: readonly number[]): Value {
  const pieces = piecesOf(places);
  if (pieces.length <= MOST_PIECES) {
    return joined(caffe, cutAt(caffe, x, axis, pieces), axis);
  }
  const size = sizesOf(x)[axis] ?? 1;
  if (size * places.length > LARGEST_MATRIX)
    caffe.refuseAttribute('these places', `a matrix of ${size} x ${places.length} would pick them`);
  const values = new Float32Array(size * places.length);
  for (const [k, place] of places.entries()) values[k * size + place] = 1;
  return mixed(caffe, x, axis, Tensor.ofBytes('float32', [places.length, size], new Uint8Array(values.buffer)));
}

interface Piece {
  readonly begin: number;
  readonly length: number;
}

/** Pieces of an axis: by one Slice where none of them is cut by another, else each by its own. */
function cutAt(caffe: CaffeBuilder, x: Value, axis: number, pieces: readonly Piece[]): readonly Value[] {
  const size = sizesOf(x)[axis] ?? 1;
  const ends = new Set([0, size, ...pieces.flatMap(({ begin, length }) => [begin, begin + length])]);
  const points = [...ends].sort((a, b) => a - b);
  const isWhole = pieces.every(({ begin, length }) => points[points.indexOf(begin) + 1] === begin + length);
  const picks = new Set(pieces.map(({ begin }) => begin));
  const leavesSome = caffe.mustReadTops && points.length - 1 > picks.size;
  if (pieces.length < 3 || !isWhole || leavesSome)
    return pieces.map(({ begin, length }) => cut(caffe, x, axis, begin, length));
  const parts = sliced(caffe, x, axis, points.slice(1, -1));
  return pieces.flatMap(({ begin }) => parts[points.indexOf(begin)] ?? []);
}

/** Neighbours that are picked in their order, as pieces: where each begins, and how long it is. */
function piecesOf(places: readonly number[]): readonly Piece[] {
  const pieces: { begin: number; length: number }[] = [];
  for (const place of places) {
    const last = pieces.at(-1);
    if (last && last.begin + last.length === place) last.length++;
    else pieces.push({ begin: place, length: 1 });
  }
  return pieces;
}

/** Every column along an axis times a matrix [out, in]: a 1x1 convolution that has the axis as its channels. */
export function mixed(caffe: CaffeBuilder, x: Value, axis: number, matrix: Tensor): Value {
  const own = sizesOf(x);
  const [out = 1, size = 1] = matrix.shape;
  const [batch = 1] = axis === 0 ? [1] : own;
  const [outer, inner] = [elementCount(own.slice(0, axis)) / batch, elementCount(own.slice(axis + 1))];
  const images = axis === 1 && own.length === 4 ? own : [batch * outer, size, inner, 1];
  const blobs = [matrix.reshaped([out, size, 1, 1])];
  const parameters = { num_output: out, bias_term: false, kernel_size: 1 };
  const to = own.with(axis, out);
  if (caffe.backend.blobRefusal(images) === undefined) {
    const image = reshaped(caffe, x, images);
    const shapes = [images.with(1, out)];
    return reshaped(caffe, caffe.layer('Convolution', [image], parameters, { blobs, shapes }), to);
  }
  const turned = transposed(caffe, reshaped(caffe, x, [batch, outer, size, inner]), [0, 2, 1, 3]);
  const shapes = [[batch, out, outer, inner]];
  const made = caffe.layer('Convolution', [turned], parameters, { blobs, shapes });
  return reshaped(caffe, transposed(caffe, made, [0, 2, 1, 3]), to);
}
