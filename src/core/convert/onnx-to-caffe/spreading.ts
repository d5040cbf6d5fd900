/** Blobs that repeat along axes of size 1, as ONNX spreads operands: Tile, else convolutions whose weights are all 1. */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { joined, reshaped } from './support.ts';
import { filled } from './weights.ts';

/** More copies than that are not joined one by one. */
const MOST_COPIES = 32;

/** x repeated until its shape is `shape`. Refuses where sizes neither agree nor are 1, and what repeats images. */
export function spread(caffe: CaffeBuilder, x: Value, shape: StaticShape): Value {
  const own = sizesOf(x);
  const aligned = [...Array<number>(shape.length - own.length).fill(1), ...own];
  const wrong = aligned.findIndex((size, axis) => size !== shape[axis] && size !== 1);
  if (wrong >= 0) caffe.refuseAttribute('operands of different shapes', 'only axes of size 1 spread');
  let made = reshaped(caffe, x, aligned);
  for (let axis = 0; axis < shape.length; axis++) {
    // Neighbouring axes are repeated together.
    let end = axis;
    while (end < shape.length && aligned[end] === 1 && shape[end] !== 1) end++;
    if (end === axis) continue;
    const to = sizesOf(made).map((size, k) => (k >= axis && k < end ? (shape[k] ?? 1) : size));
    made = reshaped(caffe, repeated(caffe, made, [axis, end], to), to);
    axis = end - 1;
  }
  return made;
}

/** Copies along neighbouring axes of size 1: the elements of a blob of the shape `to`. */
export function repeated(
  caffe: CaffeBuilder,
  x: Value,
  [axis, end]: readonly [number, number],
  to: StaticShape,
): Value {
  const own = sizesOf(x);
  const times = elementCount(to.slice(axis, end));
  const parameters = { axis: axis === 1 ? undefined : axis, tiles: times };
  if (caffe.can('Tile', [x], parameters))
    return caffe.layer('Tile', [x], parameters, { shapes: [own.with(axis, times)] });
  if (axis === 0) return repeatedImages(caffe, x, times);
  const [batch = 1] = own;
  const [outer, inner] = [elementCount(own.slice(1, axis)), elementCount(own.slice(end))];
  if (outer === 1) {
    const image = reshaped(caffe, x, [batch, 1, inner, 1]);
    const parameters = { num_output: times, bias_term: false, kernel_size: 1 };
    const shapes = [[batch, times, inner, 1]];
    return caffe.layer('Convolution', [image], parameters, { blobs: [filled([times, 1, 1, 1], 1)], shapes });
  }
  // One window a channel, as large as what is made; of an image where that is one.
  const [height, width] = inner === 1 && end - axis === 2 ? [to[axis] ?? 1, to[axis + 1] ?? 1] : [times, 1];
  const image = reshaped(caffe, x, [batch, outer, 1, inner]);
  const column = { num_output: outer, bias_term: false, kernel_h: height, kernel_w: width, group: outer };
  const shapes = [[batch, outer, height, width * inner]];
  const type = caffe.backend.limits.deconvolution ?? 'Deconvolution';
  return caffe.layer(type, [image], column, { blobs: [filled([outer, 1, height, width], 1)], shapes });
}

/** The same images several times, one behind the other. */
function repeatedImages(caffe: CaffeBuilder, x: Value, times: number): Value {
  const parts = Array<Value>(times).fill(x);
  const shape = sizesOf(x).with(0, times);
  if (times > MOST_COPIES || !caffe.can('Concat', parts, { axis: 0 }) || caffe.backend.blobRefusal(shape) !== undefined)
    caffe.refuseAttribute('an operand that spreads over images', 'no layer repeats images');
  return joined(caffe, parts, 0);
}

/** The shape over which several operands spread. */
export function commonShape(shapes: readonly StaticShape[]): StaticShape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const aligned = shapes.map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  return Array.from({ length: rank }, (_, axis) => Math.max(...aligned.map((shape) => shape[axis] ?? 1)));
}
