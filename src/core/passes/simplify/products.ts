/** Matrix products: what Gemm does itself. */
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { sameDim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { gemmAndSum, matmulAndSum } from '../fusions/linear.ts';
import type { PatternRule } from '../pass.ts';
import { RESHAPES, targetOf } from './reshapes.ts';
import { instead, named, producerOf, simplification } from './rule.ts';
import { scaledInput } from './weight-inputs.ts';
import type { Layout } from './weights.ts';

/** Types that Gemm multiplies at every opset. */
function isMultiplied(value: Value | undefined): boolean {
  return value?.dtype !== undefined && isFloat(value.dtype) && value.dtype !== 'bfloat16';
}

const turned = simplification({
  name: 'transpose-into-product',
  title: 'Lets Gemm read its matrices transposed instead of a Transpose before it',
  operators: 'Gemm MatMul',
  // A matrix that is read along its other axis is added up in another order.
  reassociates: true,
  replace(node, site) {
    const [a, b] = node.inputs;
    const [first, second] = [matrixBefore(a, node), matrixBefore(b, node)];
    if (!a || !b || (!first && !second) || !isMultiplied(a)) return undefined;
    const reason = `${named(node)} can read transposed what ${named((first?.by ?? second?.by) as Node)} turns`;
    const inputs = [first?.of ?? a, second?.of ?? b];
    if (node.op === 'Gemm') {
      const flipped = (name: string, turns: unknown): number =>
        Number(node.int(name, 0n) !== 0n) ^ Number(turns !== undefined);
      const changes = { transA: flipped('transA', first), transB: flipped('transB', second) };
      const [value] = site.onnx.same([...inputs, ...node.inputs.slice(2)], changes);
      return value && instead(node, value, reason);
    }
    if (site.onnx.opset < 11 || a.rank !== 2 || b.rank !== 2) return undefined;
    const value = site.onnx.Gemm(...inputs, {
      transA: Number(first !== undefined),
      transB: Number(second !== undefined),
    });
    return instead(node, value, reason);
  },
});

/** What a Transpose of a matrix reads, where nobody else reads what it gives. */
function matrixBefore(value: Value | undefined, reader: Node): { readonly of: Value; readonly by: Node } | undefined {
  const by = producerOf(value, reader, 'Transpose');
  const of = by?.input(0);
  return by && of?.rank === 2 && isSwap(by) && value?.useCount === 1 ? { of, by } : undefined;
}

function isSwap(node: Node): boolean {
  const order = node.ints('perm');
  return !order || (order[0] === 1n && order[1] === 0n);
}

const between = simplification({
  name: 'product-between-reshapes',
  title: 'Makes a Gemm of MatMul and Add where their neighbours change the shape anyway',
  operators: RESHAPES.join(' '),
  reassociates: true,
  replace(node, site) {
    const add = producerOf(node.input(0), node, 'Add');
    const { shape } = node.output();
    if (!add || !shape || add.output().useCount !== 1) return undefined;
    for (const index of [0, 1]) {
      const product = producerOf(add.input(index), node, 'MatMul');
      const [a, b] = product?.inputs ?? [];
      const bias = add.input(1 - index);
      const first = producerOf(a, node, ...RESHAPES);
      const x = first?.input(0);
      if (!product || !first || !a || !b || !bias || !x || product.output().useCount !== 1 || a.useCount !== 1)
        continue;
      const [depth, width] = b.shape ?? [];
      if (b.rank !== 2 || typeof depth !== 'number' || depth === 0 || !isMultiplied(a) || (a.rank ?? 0) < 3) continue;
      // The bias lies along the columns, and broadcasts nothing.
      if (bias.rank !== 1 || (sameDim(bias.shape?.[0], width) !== true && bias.shape?.[0] !== 1)) continue;
      const target = targetOf(undefined, shape);
      if (!target || target.empty) return site.missed('the shape that follows is no constant', product, add, node);
      const rows = site.from(first, node).Reshape(x, site.onnx.ints([-1, depth]));
      const matrix = site.from(product, node).Gemm(rows, b, bias);
      const value = site.from(node).Reshape(matrix, site.onnx.ints(target.shape));
      return instead(node, value, `${named(product)} and ${named(add)} are one Gemm between changes of the shape`);
    }
    return undefined;
  },
});

/** A factor for all elements. */
const EVERYWHERE: Layout = { rows: 1, columns: 1, at: () => 0 };

const factors = simplification({
  name: 'gemm-factors',
  title: 'Makes the factors of a Gemm part of its constants',
  operators: 'Gemm',
  reassociates: true,
  replace(node, site) {
    const [alpha, beta] = [node.float('alpha', 1), node.input(2) ? node.float('beta', 1) : 1];
    // What is taken 0 times may be infinite.
    const factorOf = (index: number, factor: number) =>
      factor === 0 || factor === 1
        ? undefined
        : scaledInput(node, index, EVERYWHERE, Float64Array.of(factor), site, false);
    const [weight, added] = [factorOf(1, alpha), factorOf(2, beta)];
    if (!weight && !added) return undefined;
    const [value] = site.onnx.same([node.input(0), weight ?? node.input(1), added ?? node.input(2)], {
      ...(weight && { alpha: undefined }),
      ...(added && { beta: undefined }),
    });
    return value && instead(node, value, `the factors of ${named(node)} can be part of its constants`);
  },
});

export const productRules: readonly PatternRule[] = [matmulAndSum, gemmAndSum, factors, turned, between];
