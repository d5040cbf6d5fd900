/** What YOLO's grids stand for, and what a single-shot detector found, against what the frameworks themselves give: ncnn 1.0.20261020 by its Python package. */
import { describe, expect, test } from 'vitest';
import { blob, layer, type Numbers, ran, waves } from './support.ts';

function expectRows(found: Numbers | undefined, rows: readonly (readonly number[])[]): void {
  expect(found?.shape).toEqual([1, 1, rows.length, 6]);
  const far = rows.flat().map((value, k) => Math.abs(value - (found?.values[k] ?? 0)));
  // Its numbers are printed to six places.
  expect(Math.max(...far)).toBeLessThan(2e-6);
}

describe('ncnn', () => {
  test('Yolov3DetectionOutput', () => {
    const net = layer(
      'Yolov3DetectionOutput',
      `yolov3_detection_output_param { num_classes: 3 num_box: 2 confidence_threshold: 0.45 nms_threshold: 0.3
         biases: [4, 6, 9, 5, 12, 20, 30, 24] mask: [2, 3, 0, 1] anchors_scale: [32, 16] }`,
      ['coarse', 'fine'],
    );
    const { y } = ran(net, { coarse: waves(2, 1, 1, 16, 2, 2), fine: waves(2, 2, 1, 16, 3, 2) }, 'ncnn');
    expectRows(y, [
      [2, 0.84032, 0.482217, 0.87739, 0.678079, 0.90606],
      [3, 0.837995, 0.92644, 0.013697, 0.952062, 0.498522],
      [2, 0.837862, -0.078897, 0.566879, 0.214834, 0.599322],
      [3, 0.832496, -0.079931, 0.815833, 0.339349, 0.834556],
      [3, 0.826258, 0.268332, 0.183111, 0.93375, 0.201559],
      [3, 0.824331, 0.407559, 0.247368, 0.435735, 0.456566],
      [3, 0.820849, -0.476391, 0.116482, 0.818338, 0.130724],
      [3, 0.792782, 0.355685, 0.420457, 1.080495, 0.437556],
      [3, 0.783808, 0.419749, 0.137619, 0.452865, 1.177356],
      [2, 0.783218, 0.495324, 0.579507, 0.623993, 0.649615],
      [3, 0.750017, 0.382828, -0.634347, 0.479193, 0.899271],
      [3, 0.673627, -0.138648, 0.380056, 0.779938, 0.402246],
      [3, 0.648897, 0.881959, -0.307801, 0.940097, 1.495416],
      [2, 0.647739, 0.038856, 0.878293, 0.103568, 1.040765],
      [3, 0.587253, 0.804708, -1.132105, 0.987925, 1.294958],
      [3, 0.476594, 0.485009, 0.022452, 1.303507, 0.061532],
    ]);
  });

  test('YoloDetectionOutput; its bottom where it finds nothing', () => {
    const net = (least: number) =>
      layer(
        'YoloDetectionOutput',
        `yolo_detection_output_param { num_classes: 3 num_box: 2 confidence_threshold: ${least} nms_threshold: 0.3
           biases: [1.5, 2, 0.75, 3] }`,
      );
    const x = waves(2, 1, 1, 16, 2, 3);
    expectRows(ran(net(0.35), { x }, 'ncnn').y, [
      [2, 0.750336, 0.630487, 0.532898, 0.78333, 1.284978],
      [3, 0.672175, 0.115394, 0.051447, 1.492124, 0.254998],
      [3, 0.654872, -0.805255, 0.546092, 2.480067, 0.690593],
      [2, 0.614731, 0.207299, 0.663012, 0.561331, 1.032658],
      [3, 0.531082, -0.304534, 0.634345, 0.466636, 0.867022],
      [3, 0.381205, -0.587492, -0.15137, 1.104132, 0.280492],
    ]);
    expect(ran(net(0.99), { x }, 'ncnn').y).toEqual(x);
  });
});

test('ncnn: DetectionOutput', () => {
  const net = layer(
    'DetectionOutput',
    `detection_output_param { num_classes: 3 confidence_threshold: 0.2 keep_top_k: 7 code_type: CORNER
       nms_param { nms_threshold: 0.45 top_k: 6 } }`,
    ['loc', 'conf', 'prior'],
  );
  const powers = waves(1, 2, 8, 3).values.map((value) => Math.fround(Math.exp(value)));
  const sum = (row: number) => powers.slice(3 * row, 3 * row + 3).reduce((a, b) => a + b, 0);
  const conf = blob(
    [1, 24],
    powers.map((power, k) => power / sum(Math.floor(k / 3))),
  );
  const corners = Array.from({ length: 8 }, (_, k) => [0.08 * k, 0.08 * k, 0.08 * k + 0.3, 0.08 * k + 0.4]).flat();
  const variances = Array.from({ length: 32 }, (_, k) => (k % 4 < 2 ? 0.1 : 0.2));
  const given = { loc: waves(1, 1, 1, 32), conf, prior: blob([1, 2, 32], [...corners, ...variances]) };
  expectRows(ran(net, given, 'ncnn').y, [
    [2, 0.476052, 0.21482, 0.21047, 0.553141, 0.687098],
    [2, 0.387536, 0.538728, 0.541889, 0.898409, 1.030444],
    [2, 0.378254, 0.155447, 0.142294, 0.407694, 0.498094],
    [2, 0.370544, 0.326692, 0.342266, 0.673121, 0.773038],
    [1, 0.349775, 0.326692, 0.342266, 0.673121, 0.773038],
    [1, 0.33578, -0.006584, 0.006494, 0.357072, 0.472639],
    [1, 0.314446, 0.21482, 0.21047, 0.553141, 0.687098],
  ]);
  const nothing = ran(net.replace('0.2 keep', '0.9 keep'), given, 'ncnn').y;
  expect(nothing?.shape).toEqual([1, 1, 0, 6]);
});
