/** InnerProduct, MatMul and Embed by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, type Numbers, refused, weights } from './support.ts';

describe('InnerProduct', () => {
  const inner = (fields: string, ...blobs: readonly Numbers[]) =>
    layer('InnerProduct', `inner_product_param { ${fields} } ${weights(...blobs)}`);

  test('all axes behind the first in a row; a row of weights for each output', () =>
    gives(
      inner('num_output: 2', blob([2, 4], [1, 0, 0, 0, 0, 0, 1, 1]), blob([2], [10, 20])),
      { x: counted(2, 1, 2, 2) },
      { y: blob([2, 2], [11, 27, 15, 35]) },
    ));

  test('without bias_term there is one blob', () =>
    gives(
      inner('num_output: 1 bias_term: false', blob([1, 2], [1, 10])),
      { x: counted(1, 2) },
      { y: blob([1, 1], [21]) },
    ));

  test('the axes before `axis` stay', () =>
    gives(
      inner('num_output: 1 bias_term: false axis: 2', blob([1, 2], [1, 10])),
      { x: counted(1, 3, 2) },
      { y: blob([1, 3, 1], [21, 43, 65]) },
    ));

  test('axis -1 is the last', () =>
    gives(
      inner('num_output: 1 bias_term: false axis: -1', blob([1, 2], [1, 10])),
      { x: counted(1, 3, 2) },
      { y: blob([1, 3, 1], [21, 43, 65]) },
    ));

  // The weights are 3 x 2: columns are outputs.
  test('transpose: the weights stand the other way round', () =>
    gives(
      inner('num_output: 2 bias_term: false transpose: true', blob([3, 2], [1, 2, 3, 4, 5, 6])),
      { x: counted(1, 3) },
      { y: blob([1, 2], [1 + 6 + 15, 2 + 8 + 18]) },
    ));

  test('weights of another size are refused', () =>
    expect(refused(inner('num_output: 2 bias_term: false', blob([2, 3], [1])), { x: counted(1, 2) })).toContain(
      'its blob 0 has 6 numbers in the place of 4',
    ));
});

describe('MatMul', () => {
  const [a, b] = [counted(2, 3), blob([3, 2], [1, 0, 0, 1, 1, 1])];

  test.each([
    ['NN', a, b, blob([2, 2], [4, 5, 10, 11])],
    ['NT', a, blob([1, 3], [1, 0, 1]), blob([2, 1], [4, 10])],
    ['TN', a, blob([2, 1], [1, 1]), blob([3, 1], [5, 7, 9])],
    ['TT', a, blob([1, 2], [1, 1]), blob([3, 1], [5, 7, 9])],
  ])('%s', (mode, left, right, y) =>
    gives(layer('MatMul', `matmul_param { mode: ${mode} }`, ['a', 'b']), { a: left, b: right }, { y }, 'nart'),
  );

  test('one matrix may go with several', () =>
    gives(
      layer('MatMul', '', ['a', 'b']),
      { a: counted(2, 1, 2), b: blob([2, 1], [1, 10]) },
      { y: blob([2, 1, 1], [21, 43]) },
      'nart',
    ));

  test('BatchMatMul reads its first, its second, or both across', () =>
    gives(
      layer('BatchMatMul', 'batch_matmul_param { adj_x1: true adj_x2: true }', ['a', 'b']),
      { a: blob([1, 2, 1], [1, 10]), b: counted(1, 1, 2) },
      { y: blob([1, 1, 1], [21]) },
      'ascend',
    ));
});

describe('Embed', () => {
  const embed = layer(
    'Embed',
    `embed_param { num_output: 2 input_dim: 3 } ${weights(counted(3, 2), blob([2], [100, 200]))}`,
  );

  test('a row for each number', () =>
    gives(embed, { x: blob([3], [2, 0, 2]) }, { y: blob([3, 2], [105, 206, 101, 202, 105, 206]) }));

  test('a number without a row is refused', () =>
    expect(refused(embed, { x: blob([1], [3]) })).toContain('3 is no row of a table of 3'));
});
