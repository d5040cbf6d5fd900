/**
 * x over the root of a sum of squares and a number: by Normalize (weiliu89/caffe, branch ssd, src/caffe/layers/normalize_layer.cpp:
 * over the channels of each place, with the number under the root), else by squares, pooling and a power.
 */
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { bordered } from './bordering.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { pooledColumns } from './rules/pooling.ts';
import { spread } from './spreading.ts';
import { affine, cut, power, product, reshaped } from './support.ts';
import { transposed } from './transposing.ts';
import { filled } from './weights.ts';

/** Whether the framework has a layer for it. */
export function hasNormalize(caffe: CaffeBuilder): boolean {
  return caffe.backend.limits.normalize !== undefined;
}

/** factor * x / sqrt(sum of squares along an axis + epsilon), which is above 0. */
export function lengthOne(caffe: CaffeBuilder, x: Value, axis: number, epsilon: number, factor = 1): Value {
  const own = sizesOf(x);
  const size = own[axis] ?? 1;
  const [batch = 1] = axis === 0 ? [1] : own;
  const [outer, inner] = [elementCount(own.slice(0, axis)) / batch, elementCount(own.slice(axis + 1))];
  if (!hasNormalize(caffe)) {
    const image = reshaped(caffe, x, [batch, outer, size, inner]);
    const mean = pooledColumns(caffe, product(caffe, image, image), 'AVE');
    const by = power(caffe, affine(caffe, mean, size, epsilon), -0.5);
    const whole = spread(caffe, affine(caffe, by, factor, 0), sizesOf(image));
    return reshaped(caffe, product(caffe, image, whole), own);
  }
  const images: StaticShape = [batch * outer, size, inner, 1];
  if (caffe.backend.blobRefusal(images) === undefined)
    return reshaped(caffe, overChannels(caffe, reshaped(caffe, x, images), epsilon, factor), own);
  const turned = transposed(caffe, reshaped(caffe, x, [batch, outer, size, inner]), [0, 2, 1, 3]);
  return reshaped(caffe, transposed(caffe, overChannels(caffe, turned, epsilon, factor), [0, 2, 1, 3]), own);
}

function overChannels(caffe: CaffeBuilder, x: Value, epsilon: number, factor: number): Value {
  const [, channels = 1] = sizesOf(x);
  const { layer = 'Normalize', eps } = caffe.backend.limits.normalize ?? {};
  const blobs = (count: number) => [filled([count], factor)];
  const parameters = { across_spatial: false, channel_shared: false };
  if (eps !== 'none') return caffe.layer(layer, [x], { ...parameters, eps: epsilon }, { blobs: blobs(channels) });
  // A channel more adds its square to the sum.
  const more = bordered(caffe, x, 1, 0, 1, Math.sqrt(epsilon));
  return cut(caffe, caffe.layer(layer, [more], parameters, { blobs: blobs(channels + 1) }), 1, 0, channels);
}
