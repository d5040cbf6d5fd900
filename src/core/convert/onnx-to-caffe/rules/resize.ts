/**
 * Resize, exactly: by the layer that does the same where the framework has one, by a transposed convolution where pixels are
 * repeated, else every axis by a matrix of constants, which a 1x1 convolution applies to that axis as channels.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { mannerOf, matrixOf, type ResizeManner, type Row, repeats, rowsOf, sameRows } from '../../resize-rows.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { LARGEST_MATRIX, mixed } from '../picking.ts';
import { axisOf, type CaffeRules, optionalWeight, sizes } from '../rule.ts';
import { reshaped } from '../support.ts';
import { filled } from '../weights.ts';

/** What the elements along one axis become. */
interface AxisRows {
  readonly axis: number;
  readonly size: number;
  readonly rows: readonly Row[];
}

function resize(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const own = sizesOf(x);
  const to = sizes(node.outputs[0], node);
  if (node.int('antialias', 0n) !== 0n) caffe.refuseAttribute('antialias', 'its weights are not known here');
  if (node.int('exclude_outside', 0n) !== 0n) caffe.refuseAttribute('exclude_outside', 'borders are taken as they are');
  const manner = mannerOf(node);
  const changed = axesOf(node, caffe, own, to, manner);
  if (changed.length === 0) return x;
  return byLayer(caffe, x, changed, to) ?? byRepetition(caffe, x, changed, to) ?? byMatrices(caffe, x, changed);
}

/** The axes that change, each with its rows. */
function axesOf(
  node: Node,
  caffe: CaffeBuilder,
  own: readonly number[],
  to: readonly number[],
  manner: ResizeManner,
): readonly AxisRows[] {
  const axes = node.ints('axes')?.map((axis) => axisOf(axis, own.length)) ?? own.map((_, axis) => axis);
  const scales = optionalWeight(node, 2, caffe);
  const given = scales && scales.count > 0 ? scales.numbers() : undefined;
  return own.flatMap((size, axis) => {
    const out = to[axis] ?? size;
    const scale = given?.[axes.indexOf(axis)] ?? out / size;
    const rows =
      rowsOf(size, out, scale, manner) ??
      caffe.refuseAttribute(`${manner.mode}, ${manner.coordinates}`, 'this way of resizing is not known here');
    return out === size && repeats(rows, size) === 1 ? [] : [{ axis, size, rows }];
  });
}

const GRIDS = { corners: 'align_corners', 'half pixels': 'half_pixel' } as const;

/** Interp, where its grid gives the same on both spatial axes; the layer that repeats pixels. */
function byLayer(
  caffe: CaffeBuilder,
  x: Value,
  changed: readonly AxisRows[],
  to: readonly number[],
): Value | undefined {
  const own = sizesOf(x);
  if (own.length !== 4 || changed.some(({ axis }) => axis < 2)) return undefined;
  const { interp, repeat } = caffe.backend.limits;
  const shapes = [to];
  const times = [2, 3].map((axis) => {
    const found = changed.find((each) => each.axis === axis);
    return found ? repeats(found.rows, found.size) : 1;
  });
  const [both] = times;
  if (repeat && both !== undefined && both === times[1]) {
    const parameters = { [repeat.field]: both };
    if (caffe.can(repeat.layer, [x], parameters)) return caffe.layer(repeat.layer, [x], parameters, { shapes });
  }
  if (!interp) return undefined;
  const manner = { mode: 'linear', coordinates: GRIDS[interp.grid], nearest: '', cubic: 0 };
  const same = [2, 3].every((axis) => {
    const [size = 1, out = 1] = [own[axis], to[axis]];
    const rows = changed.find((each) => each.axis === axis)?.rows ?? rowsOf(size, size, 1, manner) ?? [];
    return sameRows(rows, rowsOf(size, out, out / size, manner) ?? [], size);
  });
  const parameters = { height: to[2] ?? 1, width: to[3] ?? 1 };
  return same && caffe.can(interp.layer, [x], parameters)
    ? caffe.layer(interp.layer, [x], parameters, { shapes })
    : undefined;
}

/** Every pixel as often as the factors say: a transposed convolution of each channel whose weights are 1. */
function byRepetition(
  caffe: CaffeBuilder,
  x: Value,
  changed: readonly AxisRows[],
  to: readonly number[],
): Value | undefined {
  const own = sizesOf(x);
  if (own.length > 4 || own.length < 3 || changed.some(({ axis }) => axis < 2)) return undefined;
  const times = changed.map(({ rows, size }) => repeats(rows, size));
  if (times.some((each) => each === undefined)) return undefined;
  const [batch = 1, channels = 1, ...spatial] = own;
  const image = spatial.length === 2 ? x : reshaped(caffe, x, [batch, channels, 1, spatial[0] ?? 1]);
  const of = (axis: number) => times[changed.findIndex((each) => each.axis === axis)] ?? 1;
  const [height, width] = spatial.length === 2 ? [of(2), of(3)] : [1, of(2)];
  const [, , h = 1, w = 1] = sizesOf(image);
  const square = height === width;
  const window = square
    ? { kernel_size: height, stride: height }
    : { kernel_h: height, kernel_w: width, stride_h: height, stride_w: width };
  const group = channels > 1 ? channels : undefined;
  const type = caffe.backend.limits.deconvolution ?? 'Deconvolution';
  const made = caffe.layer(
    type,
    [image],
    { num_output: channels, bias_term: false, ...window, group },
    { blobs: [filled([channels, 1, height, width], 1)], shapes: [[batch, channels, h * height, w * width]] },
  );
  return reshaped(caffe, made, to);
}

function byMatrices(caffe: CaffeBuilder, x: Value, changed: readonly AxisRows[]): Value {
  return changed.reduce((made, { axis, size, rows }) => {
    if (size * rows.length > LARGEST_MATRIX)
      caffe.refuseAttribute(`an axis of ${size} elements`, `its matrix of ${size} x ${rows.length} is too large`);
    return mixed(caffe, made, axis, Tensor.of('float32', [rows.length, size], [...matrixOf(rows, size)]));
  }, x);
}

export const resizing: CaffeRules = { Resize: resize };
