/**
 * Where the largest elements stand: ArgMax, ArgMin, TopK. Layer: BVLC/caffe src/caffe/layers/argmax_layer.cpp, which takes the
 * last of equals; ONNX takes the first, or the last where `select_last_index` says so.
 */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { picked } from '../picking.ts';
import { axisOf, type CaffeRules, constantInts, sizes } from '../rule.ts';
import { spread } from '../spreading.ts';
import { affine, reshaped, scaled } from '../support.ts';
import { overAxes } from './reduction.ts';
import { above } from './thresholds.ts';

const negated = (caffe: CaffeBuilder, x: Value): Value => affine(caffe, x, -1, 0);

/** The axis the other way round. */
function reversed(caffe: CaffeBuilder, x: Value, axis: number): Value {
  const size = sizesOf(x)[axis] ?? 1;
  const order = Array.from({ length: size }, (_, k) => size - 1 - k);
  return size === 1 ? x : picked(caffe, x, axis, order);
}

type Ties = 'first' | 'last';

/** Places of the `count` largest along an axis, the largest first. */
function byLayer(caffe: CaffeBuilder, x: Value, axis: number, count: number, ties: Ties): Value {
  const own = sizesOf(x);
  const given = ties === 'last' ? x : reversed(caffe, x, axis);
  const parameters = { axis, top_k: count === 1 ? undefined : count };
  const places = caffe.layer('ArgMax', [given], parameters, { shapes: [own.with(axis, count)] });
  return ties === 'last' ? places : affine(caffe, places, -1, (own[axis] ?? 1) - 1);
}

/** By the largest element, and the highest number of those places at which nothing is below it. */
function byComparison(caffe: CaffeBuilder, x: Value, axis: number, ties: Ties): Value {
  const own = sizesOf(x);
  const size = own[axis] ?? 1;
  const range = { first: axis, last: axis };
  const most = overAxes(caffe, x, [range], 'MAX');
  const below = caffe.layer('Eltwise', [spread(caffe, most, own), negated(caffe, x)]);
  const largest = affine(caffe, above(caffe, below, 0), -1, 1);
  // From 1 on, so that places that are not the largest have a lower number.
  const numbers = Array.from({ length: size }, (_, k) => (ties === 'first' ? size - k : k + 1));
  const numbered = scaled(caffe, largest, { axis, axes: 1, tensor: Tensor.of('float32', [size], numbers) });
  const best = overAxes(caffe, numbered, [range], 'MAX');
  return ties === 'first' ? affine(caffe, best, -1, size) : affine(caffe, best, 1, -1);
}

function largest(node: Node, caffe: CaffeBuilder, sign: 1 | -1): Value {
  const given = caffe.input(node, 0);
  const axis = axisOf(node.int('axis', 0n), sizesOf(given).length);
  const x = sign > 0 ? given : negated(caffe, given);
  const ties = node.int('select_last_index', 0n) === 0n ? 'first' : 'last';
  const { ties: own } = caffe.backend.limits.argMax ?? {};
  const made = own === 'last' ? byLayer(caffe, x, axis, 1, ties) : byComparison(caffe, x, axis, ties);
  return reshaped(caffe, made, sizes(node.outputs[0], node));
}

/** The largest elements, and where they stand; of equals the first. */
function topK(node: Node, caffe: CaffeBuilder): readonly (Value | undefined)[] {
  const given = caffe.input(node, 0);
  const own = sizesOf(given);
  const axis = axisOf(node.int('axis', -1n), own.length);
  const [count = 1] = constantInts(node, 1, caffe) ?? [];
  const sign = node.int('largest', 1n) === 0n ? -1 : 1;
  const x = sign > 0 ? given : negated(caffe, given);
  const isRead = node.outputs.map(({ useCount }) => useCount > 0);
  const values = (): Value => {
    const made = count === 1 ? overAxes(caffe, x, [{ first: axis, last: axis }], 'MAX') : bySorting();
    return sign > 0 ? made : negated(caffe, made);
  };
  const bySorting = (): Value =>
    caffe.layer('ArgMax', [x], { axis, top_k: count, out_max_val: true }, { shapes: [own.with(axis, count)] });
  const sorts = caffe.backend.limits.argMax?.ties === 'last';
  if (count > 1 && !sorts) caffe.refuseAttribute(`the largest ${count}`, 'no layer sorts');
  const places = (): Value => (sorts ? byLayer(caffe, x, axis, count, 'first') : byComparison(caffe, x, axis, 'first'));
  return [isRead[0] ? values() : undefined, isRead[1] ? places() : undefined];
}

export const places: CaffeRules = {
  ArgMax: (node, caffe) => largest(node, caffe, 1),
  ArgMin: (node, caffe) => largest(node, caffe, -1),
  TopK: topK,
};
