/** Proposals and pooling over regions: onnxruntime on what was converted, against the interpreter and OpenCV. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3];

/** Within the image, across its borders, outside of it, at halves, and the wrong way round. */
const REGIONS = [
  ...[0, 1, 2, 30, 25],
  ...[1, 10.4, 3.5, 20, 34],
  ...[0, -6, -4, 6, 3],
  ...[1, 33, 20, 60, 70],
  ...[0, 80, 80, 90, 90],
  ...[1, 20, 12, 9, 4],
  ...[0, 2, 6, 10, 14],
];

describe('regions', () => {
  test.each([
    ['opencv', 'ROIPooling', 'roi_pooling_param { pooled_h: 3 pooled_w: 4 spatial_scale: 0.25 }', 8, ['MaxRoiPool']],
    ['intel', 'ROIPooling', 'roi_pooling_param { pooled_size: 2 spatial_scale: 0.3 }', 8, ['MaxRoiPool']],
    ['intel', 'PSROIPooling', 'psroi_pooling_param { spatial_scale: 0.25 output_dim: 2 group_size: 2 }', 8, undefined],
    ['intel', 'PSROIPooling', 'psroi_pooling_param { spatial_scale: 0.3 output_dim: 1 group_size: 3 }', 9, undefined],
    [
      'nart',
      'PSROIMaskPooling',
      'psroi_mask_pooling_param { spatial_scale: 0.25 output_dim: 2 group_size: 2 roi_scale: 1.5 bin_scale: 1.25 }',
      8,
      undefined,
    ],
    [
      'nart',
      'PSROIMaskPooling',
      'psroi_mask_pooling_param { spatial_scale: 0.3 output_dim: 2 group_size: 2 }',
      8,
      undefined,
    ],
    [
      'nart',
      'PODROIAlignPooling',
      'podroi_align_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.25 sample_num: 2 }',
      3,
      undefined,
    ],
    ['ascend', 'ROIAlign', 'roi_align_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.25 }', 3, undefined],
    [
      'nart',
      'ROIAlignPooling',
      'roi_align_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.25 sample_num: 2 }',
      3,
      undefined,
    ],
    ['nart', 'ROIAlignPooling', 'roi_align_pooling_param { pooled_h: 4 pooled_w: 4 spatial_scale: 0.3 }', 3, undefined],
  ] as const)('%s %s %s', async (dialect, type, parameters, channels, operators) => {
    const net = [
      input('data', 2, channels, 9, 11),
      input('rois', REGIONS.length / 5, 5),
      layer(`data, rois => y: ${type} ${parameters}`),
    ];
    for (const seed of SEEDS) {
      const result = await agrees(net, {
        dialect,
        inputs: { rois: REGIONS },
        seed,
        opencv: dialect === 'opencv',
        opset: 17,
      });
      if (operators) expect(operatorsOf(result)).toEqual(operators);
    }
  });

  test('regions with axes around them', async () => {
    const net = [
      input('data', 1, 8, 9, 11),
      input('rois', 2, 5, 1, 1),
      layer('data, rois => y: PSROIPooling psroi_pooling_param { spatial_scale: 0.5 output_dim: 2 group_size: 2 }'),
    ];
    await agrees(net, { dialect: 'intel', inputs: { rois: [0, 1, 2, 15, 12, 0, 4, 4, 9, 9] } });
  });

  test('what is not known is refused', () => {
    const data = input('data', 1, 3, 9, 11);
    const rois = input('rois', 2, 5);
    const refused = (line: string, dialect: string) =>
      problemsOf([data, rois, input('more', 1), layer(line)], dialect)[0];
    const parameters = 'roi_pooling_param { pooled_h: 2 pooled_w: 2 }';
    expect(refused(`data, rois, more => y: ROIPooling ${parameters}`, 'ascend')).toContain('a third bottom');
    expect(refused('data, rois => y: ROIAlign roi_align_param { pooled_h: 2 pooled_w: 2 }', 'ncnn')).toContain(
      'elsewhere',
    );
    expect(
      refused('data, rois => y: ROIAlign roi_align_param { pooled_h: 2 pooled_w: 2 roi_end_mode: 1 }', 'ascend'),
    ).toContain('roi_end_mode');
  });
});

describe('proposals', () => {
  const net = (parameters: string) => [
    input('scores', 1, 12, 4, 5),
    input('deltas', 1, 24, 4, 5),
    input('info', 1, 3),
    layer(
      `scores, deltas, info => rois, best: Proposal proposal_param { feat_stride: 16 base_size: 16 ratio: [0.5, 1, 2] scale: [1, 2] ${parameters} }`,
    ),
  ];
  const info = [60, 80, 1];

  test.each([
    ['opencv', 'nms_thresh: 0.5 post_nms_topn: 30'],
    ['opencv', 'nms_thresh: 0.7 pre_nms_topn: 12 post_nms_topn: 5'],
    ['opencv', 'nms_thresh: 0.95 post_nms_topn: 120'],
    ['openvino', 'nms_thresh: 0.5 post_nms_topn: 30'],
    ['openvino', 'nms_thresh: 0.7 min_size: 24 post_nms_topn: 100'],
    ['openvino', 'nms_thresh: 0.3 pre_nms_topn: 50 post_nms_topn: 5'],
  ])('%s: %s', async (dialect, parameters) => {
    for (const seed of SEEDS) await agrees(net(parameters), { dialect, inputs: { info }, seed });
  });

  test('as in OpenCV, of equal scores the first', async () => {
    const scores = Array.from({ length: 240 }, (_, k) => [0.25, 0.5, 0.5, 0.75][k % 4] ?? 0);
    const only = net('nms_thresh: 0.5 post_nms_topn: 30').map((line) => line.replace('top: "best"', ''));
    for (const seed of SEEDS) {
      const result = await agrees(only, { dialect: 'opencv', opencv: true, inputs: { info }, seed });
      expect(operatorsOf(result)).toContain('Loop');
    }
    await agrees(only, { dialect: 'opencv', opencv: true, inputs: { info, scores } });
  });

  test('a picture that was scaled', async () => {
    await agrees(net('min_size: 8 post_nms_topn: 40'), { dialect: 'openvino', inputs: { info: [60, 80, 2] } });
  });

  test.each([
    "'feat_stride': 16",
    'feat_stride: 16\\nscales: [2, 4]',
    // As its networks for COCO say it.
    "'feat_stride': 16 \\n'scales': !!python/tuple [2, 4]",
    // As PVANET says it.
    "{'feat_stride': 16, 'ratios': [0.333, 0.625, 3], 'scales': [2, 4]}",
  ])('py-faster-rcnn: %s', async (settings) => {
    const anchors = settings.includes('scales') ? 6 : 9;
    const python = [
      input('scores', 1, 2 * anchors, 4, 5),
      input('deltas', 1, 4 * anchors, 4, 5),
      input('info', 1, 3),
      `layer { name: "rois" type: "Python" bottom: "scores" bottom: "deltas" bottom: "info" top: "rois"
         python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "${settings}" } }`,
    ];
    for (const seed of SEEDS) {
      const result = await agrees(python, { inputs: { info: [64, 80, 1.5] }, seed });
      expect(operatorsOf(result)).toContain('NonMaxSuppression');
    }
    const small = { info: [10, 10, 1] };
    // Nothing is large enough.
    await agrees(python, { inputs: small, gives: {} });
  });

  test('PVANET says the scale along each axis, twice', async () => {
    const net = [
      input('scores', 1, 18, 4, 5),
      input('deltas', 1, 36, 4, 5),
      input('info', 1, 6),
      `layer { name: "rois" type: "Python" bottom: "scores" bottom: "deltas" bottom: "info" top: "rois"
         python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }`,
    ];
    for (const seed of SEEDS) await agrees(net, { inputs: { info: [64, 80, 1.5, 9, 1.5, 9] }, seed });
    expect(problemsOf([...net.slice(0, 2), input('info', 1, 2), ...net.slice(3)])[0]).toContain(
      '2 numbers about the image',
    );
  });

  test('what reads as many regions as were proposed', async () => {
    const net = [
      input('scores', 1, 18, 4, 5),
      input('deltas', 1, 36, 4, 5),
      input('info', 1, 3),
      input('data', 1, 8, 4, 5),
      `layer { name: "rois" type: "Python" bottom: "scores" bottom: "deltas" bottom: "info" top: "rois"
         python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }`,
      layer(
        'data, rois => parts: PSROIPooling psroi_pooling_param { spatial_scale: 0.0625 output_dim: 2 group_size: 2 }',
      ),
      layer('parts => mean: Pooling pooling_param { pool: AVE kernel_size: 2 stride: 2 }'),
      layer('mean => y: InnerProduct inner_product_param { num_output: 3 }', [[3, 2], [3]]),
      layer('y => z: Softmax loss_param { ignore_label: -1 normalize: true }'),
    ];
    for (const seed of SEEDS) await agrees(net, { dialect: 'intel', inputs: { info: [64, 80, 1] }, seed, opset: 17 });
  });

  test('proposals of others, and other code in Python, are refused', () => {
    const others = ['scores', 'deltas', 'info'].map((name) => input(name, 1, 3, 4, 5));
    const line = layer('scores, deltas, info => rois: Proposal proposal_param { anchor_num: 3 }');
    expect(problemsOf([...others, line], 'cambricon')[0]).toContain('it is not known what Cambricon');
  });
});

describe('SimplerNMS', () => {
  const net = (parameters: string, scales: readonly number[]) => [
    input('scores', 1, 6 * scales.length, 4, 5),
    input('deltas', 1, 12 * scales.length, 4, 5),
    input('info', 1, 4),
    layer(
      `scores, deltas, info => rois: SimplerNMS simpler_nms_param { ${parameters} cls_threshold: 0.9 ${scales.map((scale) => `scale: ${scale}`).join(' ')} }`,
    ),
  ];
  const inputs = { info: [60.7, 80.3, 1.9, 7] };

  test.each([
    ['intel', 'iou_threshold: 0.5 post_nms_topn: 30', [1, 2]],
    ['intel', 'min_bbox_size: 24 pre_nms_topn: 12 post_nms_topn: 5', [3]],
    ['intel', 'iou_threshold: 0.95 min_bbox_size: 4', [0.5, 1]],
    ['intel', 'iou_threshold: 1 min_bbox_size: 200', [1]],
    ['openvino', 'iou_threshold: 0.5 min_bbox_size: 8 post_nms_topn: 30 max_num_proposals: 2', [0.5, 1, 2]],
    ['openvino', 'min_bbox_size: 24 pre_nms_topn: 20 post_nms_topn: 5', [1, 2, 3]],
  ] as const)('%s: %s', async (dialect, parameters, scales) => {
    for (const seed of SEEDS) {
      const result = await agrees(net(parameters, scales), { dialect, inputs, seed });
      expect(operatorsOf(result)).toContain('NonMaxSuppression');
    }
  });

  test('of equal scores the last', async () => {
    const scores = Array.from({ length: 240 }, (_, k) => [0.25, 0.5, 0.5, 0.75][k % 4] ?? 0);
    for (const seed of SEEDS)
      await agrees(net('iou_threshold: 0.3 min_bbox_size: 1', [1, 2]), {
        dialect: 'intel',
        inputs: { ...inputs, scores },
        seed,
      });
  });

  test('OpenVINO takes the bottom of fewer channels for the scores', async () => {
    const swapped = net('post_nms_topn: 8', [1, 2, 3]).map((line) =>
      line.replace('bottom: "scores" bottom: "deltas"', 'bottom: "deltas" bottom: "scores"'),
    );
    const { found } = await agrees(swapped, { dialect: 'openvino', inputs });
    expect(found.get('rois')?.shape).toEqual([8, 5]);
  });

  test.each([
    ['intel', 'feat_stride: 8', [1], 'takes 16 alone'],
    ['intel', '', [], 'does not say scale'],
    ['intel', 'post_nms_topn: 301', [1], 'room for 300'],
    ['intel', 'post_nms_topn: 0', [1], 'no boxes are wanted'],
    ['openvino', '', [1], 'takes 3 alone'],
  ] as const)('%s: %s is refused', (dialect, parameters, scales, why) => {
    const [, , , line = ''] = net(parameters, scales);
    const lines = [input('scores', 1, 6, 4, 5), input('deltas', 1, 12, 4, 5), input('info', 1, 3), line];
    expect(problemsOf(lines, dialect).join()).toContain(why);
  });
});
