/** Matrix products that take what stands behind them. */
import { textRule } from '../pattern/text-rule.ts';

/** Gemm of these types runs wherever MatMul does. */
const CONDITIONS = `
    rank(x) == 2, rank(w) == 2, dtype(x) in [float32, float64, float16], broadcasts(b, t)`;

export const matmulAndSum = textRule({
  name: 'product-and-sum',
  title: 'Makes a Gemm of MatMul and Add of matrices',
  reassociates: true,
  rule: `
    t = MatMul (x, w)
    y = Add (t, b)
    where ${CONDITIONS}
    => y = Gemm (x, w, b)`,
});

export const gemmAndSum = textRule({
  name: 'gemm-and-sum',
  title: 'Takes an Add into the Gemm before it, where that adds nothing yet',
  reassociates: true,
  rule: `
    t = Gemm <beta = _, ...others> (x, w)
    y = Add (t, b)
    where ${CONDITIONS}
    => y = Gemm <...others> (x, w, b)`,
});
