/** Matrix products: what Gemm does itself. */
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { gemmAndSum, matmulAndSum } from '../fusions/linear.ts';
import type { PatternRule } from '../pass.ts';
import { instead, named, producerOf, simplification } from './rule.ts';

/** Types that Gemm multiplies at every opset. */
function isMultiplied(value: Value | undefined): boolean {
  return value?.dtype !== undefined && isFloat(value.dtype) && value.dtype !== 'bfloat16';
}

const turned = simplification({
  name: 'transpose-into-product',
  title: 'Lets Gemm read its matrices transposed instead of a Transpose before it',
  operators: 'Gemm MatMul',
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

export const productRules: readonly PatternRule[] = [matmulAndSum, gemmAndSum, turned];
