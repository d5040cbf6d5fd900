/** Borders of one number around a blob: blocks of constants that are joined on, else a convolution that pads. */
import { elementCount } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { affine, cut, joined, reshaped } from './support.ts';
import { filled } from './weights.ts';

/** A block of one number before and behind, along one axis. */
export function bordered(
  caffe: CaffeBuilder,
  x: Value,
  axis: number,
  begin: number,
  end: number,
  value: number,
): Value {
  if (begin === 0 && end === 0) return x;
  if (!caffe.backend.limits.constants) return borderedByWindows(caffe, x, axis, begin, end, value);
  const block = (size: number) => (size > 0 ? [caffe.constant(filled(sizesOf(x).with(axis, size), value))] : []);
  return joined(caffe, [...block(begin), x, ...block(end)], axis);
}

/** The same where no layer holds numbers alone: x - value, by a convolution whose one weight is 1 and that pads; then + value. */
function borderedByWindows(
  caffe: CaffeBuilder,
  x: Value,
  axis: number,
  begin: number,
  end: number,
  value: number,
): Value {
  const own = sizesOf(x);
  if (axis === 0) caffe.refuseAttribute('more images', 'no layer adds images');
  const [batch = 1, size = 1] = [own[0], own[axis]];
  const [outer, inner] = [elementCount(own.slice(1, axis)), elementCount(own.slice(axis + 1))];
  const image = reshaped(caffe, affine(caffe, x, 1, -value), [batch, outer, size, inner]);
  const pad = Math.max(begin, end);
  const group = outer > 1 ? outer : undefined;
  const parameters = { num_output: outer, bias_term: false, kernel_size: 1, pad_h: pad, pad_w: 0, group };
  const shapes = [[batch, outer, size + 2 * pad, inner]];
  const made = caffe.layer('Convolution', [image], parameters, { blobs: [filled([outer, 1, 1, 1], 1)], shapes });
  const kept = cut(caffe, made, 2, pad - begin, size + begin + end);
  return reshaped(caffe, affine(caffe, kept, 1, value), own.with(axis, size + begin + end));
}
