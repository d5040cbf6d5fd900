/** What YOLO's grids stand for, against what the frameworks themselves give: ncnn 1.0.20261020 by its Python package. */
import { describe, expect, test } from 'vitest';
import { layer, type Numbers, ran, waves } from './support.ts';

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
