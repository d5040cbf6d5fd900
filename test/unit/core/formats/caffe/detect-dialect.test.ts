/** Which dialect a network is of, what that changes, and what is said of fields that a dialect does not know. */
import { describe, expect, test } from 'vitest';
import { CAFFE_DIALECTS } from '../../../../../src/core/formats/caffe/dialects.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { caught, decodedAs, encodedAs, problemsOf, readBytes, readText } from './support.ts';

const input = { input: ['data'], input_dim: [1, 8, 4, 4] };
const layer = (type: string, parameters: object) => ({ name: 'l', type, bottom: ['data'], top: ['y'], ...parameters });

/** A layer that tells the dialect by its numbers, and one that does by its words. */
const TELLING = [
  ['bvlc', layer('Clip', { clip_param: { min: 0, max: 6 } })],
  ['ssd', layer('Permute', { permute_param: { order: [0, 2, 3, 1] } })],
  ['yolo-upsample', layer('Upsample', { upsample_param: { scale: 2 } })],
  ['nvcaffe', layer('ReLU', { forward_type: 'FLOAT16', cudnn_math_override: 1 })],
  ['intel', layer('Reorg', { reorg_param: { stride: 2 } })],
  ['segnet', layer('Upsample', { upsample_param: { upsample_h: 45, upsample_w: 60 } })],
  ['segnet', layer('BN', { bn_param: { bn_mode: 'INFERENCE' } })],
  ['ncnn', layer('ShuffleChannel', { shuffle_channel_param: { group: 4 } })],
  ['ncnn', layer('Interp', { interp_param: { height: 8, width: 8 } })],
  ['mnn', layer('Interp', { interp_param: { height: 8, width: 8 } })],
  ['tengine', layer('ReLU6', { relu6_param: { negative_slope: 0 } })],
  ['openvino', layer('Permute', { permute_param: { order: [0, 2, 3, 1] } })],
  ['openvino', layer('GRN', { grn_param: { bias: 1 } })],
  ['ascend', layer('Reverse', { reverse_param: { axis: [1] } })],
  ['cambricon', layer('Normalize', { norm_param: { across_spatial: false } })],
  ['nart', layer('Transpose', { transpose_param: { dim: [0, 2, 1] } })],
  ['nart', layer('HoleConvolution', { convolution_param: { num_output: 1, hole: 2 } })],
] as const;

test.each(TELLING)('a .caffemodel of %s: %o', (dialect, telling) => {
  const { model, scores, problems } = readBytes(encodedAs(dialect, { ...input, layer: [telling] }));
  expect(scores[0]).toMatchObject({ id: dialect, score: 1 });
  expect(scores).toHaveLength(CAFFE_DIALECTS.length);
  expect(model.metadata.get('caffe.dialect')).toBe(dialect);
  // There are no weights in these files.
  const told = problems.map(({ code }) => code).filter((code) => code !== 'caffe-dialect' && code !== 'blobs-missing');
  expect(told).toEqual([]);
});

test('weights of half precision tell NVIDIA from BVLC', () => {
  const blob = { shape: { dim: [8] }, raw_data_type: 'FLOAT16', raw_data: new Uint8Array(16) };
  const { scores } = readBytes(encodedAs('nvcaffe', { ...input, layer: [layer('PReLU', { blobs: [blob] })] }));
  expect(scores[0]).toMatchObject({ id: 'opencv', score: 1 });
  expect(scores.filter(({ score }) => score === 1).map(({ id }) => id)).toEqual(['opencv', 'nvcaffe']);
});

test.each([
  [
    'ncnn',
    'layer { name: "y" type: "Yolov3DetectionOutput" bottom: "data" top: "y" yolov3_detection_output_param { num_classes: 20 mask: 1 } }',
  ],
  ['nart', 'layer { name: "y" type: "Pad" bottom: "data" top: "y" pad_param { mode: "constant" } }'],
  ['bvlc', 'layer { name: "y" type: "ReLU" bottom: "data" top: "y" }'],
  [
    // ncnn reads it too, but pools one region of four numbers; Intel's Dropout has no scale_train.
    'cambricon',
    'layer { name: "d" type: "Dropout" bottom: "data" top: "d" dropout_param { scale_train: false } } layer { name: "p" type: "Python" bottom: "data" top: "p" python_param { module: "rpn" layer: "L" } } layer { name: "y" type: "ROIPooling" bottom: "d" bottom: "p" top: "y" roi_pooling_param { pooled_w: 7 pooled_h: 7 } }',
  ],
  [
    // Others read such a network too; one that has layers in Python was made where they run.
    'intel',
    'layer { name: "p" type: "Python" bottom: "data" top: "p" python_param { module: "rpn" layer: "L" } } layer { name: "y" type: "ROIPooling" bottom: "data" bottom: "p" top: "y" roi_pooling_param { pooled_w: 7 pooled_h: 7 } }',
  ],
  [
    'tengine',
    'layer { name: "y" type: "DeConvolution" bottom: "data" top: "y" convolution_param { num_output: 2 kernel_size: 3 } }',
  ],
])('a .prototxt of %s: %s', (dialect, text) => {
  expect(readText(`input: "data"\n${text}`).scores[0]).toMatchObject({ id: dialect, score: 1 });
});

const RELU = layer('ReLU', {});

test.each([
  ['nvcaffe', { default_forward_type: 'FLOAT16', default_forward_math: 'FLOAT16' }],
  ['cambricon', { opt_level: 1 }],
] as const)('fields of the network tell %s, in a .caffemodel and in a .prototxt', (dialect, fields) => {
  const { scores } = readBytes(encodedAs(dialect, { ...input, ...fields, layer: [RELU] }));
  expect(scores[0]).toMatchObject({ id: dialect, score: 1 });
  const words = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const text = `${words.join('\n')}\ninput: "data"\nlayer { name: "y" type: "ReLU" bottom: "data" top: "y" }`;
  const read = readText(text);
  expect(read.scores[0]).toMatchObject({ id: dialect, score: 1 });
  expect(read.scores.find(({ id }) => id === 'bvlc')?.score).toBe(1 / (1 + words.length));
});

describe('what is said', () => {
  const shuffle = encodedAs('ncnn', {
    ...input,
    layer: [layer('ShuffleChannel', { shuffle_channel_param: { group: 4 } })],
  });

  test('nothing of a plain network, the choice of another', () => {
    expect(readText('input: "data" layer { name: "y" type: "ReLU" bottom: "data" top: "y" }').problems).toEqual([]);
    expect(problemsOf(readBytes(shuffle))[0]).toMatch(
      /^caffe-dialect: Read as the Caffe dialect ncnn: 100 % of what the file says fits it, \d+ % fits \w+\.$/,
    );
  });

  test('a dialect that is named is believed, and what does not fit it is a problem with its place', () => {
    const read = readBytes(shuffle, { dialect: 'bvlc' });
    expect(read.scores[0]?.id).toBe('bvlc');
    expect(problemsOf(read)).toEqual([
      'parameter-misfit @45: caffe::ShuffleChannel has parameter_param (number 145 of the Caffe dialect bvlc), which layers of its type do not read: it is shuffle_channel_param in ncnn.',
    ]);
  });

  test('a dialect that there is not', () => {
    const error = caught(() => readBytes(shuffle, { dialect: 'caffe3' }));
    expect(error.message).toContain('no Caffe dialect "caffe3"');
    expect(error.next).toContain('caffe:tengine');
  });

  test('parameters that a layer does not read are harmless by their name', () => {
    const read = readText(
      'input: "data"\nlayer { name: "y" type: "ReLU" bottom: "data" top: "y"\n lrn_param { alpha: 1 } }',
    );
    expect(problemsOf(read).at(0)).toBe(
      'parameter-unread 3: caffe::ReLU has lrn_param, which layers of its type do not read.',
    );
  });

  test('a field that the dialect does not know, and who does', () => {
    const text = `input: "data"
      layer { name: "y" type: "ReLU" bottom: "data" top: "y" nonsense { a: 1 }
        relu_param { negative_slope: 0.1 fuse: true } }
      layer { name: "z" type: "Clip" bottom: "y" top: "z" clip_param { min: 0 max: 1 } magic: [1, 2] }`;
    const read = readText(text, { dialect: 'bvlc' });
    expect(problemsOf(read)).toEqual([
      'field-unknown 2: LayerParameter has no field nonsense in the Caffe dialect bvlc.',
      'field-unknown 3: ReLUParameter has no field fuse in the Caffe dialect bvlc: intel has it.',
      'field-unknown 4: LayerParameter has no field magic in the Caffe dialect bvlc.',
      'field-unknown 4: LayerParameter has no field magic in the Caffe dialect bvlc.',
    ]);
    expect(problemsOf(readText(text, { dialect: 'ssd' }))).toContain(
      'field-unknown 4: LayerParameter has no field clip_param in the Caffe dialect ssd: bvlc, yolo-upsample, mnn, tengine and nart have it.',
    );
  });
});

test('fields of numbers that the dialect does not know are told, and written back as they were', () => {
  const net = {
    ...input,
    default_forward_type: 'FLOAT16',
    layer: [
      layer('Pooling', {
        forward_type: 'FLOAT16',
        pooling_param: { pool: 'AVE', kernel_size: 2, torch_pooling: true },
        include: [{ phase: 'TEST' }],
      }),
    ],
  };
  const read = readBytes(encodedAs('nvcaffe', net), { dialect: 'bvlc' });
  expect(problemsOf(read)).toEqual([
    'fields-kept @14: The network has the field NetParameter.11, unknown to the Caffe dialect bvlc (nvcaffe, intel and openvino know it): kept byte for byte.',
    'fields-kept @16: caffe::Pooling has the fields LayerParameter.145 and PoolingParameter.40, unknown to the Caffe dialect bvlc (nvcaffe knows them): kept byte for byte.',
  ]);
  const { caffemodel } = encodeCaffe(read.model, { dialect: 'bvlc' });
  const { layer: layers, default_forward_type } = decodedAs('nvcaffe', caffemodel);
  expect(default_forward_type).toBe('FLOAT16');
  expect((layers as object[])[1]).toEqual({
    ...net.layer[0],
    include: undefined,
  });
});

test('fields of words that the dialect does not know are written back as they were', () => {
  const unknown = 'magic { deep { a: [1, 2] } b: "x" }';
  const text = `input: "data" input_shape { dim: 1 }
    layer { name: "y" type: "ReLU" bottom: "data" top: "y" ${unknown} relu_param { negative_slope: 0.5 other: YES } }`;
  const read = readText(text, { dialect: 'bvlc' });
  const { prototxt } = encodeCaffe(read.model, { dialect: 'bvlc' });
  expect(prototxt).toContain(`  relu_param {\n    negative_slope: 0.5\n    other: YES\n  }\n  ${unknown}\n}`);
});
