/** Default boxes and detections: onnxruntime on what was converted, against the interpreter and OpenCV, ties and nothing included. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3, 4];

describe('PriorBox', () => {
  const net = (parameters: string) => [
    input('data', 1, 2, 3, 5),
    input('image', 1, 3, 40, 60),
    layer(`data, image => y: PriorBox prior_box_param { ${parameters} }`),
  ];

  test.each([
    ['ssd', 'min_size: [20.8, 30] max_size: [45, 50] aspect_ratio: [2, 1, 3, 2] variance: [0.1, 0.1, 0.2, 0.2]'],
    ['ssd', 'min_size: 20 flip: false aspect_ratio: 2 clip: true variance: 0.3 step: 7 offset: 0.25'],
    ['ssd', 'min_size: 20 img_h: 30 img_w: 50 step_h: 3 step_w: 4'],
    ['mnn', 'min_size: 20.8 img_size: 100'],
    ['cambricon', 'min_size: 50'],
    ['opencv', 'min_size: 20.8 max_size: 50 aspect_ratio: 2 variance: 0.1 img_size: 100'],
    ['opencv', 'min_size: [20.8, 30] max_size: [45, 50] aspect_ratio: [2, 3] clip: false variance: 0.1'],
    ['opencv', 'min_size: [20, 30] variance: 0.1'],
  ])('%s: %s', async (dialect, parameters) => {
    const result = await agrees(net(parameters), { dialect, opencv: dialect === 'opencv' });
    expect(operatorsOf(result)).toEqual(['Identity']);
  });

  test('sizes that are given', async () => {
    const parameters = 'prior_box_param { width: [20, 40] height: [10, 60] }';
    const [data = '', image = ''] = net('');
    await agrees([data, image, layer(`data, image => y: PriorBoxClustered ${parameters}`)], { dialect: 'openvino' });
  });

  test('boxes that are laid out in other ways are refused', () => {
    expect(problemsOf(net('min_size: 20 p_type: DENSE'), 'cambricon')).toEqual([
      expect.stringContaining('prior_box_param.p_type'),
    ]);
  });
});

/** A small detector: 24 priors, offsets and scores from outside. */
function detector(parameters: string, { classes = 3, batch = 2, shared = true } = {}): string[] {
  return [
    input('feature', 1, 1, 3, 4),
    input('image', 1, 3, 60, 80),
    input('loc', batch, 96 * (shared ? 1 : classes)),
    input('conf', batch, 24 * classes),
    layer(
      'feature, image => prior: PriorBox prior_box_param { min_size: 30 max_size: 40 clip: false variance: [0.1, 0.1, 0.2, 0.2] }',
    ),
    layer(
      `loc, conf, prior => y: DetectionOutput detection_output_param { num_classes: ${classes} share_location: ${shared} ${parameters} }`,
    ),
  ];
}

/** `count` numbers that are made from a few, so that many are equal. */
const tied = (count: number, from: readonly number[]) =>
  Array.from({ length: count }, (_, k) => from[(k * 7 + Math.floor(k / 5)) % from.length] ?? 0);

describe('DetectionOutput', () => {
  test.each([
    ['classes and images', 'code_type: CENTER_SIZE', {}],
    ['a threshold of scores', 'code_type: CENTER_SIZE confidence_threshold: 0.2', {}],
    ['few candidates', 'code_type: CENTER_SIZE nms_param { nms_threshold: 0.45 top_k: 5 }', {}],
    ['few that are kept', 'code_type: CENTER_SIZE keep_top_k: 7', {}],
    ['all that are kept', 'code_type: CENTER_SIZE keep_top_k: 1000', {}],
    ['another background', 'code_type: CENTER_SIZE background_label_id: 1 keep_top_k: 9', {}],
    ['no background', 'code_type: CENTER_SIZE background_label_id: -1 keep_top_k: 9', {}],
    ['corners', 'code_type: CORNER', {}],
    ['corners, scaled already', 'code_type: CORNER variance_encoded_in_target: true', {}],
    ['corners in sizes', 'code_type: CORNER_SIZE', {}],
    ['centres, scaled already', 'code_type: CENTER_SIZE variance_encoded_in_target: true', {}],
    ['boxes of each class', 'code_type: CENTER_SIZE keep_top_k: 12', { shared: false }],
    ['a threshold that falls', 'code_type: CENTER_SIZE nms_param { nms_threshold: 0.8 eta: 0.7 }', {}],
    ['one class', 'code_type: CENTER_SIZE keep_top_k: 5', { classes: 2, batch: 1 }],
  ])('%s', async (_, parameters, sizes) => {
    for (const seed of SEEDS) await agrees(detector(parameters, sizes), { dialect: 'ssd', seed });
  });

  test.each([
    'keep_top_k: 10',
    'nms_param { nms_threshold: 0.3 top_k: 6 }',
    'nms_param { nms_threshold: 0.8 eta: 0.7 }',
  ])('of equal scores the first: %s', async (parameters) => {
    const inputs = { conf: tied(144, [-1, 0, 0.5, 0.5, 2]), loc: tied(192, [0, 0.5, -0.25]) };
    await agrees(detector(`code_type: CENTER_SIZE ${parameters}`), { dialect: 'ssd', inputs });
  });

  test.each(['', 'keep_top_k: 3', 'nms_param { nms_threshold: 0.8 eta: 0.7 }'])('nothing found: %s', async (more) => {
    const parameters = `code_type: CENTER_SIZE confidence_threshold: 0.999 ${more}`;
    await agrees(detector(parameters), {
      dialect: 'ssd',
      inputs: { conf: Array<number>(144).fill(0) },
      gives: { y: [0, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1] },
    });
  });

  test('one image has nothing', async () => {
    const inputs = { conf: [...tied(72, [5, 4, 3]), ...Array<number>(72).fill(-5)] };
    await agrees(detector('code_type: CENTER_SIZE confidence_threshold: 0.5'), { dialect: 'ssd', inputs });
  });

  test.each([
    ['sorted and filled up', 'code_type: CENTER_SIZE keep_top_k: 30 confidence_threshold: 0.4'],
    ['few candidates', 'code_type: CENTER_SIZE keep_top_k: 4'],
    ['corners', 'code_type: CORNER keep_top_k: 50'],
    ['nothing', 'code_type: CENTER_SIZE keep_top_k: 4 confidence_threshold: 9'],
  ])('OpenCV: %s', async (_, parameters) => {
    const net = detector(`background_label_id: 0 nms_param { nms_threshold: 0.3 } ${parameters}`);
    for (const seed of SEEDS) await agrees(net, { dialect: 'opencv', opencv: true, seed });
  });

  test('OpenCV: boxes of pixels', async () => {
    const net = (batch: number) => [
      input('loc', batch, 24),
      input('conf', batch, 12),
      input('prior', 1, 2, 24),
      layer(
        'loc, conf, prior => y: DetectionOutput detection_output_param { num_classes: 2 share_location: true background_label_id: 0 keep_top_k: 6 code_type: CENTER_SIZE normalized_bbox: false nms_param { nms_threshold: 0.1 } }',
      ),
    ];
    // The second box begins half a pixel behind the first; the fourth overlaps the third.
    const boxes = [0, 0, 1, 9, 1.5, 0, 3, 9, 10, 10, 20, 20, 12, 12, 22, 22, 40, 40, 40, 40, 40.5, 40, 40.5, 40];
    const inputs = {
      loc: Array<number>(24).fill(0),
      conf: Array.from({ length: 12 }, (_, k) => (k % 2 === 0 ? 0 : 1 - k / 20)),
      prior: [...boxes, ...Array<number>(24).fill(0.1)],
    };
    await agrees(net(1), { dialect: 'opencv', opencv: true, inputs });
  });

  test('what a program around the network does with the results says nothing', () => {
    const parameters = 'code_type: CENTER_SIZE save_output_param { output_directory: "x" } visualize: true';
    expect(problemsOf(detector(parameters), 'ssd')).toEqual([]);
  });
});

describe.each([
  ['ncnn', 2],
  ['mnn', 2],
  ['tengine', 1],
] as const)('DetectionOutput of %s', (dialect, axis) => {
  const net = (parameters: string, sizes = {}) => detector(parameters, { batch: 1, ...sizes });

  test.each([
    'keep_top_k: 10 nms_param { top_k: 12 nms_threshold: 0.45 }',
    'keep_top_k: 500 nms_param { top_k: 400 } confidence_threshold: 0.3',
    // What they do not read.
    'keep_top_k: 20 nms_param { top_k: 400 eta: 0.5 } code_type: CORNER background_label_id: 2',
    ...(dialect === 'ncnn' ? [] : ['keep_top_k: 30 nms_param { nms_threshold: 0.6 }']),
  ])('%s', async (parameters) => {
    for (const seed of SEEDS) {
      const { found } = await agrees(net(parameters), { dialect, seed });
      const shape = found.get('y')?.shape ?? [];
      expect(shape[axis + 1]).toBe(6);
      expect(shape[axis]).toBeGreaterThan(1);
    }
  });

  test('what it does not run is refused', () => {
    const known = 'keep_top_k: 10 nms_param { top_k: 12 }';
    expect(problemsOf(net('nms_param { top_k: 12 }'), dialect)).toContainEqual(
      expect.stringContaining('how many it keeps'),
    );
    expect(problemsOf(net(known, { batch: 2 }), dialect)).toContainEqual(expect.stringContaining('2 images'));
  });
});

test('ncnn wants to know how many candidates it looks at', () => {
  expect(problemsOf(detector('keep_top_k: 10', { batch: 1 }), 'ncnn')[0]).toContain('how many it keeps');
});

test('MNN: RefineDet moves default boxes first, and leaves out those that hold nothing', async () => {
  const net = detector('keep_top_k: 30 objectness_score: 0.3', { batch: 1 });
  const all = net.join('\n').replace('bottom: "prior"', 'bottom: "prior" bottom: "holds" bottom: "first"');
  for (const seed of SEEDS) {
    const { found } = await agrees([input('holds', 1, 48), input('first', 1, 96), all], { dialect: 'mnn', seed });
    expect(found.get('y')?.shape[2]).toBeGreaterThan(1);
  }
});
