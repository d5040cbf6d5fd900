/** Softmax, Reduction, ArgMax and HeatMap2Coord by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused } from './support.ts';

describe('Softmax', () => {
  const [one, three] = [Math.log(1), Math.log(3)];

  test('over the channels where axis is not given', () =>
    gives(
      layer('Softmax'),
      { x: blob([1, 2, 1, 2], [one, three, three, three]) },
      { y: blob([1, 2, 1, 2], [0.25, 0.5, 0.75, 0.5]) },
    ));

  test('along an axis, also of large numbers', () =>
    gives(
      layer('Softmax', 'softmax_param { axis: -1 }'),
      { x: blob([1, 2, 1, 2], [one, three, 1000, 1000]) },
      { y: blob([1, 2, 1, 2], [0.25, 0.75, 0.5, 0.5]) },
    ));
});

describe('Reduction', () => {
  const x = blob([2, 2, 2], [1, -2, 3, -4, 5, 6, 7, 8]);
  const reduce = (fields: string) => layer('Reduction', `reduction_param { ${fields} }`);

  test('all there is becomes a blob without axes where axis is not given', () =>
    gives(reduce(''), { x }, { y: blob([], [24]) }));

  test.each([
    ['operation: SUM', [-2, 26]],
    ['operation: ASUM', [10, 26]],
    ['operation: SUMSQ', [30, 174]],
    ['operation: MEAN', [-0.5, 6.5]],
    ['operation: MEAN coeff: 2', [-1, 13]],
  ])('the axes from 1 on by %s', (fields, y) => gives(reduce(`axis: 1 ${fields}`), { x }, { y: blob([2], y) }));

  test('axis -1 is the last', () => gives(reduce('axis: -1'), { x }, { y: blob([2, 2], [-1, -1, 11, 15]) }));

  test.each([
    ['SUM', [4, 6]],
    ['MEAN', [2, 3]],
    ['SQSUM', [10, 20]],
    ['MAX', [3, 4]],
    ['MIN', [1, 2]],
    ['PROD', [3, 8]],
    ['L2', [Math.sqrt(10), Math.sqrt(20)]],
    ['LOGSUM', [Math.log(4), Math.log(6)]],
    ['LOGSUMEXP', [Math.log(Math.E + Math.E ** 3), Math.log(Math.E ** 2 + Math.E ** 4)]],
  ])('%s of Tengine along axes one by one, which stay', (operation, y) =>
    gives(
      reduce(`operation: ${operation} dim_0: 1 dim_1: -2 dim_2: -2 dim_3: -2`),
      { x: counted(1, 2, 2) },
      { y: blob([1, 1, 2], y) },
      'tengine',
    ),
  );
});

describe('ArgMax', () => {
  const argmax = (fields: string) => layer('ArgMax', `argmax_param { ${fields} }`);
  const x = blob([2, 1, 2, 2], [1, 9, 3, 4, 8, 5, 7, 6]);

  test('without axis an image is one row; there are three axes at least', () =>
    gives(argmax(''), { x: blob([2, 3], [1, 3, 2, 6, 4, 5]) }, { y: blob([2, 1, 1], [1, 0]) }));

  test('top_k of a row; axes behind the third are of size 1', () =>
    gives(argmax('top_k: 2'), { x }, { y: blob([2, 1, 2, 1], [1, 3, 0, 2]) }));

  test('out_max_val: places, then values', () =>
    gives(argmax('top_k: 2 out_max_val: true'), { x }, { y: blob([2, 2, 2, 1], [1, 3, 9, 4, 0, 2, 8, 7]) }));

  test('along an axis: places, or values instead of them', () => {
    gives(argmax('axis: 3'), { x }, { y: blob([2, 1, 2, 1], [1, 1, 0, 0]) });
    gives(argmax('axis: 2 out_max_val: true'), { x }, { y: blob([2, 1, 1, 2], [3, 9, 8, 6]) });
  });

  test('of equals the later comes first', () =>
    gives(argmax('axis: 1 top_k: 2'), { x: blob([1, 3], [5, 5, 5]) }, { y: blob([1, 2], [2, 1]) }));

  test('more than there are is refused', () =>
    expect(refused(argmax('axis: 1 top_k: 2'), { x })).toContain('there are no 2 greatest of 1'));
});

describe('HeatMap2Coord', () => {
  // The greatest of a map of 3 x 4 stands in row 1, column 2; above it 5, below it 6, left 4, right 3.
  const x = blob([1, 1, 3, 4], [0, 0, 5, 0, 0, 4, 9, 3, 0, 0, 6, 0]);
  const coordinates = (fields: string) => layer('HeatMap2Coord', `heatmap_param { coord_h: 6 coord_w: 8 ${fields} }`);

  test('the middle of the greatest in steps of the image, and its value', () =>
    gives(coordinates(''), { x }, { y: blob([1, 3], [5, 3, 9]) }, 'nart'));

  // Left is more than right, below more than above: a quarter of a step each.
  test('coord_reposition goes towards the greater neighbour', () =>
    gives(coordinates('coord_reposition: true'), { x }, { y: blob([1, 3], [4.5, 3.5, 9]) }, 'nart'));
});
