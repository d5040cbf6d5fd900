import { decomposes } from './decomposing.ts';

decomposes('CenterCropPad', [
  {
    graph: 'float[7,4,5] x => float[4,9,5] y',
    nodes: 's = Constant <value_ints = [4, 9, 5]> ()\ny = CenterCropPad (x, s)',
    from: 18,
    to: [17, 10, 7],
    gone: 'CenterCropPad',
  },
  {
    graph: 'float[7,4,5] x, int64[2] s => float[4,4,8] y',
    nodes: 'y = CenterCropPad <axes = [-1, 0]> (x, s)',
    from: 18,
    to: [17, 11],
    inputs: { s: [8, 4] },
  },
  {
    graph: 'float[7,N] x, int64[1] s => float[7,3] y',
    nodes: 'y = CenterCropPad <axes = [1]> (x, s)',
    from: 18,
    to: [17, 11],
    dims: { N: 8 },
    inputs: { s: [3] },
  },
]);
