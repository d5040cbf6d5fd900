/** Proposals and pooling over regions: by hand, and against OpenCV. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { asOpenCv, run } from './networks.ts';

/** 0, 1, 2, ... row by row. */
const counted = (count: number) => Array.from({ length: count }, (_, k) => k);

describe('ROIPooling', () => {
  const pooled = (regions: readonly number[], scale: number, bins = 'pooled_h: 2 pooled_w: 2', dialect = 'opencv') => {
    const net = [
      input('data', 1, 1, 6, 6),
      input('rois', regions.length / 5, 5),
      layer(`data, rois => y: ROIPooling roi_pooling_param { ${bins} spatial_scale: ${scale} }`),
    ];
    return run(net, dialect, { data: counted(36), rois: regions }).y?.numbers;
  };

  test('corners are rounded and both count', () => {
    expect(pooled([0, 0, 0, 3, 3], 1)).toEqual([7, 9, 19, 21]);
    // 1.5 becomes 2, and -1.5 becomes -2: halves go away from zero.
    expect(pooled([0, 3, 3, 7, 7], 0.5)).toEqual([21, 22, 27, 28]);
    expect(pooled([0, -3, -3, 3, 3], 0.5)).toEqual([0, 2, 12, 14]);
  });

  test('bins share a row or column where the region is no multiple of their number', () => {
    expect(pooled([0, 0, 0, 2, 2], 1)).toEqual([7, 8, 13, 14]);
  });

  test('bins outside of the image are 0, and regions the wrong way round have one element', () => {
    expect(pooled([0, 5, 5, 8, 8], 1)).toEqual([35, 0, 0, 0]);
    expect(pooled([0, 3, 3, 1, 1], 1)).toEqual([21, 21, 21, 21]);
  });

  test('Intel says one size for both, Ascend a sixteenth where nothing is said', () => {
    expect(pooled([0, 0, 0, 3, 3], 1, 'pooled_size: 2', 'intel')).toEqual([7, 9, 19, 21]);
    const net = [
      input('data', 1, 1, 6, 6),
      input('rois', 1, 5),
      layer('data, rois => y: ROIPooling roi_pooling_param { pooled_h: 1 pooled_w: 1 }'),
    ];
    expect(run(net, 'ascend', { data: counted(36), rois: [0, 0, 0, 32, 16] }).y?.numbers).toEqual([8]);
  });

  test('as in OpenCV', async () => {
    const rois = [0, 1, 2, 30, 25, 1, 10.4, 3.5, 20, 40, 0, -4, -4, 3, 3, 1, 33, 20, 60, 70];
    const net = [
      input('data', 2, 3, 9, 11),
      input('rois', 4, 5),
      layer('data, rois => y: ROIPooling roi_pooling_param { pooled_h: 3 pooled_w: 4 spatial_scale: 0.25 }'),
    ];
    await asOpenCv(net, { rois });
  });
});

describe('PSROIPooling', () => {
  test('each bin is the mean over channels of its own', () => {
    const net = [
      input('data', 1, 4, 4, 4),
      input('rois', 1, 5),
      layer('data, rois => y: PSROIPooling psroi_pooling_param { spatial_scale: 1 output_dim: 1 group_size: 2 }'),
    ];
    // Elements 0, 1, 4, 5 of channel 0; 2, 3, 6, 7 of channel 1; and so on.
    expect(run(net, 'intel', { data: counted(64), rois: [0, 0, 0, 3, 3] }).y?.numbers).toEqual([2.5, 20.5, 42.5, 60.5]);
    // The last column counts whole: from 0 to 2.5, in bins that end at 2 and 3.
    expect(run(net, 'intel', { data: counted(64), rois: [0, 0, 0, 1.5, 1.4] }).y?.numbers).toEqual([
      0.5, 17.5, 36.5, 53.5,
    ]);
  });

  test('as in OpenCV', async () => {
    const net = [
      input('data', 2, 18, 9, 11),
      input('rois', 3, 5),
      layer('data, rois => y: PSROIPooling psroi_pooling_param { spatial_scale: 0.25 output_dim: 2 group_size: 3 }'),
    ];
    await asOpenCv(net, { rois: [0, 1, 2, 30, 25, 1, 10.4, 3.5, 20, 34, 0, -4, -4, 3, 3] });
  });

  test('PSROIMaskPooling enlarges regions and bins', () => {
    const net = (more: string) => [
      input('data', 1, 4, 4, 4),
      input('rois', 1, 5),
      layer(
        `data, rois => y: PSROIMaskPooling psroi_mask_pooling_param { spatial_scale: 1 output_dim: 1 group_size: 2 ${more} }`,
      ),
    ];
    const given = { data: counted(64), rois: [0, 1, 1, 2, 2] };
    expect(run(net(''), 'nart', given).y?.numbers).toEqual([5, 22, 41, 58]);
    // Twice as large: from 0.5 to 2.5, whose rounding is 1 and 3, so 1 up to 4 in bins of 1.5.
    expect(run(net('roi_scale: 2'), 'nart', given).y?.numbers).toEqual([7.5, 24.5, 43.5, 60.5]);
    // Bins four times as large reach over the whole image.
    expect(run(net('bin_scale: 4'), 'nart', given).y?.numbers).toEqual([7.5, 23.5, 39.5, 55.5]);
  });
});

describe('regions aligned', () => {
  test('the mean of points, whose number follows the size of the region', () => {
    const net = (more: string) => [
      input('data', 1, 1, 6, 6),
      input('rois', 1, 5),
      layer(`data, rois => y: ROIAlign roi_align_param { pooled_h: 1 pooled_w: 2 spatial_scale: 1 ${more} }`),
    ];
    const given = { data: counted(36), rois: [0, 1, 1, 3, 2] };
    // Bins of 1 x 1, one point each: [1.5, 1.5] and [1.5, 2.5].
    expect(run(net(''), 'cambricon', given).y?.numbers).toEqual([10.5, 11.5]);
    // At the edge of the image a point counts as its nearest element; beyond a whole element it is 0.
    const edge = { data: counted(36), rois: [0, 5, 5, 9, 6] };
    expect(run(net('sampling_ratio: 1'), 'cambricon', edge).y?.numbers).toEqual([35, 0]);
  });

  test('PODROIAlignPooling takes as many points as it is told', () => {
    const net = [
      input('data', 1, 1, 6, 6),
      input('rois', 1, 5),
      layer(
        'data, rois => y: PODROIAlignPooling podroi_align_pooling_param { pooled_h: 1 pooled_w: 1 spatial_scale: 0.5 sample_num: 2 }',
      ),
    ];
    // Points at 1.5 and 2.5 each way: the mean is the element at [2, 2].
    expect(run(net, 'nart', { data: counted(36), rois: [0, 2, 2, 6, 6] }).y?.numbers).toEqual([14]);
  });

  test('ROIAlignPooling takes the largest of the points within each bin', () => {
    const net = (samples: number) => [
      input('data', 1, 1, 6, 6),
      input('rois', 1, 5),
      layer(
        `data, rois => y: ROIAlignPooling roi_align_pooling_param { pooled_h: 1 pooled_w: 2 spatial_scale: 1 sample_num: ${samples} }`,
      ),
    ];
    // The last row and column count: from [0, 0] to [2, 4]; a point in the middle of each bin.
    const given = { data: counted(36), rois: [0, 0, 0, 3, 1] };
    expect(run(net(1), 'nart', given).y?.numbers).toEqual([7, 9]);
    // Two points each way: thirds of the bin.
    const [left, right] = run(net(2), 'nart', given).y?.numbers ?? [];
    expect(left).toBeCloseTo((4 / 3) * 6 + 4 / 3, 4);
    expect(right).toBeCloseTo((4 / 3) * 6 + 10 / 3, 4);
    // Bins that lie outside have no points.
    expect(run(net(1), 'nart', { data: counted(36), rois: [0, 8, 0, 11, 1] }).y?.numbers).toEqual([0, 0]);
  });
});

describe('proposals', () => {
  const PARAMETERS = 'feat_stride: 16 base_size: 16 ratio: 1 scale: 1';
  const net = (parameters: string, heights = 1, widths = 2) => [
    input('scores', 1, 2, heights, widths),
    input('deltas', 1, 4, heights, widths),
    input('info', 1, 3),
    layer(`scores, deltas, info => rois, best: Proposal proposal_param { ${parameters} }`),
  ];
  const given = (
    scores: readonly number[],
    info: readonly number[],
    deltas = Array<number>(4 * scores.length).fill(0),
  ) => ({
    scores: [...scores.map(() => 0), ...scores],
    deltas,
    info,
  });

  test('anchors around each cell, the better first; an end mark where fewer are left', () => {
    const { rois, best } = run(net(`${PARAMETERS} post_nms_topn: 4`), 'openvino', given([0.25, 0.75], [64, 64, 1]));
    expect(rois?.shape).toEqual([4, 5]);
    // Anchors are [0, 0, 15, 15] and one stride to the right; boxes reach a pixel further.
    expect(rois?.numbers).toEqual([0, 16, 0, 32, 16, 0, 0, 0, 16, 16, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(best?.numbers).toEqual([0.75, 0.25, 0, 0]);
  });

  test('boxes are moved and scaled, then clipped to the image', () => {
    const deltas = [0.5, 0, 0, 0, Math.log(2), 0, 0, 0];
    const { rois } = run(net(`${PARAMETERS} post_nms_topn: 2`), 'openvino', given([0.75, 0.25], [12, 64, 1], deltas));
    // The first box moves by half of its width of 16 and becomes twice as wide: from 0 to 32.
    expect(rois?.numbers.slice(1, 5).map((value) => Math.round(value * 1000) / 1000)).toEqual([0, 0, 32, 11]);
  });

  test('small boxes count nothing in OpenVINO; OpenCV fills up with zeros and takes scores above 0 alone', () => {
    const small = given([0.25, 0.75], [64, 64, 2]);
    const { best } = run(net(`${PARAMETERS} min_size: 9 post_nms_topn: 2`), 'openvino', small);
    expect(best?.numbers).toEqual([0, 0]);
    const { rois } = run(net(`${PARAMETERS} post_nms_topn: 3`), 'opencv', given([0, 0.75], [64, 64, 1]));
    expect(rois?.numbers).toEqual([0, 16, 0, 32, 16, ...Array(10).fill(0)]);
  });

  test('pre_nms_topn comes before, post_nms_topn after; boxes that overlap more than the threshold go', () => {
    const far = given([0.25, 0.75], [64, 64, 1], [0, -0.75, 0, 0, 0, 0, 0, 0]);
    // The second box lies three quarters over the first: 13 of 17 columns, 221 of 357.
    const count = (more: string) => run(net(`${PARAMETERS} post_nms_topn: 2 ${more}`), 'openvino', far).best?.numbers;
    expect(count('nms_thresh: 0.65')).toEqual([0.75, 0.25]);
    expect(count('nms_thresh: 0.55')).toEqual([0.75, 0]);
    expect(count('nms_thresh: 0.65 pre_nms_topn: 1')).toEqual([0.75, 0]);
  });

  test("py-faster-rcnn's layer in Python", () => {
    const python = [
      input('scores', 1, 18, 1, 1),
      input('deltas', 1, 36, 1, 1),
      input('info', 1, 3),
      `layer { name: "rois" type: "Python" bottom: "scores" bottom: "deltas" bottom: "info" top: "rois"
         python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }`,
    ];
    const scores = [...Array(9).fill(0), 0.9, ...Array(8).fill(0)];
    const { rois } = run(python, 'bvlc', { scores, deltas: Array(36).fill(0), info: [1000, 1000, 1] });
    // The best anchor is the first of generate_anchors.py, [-84, -40, 99, 55], clipped; none fills up.
    expect(rois?.numbers.slice(0, 5)).toEqual([0, 0, 0, 100, 56]);
    expect(rois?.shape).toEqual([9, 5]);
  });

  test.each([
    // 9 x 27 elements, and 20 x 12: numpy rounds 12.5 to an even number.
    ['[3]', '[2]', [0, 0, 0, 17, 35]],
    ['[0.625]', '[1]', [0, 0, 2, 18, 14]],
  ])("PVANET's ratios: %s", (ratios, scales, box) => {
    const python = [
      input('scores', 1, 2, 1, 1),
      input('deltas', 1, 4, 1, 1),
      input('info', 1, 3),
      `layer { name: "rois" type: "Python" bottom: "scores" bottom: "deltas" bottom: "info" top: "rois"
         python_param { module: "rpn.proposal_layer" layer: "ProposalLayer"
           param_str: "{'feat_stride': 16, 'ratios': ${ratios}, 'scales': ${scales}}" } }`,
    ];
    const { rois } = run(python, 'bvlc', { scores: [0, 0.9], deltas: [0, 0, 0, 0], info: [1000, 1000, 0.5] });
    expect(rois?.numbers).toEqual(box);
  });

  test('as in OpenCV', async () => {
    const model = [
      input('scores', 1, 12, 4, 5),
      input('deltas', 1, 24, 4, 5),
      input('info', 1, 3),
      layer('scores => better: Sigmoid'),
      layer('deltas => less: Power power_param { scale: 0.2 }'),
      layer(
        'better, less, info => rois, best: Proposal proposal_param { feat_stride: 16 base_size: 16 ratio: [0.5, 1, 2] scale: [1, 2] nms_thresh: 0.5 post_nms_topn: 30 }',
      ),
      layer('best => copy: Power'),
    ];
    await asOpenCv(model, { info: [60, 80, 1] });
  });
});

describe('SimplerNMS', () => {
  const net = (parameters: string, boxes = 3) => [
    input('scores', 1, 2 * boxes, 1, 1),
    input('deltas', 1, 4 * boxes, 1, 1),
    input('info', 1, 3),
    layer(`scores, deltas, info => rois: SimplerNMS simpler_nms_param { ${parameters} }`),
  ];
  // 20 by 30 pixels, as large as they were: what is behind the point does not count.
  const info = [20.9, 30.9, 1.9];
  const given = (...scores: readonly number[]) => ({
    scores: [...scores.map(() => 1), ...scores],
    deltas: Array<number>(4 * scores.length).fill(0),
    info,
  });
  // Of 23 x 12, 16 x 16 and 11 x 22 pixels around 8; each reaches a pixel further, and is cut to the image.
  const LOW = [0, 0, 2, 19.5, 14];
  const SQUARE = [0, 0, 0, 16, 16];
  const HIGH = [0, 2.5, 0, 13.5, 19];
  const rows = (parameters: string, ...scores: readonly number[]) =>
    run(net(`scale: 1 min_bbox_size: 1 ${parameters}`), 'intel', given(...scores)).rois?.numbers;

  test('the better first, of equal ones the last', () => {
    expect(rows('', 0.5, 0.75, 0.25)).toEqual([...SQUARE, ...LOW, ...HIGH]);
    expect(rows('', 0.5, 0.5, 0.5)).toEqual([...HIGH, ...SQUARE, ...LOW]);
    expect(rows('pre_nms_topn: 2', 0.5, 0.5, 0.5)).toEqual([...HIGH, ...SQUARE]);
    expect(rows('post_nms_topn: 1', 0.5, 0.5, 0.5)).toEqual(HIGH);
  });

  test('scores above 0 alone', () => {
    expect(rows('', 0, 0.75, -1)).toEqual(SQUARE);
    expect(run(net('scale: 1'), 'intel', given(0, 0, 0)).rois?.shape).toEqual([0, 5]);
  });

  test('boxes that overlap by more than the threshold, their borders counted', () => {
    // 17 x 13 of 20.5 x 13 + 17 x 17 less that: 0.6607. HIGH and SQUARE share 12 x 17 of 325: 0.6277.
    expect(rows('iou_threshold: 0.665', 0.5, 0.5, 0.5)).toHaveLength(15);
    expect(rows('iou_threshold: 0.655', 0.5, 0.5, 0.5)).toEqual([...HIGH, ...SQUARE]);
    expect(rows('iou_threshold: 0.625', 0.5, 0.5, 0.5)).toEqual([...HIGH, ...LOW]);
  });

  test('boxes of less than the least width or height go, times the whole scale of the image', () => {
    const least = (size: number) =>
      run(net(`scale: 1 min_bbox_size: ${size}`), 'intel', given(0.5, 0.5, 0.5)).rois?.numbers;
    expect(least(12)).toHaveLength(15);
    expect(least(13)).toEqual([...SQUARE, ...LOW]);
    expect(least(14)).toEqual(SQUARE);
  });

  test('OpenVINO keeps room for all rows, and takes the bottom of fewer channels for the scores', () => {
    const parameters = 'scale: 1 scale: 1 scale: 1 min_bbox_size: 1 post_nms_topn: 4';
    const blobs = given(0.1, 0.1, 0.2, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1);
    const expected = [...SQUARE, ...LOW, ...HIGH, 0, 0, 0, 0, 0];
    const { rois } = run(net(parameters, 9), 'openvino', blobs);
    expect([rois?.shape, rois?.numbers]).toEqual([[4, 5], expected]);
    const swapped = net(parameters, 9).map((line) =>
      line.replace('bottom: "scores" bottom: "deltas"', 'bottom: "deltas" bottom: "scores"'),
    );
    expect(swapped.at(-1)).not.toBe(net(parameters, 9).at(-1));
    expect(run(swapped, 'openvino', blobs).rois?.numbers).toEqual(expected);
  });

  test('other strides do not run', () => {
    expect(() => run(net('scale: 1 feat_stride: 8'), 'intel', given(0.5, 0.5, 0.5))).toThrow('16 alone');
    expect(() => run(net('scale: 1'), 'openvino', given(0.5, 0.5, 0.5))).toThrow('three scales');
  });
});
