/** Activations, functions of each number, and arithmetic of several blobs. */
import { describe, expect, test } from 'vitest';
import { type Blob, input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 7, 6);
/** A network of one layer: `type parameters`. */
const one = (line: string, blobs: readonly Blob[] = []) => [DATA, layer(`data => y: ${line}`, blobs)];

describe('activations', () => {
  test.each([
    ['ReLU', 'Relu'],
    ['ReLU relu_param { negative_slope: 0.1 }', 'LeakyRelu'],
    ['ELU', 'Elu'],
    ['ELU elu_param { alpha: 0.3 }', 'Elu'],
    ['Sigmoid', 'Sigmoid'],
    ['TanH', 'Tanh'],
    ['BNLL', 'Softplus'],
    ['Softmax', 'Softmax'],
    ['Softmax softmax_param { axis: -1 }', 'Softmax'],
  ])('%s', async (line, operator) => {
    expect(operatorsOf(await agrees(one(line), { opencv: true }))).toEqual([operator]);
  });

  test.each([
    ['bvlc', 'Swish', 'Sigmoid, Mul'],
    ['bvlc', 'Swish swish_param { beta: 1.5 }', 'Mul, Sigmoid, Mul'],
    ['cambricon', 'CReLU crelu_param { negative_slope: 0.2 concat_axis: 2 }', 'LeakyRelu, Neg, LeakyRelu, Concat'],
    ['cambricon', 'ReLU relu_param { upper_limit: 1 }', 'Relu, Min'],
    ['nart', 'HSwish', 'HardSwish'],
    ['nart', 'Hsigmoid', 'HardSigmoid'],
    ['nart', 'ReLU6', 'Clip'],
    ['nart', 'ReLU3d relu3d_param { negative_slope: 0.5 }', 'LeakyRelu'],
    ['nvcaffe', 'ELU elu_param { alpha: 0.5 lambda: 2 }', 'Elu, Mul'],
    ['openvino', 'ReLU6 relu6_param { n: 1 }', 'Clip'],
  ])('%s: %s', async (dialect, line, operators) => {
    expect(operatorsOf(await agrees(one(line), { dialect })).join(', ')).toBe(operators);
  });

  test('Mish of community forks', async () => {
    const { found } = await agrees([input('x', 1, 2), layer('x => y: Mish')], {
      interpreter: false,
      inputs: { x: [0, 1] },
      // 1 tanh(ln(1 + e))
      gives: { y: [0, 0.8650983882673103] },
    });
    expect(found.get('y')?.shape).toEqual([1, 2]);
  });

  test.each([
    ['a slope for each channel', 'PReLU', [4]],
    ['one slope', 'PReLU prelu_param { channel_shared: true }', [1]],
  ])('PReLU with %s', async (_, line, shape) => {
    expect(operatorsOf(await agrees(one(line, [shape]), { opencv: true }))).toEqual(['PRelu']);
  });
});

describe('functions of each number alone', () => {
  test.each([
    ['AbsVal', 'Abs'],
    ['Exp', 'Exp'],
    ['Exp exp_param { base: 2 scale: 0.5 shift: 1 }', 'Mul, Exp, Mul'],
    ['Power', ''],
    ['Power power_param { scale: 2 shift: 3 }', 'Mul, Add'],
    ['Power power_param { power: 2 scale: 0.5 shift: 1 }', 'Mul, Add, Pow'],
    ['Power power_param { power: 3 scale: 0 shift: 2 }', 'Shape, ConstantOfShape'],
    ['Power power_param { power: 0 }', 'Shape, ConstantOfShape'],
    ['Threshold threshold_param { threshold: 0.25 }', 'Greater, Cast'],
    ['Clip clip_param { min: -0.5 max: 0.5 }', 'Clip'],
  ])('%s', async (line, operators) => {
    const opencv = /^(AbsVal|Exp|Power power_param { scale)/.test(line);
    expect(operatorsOf(await agrees(one(line), { opencv })).join(', ') || 'Identity').toBe(operators || 'Identity');
  });

  test('logarithms', async () => {
    const expectation = { inputs: { x: [1, 2, 3, 4] } };
    const x = input('x', 1, 4);
    await agrees([x, layer('x => y: Log')], expectation);
    const based = layer('x => y: Log log_param { base: 2 scale: 3 shift: 1 }');
    await agrees([x, based], {
      ...expectation,
      gives: { y: [2, 7, 10, 13].map((each, k) => (k === 0 ? 2 : Math.log2(each))) },
    });
    await agrees([x, layer('x => y: Log')], { ...expectation, dialect: 'opencv', opencv: true });
    expect(problemsOf([x, layer('x => y: Log log_param { base: 1 }')])).toEqual([
      'invalid-model: The model is not valid: there is no logarithm of base 1.',
    ]);
  });

  test.each([
    ['cambricon', 'Sqrt', [1, 2, 3]],
    ['nart', 'Abs', [1, -4, 9]],
    ['nart', 'Reciprocal', [1, 4, 9]],
    ['nart', 'Scales scales_param { alpha: 2 beta: 3 }', [1, 4, 9]],
    ['tengine', 'Threshold threshold_param { threshold: 2 }', [1, 4, 9]],
    ['tengine', 'Clip clip_param { min: 2 max: 5 }', [1, 4, 9]],
  ])('%s: %s', async (dialect, line, x) => {
    await agrees([input('x', 1, 3), layer(`x => y: ${line}`)], { dialect, inputs: { x } });
  });
});

describe('arithmetic', () => {
  test.each([
    ['eltwise_param { operation: SUM }', 'Sum'],
    ['eltwise_param { operation: PROD }', 'Mul, Mul'],
    ['eltwise_param { operation: MAX }', 'Max'],
    ['eltwise_param { coeff: [2, -1, 1] }', 'Mul, Neg, Sum'],
    ['', 'Sum'],
  ])('%s', async (parameters, operators) => {
    const net = [DATA, input('b', 2, 4, 7, 6), input('c', 2, 4, 7, 6), layer(`data, b, c => y: Eltwise ${parameters}`)];
    expect(operatorsOf(await agrees(net, { opencv: true })).join(', ')).toBe(operators);
  });

  test('a difference', async () => {
    const net = [DATA, input('b', 2, 4, 7, 6), layer('data, b => y: Eltwise eltwise_param { coeff: [1, -1] }')];
    expect(operatorsOf(await agrees(net))).toEqual(['Sub']);
  });

  test('other shapes are refused', () => {
    expect(problemsOf([DATA, input('b', 1, 4, 1, 1), layer('data, b => y: Eltwise')])).toEqual([
      'invalid-model: The model is not valid: its bottoms are [2, 4, 7, 6] and [1, 4, 1, 1].',
    ]);
  });
});

describe('arithmetic of other frameworks', () => {
  const pair = (line: string, other: readonly number[]) => [DATA, input('b', ...other), layer(`data, b => y: ${line}`)];

  test.each([
    ['cambricon', 'Add', [2, 4, 7, 6]],
    ['cambricon', 'Add', [2, 4, 42]],
    ['cambricon', 'Sub', [2, 4, 7, 6]],
    ['cambricon', 'Mult', [2, 4, 7, 6]],
    ['cambricon', 'CycleAdd', [1, 4, 1, 1]],
    ['cambricon', 'CycleSub', [1, 4, 1, 1]],
    ['cambricon', 'CycleMult', [1, 4, 1, 1]],
    ['nart', 'Add', [1, 4, 1, 1]],
    ['nart', 'Mul', [2, 1, 7, 6]],
    ['nart', 'Max', [6]],
    ['mnn', 'SpatialProduct', [2, 1, 7, 6]],
    ['tengine', 'Eltwise', [2, 4, 7, 6]],
  ])('%s: %s with %o', async (dialect, line, other) => {
    await agrees(pair(line, other), { dialect });
  });

  test('a x + y', async () => {
    const axpy = (...a: number[]) => [input('a', ...a), DATA, input('z', 2, 4, 7, 6), layer('a, data, z => y: Axpy')];
    expect(operatorsOf(await agrees(axpy(2, 4), { dialect: 'nvcaffe' }))).toEqual(['Unsqueeze', 'Mul', 'Add']);
    expect(operatorsOf(await agrees(axpy(2, 4, 1, 1), { dialect: 'intel' }))).toEqual(['Mul', 'Add']);
  });

  test('NART takes 1 for coefficients that are missing', async () => {
    const net = [input('a', 1), input('b', 1), layer('a, b => y: Eltwise eltwise_param { coeff: 2 }')];
    await agrees(net, { dialect: 'nart', interpreter: false, inputs: { a: [3], b: [4] }, gives: { y: [10] } });
  });

  test.each([
    ['cambricon', 'Add', [2, 4, 7, 5], 'its bottoms are [2, 4, 7, 6] and [2, 4, 7, 5]'],
    ['cambricon', 'CycleAdd', [1, 4, 7, 6], 'its second bottom is [1, 4, 7, 6], not one number for each of 4 channels'],
  ])('%s: %s with %o is refused', (dialect, line, other, reason) => {
    expect(problemsOf(pair(line, other), dialect)).toEqual([expect.stringContaining(reason)]);
  });

  test('Tengine does not read coefficients, and this is told', async () => {
    const net = pair('Eltwise eltwise_param { coeff: [1, -1] }', [2, 4, 7, 6]);
    expect(problemsOf(net, 'tengine')).toEqual([expect.stringContaining('parameter-unread')]);
    await agrees(net, { dialect: 'tengine' });
  });
});
