/** Products with matrices, and reductions. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { type Blob, input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 7, 6);
/** A network of one layer: `type parameters`. */
const one = (line: string, blobs: readonly Blob[] = []) => [DATA, layer(`data => y: ${line}`, blobs)];

describe('inner product', () => {
  test.each([
    ['of everything behind the batch', 'num_output: 3', [[3, 168], [3]], true],
    ['turned, no bias', 'num_output: 3 transpose: true bias_term: false', [[168, 3]], false],
    ['of the last axis', 'num_output: 3 axis: -1', [[3, 6], [3]], false],
  ])('%s', async (_, parameters, blobs, opencv) => {
    await agrees([DATA, layer(`data => y: InnerProduct inner_product_param { ${parameters} }`, blobs)], { opencv });
  });
});

describe('reductions', () => {
  test.each(['SUM', 'ASUM', 'SUMSQ', 'MEAN'])('%s', async (operation) => {
    await agrees(one(`Reduction reduction_param { operation: ${operation} axis: 2 coeff: 0.5 }`));
    await agrees(one(`Reduction reduction_param { operation: ${operation} }`));
    await agrees(one(`Reduction reduction_param { operation: ${operation} axis: -1 }`));
  });

  test.each(['MAX', 'MIN', 'L2', 'SQSUM', 'MEAN', 'PROD'])('Tengine: %s of listed axes', async (operation) => {
    const parameters = `reduction_param { operation: ${operation} dim_0: 2 dim_1: -1 dim_2: -2 dim_3: -2 }`;
    await agrees(one(`Reduction ${parameters}`), { dialect: 'tengine' });
  });

  const TIES = { x: [1, 3, 3, 2, 5, 0, 5, 5] };
  test.each([
    ['', [[6, 7].map((k) => k)].flat().slice(1)],
    ['top_k: 3', [7, 6, 4]],
    ['top_k: 3 out_max_val: true', [7, 6, 4, 5, 5, 5]],
    ['axis: 2', [4, 5, 6, 7].map(() => 1)],
    ['axis: 3 top_k: 2', [2, 1, 3, 2]],
    ['axis: 3 out_max_val: true', [3, 5]],
    ['axis: 3 top_k: 2 out_max_val: true', [3, 3, 5, 5]],
  ])('ArgMax %s takes the last of equals', async (parameters, y) => {
    const gives = parameters === 'axis: 2' ? [1, 0, 1, 1] : y;
    const net = [input('x', 1, 1, 2, 4), layer(`x => y: ArgMax argmax_param { ${parameters} }`)];
    await agrees(net, { inputs: TIES, gives: { y: gives } });
  });

  test('NART without an axis is refused where its tools and Caffe differ', async () => {
    await agrees([input('x', 2, 4, 1, 1), layer('x => y: ArgMax')], { dialect: 'nart' });
    expect(problemsOf([DATA, layer('data => y: ArgMax')], 'nart')).toEqual([
      expect.stringContaining('with no axis: its tools and its runtime do not mean the same by it'),
    ]);
  });

  test('NART gives values as a top of their own', async () => {
    const net = [
      input('x', 1, 4, 1, 1),
      layer('x => i, v: ArgMax argmax_param { axis: 1 out_max_val: true top_k: 2 }'),
    ];
    await agrees(net, {
      dialect: 'nart',
      interpreter: false,
      inputs: { x: [3, 7, 5, 1] },
      gives: { i: [1, 2], v: [7, 5] },
    });
  });
});

describe('products of other frameworks', () => {
  const line = (parameters: string) => `InnerProduct inner_product_param { num_output: 3 ${parameters} }`;

  test.each([
    ['nart', 'InnerProductReLU inner_product_param { num_output: 3 }', [[3, 168], [3]]],
    ['nart', line(''), [[3, 168], [3]]],
    ['tengine', line('bias_term: false'), [[3, 168]]],
    ['ncnn', line(''), [[3, 168], [3]]],
  ])('%s: %s', async (dialect, layerLine, blobs) => {
    await agrees([DATA, layer(`data => y: ${layerLine}`, blobs)], { dialect });
  });

  test('Tengine keeps the rank', async () => {
    const net = [DATA, layer(`data => y: ${line('')}`, [[3, 168], [3]])];
    expect((await agrees(net, { dialect: 'tengine' })).found.get('y')?.shape).toEqual([2, 3, 1, 1]);
  });

  test('ncnn multiplies the rows of one image', async () => {
    const net = [input('data', 1, 4, 5), layer(`data => y: ${line('')}`, [[3, 5], [3]])];
    expect((await agrees(net, { dialect: 'ncnn' })).found.get('y')?.shape).toEqual([1, 4, 3]);
  });

  test('an axis that a framework does not read is told', () => {
    const net = (parameters: string) => [DATA, layer(`data => y: ${line(parameters)}`, [[3, 6], [3]])];
    expect(problemsOf(net('axis: -1'), 'nart').join()).toContain('expected [3, 168]');
    expect(problemsOf([DATA, layer(`data => y: ${line('axis: 2')}`, [[3, 168], [3]])], 'tengine')).toEqual([
      'parameter-unread: caffe::InnerProduct has inner_product_param.axis, which layers of its type do not read.',
    ]);
  });

  test('OpenCV does not turn weights, and this is told', () => {
    expect(problemsOf([DATA, layer(`data => y: ${line('transpose: true')}`, [[168, 3], [3]])], 'opencv')).toEqual([
      'parameter-unread: caffe::InnerProduct has inner_product_param.transpose, which layers of its type do not read.',
    ]);
  });

  test('Intel takes a ReLU into it', async () => {
    const weight = Tensor.of('float32', [2, 1], [2, -2]);
    const net = [
      input('x', 1, 1),
      layer(
        'x => y: InnerProduct inner_product_param { num_output: 2 relu: true negative_slope: 0.5 bias_term: false }',
        [weight],
      ),
    ];
    await agrees(net, { dialect: 'intel', interpreter: false, inputs: { x: [3] }, gives: { y: [6, -3] } });
  });

  test.each([
    ['NN', [2, 3, 4], [2, 4, 5]],
    ['NT', [2, 3, 4], [2, 5, 4]],
    ['TN', [2, 4, 3], [2, 4, 5]],
    ['TT', [2, 4, 3], [2, 5, 4]],
  ])('NART: MatMul %s', async (mode, a, b) => {
    const net = [input('a', ...a), input('b', ...b), layer(`a, b => y: MatMul matmul_param { mode: ${mode} }`)];
    await agrees(net, { dialect: 'nart' });
  });

  test('Ascend: BatchMatMul', async () => {
    const parameters = 'batch_matmul_param { adj_x1: true adj_x2: true }';
    const net = [input('a', 2, 1, 4, 3), input('b', 2, 1, 5, 4), layer(`a, b => y: BatchMatMul ${parameters}`)];
    await agrees(net, { dialect: 'ascend' });
  });
});
