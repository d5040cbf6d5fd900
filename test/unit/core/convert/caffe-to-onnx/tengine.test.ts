/** Layers that Tengine alone has, or has of its own: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3, 4];

describe('RPN', () => {
  const net = (parameters: string) => [
    input('scores', 1, 12, 4, 5),
    input('deltas', 1, 24, 4, 5),
    input('info', 1, 3),
    layer(
      `scores, deltas, info => y: RPN rpn_param { feat_stride: 16 basesize: 16 scale: [1, 3] ratio: [0.5, 1, 2] ${parameters} }`,
    ),
  ];
  const info = [70, 90, 1.5];

  test.each([
    'boxminsize: 8 nms_thresh: 0.7 per_nms_topn: 60 post_nms_topn: 20',
    'boxminsize: 20 nms_thresh: 0.3 post_nms_topn: 5',
    'boxminsize: 0 nms_thresh: 0.5',
  ])('%s', async (parameters) => {
    for (const seed of SEEDS) {
      const { found } = await agrees(net(parameters), { dialect: 'tengine', inputs: { info }, seed });
      const [, rows = 0, numbers] = found.get('y')?.shape ?? [];
      expect(numbers).toBe(4);
      expect(rows).toBeGreaterThan(1);
    }
  });

  test('none where all are small', async () => {
    const { found } = await agrees(net('boxminsize: 2000 nms_thresh: 0.7'), { dialect: 'tengine', inputs: { info } });
    expect(found.get('y')?.shape).toEqual([1, 0, 4, 1]);
  });

  test('what does not fit is refused', () => {
    const [scores = '', , last = '', line = ''] = net('nms_thresh: 0.7');
    expect(problemsOf([scores, input('deltas', 1, 20, 4, 5), last, line], 'tengine')[0]).toContain('6 anchors');
  });
});

describe('Resize', () => {
  test.each([
    'out_height_scale: 2 out_width_scale: 3',
    'out_height_scale: 0.6 out_width_scale: 1.7',
    'out_height_scale: 2 out_width_scale: 3 resize_type: 1',
    'out_height_scale: 0.6 out_width_scale: 1.7 resize_type: 1',
    'out_height_scale: 1.3 out_width_scale: 0.5 resize_type: 2',
  ])('%s', async (parameters) => {
    await agrees([input('x', 1, 3, 7, 6), layer(`x => y: Resize resize1_param { ${parameters} }`)], {
      dialect: 'tengine',
    });
  });

  test('several images only to the nearest element', async () => {
    const net = (more: string) => [
      input('x', 2, 3, 7, 6),
      layer(`x => y: Resize resize1_param { out_height_scale: 2 out_width_scale: 2 ${more} }`),
    ];
    await agrees(net(''), { dialect: 'tengine' });
    expect(problemsOf(net('resize_type: 1'), 'tengine')[0]).toContain('several images');
  });
});

describe('PriorBox', () => {
  const net = (parameters: string) => [
    input('x', 1, 2, 3, 4),
    input('image', 1, 3, 12, 12),
    layer(`x, image => y: PriorBox prior_box_param { min_size: 2.5 aspect_ratio: 2 ${parameters} }`),
  ];
  const four = 'variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2';

  test('cuts its sizes to whole numbers', async () => {
    await agrees(net(four), { dialect: 'tengine' });
  });

  test('is refused where Tengine reads past what is said, or divides by the other side', () => {
    expect(problemsOf(net('variance: 0.1'), 'tengine')[0]).toContain('Tengine reads four');
    expect(problemsOf(net(`img_h: 12 img_w: 13 ${four}`), 'tengine')[0]).toContain('the other side of the image');
    expect(problemsOf(net(`img_h: 12 img_w: 13 flip: false ${four}`), 'tengine')).toEqual([]);
  });
});

test('ROIPooling takes corners alone, of the first image', async () => {
  const net = (...rois: readonly number[]) => [
    input('x', 1, 3, 8, 8),
    input('rois', ...rois),
    layer('x, rois => y: ROIPooling roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 }'),
  ];
  const corners = { rois: [0, 0, 10, 9, 3, 4, 14, 15] };
  for (const rois of [
    [1, 2, 4],
    [1, 2, 4, 1],
  ]) {
    const { found } = await agrees(net(...rois), { dialect: 'tengine', inputs: corners, opset: 21 });
    expect(found.get('y')?.shape).toEqual([2, 3, 2, 3]);
  }
  expect(problemsOf(net(2, 5), 'tengine')[0]).toContain('four numbers');
});
