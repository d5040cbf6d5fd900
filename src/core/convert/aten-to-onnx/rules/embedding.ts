/** Look-ups of rows. */
import { lowerings } from '../lowering.ts';
import { rankOf } from '../support.ts';

export const embedding = lowerings({
  'aten::embedding': ({ weight, indices }, onnx) => onnx.Gather(weight, indices, { axis: 0 }),
  'aten::one_hot': ({ self, num_classes }, onnx, node) => {
    const depth =
      typeof num_classes === 'object' || num_classes >= 0 ? num_classes : (node.output().shape?.at(-1) ?? 0);
    const single = rankOf(self, node) === 0;
    const indices = single ? onnx.unsqueeze(self, [0]) : self;
    const rows = onnx.OneHot(indices, onnx.size(depth), onnx.ints([0, 1]), { axis: -1 });
    return single ? onnx.squeeze(rows, [0]) : rows;
  },
});
