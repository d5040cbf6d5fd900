/**
 * Reductions, as pooling over windows that cover the axes. Axes that do not lie side by side are reduced one after the other:
 * means of means of equally many are means, and so for sums and maxima.
 */
import type { Node } from '../../../ir/node.ts';
import type { StaticShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { axisOf, type CaffeRule, type CaffeRules, constantInts, sizes } from '../rule.ts';
import { spread } from '../spreading.ts';
import { affine, power, reshaped } from '../support.ts';
import { magnitude } from './activations.ts';
import { globallyPooled, pooledColumns } from './pooling.ts';

type Method = 'MAX' | 'AVE';

/** Neighbouring axes that are reduced together. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** The axes that are reduced, in runs of neighbours, the last run first; undefined where there are none. */
function rangesOf(node: Node, caffe: CaffeBuilder): readonly Range[] | undefined {
  const { length: rank } = sizes(node.input(0), node);
  const given = constantInts(node, 1, caffe) ?? node.ints('axes')?.map(Number) ?? [];
  if (given.length === 0 && node.int('noop_with_empty_axes', 0n) !== 0n) return undefined;
  const axes = given.length === 0 ? [...Array(rank).keys()] : given.map((axis) => axisOf(axis, rank));
  const ranges: { first: number; last: number }[] = [];
  for (const axis of [...new Set(axes)].sort((a, b) => b - a)) {
    const run = ranges.at(-1);
    if (run && axis === run.first - 1) run.first = axis;
    else ranges.push({ first: axis, last: axis });
  }
  return ranges;
}

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** The mean or the maximum over axes, each of which has the size 1 then. */
export function overAxes(caffe: CaffeBuilder, x: Value, ranges: readonly Range[], method: Method): Value {
  return ranges.reduce((made, range) => {
    const own = sizesOf(made);
    const kept = own.map((size, axis) => (axis >= range.first && axis <= range.last ? 1 : size));
    return reshaped(caffe, over(caffe, made, range, method), kept);
  }, x);
}

function over(caffe: CaffeBuilder, x: Value, { first, last }: Range, method: Method): Value {
  const shape = sizesOf(x);
  if (shape.length === 4 && first === 2 && last === 3) return globallyPooled(caffe, x, method);
  const [batch = 1] = shape;
  const [outer, count, inner] = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)].map(
    product,
  );
  const image = first === 0 ? [1, 1, count, inner] : [batch, (outer ?? 1) / batch, count, inner];
  return pooledColumns(caffe, reshaped(caffe, x, image as StaticShape), method);
}

/** A reduction: a function of what comes in, pooling, and a function of what comes out. */
function reduced(
  method: Method,
  before: (caffe: CaffeBuilder, x: Value) => Value,
  after: (caffe: CaffeBuilder, y: Value, count: number) => Value,
): CaffeRule {
  return (node, caffe) => {
    const ranges = rangesOf(node, caffe);
    const given = before(caffe, caffe.input(node, 0));
    if (!ranges) return after(caffe, given, 1);
    const shape = sizesOf(given);
    const count = product(ranges.map(({ first, last }) => product(shape.slice(first, last + 1))));
    const made = after(caffe, overAxes(caffe, given, ranges, method), count);
    return reshaped(caffe, made, sizes(node.outputs[0], node));
  };
}

const same = (_: CaffeBuilder, x: Value): Value => x;
const negated = (caffe: CaffeBuilder, x: Value): Value => affine(caffe, x, -1, 0);
const times = (caffe: CaffeBuilder, y: Value, count: number): Value => affine(caffe, y, count, 0);

/** x * x, by a layer that takes numbers below 0 as they are. */
export function squared(caffe: CaffeBuilder, x: Value): Value {
  return caffe.layer('Eltwise', [x, x], { operation: 'PROD' });
}

/** most + log(sum of exp(x - most)), which does not overflow. */
const logSumExp: CaffeRule = (node, caffe) => {
  const x = caffe.input(node, 0);
  const ranges = rangesOf(node, caffe);
  if (!ranges) return x;
  const { Exp: exp, Log: log } = caffe.backend.direct;
  if (exp === undefined || log === undefined) return caffe.refuseOperator();
  const own = sizesOf(x);
  const most = overAxes(caffe, x, ranges, 'MAX');
  const below = caffe.layer('Eltwise', [x, negated(caffe, spread(caffe, most, own))]);
  const count = product(ranges.map(({ first, last }) => product(own.slice(first, last + 1))));
  const sum = times(caffe, overAxes(caffe, caffe.layer(exp, [below]), ranges, 'AVE'), count);
  const made = caffe.layer('Eltwise', [caffe.layer(log, [sum]), most]);
  return reshaped(caffe, made, sizes(node.outputs[0], node));
};

export const reduction: CaffeRules = {
  ReduceMean: reduced('AVE', same, same),
  ReduceSum: reduced('AVE', same, times),
  ReduceMax: reduced('MAX', same, same),
  // min(x) = -max(-x)
  ReduceMin: reduced('MAX', negated, negated),
  ReduceL1: reduced('AVE', magnitude, times),
  ReduceSumSquare: reduced('AVE', squared, times),
  ReduceL2: reduced('AVE', squared, (caffe, y, count) => power(caffe, y, 0.5, count)),
  ReduceLogSumExp: logSumExp,
  ReduceLogSum: reduced('AVE', same, (caffe, y, count) => caffe.layer('Log', [times(caffe, y, count)])),
};
