/** Where the largest elements lie, by opsets whose MaxPool does not say. */
import { decomposes } from './decompositions/decomposing.ts';

const image = 'float[2,3,5,7] x => float[A,B,C,D] y, int64[E,F,G,H] i';
decomposes(
  'MaxPool with indices',
  [
    'kernel_shape = [2, 3]',
    'kernel_shape = [3, 3], strides = [2, 1], pads = [1, 0, 1, 2]',
    'kernel_shape = [2, 2], strides = [2, 2], storage_order = 1',
  ].map((each) => ({ graph: image, nodes: `y, i = MaxPool <${each}> (x)`, from: 8, to: [7] })),
);

decomposes('MaxPool with indices, of equal elements, volumes and windows with gaps', [
  {
    // The first of them, even where the padding comes before.
    graph: 'float[1,1,3,3] x => float[A,B,C,D] y, int64[E,F,G,H] i',
    nodes: 'y, i = MaxPool <kernel_shape = [2, 2], pads = [1, 1, 1, 1]> (x)',
    from: 8,
    to: [7],
    inputs: { x: [1, 2, 2, 2, 1, 2, 2, 2, 2] },
  },
  {
    graph: 'float[1,2,3,4,5] x => float[A,B,C,D,E] y, int64[F,G,H,I,J] i',
    nodes: 'y, i = MaxPool <kernel_shape = [2, 2, 3], storage_order = 1> (x)',
    from: 8,
    to: [7],
  },
  {
    graph: image,
    nodes: 'y, i = MaxPool <kernel_shape = [2, 2], dilations = [2, 3], strides = [1, 2], pads = [1, 1, 0, 1]> (x)',
    from: 12,
    to: [9, 7],
  },
  {
    graph: 'float[1,2,6] x => float[A,B,C] y, int64[D,E,F] i',
    nodes: 'y, i = MaxPool <kernel_shape = [3], ceil_mode = 1, strides = [2]> (x)',
    from: 10,
    to: [9, 7],
  },
]);
