/** Kernels of small matrix products. Sums are kept as doubles and rounded once. Rules: the ONNX operator specification. */
import { isFloat } from '../../../ir/dtype.ts';
import { elementCount } from '../../../ir/shape.ts';
import { type Dense, dense, isWide, type Narrow, room } from './dense.ts';
import { areSizes, type Kernel, type Kernels, rows } from './kernel.ts';
import { broadcast, broadcastShape } from './picking.ts';

/** Above this many multiplications another runtime is faster. */
const MOST_PRODUCTS = 1 << 24;

const matMul: Kernel = ({ inputs: [a, b] }) => {
  const result = a && b && product(a, b);
  return result && [result];
};

/** Numpy's matmul of floats of one type. */
function product(a: Dense, b: Dense): Dense | undefined {
  if (a.dtype !== b.dtype || !isFloat(a.dtype) || a.shape.length === 0 || b.shape.length === 0) return undefined;
  const [left, right] = [
    a.shape.length === 1 ? [1, ...a.shape] : a.shape,
    b.shape.length === 1 ? [...b.shape, 1] : b.shape,
  ];
  const [n = 1, k = 1] = left.slice(-2);
  const [inner = 1, m = 1] = right.slice(-2);
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  if (!batch || inner !== k || !areSizes([...batch, n, m]) || elementCount(batch) * n * m * k > MOST_PRODUCTS)
    return undefined;
  const x = broadcast({ ...a, shape: left }, [...batch, n, k]).values as Narrow;
  const y = broadcast({ ...b, shape: right }, [...batch, k, m]).values as Narrow;
  const values = room(a.dtype, elementCount(batch) * n * m);
  if (isWide(values)) return undefined;
  let at = 0;
  for (let each = 0; each < elementCount(batch); each++) {
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < m; column++) {
        let sum = 0;
        for (let j = 0; j < k; j++) {
          sum += (x[(each * n + row) * k + j] ?? 0) * (y[(each * k + j) * m + column] ?? 0);
        }
        values[at++] = sum;
      }
    }
  }
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [n]), ...(b.shape.length === 1 ? [] : [m])];
  return dense(a.dtype, shape, values);
}

export const products: Kernels = rows('rounded', { MatMul: matMul });
