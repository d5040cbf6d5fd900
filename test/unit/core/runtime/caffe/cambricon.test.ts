/** What Cambricon's layers find, by hand, by the steps of their code for CPUs. */
import { describe, expect, test } from 'vitest';
import { blob, layer, type Numbers, ran } from './support.ts';

const dialect = 'cambricon';
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function near(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [k, value] of expected.entries()) expect(found?.[k]).toBeCloseTo(value, 5);
}

test('DetectionOut: class by class, middle and size; an overlap as large as the threshold hides; boxes end with the image', () => {
  const net = (parameters: string) =>
    layer(
      'DetectionOut',
      `detection_out_param { side: 1 num_classes: 2 num_box: 2 biases: [0.5, 0.5, 0.5, 1] ${parameters} }`,
    );
  // Two boxes of one cell: x, y, w, h, object, two classes each.
  const x = blob([1, 14, 1, 1], [0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 1, 3, 0]);
  const found = (parameters: string) => ran(net(parameters), { x }, dialect).y;
  const [more, less] = [sigmoid(1), sigmoid(-1)];
  const [first, second] = [sigmoid(2) * more, sigmoid(1) * sigmoid(3)];
  const all = found('nms_threshold: 0.6 confidence_threshold: 0.1');
  expect(all?.shape).toEqual([1, 3, 1, 7]);
  near(all?.values, [
    ...[0, 0, second, 0.5, 0.5, 0.5, 1],
    ...[0, 0, first, 0.5, 0.5, 0.5, 0.5],
    ...[0, 1, sigmoid(2) * less, 0.5, 0.5, 0.5, 0.5],
  ]);
  // The smaller lies in the larger: half of it.
  expect(found('nms_threshold: 0.5 confidence_threshold: 0.1')?.shape).toEqual([1, 2, 1, 7]);
  expect(found('nms_threshold: 0.5 confidence_threshold: 0.99')?.shape).toEqual([1, 0, 1, 7]);
});

test('Yolov3Detection: how many, then rows behind 64 numbers, in the order of the last sort; pixels count their width', () => {
  const net = (threshold: number) =>
    layer(
      'Yolov3Detection',
      `yolov3_param { num_classes: 2 num_box: 4 im_w: 10 im_h: 10 confidence_threshold: 0.2
         nms_threshold: ${threshold} biases: [3, 3, 3, 7, 3, 3] }`,
    );
  // Three boxes of one cell of 10 pixels, around its middle: sizes 3 x 3, 3 x 7; the third is no object.
  const box = (object: number, a: number, b: number) => [0, 0, 0, 0, object, a, b];
  const x = blob([1, 21, 1, 1], [...box(1, 2, 0), ...box(2, 0.5, 1), ...box(-5, 3, 3)]);
  const [one, two] = [(a: number) => sigmoid(1) * sigmoid(a), (a: number) => sigmoid(2) * sigmoid(a)];
  const small = [0.35, 0.35, 0.65, 0.65];
  const large = [0.35, 0.15, 0.65, 0.85];
  const found = (threshold: number) => ran(net(threshold), { x }, dialect).y;
  // 4 x 4 of 4 x 8: a half, which is not more than a half.
  const both = found(0.5);
  expect(both?.shape).toEqual([1, 64 + 28, 1, 1]);
  expect(both?.values.slice(0, 64)).toEqual([4, ...Array(63).fill(-1)]);
  // By the second class the larger comes first.
  near(both?.values.slice(64), [
    ...[0, 0, two(0.5), ...large],
    ...[0, 1, two(1), ...large],
    ...[0, 0, one(2), ...small],
    ...[0, 1, one(0), ...small],
  ]);
  const hidden = found(0.45);
  expect(hidden?.values[0]).toBe(2);
  near(hidden?.values.slice(64, 64 + 14), [0, 1, two(1), ...large, 0, 0, one(2), ...small]);
  expect(hidden?.values.slice(64 + 14)).toEqual(Array(14).fill(-1));
});

describe('ImageDetect', () => {
  const net = layer(
    'ImageDetect',
    'image_detect_param { num_class: 1 im_h: 100 im_w: 100 nms_thresh: 0.5 score_thresh: 0.1 }',
    ['deltas', 'scores', 'rois'],
  );
  const given = (...scores: readonly number[]): Record<string, Numbers> => ({
    deltas: blob([scores.length, 4], [0]),
    scores: blob([scores.length, 1], scores),
    // Of 20 pixels each, beginning at 0, 4, 8 ...; they end with the image.
    rois: blob(
      [scores.length, 5],
      scores.flatMap((_, k) => [0, 4 * k, 10, 4 * k + 19, 29]),
    ),
  });
  const places = (...scores: readonly number[]) => {
    const values = ran(net, given(...scores), dialect).y?.values ?? [];
    return scores.flatMap((_, k) => (values[6 * k + 5] ? [(values[6 * k] ?? 0) / 4] : []));
  };

  test('corners, class, score, then zeros', () => {
    const { y } = ran(net, given(0.5, 0.05), dialect);
    expect(y?.shape).toEqual([1, 2, 1, 6]);
    near(y?.values, [0, 10, 20, 30, 0, 0.5, 0, 0, 0, 0, 0, 0]);
  });

  test('regions are not sorted: those that are hidden hide others all the same', () => {
    // Neighbours overlap by two thirds, those after next by three sevenths.
    expect(places(0.9, 0.5, 0.8)).toEqual([0, 2]);
    // The first hides the second; the better third does not reach the first.
    expect(places(0.5, 0.4, 0.9)).toEqual([0, 2]);
    // The second is better than the first and hides it; the third is better than the second.
    expect(places(0.3, 0.4, 0.9)).toEqual([2]);
    expect(places(0.3, 0.4, 0.05)).toEqual([1]);
  });
});

test('DetectionPoseOutput: tiny boxes do not count, boxes end with the image, the best pose and its score stand behind', () => {
  const net = layer(
    'DetectionPoseOutput',
    `detection_pose_output_param { num_classes: 2 num_poses: 3 code_type: CORNER variance_encoded_in_target: true
       confidence_threshold: 0.9 nms_param { nms_threshold: 0.5 } }`,
    ['loc', 'conf', 'pose', 'prior', 'image'],
  );
  const given = {
    loc: blob([1, 12], [0]),
    conf: blob([1, 6], [0.2, 0.8, 0.7, 0.3, 0.5, 0.5]),
    pose: blob([1, 9], [0.1, 0.7, 0.2, 0, 0, 1, 0.5, 0.5, 0]),
    // The last is a thousandth wide and high.
    prior: blob([1, 2, 12], [-0.5, 0, 0.5, 0.5, 0.25, 0.5, 1, 1, 0.5, 0.5, 0.501, 0.501, ...Array(12).fill(0.1)]),
    image: blob([1, 3, 2, 2], [0]),
  };
  const { y } = ran(net, given, dialect);
  expect(y?.shape).toEqual([1, 1, 2, 9]);
  near(y?.values, [0, 1, 0.8, 0, 0, 0.5, 0.5, 1, 0.7, 0, 1, 0.3, 0.25, 0.5, 1, 1, 2, 1]);
});
