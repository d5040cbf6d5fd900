import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

const signed = { a: [-1, 0, 87, -128, 127, 5], b: [77, -2, -33, 127, -1, 3] };
const wide = { a: [-1, 2 ** 40 + 5, -(2 ** 53) + 1, 6], b: [2 ** 40 - 1, -7, 2 ** 50 + 3, 3] };

decomposes('bitwise operators', [
  ...['And', 'Or', 'Xor'].flatMap((op) => [
    ...['int8', 'int16', 'int32'].map((type) => ({
      graph: `${type}[2,3] a, ${type}[2,3] b => ${type}[2,3] y`,
      nodes: `y = Bitwise${op} (a, b)`,
      from: 18,
      to: [17, 9, 7],
      inputs: signed,
    })),
    {
      graph: 'int64[4] a, int64[4] b => int64[4] y',
      nodes: `y = Bitwise${op} (a, b)`,
      from: 18,
      to: [17, 7],
      inputs: wide,
    },
    {
      graph: 'uint8[2,3] a, uint8[3] b => uint8[2,3] y',
      nodes: `y = Bitwise${op} (a, b)`,
      from: 18,
      to: [17, 7],
      inputs: { a: [255, 128, 1, 0, 85, 170], b: [15, 240, 51] },
    },
  ]),
]);

decomposes('BitShift', [
  ...['uint8', 'uint32', 'uint64'].flatMap((type) =>
    ['LEFT', 'RIGHT'].map((direction) => ({
      graph: `${type}[4] a, ${type}[4] b => ${type}[4] y`,
      nodes: `y = BitShift <direction = "${direction}"> (a, b)`,
      from: 11,
      to: [10, 7],
      inputs: { a: [1, 200, 255, 16], b: [7, 1, 4, 0] },
    })),
  ),
]);

decomposes('BitCast', [
  {
    graph: 'int8[3] x => uint8[3] y',
    nodes: 'y = BitCast <to = 2> (x)',
    from: 26,
    to: [25, 7],
    inputs: { x: [-1, -128, 5] },
    gives: { y: [255, 128, 5] },
  },
  {
    graph: 'uint32[2] x => int32[2] y',
    nodes: 'y = BitCast <to = 6> (x)',
    from: 26,
    to: [25, 7],
    inputs: { x: [4294967295, 7] },
    gives: { y: [-1, 7] },
  },
  {
    graph: 'float x => float[2] y',
    nodes: 'c = Constant <value = int32[2] {1065353216, -1073741824}> ()\nf = BitCast <to = 1> (c)\ny = Mul (f, x)',
    from: 26,
    to: [25, 7],
    inputs: { x: [1] },
    gives: { y: [1, -2] },
  },
]);

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];

/** Every power of two, and what is a little less: logarithms are not exact there. */
const powers = Array.from({ length: 2098 }, (_, k) => 2 ** (k - 1074));
const nearly = powers.slice(60).map((power) => -power * (1 - 2 ** -50));

decomposes('bits of floats', [
  ...[powers, nearly].map((numbers) => ({
    graph: `double[${numbers.length}] x => double[${numbers.length}] y`,
    nodes: 'b = BitCast <to = 7> (x)\ny = BitCast <to = 11> (b)',
    from: 26,
    to: [25],
    inputs: { x: numbers },
    gives: { y: numbers },
    within: 0,
  })),
  {
    graph: 'float[10] x => int32[10] y',
    nodes: 'y = BitCast <to = 6> (x)',
    from: 26,
    to: [25, 12],
    inputs: {
      x: [0, -0, 1, -1.5, 3.4028234663852886e38, 1e-45, -1.1754943508222875e-38, 1.1754942106924411e-38, inf, -inf],
    },
    gives: {
      y: [0, -2147483648, 1065353216, -1077936128, 2139095039, 1, -2139095040, 8388607, 2139095040, -8388608],
    },
    within: 0,
  },
  {
    graph: 'float16[4] x => uint16[4] y',
    nodes: 'y = BitCast <to = 4> (x)',
    from: 26,
    to: [25, 12],
    inputs: { x: [1, -2, 65504, 6e-8] },
    gives: { y: [15360, 49152, 31743, 1] },
    within: 0,
  },
  {
    graph: 'int32[9] x => float[9] y',
    nodes: 'y = BitCast <to = 1> (x)',
    from: 26,
    to: [25, 12],
    inputs: { x: [0, 1065353216, -1077936128, 2139095039, 1, 8388607, 2139095040, -8388608, 2143289344] },
    gives: { y: [0, 1, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, 1.1754942106924411e-38, inf, -inf, nan] },
    within: 0,
  },
  {
    // There and back.
    graph: 'double[6] x => double[6] y',
    nodes: 'b = BitCast <to = 7> (x)\ny = BitCast <to = 11> (b)',
    from: 26,
    to: [25, 12],
    inputs: {
      x: [
        5e-324,
        -2.2250738585072014e-308,
        2.225073858507201e-308,
        1.7976931348623157e308,
        -(2 ** 1000) * (1 - 2 ** -50),
        -inf,
      ],
    },
    gives: {
      y: [
        5e-324,
        -2.2250738585072014e-308,
        2.225073858507201e-308,
        1.7976931348623157e308,
        -(2 ** 1000) * (1 - 2 ** -50),
        -inf,
      ],
    },
    within: 0,
  },
]);

test('the bits of what is no integer stay hidden', () => {
  const row = { graph: 'complex64[3] x => uint64[3] y', nodes: 'y = BitCast <to = 13> (x)', from: 26 };
  expect(reasons(row, 25)[0]).toContain('older operators do not see the bits of complex64');
});
