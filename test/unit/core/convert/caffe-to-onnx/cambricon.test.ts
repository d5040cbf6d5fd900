/** What Cambricon's layers find: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3, 4];
const dialect = 'cambricon';

describe('DetectionOut', () => {
  const net = (parameters: string, images = 1) => [
    input('x', images, 16, 4, 4),
    layer(
      `x => y: DetectionOut detection_out_param { side: 4 num_classes: 3 num_box: 2 biases: [1.5, 2, 0.75, 3] ${parameters} }`,
    ),
  ];

  test.each([
    'confidence_threshold: 0.2 nms_threshold: 0.2',
    'confidence_threshold: 0.05 nms_threshold: 0.6',
    'confidence_threshold: 0',
  ])('%s', async (parameters) => {
    for (const seed of SEEDS) {
      const { found } = await agrees(net(parameters), { dialect, seed });
      expect(found.get('y')?.shape[1]).toBeGreaterThan(1);
    }
  });

  test('nothing', async () => {
    const { found } = await agrees(net('confidence_threshold: 0.99'), { dialect });
    expect(found.get('y')?.shape).toEqual([1, 0, 1, 7]);
  });

  test('what does not fit is refused', () => {
    expect(problemsOf(net('', 2), dialect)[0]).toContain('2 images');
    expect(problemsOf([net('')[0] ?? '', (net('')[1] ?? '').replace('side: 4', 'side: 5')], dialect)[0]).toContain(
      'side',
    );
  });
});

describe('Yolov3Detection', () => {
  const biases = 'biases: [40, 50, 90, 60, 120, 80, 20, 30, 30, 20, 25, 60]';
  const net = (parameters: string) => [
    input('coarse', 1, 24, 2, 2),
    input('fine', 1, 24, 4, 4),
    layer(
      `coarse, fine => y: Yolov3Detection yolov3_param { num_classes: 3 im_w: 64 im_h: 64 num_box: 40 ${biases} ${parameters} }`,
    ),
  ];

  test.each([
    'confidence_threshold: 0.3 nms_threshold: 0.3',
    'confidence_threshold: 0.45 nms_threshold: 0.7',
    'confidence_threshold: 0.99',
  ])('%s', async (parameters) => {
    for (const seed of SEEDS) {
      const { found } = await agrees(net(parameters), { dialect, seed });
      const [count = 0] = found.get('y')?.numbers() ?? [];
      if (parameters.includes('0.99')) expect(count).toBe(0);
      else expect(count).toBeGreaterThan(1);
    }
  });

  test('another number of anchors is refused', () => {
    expect(problemsOf(net('anchor_num: 2'), dialect)[0]).toContain('2 anchors');
  });
});

describe('ImageDetect', () => {
  const COUNT = 12;
  const net = (parameters: string) => [
    input('deltas', COUNT, 12),
    input('scores', COUNT, 3),
    input('rois', COUNT, 5),
    layer(`deltas, scores, rois => y: ImageDetect image_detect_param { num_class: 3 im_h: 60 im_w: 80 ${parameters} }`),
  ];
  // Regions of 20 to 30 pixels that lie over each other; scores in parts of 1.
  const rois = Array.from({ length: COUNT }, (_, k) => [0, 3 * k, 2 * k, 3 * k + 20 + (k % 4), 2 * k + 25]).flat();
  const scores = Array.from({ length: COUNT * 3 }, (_, k) => ((k * 37) % 101) / 101);
  const deltas = Array.from({ length: COUNT * 12 }, (_, k) => 0.4 * Math.sin(12.9898 * k));

  test.each(['', 'nms_thresh: 0.6 score_thresh: 0.4', 'scale: 2 nms_thresh: 0.1', 'score_thresh: 1'])(
    '%s',
    async (parameters) => {
      const { found } = await agrees(net(parameters), { dialect, inputs: { rois, scores, deltas } });
      const numbers = found.get('y')?.numbers() ?? [];
      expect(numbers.some((number) => number > 0)).toBe(parameters !== 'score_thresh: 1');
      for (const seed of SEEDS) await agrees(net(parameters), { dialect, inputs: { rois }, seed });
    },
  );

  test('what does not fit is refused', () => {
    expect(problemsOf(net('').with(2, input('rois', 3, 5)), dialect)[0]).toContain('12 regions');
  });
});

describe('DetectionPoseOutput', () => {
  const net = (parameters: string, { shared = true, poses = 24 * 4 } = {}) => [
    input('feature', 1, 1, 3, 4),
    input('image', 1, 3, 60, 80),
    input('loc', 2, 96 * (shared ? 1 : 3)),
    input('conf', 2, 24 * 3),
    input('pose', 2, poses),
    layer(
      'feature, image => prior: PriorBox prior_box_param { min_size: 30 max_size: 40 clip: false variance: [0.1, 0.1, 0.2, 0.2] }',
    ),
    layer(
      `loc, conf, pose, prior, image => y: DetectionPoseOutput detection_pose_output_param {
         num_classes: 3 num_poses: 4 code_type: CENTER_SIZE share_location: ${shared} ${parameters} }`,
    ),
  ];

  test.each([
    ['', {}],
    ['nms_param { nms_threshold: 0.45 top_k: 8 }', {}],
    ['keep_top_k: 7 background_label_id: 1', {}],
    ['keep_top_k: 12', { shared: false }],
    ['share_pose: false keep_top_k: 12', { poses: 24 * 4 * 3 }],
    // Many boxes are tiny.
    ['code_type: CORNER', {}],
  ])('%s', async (parameters, sizes) => {
    const said = parameters.includes('CORNER')
      ? net('', sizes).map((line) => line.replace('CENTER_SIZE', 'CORNER'))
      : undefined;
    for (const seed of SEEDS) {
      const { found } = await agrees(said ?? net(parameters, sizes), { dialect, seed });
      const [, , rows = 0, numbers] = found.get('y')?.shape ?? [];
      expect(numbers).toBe(9);
      expect(rows).toBeGreaterThan(1);
    }
  });

  test('nothing where all boxes are tiny', async () => {
    const loc = Array.from({ length: 192 }, (_, k) => (k % 4 < 2 ? 0 : -40));
    const { found } = await agrees(net(''), { dialect, inputs: { loc } });
    expect(found.get('y')?.shape).toEqual([1, 1, 0, 9]);
  });

  test('what does not fit is refused; a threshold is not read', () => {
    expect(problemsOf(net('', { poses: 95 }), dialect)[0]).toContain('190 scores of poses');
    expect(problemsOf(net('confidence_threshold: 0.5'), dialect)[0]).toMatch(/^parameter-unread/);
  });
});

test('MLUGrayNormalized', async () => {
  const net = [input('x', 1, 1, 2, 2), layer('x => y: MLUGrayNormalized')];
  await agrees(net, { dialect, inputs: { x: [0, 51, 102, 255] }, gives: { y: [-0.5, -0.3, -0.1, 0.5] } });
});
