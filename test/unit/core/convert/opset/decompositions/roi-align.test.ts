import { decomposes } from './decomposing.ts';

/** One beyond the image, one of less than a pixel, one that is turned around, and one that needs more samples than others. */
const REGIONS = [-4, -3, 2, 9, 2.25, 1.5, 2.5, 1.75, 4, 4, 3, 2, 0.5, 0, 9, 6.5];
const GRAPH = 'float[2,3,6,8] x, float[4,4] r, int64[4] b => float[4,3,2,3] y';

const rows = ['avg', 'max'].flatMap((mode) => [0, 1, 2].map((ratio) => ({ mode, ratio })));

decomposes(
  'RoiAlign of regions that begin half a pixel before',
  rows.flatMap(({ mode, ratio }) => [
    {
      graph: GRAPH,
      nodes: `y = RoiAlign <mode = "${mode}", output_height = 2, output_width = 3, sampling_ratio = ${ratio}, spatial_scale = 0.75> (x, r, b)`,
      from: 16,
      to: [15, 9, 7],
      inputs: { r: REGIONS, b: [0, 1, 1, 0] },
      gone: 'RoiAlign',
    },
  ]),
);

decomposes(
  'RoiAlign before there was one',
  rows.flatMap(({ mode, ratio }) => [
    {
      graph: GRAPH,
      nodes: `y = RoiAlign <mode = "${mode}", output_height = 2, output_width = 3, sampling_ratio = ${ratio}, spatial_scale = 0.75> (x, r, b)`,
      from: 10,
      to: [9, 7],
      inputs: { r: REGIONS, b: [0, 1, 1, 0] },
      gone: 'RoiAlign',
    },
  ]),
);

decomposes(
  'RoiAlign of images and regions whose number is open',
  ['float', 'double'].map((type) => ({
    graph: `${type}[N,C,H,W] x, ${type}[R,4] r, int64[R] b => ${type}[R,C,2,2] y`,
    nodes: 'y = RoiAlign <output_height = 2, output_width = 2> (x, r, b)',
    from: 16,
    // onnxruntime has no Max of doubles in opset 7.
    to: type === 'double' ? [15, 8] : [15, 7],
    dims: { N: 2, C: 3, H: 6, W: 8, R: 4 },
    inputs: { r: REGIONS, b: [0, 1, 1, 0] },
    gone: 'RoiAlign',
  })),
);
