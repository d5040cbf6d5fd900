import { decomposes } from './decomposing.ts';

const x = 'float[9] x => float[9] y';
const numbers = [-3.5, -0.5, -0.49999997, 0, 0.5, 1.5, 2.5, 8388609, 1e-4];
const specials = [-3.5, Number.NaN, -Infinity, 0, 0.5, Infinity, 2.5, 1e38, -1e-30];

decomposes('functions of single numbers', [
  { graph: x, nodes: 'y = Round (x)', from: 11, to: [10, 7], inputs: { x: numbers }, within: 0 },
  { graph: x, nodes: 'y = Round (x)', from: 22, to: [10], inputs: { x: specials }, within: 0 },
  {
    graph: 'double[3] x => double[3] y',
    nodes: 'y = Round (x)',
    from: 11,
    inputs: { x: [0.49999999999999994, -0.5, 4503599627370497] },
    within: 0,
  },
  { graph: 'float[9] x => bool[9] y', nodes: 'y = IsNaN (x)', from: 9, to: [8, 7], inputs: { x: specials } },
  { graph: 'float16[9] x => bool[9] y', nodes: 'y = IsNaN (x)', from: 13, to: [8], inputs: { x: specials } },
  { graph: 'float[9] x => bool[9] y', nodes: 'y = IsInf (x)', from: 10, to: [9, 7], inputs: { x: specials } },
  { graph: 'double[9] x => bool[9] y', nodes: 'y = IsInf (x)', from: 20, to: [9], inputs: { x: specials } },
  ...[
    [0, 1],
    [1, 0],
    [0, 0],
  ].map(([up, down]) => ({
    graph: 'float[9] x => bool[9] y',
    nodes: `y = IsInf <detect_positive = ${up}, detect_negative = ${down}> (x)`,
    from: 10,
    to: [9],
    inputs: { x: specials },
  })),
  { graph: x, nodes: 'y = Sign (x)', from: 13, to: [8, 7], inputs: { x: numbers } },
  {
    graph: 'int64[3] x => int64[3] y',
    nodes: 'y = Sign (x)',
    from: 9,
    to: [8, 7],
    inputs: { x: [-9007199254740991, 0, 7] },
  },
  { graph: 'uint8[3] x => uint8[3] y', nodes: 'y = Sign (x)', from: 9, inputs: { x: [0, 1, 200] } },
  { graph: x, nodes: 'y = Shrink <lambd = 1.5, bias = 0.5> (x)', from: 9, to: [8, 7], inputs: { x: numbers } },
  { graph: x, nodes: 'y = Shrink (x)', from: 9, to: [8], inputs: { x: specials } },
  {
    graph: 'int32[5] x => int32[5] y',
    nodes: 'y = Shrink <lambd = 1.5, bias = 1.0> (x)',
    from: 9,
    inputs: { x: [-3, -1, 0, 1, 2] },
  },
  { graph: x, nodes: 'y = Sinh (x)', from: 9, to: [8, 7], inputs: { x: [-88, -2, -1e-4, 0, 1e-4, 0.5, 3, 40, 88] } },
  { graph: x, nodes: 'y = Cosh (x)', from: 22, to: [8, 7], inputs: { x: [-88, -2, -1e-4, 0, 1e-4, 0.5, 3, 40, 88] } },
  {
    graph: x,
    nodes: 'y = Asinh (x)',
    from: 9,
    to: [8, 7],
    inputs: { x: [-1e30, -2, -1e-4, 0, 1e-4, 0.5, 3, 40, 1e30] },
  },
  { graph: x, nodes: 'y = Acosh (x)', from: 9, to: [8], inputs: { x: [1, 1.00001, 1.5, 2, 3, 10, 1e4, 1e19, 1e30] } },
  { graph: x, nodes: 'y = Atanh (x)', from: 9, to: [8], inputs: { x: [-1, -0.9, -1e-4, 0, 1e-6, 0.1, 0.5, 0.99, 1] } },
]);

// Nothing is drawn of what is sure.
decomposes('Bernoulli', [
  {
    graph: 'float[6] x => int32[6] y',
    nodes: 'y = Bernoulli <dtype = 6> (x)',
    from: 15,
    to: [14, 7],
    inputs: { x: [0, 1, 1, 0, 1, 0] },
    gives: { y: [0, 1, 1, 0, 1, 0] },
  },
]);

const integers = { x: [-7, 7, -7, 7, 0, 6, -6], d: [3, -3, -3, 3, 5, 3, 3] };

decomposes('remainders', [
  ...['int8', 'int16', 'int32', 'int64'].map((type) => ({
    graph: `${type}[7] x, ${type}[7] d => ${type}[7] y`,
    nodes: 'y = Mod (x, d)',
    from: 13,
    to: [9, 7],
    inputs: integers,
  })),
  { graph: 'int32[7] x, int32[7] d => int32[7] y', nodes: 'y = Mod <fmod = 1> (x, d)', from: 10, inputs: integers },
  {
    graph: 'uint8[4] x, uint8[1] d => uint8[4] y',
    nodes: 'y = Mod (x, d)',
    from: 10,
    inputs: { x: [0, 200, 255, 9], d: [7] },
  },
]);

/** Quotients of up to 277 bits, multiples, numbers too small to be normal, and what is infinite. */
const DIVIDENDS = [5.3, -7.5, 1e10, 3.4e38, -3.4e38, 3.4e38, 16777216, 6, -6, 1, 7, 1e-40, Infinity, 9, -0.5].map(
  Math.fround,
);
const DIVISORS = [3, 2, 0.3, 1e-45, 0.7, 1.1e-38, 3, -3, 3, Infinity, -Infinity, 3e-45, 2, 1.0000001, 4].map(
  Math.fround,
);
const shape = `[${DIVIDENDS.length}]`;
const DOUBLES = [...DIVIDENDS.map(Number), 1.7e308, 1.7e308];
const DOUBLE_DIVISORS = [
  3,
  2,
  0.1,
  5e-324,
  0.7,
  1.1e-308,
  3,
  -3,
  3,
  Infinity,
  -Infinity,
  1e-44,
  2,
  1 + 2 ** -52,
  4,
  1.6e308,
  0.3,
];

decomposes('remainders of floats', [
  {
    graph: `float${shape} x, float${shape} d => float${shape} y`,
    nodes: 'y = Mod <fmod = 1> (x, d)',
    from: 10,
    to: [9, 8, 7],
    inputs: { x: DIVIDENDS, d: DIVISORS },
    gives: { y: DIVIDENDS.map((each, k) => each % (DIVISORS[k] ?? 1)) },
    within: 0,
  },
  {
    // 65504 / 6e-8 is the largest quotient of half floats.
    graph: 'float16[4] x, float16[4] d => float16[4] y',
    nodes: 'y = Mod <fmod = 1> (x, d)',
    from: 10,
    to: [9],
    inputs: { x: [65504, -65504, 100, 7.5], d: [2 ** -24, 0.0999755859375, 3, 2] },
    gives: { y: [0, -65504 % 0.0999755859375, 1, 1.5] },
    within: 0,
  },
  {
    // Quotients of up to 2098 bits.
    graph: 'double[17] x, double[17] d => double[17] y',
    nodes: 'y = Mod <fmod = 1> (x, d)',
    from: 10,
    to: [9, 8, 7],
    inputs: { x: DOUBLES, d: DOUBLE_DIVISORS },
    gives: { y: DOUBLES.map((each, k) => each % (DOUBLE_DIVISORS[k] ?? 1)) },
    within: 0,
  },
  {
    graph: 'double[2,3] x, double[3] d => double[2,3] y',
    nodes: 'y = Mod <fmod = 1> (x, d)',
    from: 10,
    to: [9, 8],
  },
]);
