import { decomposes } from './decomposing.ts';

decomposes('DeformConv', [
  {
    graph: 'float[2,4,5,6] x, float[4,2,2,3] w, float[2,24,4,4] o, float[4] b, float[2,12,4,4] m => float[2,4,4,4] y',
    nodes: 'y = DeformConv <group = 2, offset_group = 2> (x, w, o, b, m)',
    from: 19,
    to: [18, 10],
    within: 1e-4,
    gone: 'DeformConv',
  },
  {
    graph: 'float[1,2,7,7] x, float[3,2,3,3] w, float[1,18,3,3] o => float[1,3,3,3] y',
    nodes: 'y = DeformConv <strides = [2, 2], dilations = [2, 2], pads = [1, 1, 1, 1]> (x, w, o)',
    from: 22,
    to: [18, 9],
    within: 1e-4,
  },
]);
