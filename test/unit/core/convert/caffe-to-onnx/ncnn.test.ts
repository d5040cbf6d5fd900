/** What ncnn reads otherwise than others: onnxruntime on what was converted, against the interpreter. */
import { expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

test('ncnn pools one region of four numbers', async () => {
  const net = (type: string, ...rois: readonly number[]) => [
    input('x', 1, 3, 8, 8),
    input('rois', ...rois),
    layer(`x, rois => y: ${type}`),
  ];
  const roi = 'ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 }';
  const parts = 'PSROIPooling psroi_pooling_param { group_size: 1 output_dim: 3 spatial_scale: 0.5 }';
  for (const type of [roi, parts]) {
    const inputs = { rois: [1, 0, 10, 9] };
    const { found } = await agrees(net(type, 1, 4), { dialect: 'ncnn', inputs, opset: 21 });
    expect(found.get('y')?.shape?.[0]).toBe(1);
  }
  expect(problemsOf(net(roi, 2, 4), 'ncnn')[0]).toContain('the first four numbers');
});

test('Crop of ncnn makes channels and rows like those of its second bottom, whatever its axis', async () => {
  const net = [
    input('x', 1, 3, 8, 8),
    input('like', 1, 2, 4, 5),
    layer('x, like => y: Crop crop_param { axis: 3 offset: 2 }'),
  ];
  const { found } = await agrees(net, { dialect: 'ncnn' });
  expect(found.get('y')?.shape).toEqual([1, 2, 4, 5]);
  expect((await agrees(net, { dialect: 'bvlc' })).found.get('y')?.shape).toEqual([1, 3, 8, 5]);
});
