/**
 * What the readers of frameworks make of fields, against the words in which BVLC, or another plain framework, means the same: in the
 * reference interpreter, in shapes, in onnxruntime behind Caffe → ONNX, and on the way to other dialects.
 */
import { expect, test } from 'vitest';
import { inferCaffe } from '../../../../../src/core/dialects/caffe/infer.ts';
import { type CaffeDialect, vocabularyFor } from '../../../../../src/core/formats/caffe/dialects.ts';
import { isStatic, shapeText } from '../../../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { difference, netOf, ran, runOf } from '../../convert/caffe-to-caffe/support.ts';
import { agrees, problemsOf } from '../../convert/caffe-to-onnx/support.ts';
import { seeded } from '../../formats/caffe/lines.ts';
import { readText } from '../../formats/caffe/support.ts';

interface Words {
  readonly says: string;
  readonly means: string;
  readonly blobs?: readonly Tensor[];
  /** A dialect that has such a layer, and reads it as it is said. */
  readonly plain?: CaffeDialect;
}

const conv = (says: string, means: string, kernel: readonly [number, number] = [3, 3]): Words => ({
  says: `a => y: Convolution convolution_param { num_output: 2 ${says} }`,
  means: `a => y: Convolution convolution_param { num_output: 2 ${means} }`,
  blobs: [seeded([2, 4, ...kernel], 1), seeded([2], 2)],
});
const pool = (says: string, means: string): Words => ({
  says: `a => y: Pooling pooling_param { ${says} }`,
  means: `a => y: Pooling pooling_param { ${means} }`,
});
const crop = (bottoms: string, says: string, means: string): Words => ({
  says: `${bottoms} => y: Crop crop_param { ${says} }`,
  means: `${bottoms} => y: Crop crop_param { ${means} }`,
});

/** Sizes of windows by pairs, or of both sides by the first of a list: caffe2tengine.cpp, load_conv; caffe2ncnn.cpp. */
const PAIRS: readonly Words[] = [
  conv('kernel_size: 3 kernel_size: 1', 'kernel_size: 3'),
  conv('kernel_size: 3 stride: 2 stride: 1', 'kernel_size: 3 stride: 2'),
  conv('kernel_size: 3 pad: 1 pad: 2', 'kernel_size: 3 pad: 1'),
  conv('kernel_size: 3 dilation: 1 dilation: 2', 'kernel_size: 3'),
  conv('kernel_size: 3 pad_h: 1', 'kernel_size: 3'),
  conv('kernel_size: 3 stride: 2 pad: 1 pad_w: 2', 'kernel_size: 3 stride: 2 pad: 1'),
  conv('kernel_size: 3 pad: 2 pad_h: 1 pad_w: 0', 'kernel_size: 3 pad_h: 1 pad_w: 0'),
];

const TENGINE: readonly Words[] = [
  ...PAIRS,
  // load_reorg, load_reshape, load_flatten
  {
    says: 'a => y: Reorg reorg_param { stride: 2 reverse: true }',
    means: 'a => y: Reorg reorg_param { stride: 2 }',
    plain: 'intel',
  },
  {
    says: 'a => y: Reshape reshape_param { shape { dim: 1 dim: 36 dim: -1 } axis: 1 }',
    means: 'a => y: Reshape reshape_param { shape { dim: 1 dim: 36 dim: -1 } }',
  },
  {
    says: 'a => y: Reshape reshape_param { shape { dim: 1 dim: -1 } num_axes: 2 }',
    means: 'a => y: Reshape reshape_param { shape { dim: 1 dim: -1 } }',
  },
  { says: 'a => y: Flatten flatten_param { end_axis: 2 }', means: 'a => y: Flatten' },
  // source/operator/prototype/flatten.c
  { says: 'a[2, 1, 6, 6] => y: Flatten flatten_param { axis: 2 }', means: 'a[2, 1, 6, 6] => y: Flatten' },
  { says: 'a => y: Flatten flatten_param { axis: 0 }', means: 'a => y: Flatten' },
  // load_pool; source/operator/prototype/pooling.c, init_op
  pool('kernel_size: 3', 'kernel_size: 3 stride: 2'),
  pool('kernel_size: 3 stride_h: 1', 'kernel_size: 3 stride: 2'),
  pool('kernel_size: 3 kernel_h: 5 kernel_w: 5', 'kernel_size: 3 stride: 2'),
  pool('pool: AVE global_pooling: true', 'pool: AVE global_pooling: true'),
  // load_crop; source/operator/prototype/crop.c, source/device/cpu/op/crop/crop_ref.c
  crop('a, b[1, 2, 3, 3]', 'offset: 1', 'axis: 1 offset: 0 offset: 1 offset: 1'),
  crop('a, b[1, 2, 3, 3]', 'axis: 1 offset: 1 offset: 2', 'axis: 1 offset: 0 offset: 1 offset: 2'),
  crop('a, b[1, 2, 3, 3]', 'offset: 2 offset: 1 offset: 3', 'axis: 1 offset: 0 offset: 1 offset: 3'),
  crop('a[2, 4, 6, 6], b[1, 4, 3, 3]', 'axis: 1 offset: 0', 'axis: 0 offset: 0'),
];

const NCNN: readonly Words[] = [
  ...PAIRS,
  pool('kernel_size: 3 stride: 2 stride_h: 1', 'kernel_size: 3 stride: 2'),
  pool('kernel_size: 3 kernel_h: 2 kernel_w: 2', 'kernel_size: 2'),
  crop('a, b[1, 2, 3, 3]', 'offset: 1', 'axis: 1 offset: 0 offset: 1 offset: 1'),
  crop('a, b[1, 4, 3, 3]', 'axis: 1 offset: 1 offset: 2', 'offset: 1 offset: 2'),
  crop('a, b[1, 4, 6, 3]', 'axis: 3 offset: 2', 'axis: 3 offset: 2'),
  // Its axis is not counted from the end, and no offset is written then.
  crop('a, b[1, 4, 3, 3]', 'axis: -2 offset: 2', ''),
  crop('a, b[1, 4, 6, 3]', 'axis: -1 offset: 2', 'axis: 3'),
];

/** alibaba/MNN tools/converter/source/caffe/Convolution.cpp: the width is the first. */
const MNN: readonly Words[] = [
  conv('kernel_size: 3 kernel_size: 1', 'kernel_h: 1 kernel_w: 3', [1, 3]),
  conv('kernel_size: 3 stride: 1 stride: 2', 'kernel_size: 3 stride_h: 2 stride_w: 1'),
  conv('kernel_size: 3 pad: 0 pad: 1', 'kernel_size: 3 pad_h: 1 pad_w: 0'),
  conv('kernel_size: 3 dilation: 1 dilation: 2', 'kernel_size: 3 dilation: 2 dilation: 1'),
];

const rows = Object.entries({ tengine: TENGINE, ncnn: NCNN, mnn: MNN } as const).flatMap(([dialect, all]) =>
  all.map((words) => ({ dialect: dialect as CaffeDialect, ...words })),
);

test.each(rows)('$dialect: $says', async ({ dialect, says, means, blobs, plain = 'bvlc' }) => {
  const net = netOf(says, blobs);
  const run = runOf(net, dialect);
  expect(worstDifference(compareOutputs(runOf(netOf(means, blobs), plain).outputs, run.outputs))).toBe(0);

  const { model } = readText(net, { dialect });
  inferCaffe(model.graph, vocabularyFor(caffeBackend(dialect)));
  const { shape } = model.graph.outputs[0] ?? {};
  expect(shape && shapeText(shape)).toBe(shapeText(run.outputs.get('y')?.shape ?? []));
  expect(isStatic(shape)).toBe(true);

  await agrees(net.split('\n'), { dialect });
  for (const to of [plain, 'opencv', 'tengine', 'ncnn', 'mnn', 'openvino'] as const) {
    if (to === dialect) continue;
    const found = difference(net, run, to);
    if (to === plain) expect(found, to).toBeTypeOf('number');
    if (typeof found === 'number') expect(found, to).toBeLessThan(2e-5);
  }
});

test.each([
  ['a => y: Flatten flatten_param { axis: 2 }', 'has no room for'],
  ['a, b[1, 4, 3, 3] => y: Crop crop_param { axis: 3 }', 'cuts no 4 axes from 3 on'],
  ['a, b[1, 4, 3, 3] => y: Crop crop_param { axis: -2 }', 'cuts no 4 axes from -2 on'],
  ['a => y: Crop crop_param { crop_h: 2 crop_w: 2 }', 'the sizes of a second bottom'],
])('Tengine does not run %s', (line, reason) => {
  expect(ran(netOf(line), 'tengine')).toBeUndefined();
  expect(problemsOf(netOf(line).split('\n'), 'tengine')[0]).toContain(reason);
});
