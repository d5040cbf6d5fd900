/** What is computed of the extremes or moments of an input: DynamicQuantizeLinear (11) and MeanVarianceNormalization (9). */
import { isFloat } from '../../../ir/dtype.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { type Adapter, adapter, down, rankOf, tooOld } from '../adapter.ts';
import { naturals } from './counting.ts';
import { reduced, typed } from './forms.ts';

/** The scale takes 0 and the extremes to 0 and 255; QuantizeLinear rounds and limits the place of 0, too. */
const dynamicQuantizeLinear = adapter(down(11, 'DynamicQuantizeLinear'), (node, onnx) => {
  const { value: x } = typed(node);
  const axes = naturals(rankOf(node));
  const zero = onnx.constant(0);
  const least = onnx.Min(reduced(onnx, 'ReduceMin', x, axes), zero);
  const most = onnx.Max(reduced(onnx, 'ReduceMax', x, axes), zero);
  const scale = onnx.Div(onnx.Sub(most, least), onnx.constant(255));
  const none = onnx.constant(Tensor.scalar('uint8', 0));
  const place = onnx.QuantizeLinear(onnx.Sub(zero, onnx.Div(least, scale)), onnx.constant(1), none);
  return [onnx.QuantizeLinear(x, scale, place), scale, place];
});

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

export const statistics: readonly Adapter[] = [dynamicQuantizeLinear, meanVarianceNormalization];
