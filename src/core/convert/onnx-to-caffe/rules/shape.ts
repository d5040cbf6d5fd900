/** What moves elements and does not change them. Layers: BVLC/caffe src/caffe/layers/{concat,slice,reshape,flatten}_layer.cpp. */

import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { bordered } from '../bordering.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { picked } from '../picking.ts';
import { axisOf, type CaffeRule, type CaffeRules, constantInts, optionalWeight, sizes } from '../rule.ts';
import { spread } from '../spreading.ts';
import { cut, joined, reshaped, sliced } from '../support.ts';
import { transposed } from '../transposing.ts';
import { castsNothing } from '../whole-numbers.ts';

/** The input's elements in the shape that inference found for the output. */
const toOutputShape: CaffeRule = (node, caffe) => reshaped(caffe, caffe.input(node, 0), sizes(node.outputs[0], node));

const unchanged: CaffeRule = (node, caffe) => caffe.input(node, 0);

/** By a layer that pads every axis, where the framework has one. */
function byPadLayer(
  caffe: CaffeBuilder,
  x: Value,
  { axes, pads, value }: { readonly axes: readonly number[]; readonly pads: readonly number[]; readonly value: number },
): Value | undefined {
  const own = sizesOf(x);
  const [begins, ends] = [own.map(() => 0), own.map(() => 0)];
  for (const [k, each] of axes.entries()) {
    const axis = axisOf(each, own.length);
    [begins[axis], ends[axis]] = [pads[k] ?? 0, pads[k + axes.length] ?? 0];
  }
  const parameters = { mode: 'constant', value, pads: [...begins, ...ends] };
  if ([...begins, ...ends].some((pad) => pad < 0) || !caffe.can('Pad', [x], parameters)) return undefined;
  const shapes = [own.map((size, axis) => size + (begins[axis] ?? 0) + (ends[axis] ?? 0))];
  return caffe.layer('Pad', [x], parameters, { shapes });
}

/** Which element of an axis stands at a place outside of it, as the modes of Pad say; undefined for other modes. */
function mirrored(mode: string, place: number, size: number): number | undefined {
  if (mode === 'edge') return Math.min(Math.max(place, 0), size - 1);
  if (mode === 'wrap') return ((place % size) + size) % size;
  if (mode !== 'reflect') return undefined;
  const period = Math.max(2 * (size - 1), 1);
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** Borders that repeat what is there: every axis by a matrix that picks. */
function borderedByPicking(node: Node, caffe: CaffeBuilder, mode: string): Value {
  const own = sizes(node.input(0), node);
  const pads = constantInts(node, 1, caffe) ?? [];
  const axes = constantInts(node, 3, caffe) ?? own.map((_, k) => k);
  return axes.reduce(
    (made, each, k) => {
      const axis = axisOf(each, own.length);
      const [begin, end, size] = [pads[k] ?? 0, pads[k + axes.length] ?? 0, own[axis] ?? 1];
      if (begin === 0 && end === 0) return made;
      const places = Array.from({ length: size + begin + end }, (_, at) => mirrored(mode, at - begin, size));
      if (places.length === 0 || places.some((place) => place === undefined))
        caffe.refuseAttribute(`mode "${mode}"`, 'its borders are not known here');
      return picked(caffe, made, axis, places as number[]);
    },
    caffe.input(node, 0),
  );
}

/** The places that a slice takes of an axis, as the ONNX operator specification says. */
function placesOf(start: number, end: number, step: number, size: number): readonly number[] {
  const from = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const places: number[] = [];
  if (step > 0) for (let at = from(start, 0, size); at < from(end, 0, size); at += step) places.push(at);
  else for (let at = from(start, 0, size - 1); at > from(end, -1, size - 1); at += step) places.push(at);
  return places;
}

export const shape: CaffeRules = {
  Identity: unchanged,
  Dropout: (node, caffe) => {
    const training = optionalWeight(node, 2, caffe)?.numbers()[0] ?? 0;
    if (training !== 0) caffe.refuseAttribute('training_mode', 'networks drop nothing');
    return caffe.input(node, 0);
  },
  Cast: (node, caffe) => {
    const dtype = node.input(0)?.dtype ?? 'float32';
    const to = node.outputs[0]?.dtype ?? 'float32';
    if (!castsNothing(dtype, to))
      refuse('dtype-not-taken', node, { target: caffe.target, dtype: dtype.includes('float') ? to : dtype });
    return caffe.input(node, 0);
  },
  Reshape: toOutputShape,
  Flatten: toOutputShape,
  Squeeze: toOutputShape,
  Unsqueeze: toOutputShape,
  Expand: (node, caffe) => spread(caffe, caffe.input(node, 0), sizes(node.outputs[0], node)),
  Tile: (node, caffe) => {
    const x = caffe.input(node, 0);
    const own = sizesOf(x);
    const times = constantInts(node, 1, caffe) ?? [];
    // [.., n, ..] repeated t times is [.., 1, n * ..] spread to [.., t, n * ..].
    return own.reduce((made, size, axis) => {
      const [shape, count] = [sizesOf(made), times[axis] ?? 1];
      if (count === 1) return made;
      const [batch = 1] = axis === 0 ? [1] : shape;
      const [outer, inner] = [elementCount(shape.slice(0, axis)) / batch, elementCount(shape.slice(axis))];
      const whole = spread(caffe, reshaped(caffe, made, [batch, outer, 1, inner]), [batch, outer, count, inner]);
      return reshaped(caffe, whole, shape.with(axis, count * size));
    }, x);
  },

  Transpose: (node, caffe) => {
    const own = sizes(node.input(0), node);
    const order = node.ints('perm')?.map(Number) ?? own.map((_, k) => own.length - 1 - k);
    return transposed(caffe, caffe.input(node, 0), order);
  },

  Concat: (node, caffe) => {
    const parts = node.inputs.map((_, k) => caffe.input(node, k));
    return joined(caffe, parts, axisOf(node.int('axis', 0n), sizesOf(parts[0]).length));
  },

  Split: (node, caffe) => {
    const x = caffe.input(node, 0);
    const axis = axisOf(node.int('axis', 0n), sizesOf(x).length);
    const points: number[] = [];
    let at = 0;
    for (const output of node.outputs.slice(0, -1)) {
      at += sizes(output, node)[axis] ?? 0;
      points.push(at);
    }
    if (new Set([0, ...points]).size !== points.length + 1) caffe.refuseAttribute('empty parts', 'Slice makes none');
    return points.length === 0 ? x : sliced(caffe, x, axis, points);
  },

  Slice: (node, caffe) => {
    const own = sizes(node.input(0), node);
    const [starts = [], ends = [], axes, steps] = [1, 2, 3, 4].map((index) => constantInts(node, index, caffe));
    let x = caffe.input(node, 0);
    starts.forEach((start, k) => {
      const axis = axisOf(axes?.[k] ?? k, own.length);
      const size = own[axis] ?? 1;
      const places = placesOf(start, ends[k] ?? size, steps?.[k] ?? 1, size);
      if (places.length === 0) caffe.refuseAttribute('an empty result', 'blobs hold something');
      x = picked(caffe, x, axis, places);
    });
    return x;
  },

  // Padding as data: blocks of constants are joined on.
  Pad: (node, caffe) => {
    const mode = node.string('mode', 'constant');
    if (mode !== 'constant') return borderedByPicking(node, caffe, mode);
    const own = sizes(node.input(0), node);
    const value = optionalWeight(node, 2, caffe)?.numbers()[0] ?? 0;
    const pads = constantInts(node, 1, caffe) ?? [];
    const axes = constantInts(node, 3, caffe) ?? own.map((_, k) => k);
    let x = caffe.input(node, 0);
    const whole = byPadLayer(caffe, x, { axes, pads, value });
    if (whole) return whole;
    axes.forEach((each, k) => {
      const axis = axisOf(each, own.length);
      const [begin, end] = [pads[k] ?? 0, pads[k + axes.length] ?? 0];
      const kept = (own[axis] ?? 1) + Math.min(begin, 0) + Math.min(end, 0);
      if (kept <= 0) caffe.refuseAttribute('an empty result', 'blobs hold something');
      x = cut(caffe, x, axis, Math.max(-begin, 0), kept);
      x = bordered(caffe, x, axis, Math.max(begin, 0), Math.max(end, 0), value);
    });
    return x;
  },
};
