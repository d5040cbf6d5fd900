/** Layers that hand blobs on, join them or take them apart: BVLC/caffe, src/caffe/layers/concat_layer.cpp and what is beside it. */
import { eachBottom, type LayerRules } from '../rule.ts';

export const movement: LayerRules = {
  Concat(layer, onnx) {
    const x = layer.bottom();
    // The older name of the axis counts where it is given.
    const path = layer.has('concat_param.concat_dim') ? 'concat_param.concat_dim' : 'concat_param.axis';
    layer.number('concat_param.axis');
    const axis = layer.axis(path, layer.rank(x), 1);
    return layer.bottoms.length === 1 ? x : onnx.Concat(...layer.bottoms, { axis });
  },

  // What is dropped in training is made up for there.
  Dropout: eachBottom((x, layer, onnx) => {
    const ratio = layer.number('dropout_param.dropout_ratio', 0.5);
    return layer.flag('dropout_param.scale_train', true) ? x : onnx.Mul(x, onnx.like(x, 1 - ratio));
  }),

  Silence: () => [],

  Split: (layer) => layer.node.outputs.map(() => layer.bottom()),
};
