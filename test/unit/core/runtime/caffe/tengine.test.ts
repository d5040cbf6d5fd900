/** RPN and Resize of Tengine by hand, by the steps of its source. */
import { describe, expect, test } from 'vitest';
import { blob, gives, layer, ran, refused, weights } from './support.ts';

test('BatchNorm takes mean and variance as they are, whatever the third blob says', () => {
  const statistics = weights(blob([1], [2]), blob([1], [0.25]), blob([1], [4]));
  const x = blob([1, 1, 1, 2], [2, 3]);
  const net = layer('BatchNorm', `batch_norm_param { eps: 0 } ${statistics}`);
  gives(net, { x }, { y: blob([1, 1, 1, 2], [0, 2]) }, 'tengine');
});

describe('Resize', () => {
  const resize = (parameters: string) => layer('Resize', `resize1_param { ${parameters} }`);
  const x = blob([1, 1, 2, 3], [0, 4, 8, 12, 16, 20]);

  test('the nearest element before', () => {
    gives(
      resize('out_width_scale: 2'),
      { x },
      { y: blob([1, 1, 2, 6], [0, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20]) },
      'tengine',
    );
  });

  test('between elements: the last columns are the last but one', () => {
    // Places -0.25, 0.25, 0.75, 1.25, 1.75, 2.25: behind 2 it takes the element 1. So it is for rows: the
    // second takes the first.
    const y = blob([1, 1, 2, 6], [0, 1, 3, 5, 7, 4, 0, 1, 3, 5, 7, 4]);
    gives(resize('out_width_scale: 2 resize_type: 1'), { x }, { y }, 'tengine');
  });

  test('between elements: above the first row as far below it, below the last but one as beside it', () => {
    // Places -0.25, 0.25, 0.75, 1.25 of two rows: parts 0.75, 0.25, 0.75 and 0.25 of the second.
    // Of two columns the last is the first.
    const rows = blob([1, 1, 2, 2], [0, 8, 4, 12]);
    const y = blob([1, 1, 4, 2], [3, 3, 1, 1, 3, 3, 1, 1]);
    gives(resize('out_height_scale: 2 resize_type: 1'), { x: rows }, { y }, 'tengine');
    expect(refused(resize('resize_type: 1'), { x: blob([2, 1, 2, 2], [1]) }, 'tengine')).toContain('2x1x2x2');
  });
});

test('RPN: small boxes go before they are cut, borders are one pixel further, an overlap as large as the threshold hides', () => {
  const net = (parameters: string) =>
    layer('RPN', `rpn_param { feat_stride: 8 basesize: 16 scale: 1 ratio: 1 ${parameters} }`, [
      'scores',
      'deltas',
      'info',
    ]);
  // Two cells side by side; anchors 0 to 15 and 8 to 23, of 16 pixels, around 8 and 16.
  const given = (width: number) => ({
    scores: blob([1, 2, 1, 2], [0.5, 0.5, 0.25, 0.75]),
    deltas: blob([1, 4, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0]),
    info: blob([1, 3], [12, width, 1]),
  });
  const boxes = (parameters: string, width = 100) => ran(net(parameters), given(width), 'tengine').y;
  expect(boxes('nms_thresh: 0.9')).toEqual(blob([1, 2, 4, 1], [8, 0, 24, 12, 0, 0, 16, 12]));
  // The border is at 20, not at 19. What is cut to 12 pixels was 16 before.
  expect(boxes('nms_thresh: 0.9 boxminsize: 16', 20)?.values).toEqual([8, 0, 20, 12, 0, 0, 16, 12]);
  expect(boxes('nms_thresh: 0.9 boxminsize: 17')?.shape).toEqual([1, 0, 4, 1]);
  // 9 x 13 of twice 17 x 13 less that: 0.36.
  expect(boxes(`nms_thresh: ${9 / 25}`)?.shape).toEqual([1, 1, 4, 1]);
  expect(boxes('nms_thresh: 0.361')?.shape).toEqual([1, 2, 4, 1]);
  expect(boxes('nms_thresh: 0.9 per_nms_topn: 1')?.values).toEqual([8, 0, 24, 12]);
  expect(boxes('nms_thresh: 0.9 post_nms_topn: 1')?.values).toEqual([8, 0, 24, 12]);
});

test('PriorBox cuts sizes to whole numbers, and reads four variances', () => {
  const net = (parameters: string) => layer('PriorBox', `prior_box_param { ${parameters} }`, ['x', 'image']);
  const given = (width: number) => ({ x: blob([1, 1, 1, 1], [0]), image: blob([1, 3, 8, width], [0]) });
  const variances = 'variance: 0.1 variance: 0.2 variance: 0.3 variance: 0.4';
  expect(ran(net(`min_size: 2.5 ${variances}`), given(8), 'tengine').y?.values).toEqual([
    ...[0.375, 0.375, 0.625, 0.625],
    ...[0.1, 0.2, 0.3, 0.4].map(Math.fround),
  ]);
  expect(refused(net('min_size: 2 variance: 0.1'), given(8), 'tengine')).toContain('four variances');
  // Flipped boxes are divided by the other side (priorbox_ref.c).
  expect(refused(net(`min_size: 2 aspect_ratio: 2 ${variances}`), given(9), 'tengine')).toContain('the other side');
});

test('a region of ROIPooling is four numbers of the first image', () => {
  const net = layer('ROIPooling', 'roi_pooling_param { pooled_h: 1 pooled_w: 1 }', ['x', 'rois']);
  const x = blob([1, 1, 2, 2], [1, 2, 3, 4]);
  gives(net, { x, rois: blob([1, 2, 4], [0, 0, 0, 0, 1, 0, 1, 1]) }, { y: blob([2, 1, 1, 1], [1, 4]) }, 'tengine');
});
