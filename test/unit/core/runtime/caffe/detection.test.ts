/** Default boxes and what a single-shot detector found: by hand, and against OpenCV. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { asOpenCv, run, single } from './networks.ts';

const CELL = [input('data', 1, 1, 1, 1), input('image', 1, 3, 100, 200)];

function priors(parameters: string, dialect = 'ssd', cells: readonly string[] = CELL) {
  const { y } = run([...cells, layer(`data, image => y: PriorBox prior_box_param { ${parameters} }`)], dialect);
  const length = y?.shape[2] ?? 0;
  return { shape: y?.shape, boxes: y?.numbers.slice(0, length), variances: y?.numbers.slice(length) };
}

describe('PriorBox', () => {
  test('the least size, the mean with the largest, then ratios and their inverses', () => {
    const { shape, boxes, variances } = priors(
      'min_size: 20 max_size: 80 aspect_ratio: 4 aspect_ratio: 1 variance: [0.1, 0.1, 0.2, 0.2]',
    );
    expect(shape).toEqual([1, 2, 16]);
    // Sizes 20, 40, 40 x 10 and 10 x 40 around [100, 50] of an image of 200 x 100.
    const expected = [0.45, 0.4, 0.55, 0.6, 0.4, 0.3, 0.6, 0.7, 0.4, 0.45, 0.6, 0.55, 0.475, 0.3, 0.525, 0.7];
    expect(boxes).toEqual(single(expected));
    expect(variances).toEqual(single(Array(4).fill([0.1, 0.1, 0.2, 0.2]).flat()));
  });

  test('several sizes: each with all that belongs to it', () => {
    const { boxes } = priors('min_size: [20, 40] max_size: [80, 160] aspect_ratio: 4 flip: false');
    const widths = Array.from({ length: 6 }, (_, k) => ((boxes?.[k * 4 + 2] ?? 0) - (boxes?.[k * 4] ?? 0)) * 200);
    expect(widths.map(Math.round)).toEqual([20, 40, 40, 40, 80, 80]);
  });

  test('cells row by row, with a step and an offset of their own', () => {
    const cells = [input('data', 1, 1, 2, 2), input('image', 1, 3, 100, 100)];
    const { boxes } = priors('min_size: 10 step: 40 offset: 0.25', 'ssd', cells);
    const centres = Array.from({ length: 4 }, (_, k) => [boxes?.[k * 4], boxes?.[k * 4 + 1]]);
    expect(centres).toEqual([single([0.05, 0.05]), single([0.45, 0.05]), single([0.05, 0.45]), single([0.45, 0.45])]);
  });

  test('an image size of its own, and clipping', () => {
    expect(priors('min_size: 20 img_size: 10 step: 10 clip: true').boxes).toEqual([0, 0, 1, 1]);
    expect(priors('min_size: 20 img_h: 10 img_w: 20 step_h: 10 step_w: 20').boxes).toEqual([0, -0.5, 1, 1.5]);
  });

  test('without a variance it is a tenth', () => {
    expect(priors('min_size: 20').variances).toEqual(single([0.1, 0.1, 0.1, 0.1]));
  });

  test('SSD and what grew out of it cut sizes to whole numbers, the others do not', () => {
    const width = (dialect: string) => {
      const { boxes } = priors('min_size: 20.8', dialect);
      return Math.round(((boxes?.[2] ?? 0) - (boxes?.[0] ?? 0)) * 2000) / 10;
    };
    expect(['ssd', 'nvcaffe', 'intel', 'cambricon'].map(width)).toEqual([20, 20, 20, 20]);
    expect(['mnn', 'ncnn', 'openvino'].map(width)).toEqual([20.8, 20.8, 20.8]);
  });

  test('OpenCV and Cambricon clip where nothing is said; OpenCV measures the image', () => {
    const beyond = 'min_size: 300 variance: 0.1';
    expect(priors(beyond).boxes).toEqual([-0.25, -1, 1.25, 2]);
    expect(priors(beyond, 'cambricon').boxes).toEqual([0, 0, 1, 1]);
    expect(priors(`${beyond} img_size: 1000`, 'opencv').boxes).toEqual([0, 0, 1, 1]);
  });

  test('sizes that are given', () => {
    const parameters = 'width: [20, 40] height: [10, 60]';
    const net = [...CELL, layer(`data, image => y: PriorBoxClustered prior_box_param { ${parameters} }`)];
    const { y } = run(net, 'openvino');
    expect(y?.numbers.slice(0, 8)).toEqual(single([0.45, 0.45, 0.55, 0.55, 0.4, 0.2, 0.6, 0.8]));
  });

  test.each([
    'min_size: 20 max_size: 80 aspect_ratio: [2, 3] variance: [0.1, 0.1, 0.2, 0.2]',
    'min_size: 20.8 aspect_ratio: 2.5 flip: false clip: false variance: 0.3',
    'min_size: 20 step: 7 offset: 0.3 variance: 0.1 clip: false',
    'min_size: 20 step_h: 7 step_w: 9 variance: 0.1',
  ])('as in OpenCV: %s', async (parameters) => {
    const net = [input('data', 1, 2, 3, 5), input('image', 1, 3, 40, 60)];
    await asOpenCv([...net, layer(`data, image => y: PriorBox prior_box_param { ${parameters} }`)], {}, [1]);
  });
});

/** Four boxes in a row, each a tenth wide and overlapping half of the next; offsets and scores are given. */
const BOXES = [0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.2, 0.2, 0.15, 0.1, 0.25, 0.2, 0.5, 0.5, 0.7, 0.7];
const VARIANCES = Array<number[]>(4).fill([0.1, 0.1, 0.2, 0.2]).flat();
const NONE = Array<number>(16).fill(0);

function found(
  parameters: string,
  scores: readonly number[],
  { offsets = NONE, dialect = 'ssd', classes = 2, batch = 1, locations = 1 } = {},
) {
  const net = [
    input('loc', batch, 16 * locations),
    input('conf', batch, 4 * classes),
    input('prior', 1, 2, 16),
    layer(
      `loc, conf, prior => y: DetectionOutput detection_output_param { num_classes: ${classes} code_type: CENTER_SIZE ${parameters} }`,
    ),
  ];
  const { y } = run(net, dialect, { loc: offsets, conf: scores, prior: [...BOXES, ...VARIANCES] });
  return { shape: y?.shape, rows: rowsOf(y?.numbers ?? []) };
}

function rowsOf(numbers: readonly number[]): number[][] {
  return Array.from({ length: numbers.length / 7 }, (_, k) =>
    numbers.slice(k * 7, k * 7 + 7).map((value) => Math.round(value * 1000) / 1000),
  );
}

/** Class 1 of four boxes; the background has the rest. */
const scored = (...scores: number[]) => scores.flatMap((score) => [1 - score, score]);

describe('DetectionOutput', () => {
  test('of two boxes in one place the better one stays; rows go by score', () => {
    const { shape, rows } = found('nms_param { nms_threshold: 0.5 }', scored(0.6, 0.7, 0.5, 0.9));
    expect(shape).toEqual([1, 1, 3, 7]);
    expect(rows).toEqual([
      [0, 1, 0.9, 0.5, 0.5, 0.7, 0.7],
      [0, 1, 0.7, 0.1, 0.1, 0.2, 0.2],
      [0, 1, 0.5, 0.15, 0.1, 0.25, 0.2],
    ]);
  });

  test('a box that overlaps by a third goes where the threshold is lower', () => {
    expect(found('nms_param { nms_threshold: 0.3 }', scored(0.6, 0.7, 0.5, 0.9)).rows).toHaveLength(2);
  });

  test('of equal scores the first box wins', () => {
    const { rows } = found('nms_param { nms_threshold: 0.3 }', scored(0.5, 0.5, 0.5, 0.5));
    expect(rows.map((row) => row[3])).toEqual([0.1, 0.5]);
  });

  test('scores at the threshold do not count; top_k comes before, keep_top_k after', () => {
    const scores = scored(0.25, 0.7, 0.5, 0.9);
    const all = 'nms_param { nms_threshold: 1';
    expect(found(`${all} } confidence_threshold: 0.25`, scores).rows).toHaveLength(3);
    expect(found(`${all} top_k: 2 }`, scores).rows.map((row) => row[2])).toEqual([0.9, 0.7]);
    expect(found(`${all} } keep_top_k: 1`, scores).rows.map((row) => row[2])).toEqual([0.9]);
    // Without a threshold everything counts.
    expect(found(`${all} }`, scored(0, 0.7, 0.5, 0.9)).rows).toHaveLength(4);
  });

  test('the threshold falls with eta for each box that stays', () => {
    // The third box overlaps the second by a third; after two boxes stay 0.6 has become 0.3.
    const scores = scored(0.1, 0.8, 0.5, 0.9);
    const row = (eta: number) => found(`nms_param { nms_threshold: 0.6 eta: ${eta} }`, scores).rows.length;
    expect([row(1), row(0.5), row(0.8)]).toEqual([3, 2, 3]);
    // From a half on it stays.
    expect(found('nms_param { nms_threshold: 0.5 eta: 0.1 }', scores).rows).toHaveLength(3);
  });

  test('nothing found: a row for each image', () => {
    const { rows } = found('confidence_threshold: 0.95', [...scored(0.6, 0.7, 0.5, 0.9), ...scored(0, 0, 0, 0)], {
      batch: 2,
      offsets: [...NONE, ...NONE],
    });
    expect(rows).toEqual([
      [0, -1, -1, -1, -1, -1, -1],
      [1, -1, -1, -1, -1, -1, -1],
    ]);
  });

  test('several images and classes: rows go by image, then class, then score', () => {
    const image = [0, 0.1, 0.2, 0, 0.3, 0.4, 0, 0.6, 0.5, 0, 0.7, 0.8];
    const { rows } = found('nms_param { nms_threshold: 0.3 } keep_top_k: 3', [...image, ...image], {
      classes: 3,
      batch: 2,
      offsets: [...NONE, ...NONE],
    });
    const one = [
      [1, 0.7],
      [1, 0.6],
      [2, 0.8],
    ];
    expect(rows.map((row) => row.slice(0, 3))).toEqual([...one.map((r) => [0, ...r]), ...one.map((r) => [1, ...r])]);
  });

  test('OpenCV: rows go by score and zeros fill up what keep_top_k allows', () => {
    const image = [0, 0.1, 0.2, 0, 0.3, 0.4, 0, 0.6, 0.5, 0, 0.7, 0.8];
    const { rows } = found('nms_param { nms_threshold: 0.3 } keep_top_k: 5', image, { classes: 3, dialect: 'opencv' });
    expect(rows.map((row) => row[2])).toEqual([0.8, 0.7, 0.6, 0.5, 0]);
    expect(rows.at(-1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('another background; none', () => {
    const scores = scored(0.1, 0.2, 0.3, 0.4);
    const parameters = (label: number) => `nms_param { nms_threshold: 0.3 } background_label_id: ${label}`;
    expect(found(parameters(1), scores).rows.map((row) => row[1])).toEqual([0, 0]);
    expect(found(parameters(-1), scores).rows.map((row) => row[1])).toEqual([0, 0, 1, 1]);
  });

  test.each([
    // The fourth prior is [0.5, 0.5, 0.7, 0.7]; variances 0.1, 0.1, 0.2, 0.2.
    ['CORNER', false, [0.5 + 0.1, 0.5 + 0.2, 0.7 + 0.6, 0.7 + 0.8]],
    ['CORNER', true, [1.5, 2.5, 3.7, 4.7]],
    ['CORNER_SIZE', false, [0.52, 0.54, 0.82, 0.86]],
    ['CENTER_SIZE', false, [0.62 - 0.1 * Math.exp(0.6), 0.64 - 0.1 * Math.exp(0.8), 0, 0]],
    ['CENTER_SIZE', true, [0.8 - 0.1 * Math.exp(3), 1 - 0.1 * Math.exp(4), 0, 0]],
  ])('offsets as %s, scaled already: %s', (code, scaled, box) => {
    const offsets = [...NONE.slice(4), 1, 2, 3, 4];
    const net = [
      input('loc', 1, 16),
      input('conf', 1, 8),
      input('prior', 1, 2, 16),
      layer(
        `loc, conf, prior => y: DetectionOutput detection_output_param { num_classes: 2 code_type: ${code} variance_encoded_in_target: ${scaled} nms_param { nms_threshold: 1 } keep_top_k: 1 }`,
      ),
    ];
    const { y } = run(net, 'ssd', { loc: offsets, conf: scored(0, 0, 0, 1), prior: [...BOXES, ...VARIANCES] });
    const [, , , xmin = 0, ymin = 0, xmax = 0, ymax = 0] = y?.numbers ?? [];
    const middle = code === 'CENTER_SIZE' ? [xmin, ymin, 0, 0] : [xmin, ymin, xmax, ymax];
    for (const [k, value] of middle.entries()) expect(value).toBeCloseTo(box[k] ?? 0, 5);
  });

  test('boxes of each class', () => {
    const offsets = [...NONE, ...NONE];
    // The second class of the fourth prior is moved by half of its width.
    offsets[3 * 8 + 4] = 5;
    const { rows } = found('share_location: false nms_param { nms_threshold: 1 } keep_top_k: 1', scored(0, 0, 0, 1), {
      offsets,
      locations: 2,
    });
    expect(rows).toEqual([[0, 1, 1, 0.6, 0.5, 0.8, 0.7]]);
  });

  test.each([
    [
      'several classes',
      'num_classes: 4 code_type: CENTER_SIZE keep_top_k: 20 confidence_threshold: 0.3 background_label_id: 0 nms_param { nms_threshold: 0.3 }',
    ],
    [
      'few candidates',
      'num_classes: 4 code_type: CENTER_SIZE keep_top_k: 7 background_label_id: 0 nms_param { nms_threshold: 0.2 top_k: 3 }',
    ],
    [
      'corners',
      'num_classes: 4 code_type: CORNER keep_top_k: 30 background_label_id: 2 nms_param { nms_threshold: 0.4 }',
    ],
    [
      'nothing',
      'num_classes: 4 code_type: CENTER_SIZE keep_top_k: 3 confidence_threshold: 9 background_label_id: 0 nms_param { nms_threshold: 0.3 }',
    ],
  ])('as in OpenCV: %s', async (_, parameters) => {
    const net = [
      input('feature', 1, 1, 3, 4),
      input('image', 1, 3, 60, 80),
      input('loc', 2, 96),
      input('scores', 2, 96),
      layer(
        'feature, image => prior: PriorBox prior_box_param { min_size: 30 max_size: 40 variance: 0.1 clip: false }',
      ),
      layer('scores => conf: Sigmoid'),
      layer(`loc, conf, prior => y: DetectionOutput detection_output_param { share_location: true ${parameters} }`),
    ];
    await asOpenCv(net);
  });
});
