/** Layers that a framework would take together wrongly, or read in another layout: a Split stands between them there. */
import { expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import type { CaffeDialect } from '../../../../../src/core/formats/caffe/dialects.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer, positive } from '../../formats/caffe/lines.ts';
import { readText } from '../../formats/caffe/support.ts';
import { difference, differenceInOpenCv, runOf } from './support.ts';

const convolution = layer('a => m: Convolution convolution_param { num_output: 4 kernel_size: 1 }', [
  [4, 4, 1, 1],
  [4],
]);
const depthwise = layer('a => m: ConvolutionDepthwise convolution_param { num_output: 4 kernel_size: 1 }', [
  [4, 1, 1, 1],
  [4],
]);
const norm = (bottom: string, top: string) =>
  layer(`${bottom} => ${top}: BatchNorm`, [[4], positive([4]), Tensor.of('float32', [1], [1])]);
const scale = (bottom: string, top: string) =>
  layer(`${bottom} => ${top}: Scale scale_param { bias_term: true }`, [[4], [4]]);
const plain = (bottom: string, top: string) => layer(`${bottom} => ${top}: Scale`, [[4]]);
const clip = (limits: string) => layer(`m => y: Clip clip_param { ${limits} }`);
const LAST = 'Permute permute_param { order: 0 order: 2 order: 3 order: 1 }';

interface Row {
  readonly from: CaffeDialect;
  readonly lines: readonly string[];
  readonly types: string;
}

function typesFor({ from, lines }: Row, to: CaffeDialect): string {
  const { model } = readText(netOf(lines), { dialect: from });
  expect(transcode(model, caffeBackend(from), caffeBackend(to))).toEqual([]);
  return [...model.graph.nodes].map(({ op }) => op).join(' ');
}

const netOf = (lines: readonly string[]) => [input('a', 1, 4, 6, 5), ...lines].join('\n');

// OAID/Tengine tools/convert_tool/utils/graph_optimizer/graph_opt.cpp; source/operator/prototype/permute.c.
const FOR_TENGINE: readonly Row[] = [
  { from: 'bvlc', lines: [convolution, norm('m', 'y')], types: 'Convolution BatchNorm' },
  {
    from: 'bvlc',
    lines: [convolution, norm('m', 'y'), layer('m => z: ReLU')],
    types: 'Convolution Split BatchNorm ReLU',
  },
  {
    from: 'ncnn',
    lines: [depthwise, norm('m', 'y'), layer('m => z: ReLU')],
    types: 'ConvolutionDepthwise Split BatchNorm ReLU',
  },
  {
    from: 'bvlc',
    lines: [convolution, norm('m', 'y'), norm('m', 'z')],
    types: 'Convolution Split BatchNorm Split BatchNorm',
  },
  { from: 'bvlc', lines: [norm('a', 'n'), scale('n', 'y')], types: 'BatchNorm Scale' },
  { from: 'bvlc', lines: [norm('a', 'n'), plain('n', 'y')], types: 'BatchNorm Split Scale' },
  {
    from: 'bvlc',
    lines: [norm('a', 'n'), scale('n', 'y'), layer('n => z: ReLU')],
    types: 'BatchNorm Split Scale ReLU',
  },
  { from: 'bvlc', lines: [convolution, clip('min: 0 max: 0.5')], types: 'Convolution Split Clip' },
  { from: 'bvlc', lines: [convolution, clip('min: 0 max: 6')], types: 'Convolution Clip' },
  { from: 'bvlc', lines: [convolution, clip('min: -1 max: 1')], types: 'Convolution Clip' },
  {
    from: 'bvlc',
    lines: [convolution, clip('min: 0 max: 0.5'), layer('m => z: ReLU')],
    types: 'Convolution Clip ReLU',
  },
  { from: 'ssd', lines: [layer(`a => p: ${LAST}`), layer(`p => y: ${LAST}`)], types: 'Permute Split Permute' },
  // What Dropout stood between is behind the other when it is gone.
  {
    from: 'nart',
    lines: [convolution, layer('m => d: Dropout'), norm('d', 'y'), layer('m => z: ReLU')],
    types: 'Convolution Dropout BatchNorm ReLU',
  },
];

test.each(FOR_TENGINE)('for Tengine: $types', (row) => {
  expect(typesFor(row, 'tengine')).toBe(row.types);
  const net = netOf(row.lines);
  expect(difference(net, runOf(net, row.from), 'tengine')).toBeLessThan(2e-5);
});

const square = layer('a => m: Power power_param { power: 2 }');
const grouped = layer('a => m: Deconvolution convolution_param { num_output: 4 kernel_size: 2 group: 4 }', [
  [4, 1, 2, 2],
  [4],
]);

// Tried in OpenCV 4.12: src/core/targets/caffe-opencv.ts.
test.each<Row>([
  { from: 'bvlc', lines: [square, norm('m', 'y')], types: 'Power Split BatchNorm' },
  { from: 'bvlc', lines: [square, plain('m', 'y')], types: 'Power Split Scale' },
  { from: 'bvlc', lines: [grouped, scale('m', 'y')], types: 'Deconvolution Split Scale' },
  { from: 'bvlc', lines: [grouped, norm('m', 'y')], types: 'Deconvolution Split BatchNorm' },
])('for OpenCV, and in OpenCV: $types', async (row) => {
  expect(typesFor(row, 'opencv')).toBe(row.types);
  const net = netOf(row.lines);
  expect(await differenceInOpenCv(net, runOf(net, row.from))).toBeLessThan(2e-5);
});
