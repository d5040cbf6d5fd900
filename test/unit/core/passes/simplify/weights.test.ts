import { describe, expect, test } from 'vitest';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { takeRoom } from '../../../../../src/core/passes/fold/growth.ts';
import { ALL_CONSTANTS } from '../../../../../src/core/passes/fold/limits.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { affineBeforeRules } from '../../../../../src/core/passes/simplify/affine-before-weights.ts';
import { affineRules } from '../../../../../src/core/passes/simplify/affine-into-weights.ts';
import { constantLayoutRules } from '../../../../../src/core/passes/simplify/constant-layouts.ts';
import { paddingRules } from '../../../../../src/core/passes/simplify/padding-into-windows.ts';
import { productRules } from '../../../../../src/core/passes/simplify/products.ts';
import { scalarRules } from '../../../../../src/core/passes/simplify/scalars.ts';
import { type Case, expectSimplified, testEach } from './simplifying.ts';
import { floats } from './weights.ts';

const BN = [floats('s', [4], 1.5), floats('t', [4]), floats('m', [4]), floats('v', [4], 1.5)].join(', ');
const IMAGE = 'float[1,2,5,5] x => float[?,4,?,?] y';

describe('factors of a Gemm', () => {
  const rows = 'float[3,2] x => float[3,4] y';
  const rules = productRules;
  const w = floats('w', [2, 4]);
  const b = floats('b', [4]);
  test.each<readonly [constants: string, inputs: string, attributes: string, left: readonly string[]]>([
    [`${w}, ${b}`, 'x, w, b', 'alpha = 0.5, beta = 2.0', []],
    [w, 'x, w', 'alpha = -2.0', []],
    [`${w}, ${b}`, 'x, w, b', 'alpha = 0.0, beta = 2.0', ['alpha']],
    [`${w}, ${b}`, 'x, w, b', 'alpha = 2.0, beta = 0.0', ['beta']],
    [`${floats('w', [4, 2])}, ${floats('b', [3, 1])}`, 'x, w, b', 'transB = 1, beta = 0.25', ['transB']],
  ])('%s, %s, %s', async (constants, inputs, attributes, left) => {
    const made = await expectSimplified([`${rows} <${constants}>`, `y = Gemm <${attributes}> (${inputs})`, 'Gemm'], {
      rules,
    });
    expect([...([...made.graph.nodes][0]?.attributes.keys() ?? [])]).toEqual(left);
  });
  testEach(
    [
      [`float[3,2] x, float[2,4] w => float[3,4] y <${b}>`, 'y = Gemm <alpha = 0.5> (x, w, b)'],
      [`float[3,2] x, float[4] b => float[3,4] y <${w}>`, 'y = Gemm <beta = 0.5> (x, w, b)'],
      [`${rows} <${w}, ${b}>`, 'y = Gemm <alpha = 0.0> (x, w, b)'],
      [`float[3,80] x => float[3,80] y, z <${floats('w', [80, 80])}>`, 'y = Gemm <alpha = 0.5> (x, w)\nz = Relu (w)'],
    ],
    { rules },
  );
});

describe('scales and shifts after weights', () => {
  const fit: readonly Case[] = [
    [
      `${IMAGE} <${floats('w', [4, 2, 3, 3])}, ${BN}>`,
      'c = Conv (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [4, 2, 3, 3])}, ${floats('b', [4])}, ${BN}>`,
      'c = Conv <dilations = [2, 2], pads = [1, 1, 1, 1]> (x, w, b)\ny = BatchNormalization <epsilon = 0.01> (c, s, t, m, v)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [4, 1, 3, 3])}, ${BN}>`,
      'c = Conv <group = 2> (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Conv',
    ],
    [
      `float[1,2,5] x => float[?,4,?] y <${floats('w', [4, 2, 3])}, ${BN}>`,
      'c = Conv (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Conv',
    ],
    [
      `float[1,2,3,3,3] x => float[?,4,?,?,?] y <${floats('w', [4, 2, 2, 2, 2])}, ${BN}>`,
      'c = Conv (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [2, 4, 3, 3])}, ${BN}>`,
      'c = ConvTranspose (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'ConvTranspose',
    ],
    [
      `${IMAGE} <${floats('w', [2, 2, 3, 3])}, ${BN}>`,
      'c = ConvTranspose <group = 2> (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'ConvTranspose',
    ],
    [`${IMAGE} <${floats('w', [4, 2, 1, 1])}, ${floats('a', [4, 1, 1])}>`, 'c = Conv (x, w)\ny = Add (a, c)', 'Conv'],
    [
      `${IMAGE} <${floats('w', [4, 2, 1, 1])}, ${floats('b', [4])}, float k = {2.5}>`,
      'c = Conv (x, w, b)\nd = Div (c, k)\ny = Sub (k, d)',
      'Conv',
    ],
    [
      `float[3,2] x => float[?,4] y <${floats('w', [2, 4])}, ${floats('b', [4])}, ${BN}>`,
      'c = Gemm <alpha = 0.5, beta = 2.0> (x, w, b)\ny = BatchNormalization (c, s, t, m, v)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[?,4] y <${floats('w', [2, 4])}, ${BN}>`,
      'c = Gemm <alpha = 0.5, beta = 0.0> (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[?,4] y <${floats('w', [4, 2])}, ${floats('k', [4])}>`,
      'c = Gemm <transB = 1> (x, w)\ny = Mul (c, k)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[?,4] y <${floats('w', [2, 4])}, ${floats('b', [3, 1])}, ${floats('k', [4])}>`,
      'c = Gemm (x, w, b)\ny = Mul (c, k)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[?,4] y <${floats('w', [2, 4])}, ${BN}>`,
      'c = MatMul (x, w)\ny = BatchNormalization (c, s, t, m, v)',
      'Gemm',
    ],
    [
      `float[2,3,2] x => float[?,?,4] y <${floats('w', [2, 4])}, ${floats('b', [4])}, ${floats('k', [4])}>`,
      'c = MatMul (x, w)\nd = Add (c, b)\ny = Mul (d, k)',
      'MatMul Add',
    ],
    [
      `float[2,3,2] x => float[?,?,4] y <${floats('w', [2, 4])}, ${floats('b', [4])}, ${floats('k', [4])}>`,
      'c = MatMul (x, w)\nd = Add (b, c)\ny = Add (d, k)',
      'MatMul Add',
    ],
    [
      `float[2,4,3] x => float[2,4,3] y <${floats('k', [4, 1])}, ${BN}>`,
      'c = BatchNormalization (x, s, t, m, v)\ny = Mul (c, k)',
      'BatchNormalization',
    ],
    [
      `float[2,4,3] x => float[2,4,3] y <${BN}>`,
      'c = BatchNormalization (x, s, t, m, v)\ny = BatchNormalization (c, s, t, m, v)',
      'BatchNormalization',
    ],
    [
      `float[2,3,4] x => float[2,3,4] y <${floats('g', [4])}, ${floats('k', [4])}>`,
      'c = LayerNormalization (x, g)\ny = Add (c, k)',
      'LayerNormalization',
    ],
  ];
  const unfit: readonly Case[] = [
    [
      `float[1,2,5,5] x => float[?,4,?,?] y, float[?,4,?,?] c <${floats('w', [4, 2, 3, 3])}, ${BN}>`,
      'c = Conv (x, w)\ny = BatchNormalization (c, s, t, m, v)',
    ],
    [
      `float[1,2,2,2] x => float[?,4,?,?] y <${floats('w', [4, 2, 1, 1])}, ${floats('a', [2, 2])}>`,
      'c = Conv (x, w)\ny = Add (c, a)',
    ],
    [
      `float[1,2,4,4] x => float[?,4,?,?] y <${floats('w', [4, 2, 1, 1])}, ${floats('a', [4])}>`,
      'c = Conv (x, w)\ny = Mul (c, a)',
    ],
    [
      `float[1,2,2,2] x => float[?,4,?,?] y <${floats('w', [1, 2, 1, 1])}, ${floats('a', [4, 1, 1])}>`,
      'c = Conv (x, w)\ny = Mul (c, a)',
    ],
    [`${IMAGE} <float[4,2,1,1] w = {1e30, 1, 1, 1, 1, 1, 1, 1}, float a = {1e10}>`, 'c = Conv (x, w)\ny = Mul (c, a)'],
    [
      `float[1,2,2,2] x, float[4,2,1,1] w => float[?,4,?,?] y <${floats('a', [4, 1, 1])}>`,
      'c = Conv (x, w)\ny = Mul (c, a)',
    ],
    [
      `float[2,3,2] x => float[?,?,4] y <${floats('w', [2, 4])}, ${floats('k', [4])}>`,
      'c = MatMul (x, w)\ny = Add (c, k)',
    ],
    [
      `float[4,2] x, float[4] b => float[4,4] y <${floats('w', [2, 4])}, ${floats('k', [4])}>`,
      'c = Gemm (x, w, b)\ny = Mul (c, k)',
    ],
    [
      `float[4,2] x => float[4,4] y <${floats('w', [2, 4])}, ${floats('k', [4, 1])}>`,
      'c = Gemm (x, w)\ny = Mul (c, k)',
    ],
  ];
  testEach(fit, { rules: affineRules, within: 1e-5 });
  testEach(unfit, { rules: affineRules });
  test('weights of half precision are rounded once', async () => {
    const text = `float16[1,1,2,2] x => float16[1,2,2,2] y <float16[2,1,1,1] w = {15000, 15100}, float16 k = {17000}>`;
    await expectSimplified([text, 'c = Conv (x, w)\ny = Mul (c, k)', 'Conv'], { rules: affineRules, within: 2e-3 });
  });
  test('weights and biases that take several scales and shifts over are rounded once', () => {
    const made = parseModel(
      `<ir_version: 8, opset_import: ["" : 17]> g (float[1,1,2,2] x) => (float[1,1,2,2] y)
       <float[1,1,1,1] w = {0.4}, float[1] b = {0.5714286}, float k = {0.3}, float m = {0.9}, float l = {0.7}>
       { c = Conv (x, w, b) d = Mul (c, k) e = Add (d, m) y = Mul (e, l) }`,
      'case.onnxtxt',
    );
    runPasses(made, affineRules);
    const [node] = made.graph.nodes;
    const [w, b, k, m, l] = [0.4, 0.5714286, 0.3, 0.9, 0.7].map(Math.fround) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(node?.input(1)?.constant?.numbers()).toEqual([Math.fround(w * k * l)]);
    expect(node?.input(2)?.constant?.numbers()).toEqual([Math.fround((b * k + m) * l)]);
  });
  test.each<readonly [factor: string, weights: number]>([
    ['k', 1],
    ['l', 2],
  ])('weights that two read are scaled once where both are scaled alike: by %s', async (other, weights) => {
    const made = await expectSimplified(
      [
        `float[1,64,3,3] x => float[1,80,3,3] y, z <${floats('w', [80, 64, 1, 1])}, float k = {2}, float l = {3}>`,
        `c = Conv (x, w)\ny = Mul (c, k)\nn = Neg (x)\nd = Conv (n, w)\nz = Mul (d, ${other})`,
        'Conv Neg Conv',
      ],
      { rules: affineRules, within: 1e-5 },
    );
    expect(new Set([...made.graph.nodes].map((node) => node.input(1)).filter(Boolean)).size).toBe(weights);
  });
  test('a weight that two read stays where the file may not grow by it', () => {
    const made = parseModel(
      `<ir_version: 8, opset_import: ["" : 17]> g (float[1,64,3,3] x) => (float[1,80,3,3] y, float[1,80,3,3] z)
       <float[80,64,1,1] w = {0}, float k = {2}> { c = Conv (x, w) y = Mul (c, k) z = Conv (x, w) }`.replace(
        'w = {0}',
        `w = {${Array(5120).fill(0.5)}}`,
      ),
      'case.onnxtxt',
    );
    while (takeRoom(made, 1 << 20, ALL_CONSTANTS)) expect(takeRoom(made, 1 << 20, ALL_CONSTANTS)).toBe(true);
    runPasses(made, affineRules);
    expect([...made.graph.nodes].map(({ op }) => op)).toEqual(['Conv', 'Mul', 'Conv']);
  });
  test('a bias that is not needed is not made', async () => {
    const text = `${IMAGE} <${floats('w', [4, 2, 1, 1])}, float k = {2}>`;
    const model = await expectSimplified([text, 'c = Conv (x, w)\ny = Mul (c, k)', 'Conv'], { rules: affineRules });
    expect([...model.graph.nodes][0]?.inputCount).toBe(2);
  });
  test('what gives NaN stays', async () => {
    const negative = BN.replace(/v = \{.*/, 'v = {-1, -1, -1, -1}');
    const text = `${IMAGE} <${floats('w', [4, 2, 1, 1])}, ${negative}>`;
    await expectSimplified([text, 'c = Conv (x, w)\ny = BatchNormalization (c, s, t, m, v)'], { rules: affineRules });
  });
});

describe('scales and shifts before weights', () => {
  const TWO = [floats('s', [2], 1.5), floats('t', [2]), floats('m', [2]), floats('v', [2], 1.5)].join(', ');
  const fit: readonly Case[] = [
    [
      `${IMAGE} <${floats('w', [4, 1, 3, 3])}, ${floats('b', [4])}, ${floats('k', [2, 1, 1])}>`,
      'n = Div (x, k)\ny = Conv <group = 2> (n, w, b)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [4, 1, 3, 3])}, ${floats('b', [4])}, ${floats('k', [2, 1, 1])}>`,
      'n = Sub (x, k)\ny = Conv <group = 2> (n, w, b)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [4, 2, 3, 3])}, ${floats('k', [2, 1, 1])}>`,
      'n = Mul (x, k)\ny = Conv <pads = [1, 1, 1, 1]> (n, w)',
      'Conv',
    ],
    [
      `${IMAGE} <${floats('w', [2, 4, 3, 3])}, ${floats('k', [2, 1, 1])}>`,
      'n = Mul (x, k)\ny = ConvTranspose (n, w)',
      'ConvTranspose',
    ],
    [
      `float[3,2] x => float[3,4] y <${floats('w', [2, 4])}, ${floats('b', [4])}, ${TWO}>`,
      'n = BatchNormalization (x, s, t, m, v)\ny = Gemm <alpha = 0.5, beta = 3.0> (n, w, b)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[3,4] y <${floats('w', [2, 4])}, ${TWO}>`,
      'n = BatchNormalization (x, s, t, m, v)\ny = Gemm <beta = 0.0> (n, w)',
      'Gemm',
    ],
    [
      `float[3,2] x => float[3,4] y <${floats('w', [4, 2])}, ${floats('k', [2])}>`,
      'n = Sub (x, k)\ny = Gemm <transB = 1> (n, w)',
      'Gemm',
    ],
    [
      `float[3,5,2] x => float[3,5,4] y <${floats('w', [2, 4])}, ${floats('k', [2])}>`,
      'n = Mul (x, k)\ny = MatMul (n, w)',
      'MatMul',
    ],
  ];
  const unfit: readonly Case[] = [
    [`${IMAGE} <${floats('w', [4, 2, 3, 3])}, ${TWO}>`, 'n = BatchNormalization (x, s, t, m, v)\ny = Conv (n, w)'],
    // A factor of more axes than what it scales.
    [
      `float[2] x => float[1,4] y <${floats('w', [2, 4])}, ${floats('b', [4])}, ${floats('k', [1, 1])}>`,
      'n = Mul (k, x)\ny = Gemm (n, w, b)',
    ],
    [
      `${IMAGE} <${floats('w', [4, 2, 3, 3])}, ${floats('k', [2, 1, 1])}>`,
      'n = Add (x, k)\ny = Conv <auto_pad = "SAME_UPPER"> (n, w)',
    ],
    [
      `float[1,1,5,5] x => float[?,4,?,?] y <${floats('w', [4, 2, 3, 3])}, ${floats('k', [2, 1, 1])}>`,
      'n = Mul (x, k)\ny = Conv (n, w)',
    ],
    [
      `float[3,2] x => float[3,4] y <${floats('w', [2, 4])}, ${floats('k', [3, 1])}>`,
      'n = Mul (x, k)\ny = Gemm (n, w)',
    ],
    [
      `float[3,5,2] x => float[3,5,4] y <${floats('w', [2, 4])}, ${floats('k', [2])}>`,
      'n = Add (x, k)\ny = MatMul (n, w)',
    ],
    [
      `float[2,3] x => float[3,4] y <${floats('w', [2, 4])}, ${floats('k', [3])}>`,
      'n = Mul (x, k)\ny = Gemm <transA = 1> (n, w)',
    ],
  ];
  testEach(fit, { rules: affineBeforeRules, within: 1e-5 });
  testEach(unfit, { rules: affineBeforeRules });
});

describe('factors of whole values', () => {
  const [w, b] = [floats('w', [4, 6]), floats('b', [6])];
  const S = 'float s = {0.25}, int64[4] to = {2, 3, 2, 3}';
  const REST = 'r = Reshape (q, to)\nt = Transpose <perm = [0, 2, 1, 3]> (r)';
  testEach(
    [
      [
        `float[2,3,4] x => float[2,2,3,3] y <${w}, ${b}, ${S}>`,
        `m = MatMul (x, w)\nq = Add (m, b)\n${REST}\ny = Mul (t, s)`,
        'MatMul Add Reshape Transpose',
      ],
      [
        `float[2,3,4] x, float[2,2,3,3] k => float[2,2,3,3] y <${w}, ${S}>`,
        `q = MatMul (x, w)\n${REST}\na = MatMul (k, t)\ny = Div (a, s)`,
        'MatMul Reshape Transpose MatMul',
      ],
      [
        'float[2,3] x, float[3,2] z => float[2,2] y <float s = {0.25}, float t = {3}>',
        'a = Mul (x, s)\nb = Div (z, t)\ny = MatMul (a, b)',
        'Mul MatMul',
      ],
      [
        `float[2,3,4] x => float[2,2,3,3] y, float[2,2,3,3] t <${w}, ${b}, ${S}>`,
        `m = MatMul (x, w)\nq = Add (m, b)\n${REST}\ny = Mul (t, s)`,
      ],
      [`float[2,3,4] x => float[2,3,6] y <${w}, ${S}>`, 'q = MatMul (x, w)\nr = Relu (q)\ny = Mul (r, s)'],
      [
        `float[2,3,4] x => float[2,3,6] y <${w}, float[6] s = {1,2,3,4,5,6}, int64[3] to = {2,3,6}>`,
        'q = MatMul (x, w)\nr = Reshape (q, to)\ny = Mul (r, s)',
      ],
      ['float[2,3] x, float[3,2] z => float[2,2] y <float s = {0.25}>', 'a = Mul (x, s)\ny = MatMul (a, z)'],
    ],
    { rules: scalarRules, within: 1e-5 },
  );
});

describe('products', () => {
  testEach(
    [
      ['float[2,3] x, float[3,4] w, float[4] b => float[2,4] y', 'c = MatMul (x, w)\ny = Add (b, c)', 'Gemm'],
      ['float[n,3] x, float[3,4] w, float[1,4] b => float[n,4] y', 'c = MatMul (x, w)\ny = Add (c, b)', 'Gemm'],
      [
        'float[2,3] x, float[3,4] w, float[2,4] b => float[2,4] y',
        'c = Gemm <transA = 0> (x, w)\ny = Add (c, b)',
        'Gemm',
      ],
      ['float[2,2,3] x, float[3,4] w, float[4] b => float[2,2,4] y', 'c = MatMul (x, w)\ny = Add (c, b)'],
      ['float[1,3] x, float[3,4] w, float[2,1] b => float[2,4] y', 'c = MatMul (x, w)\ny = Add (c, b)'],
      ['float[2,3] x, float[3,4] w, float[4] b => float[2,4] y, float[2,4] c', 'c = MatMul (x, w)\ny = Add (c, b)'],
      ['float[3,2] x, float[3,4] w => float[2,4] y', 't = Transpose (x)\ny = Gemm (t, w)', 'Gemm'],
      ['float[2,3] x, float[3,4] w => float[2,4] y', 't = Transpose (w)\ny = Gemm <transB = 1> (x, t)', 'Gemm'],
      ['float[2,3] x, float[4,3] w => float[2,4] y', 't = Transpose <perm = [1, 0]> (w)\ny = MatMul (x, t)', 'Gemm'],
      [
        'float[2,3] x, float[4,3] w => float[2,4] y, float[3,4] t',
        't = Transpose <perm = [1, 0]> (w)\ny = Gemm (x, t)',
      ],
      ['float[5,2,3] x, float[4,3] w => float[5,2,4] y', 't = Transpose <perm = [1, 0]> (w)\ny = MatMul (x, t)'],
    ],
    { rules: productRules, within: 1e-5 },
  );
});

describe('products between changes of the shape', () => {
  const ab = 'int64[3] a = {2, 3, 4}, int64[4] b = {2, 3, 2, 3}';
  const chain = 'r = Reshape (x, a)\nm = MatMul (r, w)\nc = Add (b1, m)\ny = Reshape (c, b)';
  testEach(
    [
      [`float[6,4] x, float[4,6] w, float[6] b1 => float[2,3,2,3] y <${ab}>`, chain, 'Reshape Gemm Reshape'],
      [`float[6,4] x, float[4,6] w, float[1] b1 => float[2,3,2,3] y <${ab}>`, chain, 'Reshape Gemm Reshape'],
      [`float[6,4] x, float[4,6] w, float[3,6] b1 => float[2,3,2,3] y <${ab}>`, chain],
      [`float[6,4] x, float[4,6] w, float[6] b1 => float[2,3,2,3] y, float[2,3,4] r <${ab}>`, chain],
      [`float[6,4] x, float[2,4,6] w, float[6] b1 => float[2,3,2,3] y <${ab}>`, chain],
    ],
    { rules: productRules, within: 1e-5 },
  );
});

describe('padding', () => {
  const W = floats('w', [4, 2, 3, 3]);
  const P = 'int64[8] p = {0,0,1,2,0,0,1,0}';
  const image = 'float[1,2,6,6] x => float[?,?,?,?] y';
  testEach(
    [
      [`${image} <${W}, ${P}>`, 'a = Pad (x, p)\ny = Conv <pads = [1, 1, 1, 1]> (a, w)', 'Conv'],
      [`${image} <${W}, ${P}>`, 'a = Pad (x, p)\ny = Conv <auto_pad = "VALID"> (a, w)', 'Conv'],
      [`${image} <${P}>`, 'a = Pad (x, p)\ny = AveragePool <kernel_shape = [3, 3]> (a)', 'AveragePool'],
      [
        `${image} <${P}>`,
        'b = Relu (x)\na = Pad (b, p)\ny = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (a)',
        'Relu MaxPool',
      ],
      [`${image} <${W}, ${P}, float v = {1}>`, 'a = Pad (x, p, v)\ny = Conv (a, w)'],
      [`${image} <${W}, ${P}>`, 'a = Pad <mode = "reflect"> (x, p)\ny = Conv (a, w)'],
      [`${image} <${W}, ${P}>`, 'a = Pad (x, p)\ny = Conv <auto_pad = "SAME_UPPER"> (a, w)'],
      [
        `${image} <float[4,3,3,3] w = {${Array(108).fill(1).join(',')}}, int64[8] p = {0,1,0,0,0,0,0,0}>`,
        'a = Pad (x, p)\ny = Conv (a, w)',
      ],
      [`${image} <${P}>`, 'a = Pad (x, p)\ny = MaxPool <kernel_shape = [3, 3]> (a)'],
      [`${image} <${P}>`, 'a = Pad (x, p)\ny = AveragePool <kernel_shape = [3, 3], pads = [1, 0, 0, 0]> (a)'],
      [
        `${image} <${P}>`,
        'a = Pad (x, p)\ny = AveragePool <kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1> (a)',
      ],
      [`${image} <${P}>`, 'a = Pad (x, p)\ny = AveragePool <kernel_shape = [2, 2]> (a)'],
    ],
    { rules: paddingRules, within: 1e-5 },
  );
});

describe('layouts of constants', () => {
  testEach(
    [
      [`float[2,3] x => float[2,4] y <${floats('w', [4, 3])}>`, 't = Transpose (w)\ny = MatMul (x, t)', 'MatMul'],
      [
        `float[2,3] x => float[2,4] y <${floats('w', [12])}, int64[2] s = {3, -1}>`,
        't = Reshape (w, s)\ny = MatMul (x, t)',
        'MatMul',
      ],
      [
        `float[2,3] x => float[2,400] y, float[400,3] z <${floats('w', [400, 3])}>`,
        't = Transpose (w)\ny = MatMul (x, t)\nz = Neg (w)',
      ],
    ],
    { rules: constantLayoutRules },
  );
});
