/** Reductions of neighbouring axes, as pooling over windows that cover them. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { axisOf, type CaffeRule, type CaffeRules, constantInts, sizes } from '../rule.ts';
import { affine, reshaped } from '../support.ts';
import { globallyPooled, pooledColumns } from './pooling.ts';

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The axes that are reduced; undefined where there are none. Refuses axes that do not lie side by side. */
function axesOf(node: Node, caffe: CaffeBuilder): Range | undefined {
  const { length: rank } = sizes(node.input(0), node);
  const given = constantInts(node, 1, caffe) ?? node.ints('axes')?.map(Number) ?? [];
  if (given.length === 0 && node.int('noop_with_empty_axes', 0n) !== 0n) return undefined;
  const axes = given.length === 0 ? [0, rank - 1] : given.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b);
  const [first = 0, last = 0] = [axes[0], axes.at(-1)];
  if (given.length > 0 && last - first + 1 !== new Set(axes).size) {
    caffe.refuseAttribute('axes that do not lie side by side', 'pooling covers neighbours');
  }
  return { first, last };
}

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

function reduced(method: 'MAX' | 'AVE', sum: boolean): CaffeRule {
  return (node, caffe) => {
    const x = caffe.input(node, 0);
    const axes = axesOf(node, caffe);
    if (!axes) return x;
    const shape = sizesOf(x);
    const count = product(shape.slice(axes.first, axes.last + 1));
    const made = affine(caffe, over(caffe, x, axes, count, method), sum ? count : 1, 0);
    return reshaped(caffe, made, sizes(node.outputs[0], node));
  };
}

function over(caffe: CaffeBuilder, x: Value, { first, last }: Range, count: number, method: 'MAX' | 'AVE'): Value {
  const shape = sizesOf(x);
  if (shape.length === 4 && first === 2 && last === 3) return globallyPooled(caffe, x, method);
  const [batch = 1] = shape;
  const [outer, inner] = [product(shape.slice(0, first)), product(shape.slice(last + 1))];
  const image = first === 0 ? [1, 1, count, inner] : [batch, outer / batch, count, inner];
  return pooledColumns(caffe, reshaped(caffe, x, image), method);
}

export const reduction: CaffeRules = {
  ReduceMean: reduced('AVE', false),
  ReduceSum: reduced('AVE', true),
  ReduceMax: reduced('MAX', false),
};
