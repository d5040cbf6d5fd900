/** What moves elements and does not change them. Layers: BVLC/caffe src/caffe/layers/{concat,slice,reshape,flatten}_layer.cpp. */

import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { axisOf, type CaffeRule, type CaffeRules, constantInts, optionalWeight, sizes } from '../rule.ts';
import { cut, joined, reshaped, sliced } from '../support.ts';
import { filled } from '../weights.ts';

/** The input's elements in the shape that inference found for the output. */
const toOutputShape: CaffeRule = (node, caffe) => reshaped(caffe, caffe.input(node, 0), sizes(node.outputs[0], node));

const unchanged: CaffeRule = (node, caffe) => caffe.input(node, 0);

/** A block of one number before and behind, along one axis. */
function bordered(caffe: CaffeBuilder, x: Value, axis: number, begin: number, end: number, value: number): Value {
  const block = (size: number) => (size > 0 ? [caffe.constant(filled(sizesOf(x).with(axis, size), value))] : []);
  return joined(caffe, [...block(begin), x, ...block(end)], axis);
}

export const shape: CaffeRules = {
  Identity: unchanged,
  Dropout: (node, caffe) => {
    const training = optionalWeight(node, 2, caffe)?.numbers()[0] ?? 0;
    if (training !== 0) caffe.refuseAttribute('training_mode', 'networks drop nothing');
    return caffe.input(node, 0);
  },
  // Floating point to floating point: everything else is refused before.
  Cast: (node, caffe) => {
    const dtype = node.input(0)?.dtype ?? 'float32';
    if (!dtype.includes('float')) refuse('dtype-not-taken', node, { target: caffe.target, dtype });
    return caffe.input(node, 0);
  },
  Reshape: toOutputShape,
  Flatten: toOutputShape,
  Squeeze: toOutputShape,
  Unsqueeze: toOutputShape,
  Expand: (node, caffe) => {
    const [from, to] = [sizes(node.input(0), node), sizes(node.outputs[0], node)];
    const same = to.reduce((a, b) => a * b, 1) === from.reduce((a, b) => a * b, 1);
    return same ? reshaped(caffe, caffe.input(node, 0), to) : caffe.refuseOperator();
  },

  Transpose: (node, caffe) => {
    const x = caffe.input(node, 0);
    const own = sizes(node.input(0), node);
    const order = node.ints('perm')?.map(Number) ?? own.map((_, k) => own.length - 1 - k);
    const result = order.map((axis) => own[axis] ?? 1);
    // Where only axes of size 1 move, elements stay in order.
    const moving = order.filter((axis) => (own[axis] ?? 1) > 1);
    if (moving.every((axis, k) => k === 0 || axis > (moving[k - 1] ?? 0))) return reshaped(caffe, x, result);
    return caffe.layer('Permute', [x], { order }, { shapes: [result] });
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
    if (steps?.some((step) => step !== 1)) caffe.refuseAttribute('steps', 'Slice takes neighbours');
    let x = caffe.input(node, 0);
    starts.forEach((start, k) => {
      const axis = axisOf(axes?.[k] ?? k, own.length);
      const size = own[axis] ?? 1;
      const [from, to] = [start, ends[k] ?? size].map((at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size));
      const length = (to ?? size) - (from ?? 0);
      if (length <= 0) caffe.refuseAttribute('an empty result', 'blobs hold something');
      x = cut(caffe, x, axis, from ?? 0, length);
    });
    return x;
  },

  // Padding as data: blocks of constants are joined on.
  Pad: (node, caffe) => {
    const mode = node.string('mode', 'constant');
    if (mode !== 'constant') caffe.refuseAttribute(`mode "${mode}"`, 'no layer repeats borders');
    const own = sizes(node.input(0), node);
    const value = optionalWeight(node, 2, caffe)?.numbers()[0] ?? 0;
    const pads = constantInts(node, 1, caffe) ?? [];
    const axes = constantInts(node, 3, caffe) ?? own.map((_, k) => k);
    let x = caffe.input(node, 0);
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
