/** What YOLO's grids stand for: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3, 4];

describe('ncnn', () => {
  const yolo3 = (parameters: string) => [
    input('coarse', 1, 16, 3, 4),
    input('fine', 1, 16, 6, 8),
    layer(
      `coarse, fine => y: Yolov3DetectionOutput yolov3_detection_output_param { num_classes: 3 num_box: 2
         biases: [4, 6, 9, 5, 12, 20, 30, 24] mask: [2, 3, 0, 1] anchors_scale: [32, 16] ${parameters} }`,
    ),
  ];
  const yolo2 = (parameters: string) => [
    input('x', 1, 16, 5, 4),
    layer(
      `x => y: YoloDetectionOutput yolo_detection_output_param { num_classes: 3 num_box: 2
         biases: [1.5, 2, 0.75, 3] ${parameters} }`,
    ),
  ];

  test.each([
    ['Yolov3DetectionOutput', yolo3],
    ['YoloDetectionOutput', yolo2],
  ] as const)('%s', async (_, net) => {
    for (const seed of SEEDS) {
      const { found } = await agrees(net('confidence_threshold: 0.3 nms_threshold: 0.3'), { dialect: 'ncnn', seed });
      const [, , rows = 0, numbers] = found.get('y')?.shape ?? [];
      expect(numbers).toBe(6);
      expect(rows).toBeGreaterThan(1);
    }
    // Every box, and none that another touches.
    await agrees(net('confidence_threshold: 0 nms_threshold: 1'), { dialect: 'ncnn' });
    await agrees(net('confidence_threshold: 0.01 nms_threshold: 0'), { dialect: 'ncnn' });
  });

  test('nothing: no row; the layer that writes over its bottom leaves it', async () => {
    const nothing = 'confidence_threshold: 0.999';
    const none = await agrees(yolo3(nothing), { dialect: 'ncnn' });
    expect(none.found.get('y')?.shape).toEqual([1, 1, 0, 6]);
    const left = await agrees(yolo2(nothing), { dialect: 'ncnn' });
    expect(left.found.get('y')?.shape).toEqual([1, 16, 5, 4]);
  });

  test('what does not fit is refused', () => {
    const [coarse = '', , line = ''] = yolo3('');
    expect(problemsOf([coarse, input('fine', 1, 15, 6, 8), line], 'ncnn')[0]).toContain('15 channels');
    expect(problemsOf([coarse, input('fine', 1, 16, 6, 8), line.replace('0, 1]', '0, 9]')], 'ncnn')[0]).toContain('9');
  });
});
