/**
 * Products of matrices, one for each of as many others as both operands have. Where no layer multiplies two that the network
 * computes, every element is multiplied by itself and the products are summed by pooling.
 */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { mixed } from './picking.ts';
import { pooledColumns } from './rules/pooling.ts';
import { commonShape, spread } from './spreading.ts';
import { affine, cut, joined, product, reshaped } from './support.ts';
import { spreadTo } from './weights.ts';

/** Of no more single products than that does one blob consist. */
const MOST_PRODUCTS = 16_000_000;
/** Into more parts than that no product is cut. */
const MOST_PARTS = 64;
/** More constant matrices than that are not multiplied one by one. */
const MOST_MATRICES = 16;

/** a [..., n, k] times b [..., k, m], whose other axes spread over each other. */
export function matrixProduct(caffe: CaffeBuilder, a: Value, b: Value): Value {
  const [left, right] = [sizesOf(a), sizesOf(b)];
  const batch = commonShape([left.slice(0, -2), right.slice(0, -2)]);
  const [whole, other] = [
    spread(caffe, a, [...batch, ...left.slice(-2)]),
    spread(caffe, b, [...batch, ...right.slice(-2)]),
  ];
  const to = [...batch, left.at(-2) ?? 1, right.at(-1) ?? 1];
  return reshaped(caffe, byLayer(caffe, whole, other) ?? byParts(caffe, whole, other), to);
}

/** Some matrices, or some rows of one, at a time: as many as one blob takes the products of. */
function byParts(caffe: CaffeBuilder, a: Value, b: Value): Value {
  const [left, right] = [sizesOf(a), sizesOf(b)];
  const [rows = 1, inner = 1, columns = 1] = [...left.slice(-2), right.at(-1) ?? 1];
  const count = elementCount(left.slice(0, -2));
  const each = rows * inner * columns;
  if (count * each <= MOST_PRODUCTS) return byElements(caffe, a, b);
  const atOnce = Math.max(1, Math.floor(MOST_PRODUCTS / each));
  const rowsAtOnce = each > MOST_PRODUCTS ? Math.max(1, Math.floor(MOST_PRODUCTS / (inner * columns))) : rows;
  if (Math.ceil(count / atOnce) * Math.ceil(rows / rowsAtOnce) > MOST_PARTS)
    caffe.refuseAttribute(
      'a right operand computed by the network',
      `no layer multiplies matrices, and ${count * each} products are too many to be made one by one`,
    );
  const [all, others] = [reshaped(caffe, a, [1, count, rows, inner]), reshaped(caffe, b, [1, count, inner, columns])];
  const made = partsOf(count, atOnce).map(([first, length]) => {
    const [matrices, other] = [cut(caffe, all, 1, first, length), cut(caffe, others, 1, first, length)];
    const strips = partsOf(rows, rowsAtOnce).map(([row, height]) => {
      const product = byElements(caffe, cut(caffe, matrices, 2, row, height), other);
      return reshaped(caffe, product, [1, length, height, columns]);
    });
    return joined(caffe, strips, 2);
  });
  return joined(caffe, made, 1);
}

/** Beginnings and lengths of parts that together are `whole`. */
function partsOf(whole: number, most: number): readonly (readonly [first: number, length: number])[] {
  const count = Math.ceil(whole / most);
  return Array.from({ length: count }, (_, k) => [k * most, Math.min(most, whole - k * most)]);
}

/** By the framework's layer, in a form that it takes; undefined where it has none. */
function byLayer(caffe: CaffeBuilder, a: Value, b: Value): Value | undefined {
  const { product: layer } = caffe.backend.limits;
  if (layer === undefined) return undefined;
  const [left, right] = [sizesOf(a), sizesOf(b)];
  const count = elementCount(left.slice(0, -2));
  const [matrix, other] = [left.slice(-2), right.slice(-2)];
  const forms: readonly (readonly number[])[] = [left.slice(0, -2), [1, count], ...(count === 1 ? [[1], []] : [])];
  const found = forms.find((batch) => {
    const shapes: readonly StaticShape[] = [
      [...batch, ...matrix],
      [...batch, ...other],
    ];
    const plan = { type: layer, bottoms: shapes, blobs: [], parameters: {} };
    return !shapes.some((shape) => caffe.backend.blobRefusal(shape)) && !caffe.backend.refusal(plan);
  });
  if (!found) return undefined;
  const given = [reshaped(caffe, a, [...found, ...matrix]), reshaped(caffe, b, [...found, ...other])];
  return caffe.layer(layer, given, {}, { shapes: [[...found, matrix[0] ?? 1, other[1] ?? 1]] });
}

/** Rows of a and matrices of b, repeated until each element meets its other, then sums of columns: [.., n, k, m]. */
function byElements(caffe: CaffeBuilder, a: Value, b: Value): Value {
  const [left, right] = [sizesOf(a), sizesOf(b)];
  const [rows = 1, inner = 1, columns = 1] = [...left.slice(-2), right.at(-1) ?? 1];
  const batch = left.length > 2 ? (left[0] ?? 1) : 1;
  const matrices = elementCount(left.slice(0, -2)) / batch;
  const factors = spread(caffe, reshaped(caffe, a, [batch, matrices * rows * inner, 1]), [
    batch,
    matrices * rows * inner,
    columns,
  ]);
  const others = spread(caffe, reshaped(caffe, b, [batch, matrices, 1, inner * columns]), [
    batch,
    matrices,
    rows,
    inner * columns,
  ]);
  const image = [batch, matrices * rows, inner, columns];
  const products = product(caffe, reshaped(caffe, factors, image), reshaped(caffe, others, image));
  return affine(caffe, pooledColumns(caffe, products, 'AVE'), inner, 0);
}

/** Constant matrices [..., n, k] times b [..., k, m]. */
export function constantTimes(caffe: CaffeBuilder, matrices: Tensor, b: Value): Value {
  const one = oneMatrix(matrices);
  if (one) return mixed(caffe, b, sizesOf(b).length - 2, one);
  return eachMatrix(caffe, b, matrices, (part, matrix) => mixed(caffe, part, 2, matrix));
}

/** The only matrix; undefined where there are several. */
export function oneMatrix(matrices: Tensor): Tensor | undefined {
  const shape = matrices.shape.slice(-2);
  return matrices.count === elementCount(shape) ? matrices.reshaped(shape) : undefined;
}

/** Each matrix of x by itself, as [1, 1, rows, columns], with the constant one that belongs to it. */
export function eachMatrix(
  caffe: CaffeBuilder,
  x: Value,
  matrices: Tensor,
  times: (part: Value, matrix: Tensor) => Value,
): Value {
  const own = sizesOf(x);
  const batch = commonShape([own.slice(0, -2), matrices.shape.slice(0, -2)]);
  const count = elementCount(batch);
  if (count > MOST_MATRICES) caffe.refuseAttribute(`${count} constant matrices`, 'they are multiplied one by one');
  const shape = matrices.shape.slice(-2);
  const all = spreadTo(matrices, [...batch, ...shape]);
  const numbers = all.numbers();
  const size = elementCount(shape);
  const whole = reshaped(caffe, spread(caffe, x, [...batch, ...own.slice(-2)]), [1, count, ...own.slice(-2)]);
  const parts = Array.from({ length: count }, (_, k) => {
    const matrix = Tensor.of('float32', shape, Array.from(numbers.slice(k * size, (k + 1) * size)));
    return times(cut(caffe, whole, 1, k, 1), matrix);
  });
  const made = joined(caffe, parts, 1);
  return reshaped(caffe, made, [...batch, ...sizesOf(made).slice(-2)]);
}
