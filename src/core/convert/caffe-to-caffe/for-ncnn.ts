/** Layers that ncnn's caffe2ncnn reads by fewer fields, in the words that it takes. */
import { tensorType } from '../../ir/type.ts';
import type { Rewording } from './rewordings.ts';
import { ofInts } from './wording.ts';

export const FOR_NCNN: readonly Rewording[] = [
  {
    of: ['Concat'],
    needs: ['Concat'],
    source: 'Tencent/ncnn tools/caffe/caffe2ncnn.cpp reads axis alone (tried in ncnn 1.0.20261020)',
    where: (layer) => layer.to.base === 'ncnn' && layer.has('concat_param.concat_dim'),
    reword: (layer) => layer.move('concat_param.concat_dim', 'concat_param.axis'),
  },
  {
    of: ['InnerProduct'],
    needs: ['InnerProduct', 'Reshape'],
    source: 'Tencent/ncnn src/layer/innerproduct.cpp: rows of two axes are multiplied by themselves',
    where: (layer) => layer.to.base === 'ncnn' && layer.number('inner_product_param.axis', 1) === 2,
    settles: ['inner_product_param.axis'],
    reword: (layer) => {
      const [images, channels, ...rest] =
        layer.shape() ?? layer.refuse('inner_product_param.axis', 'sizes are not known');
      if (rest.length === 0) layer.refuse('inner_product_param.axis', 'there is no such axis');
      const count = rest.reduce((product, size) => product * size, 1);
      layer.drop('inner_product_param.axis');
      if (rest.length === 1) return;
      const rows = layer.layer('rows', 'Reshape', [layer.x], {
        'reshape_param.shape.dim': ofInts([0, channels ?? 1, count]),
      });
      rows.type = tensorType('float32', [images ?? 1, channels ?? 1, count]);
      layer.node.setInput(0, rows);
    },
  },
];
