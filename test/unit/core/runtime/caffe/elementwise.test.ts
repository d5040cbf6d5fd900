/** Blobs put together element by element, by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused, weights } from './support.ts';

describe('Eltwise', () => {
  const [a, b] = [blob([1, 3], [1, -2, 3]), blob([1, 3], [4, 5, -6])];
  const eltwise = (fields: string) => layer('Eltwise', `eltwise_param { ${fields} }`, ['a', 'b']);

  test.each([
    ['', [5, 3, -3]],
    ['coeff: 1 coeff: -1', [-3, -7, 9]],
    ['coeff: 0.5 coeff: 2', [8.5, 9, -10.5]],
    ['operation: PROD', [4, -10, -18]],
    ['operation: MAX', [4, 5, 3]],
  ])('%s', (fields, y) => gives(eltwise(fields), { a, b }, { y: blob([1, 3], y) }));

  test('three bottoms', () =>
    gives(
      layer('Eltwise', 'eltwise_param { operation: SUM coeff: 1 coeff: 2 coeff: 3 }', ['a', 'b', 'c']),
      { a: blob([1], [1]), b: blob([1], [1]), c: blob([1], [1]) },
      { y: blob([1], [6]) },
    ));

  test('shapes that differ, a lacking coefficient, and coefficients without a SUM are refused', () => {
    expect(refused(eltwise(''), { a, b: blob([1, 1], [1]) })).toContain('its bottoms are 1x3 and 1x1');
    expect(refused(eltwise('coeff: 1'), { a, b })).toContain('it has 1 coefficients for 2 bottoms');
    expect(refused(eltwise('operation: MAX coeff: 1 coeff: 1'), { a, b })).toContain('only a SUM takes coefficients');
  });
});

describe('Scale and Bias', () => {
  const x = counted(1, 2, 2);

  test('a scale for each channel, and a bias behind it', () =>
    gives(
      layer('Scale', `scale_param { bias_term: true } ${weights(blob([2], [10, 100]), blob([2], [1, 2]))}`),
      { x },
      { y: blob([1, 2, 2], [11, 21, 302, 402]) },
    ));

  test('along the axes from `axis` on as the blob has', () =>
    gives(
      layer('Scale', `scale_param { axis: 1 num_axes: 2 } ${weights(blob([2, 2], [1, 10, 100, 1000]))}`),
      { x },
      { y: blob([1, 2, 2], [1, 20, 300, 4000]) },
    ));

  test('axis -1 is the last', () =>
    gives(
      layer('Bias', `bias_param { axis: -1 } ${weights(blob([2], [10, 100]))}`),
      { x },
      { y: blob([1, 2, 2], [11, 102, 13, 104]) },
    ));

  test('the factors may be a second bottom, from axis 0 on as well', () =>
    gives(
      layer('Scale', 'scale_param { axis: 0 }', ['x', 'by']),
      { x: counted(2, 2), by: blob([2], [1, 10]) },
      { y: blob([2, 2], [1, 2, 30, 40]) },
    ));

  test('a blob without axes is one factor for all', () =>
    gives(
      layer('Scale', `scale_param { num_axes: 0 } blobs { shape { } data: 3 }`),
      { x },
      { y: blob([1, 2, 2], [3, 6, 9, 12]) },
    ));

  test('factors that do not go with the axes are refused', () =>
    expect(refused(layer('Scale', weights(blob([3], [1]))), { x })).toContain(
      '3 does not go with 1x2x2 from axis 1 on',
    ));
});

describe('arithmetic of other dialects', () => {
  const broadcast = { a: counted(1, 2, 2), b: blob([1, 2, 1], [10, 100]) };

  test.each([
    ['Add', [11, 12, 103, 104]],
    ['Mul', [10, 20, 300, 400]],
    ['Max', [10, 10, 100, 100]],
  ])("NART's %s repeats axes of size 1", (type, y) =>
    gives(layer(type, '', ['a', 'b']), broadcast, { y: blob([1, 2, 2], y) }, 'nart'),
  );

  test.each([
    ['Add', [11, 22]],
    ['Sub', [-9, -18]],
    ['Mult', [10, 40]],
  ])("Cambricon's %s takes as many elements", (type, y) =>
    gives(
      layer(type, '', ['a', 'b']),
      { a: counted(1, 2), b: blob([2, 1], [10, 20]) },
      { y: blob([1, 2], y) },
      'cambricon',
    ),
  );

  test("Cambricon's Add refuses what NART's repeats", () =>
    expect(refused(layer('Add', '', ['a', 'b']), broadcast, 'cambricon')).toContain('its bottoms are 1x2x2 and 1x2x1'));

  test.each([
    ['CycleAdd', [11, 12, 103, 104]],
    ['CycleMult', [10, 20, 300, 400]],
    ['CycleSub', [-9, -8, -97, -96]],
  ])('%s: one number for each channel', (type, y) =>
    gives(
      layer(type, '', ['a', 'b']),
      { a: counted(1, 2, 1, 2), b: blob([1, 2, 1, 1], [10, 100]) },
      { y: blob([1, 2, 1, 2], y) },
      'cambricon',
    ),
  );

  test('Axpy: one factor for each channel of each image', () =>
    gives(
      layer('Axpy', '', ['a', 'b', 'c']),
      { a: blob([1, 2, 1, 1], [10, 100]), b: counted(1, 2, 1, 2), c: blob([1, 2, 1, 2], [1, 2, 3, 4]) },
      { y: blob([1, 2, 1, 2], [11, 22, 303, 404]) },
      'nvcaffe',
    ));

  test('SpatialProduct: one map for all channels', () =>
    gives(
      layer('SpatialProduct', '', ['a', 'b']),
      { a: counted(1, 2, 1, 2), b: blob([1, 1, 1, 2], [10, 100]) },
      { y: blob([1, 2, 1, 2], [10, 200, 30, 400]) },
      'mnn',
    ));
});
