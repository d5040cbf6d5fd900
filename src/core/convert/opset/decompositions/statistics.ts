/** What is computed of the moments of an input: MeanVarianceNormalization (9). */
import { isFloat } from '../../../ir/dtype.ts';
import { type Adapter, adapter, down, rankOf, tooOld } from '../adapter.ts';
import { reduced, typed } from './forms.ts';

/** The deviation has 1e-9 beside it, as the function body of version 9 says. */
const meanVarianceNormalization = adapter(down(9, 'MeanVarianceNormalization'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  if (!isFloat(dtype)) tooOld(node, 9, `it works on ${dtype}`);
  const rank = rankOf(node);
  const axes = (node.ints('axes') ?? [0n, 2n, 3n]).map((axis) => (axis < 0n ? Number(axis) + rank : Number(axis)));
  const mean = reduced(onnx, 'ReduceMean', x, axes, true);
  const squares = reduced(onnx, 'ReduceMean', onnx.Mul(x, x), axes, true);
  const deviation = onnx.Sqrt(onnx.Sub(squares, onnx.Mul(mean, mean)));
  return onnx.Div(onnx.Sub(x, mean), onnx.Add(deviation, onnx.like(deviation, 1e-9)));
});

export const statistics: readonly Adapter[] = [meanVarianceNormalization];
