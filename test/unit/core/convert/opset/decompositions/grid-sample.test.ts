import { decomposes } from './decomposing.ts';

// Inside, on the edge, and far outside.
const grid = [-1, -1, 0.3, -0.7, 1, 1, -1.4, 0.2, 0.5, 2.6, -3.3, -5.1];
const row = { graph: 'float[1,2,4,3] x, float[1,2,3,2] g => float[1,2,2,3] y', from: 16, inputs: { g: grid } };

decomposes('GridSample', [
  ...['bilinear', 'nearest', 'bicubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding) =>
      [0, 1].map((corners) => ({
        ...row,
        nodes: `y = GridSample <mode = "${mode}", padding_mode = "${padding}", align_corners = ${corners}> (x, g)`,
        to: mode === 'bilinear' ? [15, 10, 7] : [15, 10],
        within: 1e-4,
        gone: 'GridSample',
      })),
    ),
  ),
  {
    graph: 'float[N,2,H,W] x, float[N,2,3,2] g => float[N,2,2,3] y',
    nodes: 'y = GridSample (x, g)',
    from: 20,
    to: [19, 15, 10],
    dims: { N: 2, H: 4, W: 3 },
    within: 1e-4,
  },
  {
    graph: 'float[2,1,3,4,2] x, float[2,2,1,3,3] g => float[2,1,2,1,3] y',
    nodes: 'y = GridSample <padding_mode = "border"> (x, g)',
    from: 20,
    to: [19, 10],
    within: 1e-4,
  },
]);
