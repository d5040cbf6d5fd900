/** Layers whose numbers need inputs of their own: words by index, and rows of detections, which OpenCV has in another order. */
import { expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { readBytes, readText } from '../../formats/caffe/support.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

/** What a network gives in both dialects, what transcoding said, and its files. */
function both(net: string, from: string, to: string, inputs: ReadonlyMap<string, Tensor>) {
  const { model } = readText(net, { dialect: from });
  const before = runCaffe(model, inputs);
  const problems = transcode(model, caffeBackend(from), caffeBackend(to));
  const files = encodeCaffe(model, caffeBackend(to));
  const { model: there } = readBytes(files.caffemodel, { dialect: to });
  return { before, after: runCaffe(there, inputs, to), problems, files };
}

test.each([
  ['Embed', 'bvlc', 'ncnn'],
  ['Embedding', 'tengine', 'bvlc'],
])('%s of %s for %s', (type, from, to) => {
  const net = [
    input('words', 1, 4),
    layer(`words => y: ${type} embed_param { input_dim: 5 num_output: 3 }`, [[5, 3], [3]]),
  ];
  const words = new Map([['words', Tensor.of('float32', [1, 4], [4, 0, 3, 3])]]);
  const { before, after, problems } = both(net.join('\n'), from, to, words);
  expect(problems).toEqual([]);
  expect(before.get('y')?.shape).toEqual([1, 4, 3]);
  expect(worstDifference(compareOutputs(before, after))).toBe(0);
});

// Three boxes of two classes: by class the rows are those of class 1, then of class 2; by score they alternate.
const DETECTIONS = [
  input('places', 1, 12),
  input('scores', 1, 9),
  input('priors', 1, 2, 12),
  layer(
    'places, scores, priors => y: DetectionOutput detection_output_param { num_classes: 3 share_location: true background_label_id: 0 code_type: CORNER nms_param { nms_threshold: 0.4 top_k: 10 } keep_top_k: 4 confidence_threshold: 0.35 }',
  ),
].join('\n');
const BOXES = [0.1, 0.1, 0.3, 0.3, 0.4, 0.4, 0.6, 0.6, 0.7, 0.7, 0.9, 0.9];
const FOUND = new Map([
  ['places', Tensor.of('float32', [1, 12], Array(12).fill(0))],
  ['scores', Tensor.of('float32', [1, 9], [0, 0.5, 0.6, 0, 0.9, 0.1, 0, 0.2, 0.8])],
  ['priors', Tensor.of('float32', [1, 2, 12], [...BOXES, ...Array(12).fill(0.1)])],
]);

const rowsOf = (tensor: Tensor | undefined) => {
  const numbers = tensor?.numbers() ?? [];
  return Array.from({ length: numbers.length / 7 }, (_, k) =>
    numbers
      .slice(k * 7, k * 7 + 7)
      .map((value) => Number(value).toFixed(4))
      .join(' '),
  );
};

test.each([
  ['ssd', 'opencv'],
  ['opencv', 'ssd'],
])('DetectionOutput of %s for %s has the same rows in another order, and this is told', async (from, to) => {
  const { before, after, problems, files } = both(DETECTIONS, from, to, FOUND);
  expect(problems.map(({ code, details }) => `${code}: ${details.reason}`)).toEqual([
    `inexact: the order of its rows: there they lie by ${to === 'opencv' ? 'score' : 'class'}`,
  ]);
  const [own, there] = [rowsOf(before.get('y')), rowsOf(after.get('y'))];
  expect(own).not.toEqual(there);
  expect([...own].sort()).toEqual([...there].sort());
  expect(own).toHaveLength(4);
  // What --verify tells: rows are compared place by place, and relatively: class 1 stands where class 2 does.
  expect(worstDifference(compareOutputs(before, after))).toBeCloseTo(0.5, 5);
  if (to === 'opencv') expect(rowsOf((await runOpenCv(files, FOUND, ['y'])).get('y'))).toEqual(there);
});
