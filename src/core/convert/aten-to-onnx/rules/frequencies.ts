/** The frequencies of the bins of a transform, and spectra with the lowest ones in the middle. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, floorDivide, subtract } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { axesFrom, dimAt, range, rankOf, resultType } from '../support.ts';
import { rolled } from './rearranging.ts';

interface Shift {
  readonly self: Value;
  readonly dim: readonly number[] | undefined;
}

/** Each axis turned by half of its size; `halfOf` rounds it. */
const shifted =
  (halfOf: (size: Dim) => Dim): Lowering<Shift> =>
  ({ self, dim }, onnx, node) => {
    const rank = rankOf(self, node);
    const axes = dim ? axesFrom(dim, rank) : range(rank);
    return rolled(
      onnx,
      self,
      axes,
      axes.map((axis) => halfOf(dimAt(self, axis, node))),
      node,
    );
  };

/** Bins of a spectrum as frequencies, where samples lie `d` apart. */
function frequenciesOf(bins: readonly number[], n: number, d: number, node: Node): Tensor {
  return Tensor.of(
    resultType(node),
    [bins.length],
    bins.map((bin) => bin / (n * d)),
  );
}

export const frequencies = lowerings({
  'aten::fft_fftshift': shifted((size) => floorDivide(size, 2)),
  'aten::fft_ifftshift': shifted((size) => subtract(size, floorDivide(size, 2))),
  'aten::fft_fftfreq': ({ n, d }, onnx, node) => {
    const bins = range(n).map((bin) => (2 * bin < n ? bin : bin - n));
    return onnx.constant(frequenciesOf(bins, n, d, node));
  },
  'aten::fft_rfftfreq': ({ n, d }, onnx, node) =>
    onnx.constant(frequenciesOf(range(Math.floor(n / 2) + 1), n, d, node)),
});
