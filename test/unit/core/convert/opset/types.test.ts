/** Element types that operators took only from a version on. */
import { describe, expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { expectSame, modelOf, refusals } from './stepping.ts';

const ROWS: readonly (readonly [graph: string, nodes: string, from: number, to: number, gives: string])[] = [
  ['int16[4] a, int16[4] b => bool[4] y', 'y = Equal (a, b)', 13, 10, 'Cast Cast Equal'],
  ['uint64[4] a, uint64[4] b => bool[4] y', 'y = Equal (a, b)', 13, 10, 'Cast Cast Equal'],
  ['int8[2,3] a, int8[2,3] b => int8[2,3] y', 'y = Max (a, b)', 12, 11, 'Cast Cast Max Cast'],
  ['int64[2,3] a, int64[3] b => int64[2,3] y', 'y = Min (a, b)', 12, 11, 'Greater Where'],
  ['int8[2,3] x => int8[2,3] y', 'm = Constant <value = int8 {-3}> ()\ny = Clip (x, m)', 13, 10, 'Cast Clip Cast'],
  [
    // No float of 32 bits holds the bound.
    'int32[2,3] x => int32[2,3] y',
    'm = Constant <value = int32 {-16777217}> ()\ny = Clip (x, m)',
    13,
    10,
    'Cast Less Where Cast',
  ],
  ['uint8[1,1,4,4] x => uint8[1,1,3,3] y', 'y = MaxPool <kernel_shape = [2, 2]> (x)', 12, 11, 'Cast MaxPool Cast'],
  [
    'int32[5] x => int32[3] y, int64[3] i',
    'k = Constant <value_ints = [3]> ()\ny, i = TopK (x, k)',
    13,
    10,
    'Cast TopK Cast',
  ],
  ['int32[2,3] a, int32[3] b => bool[2,3] y', 'y = Less (a, b)', 9, 8, 'Cast Cast Less'],
  ['int64[2,3,4] x => int64[6,4] y', 'y = Flatten <axis = 2> (x)', 9, 8, 'Reshape'],
  ['int64[2,3] x => int64[2,3] y', 'y = Flatten (x)', 9, 8, 'Reshape'],
  ['int64[2] x => int64[2] y', 'c = Constant <value = int64[2] {3, 4}> ()\ny = Add (x, c)', 9, 8, 'Add'],
  ['float[2,3] a, float[3] b => float[2,3] y', 'y = Max (a, b)', 8, 7, 'Add Max'],
  [
    'bool[3] x => bool[5] y',
    'p = Constant <value_ints = [1, 1]> ()\nv = Constant <value = bool {1}> ()\ny = Pad (x, p, v)',
    13,
    12,
    'Cast Cast Pad Cast',
  ],
  ['float16[3] x => float16[3] y', 'k = Constant <value_int = 0> ()\ny = CumSum (x, k)', 14, 13, 'Cast CumSum Cast'],
];

const MEANINGS: typeof ROWS = [
  ['float[2,4] x => int64[1,4] y', 'y = ArgMax <select_last_index = 1> (x)', 12, 11, 'Gather ArgMax Sub'],
  [
    'int64[2,4] x => int64[2] y',
    'y = ArgMin <axis = -1, keepdims = 0, select_last_index = 1> (x)',
    13,
    11,
    'Gather ArgMin Sub',
  ],
  [
    'float[6] x => float[2] y, int64[2] i',
    'k = Constant <value = int64[1] {2}> ()\ny, i = TopK <largest = 0> (x, k)',
    11,
    10,
    'Neg TopK Neg',
  ],
  [
    'int64[5] i => float[5,2] y',
    'd = Constant <value = int64 {2}> ()\nv = Constant <value = float[2] {0, 1}> ()\ny = OneHot (i, d, v)',
    11,
    10,
    'Reshape Less Add Where Less Where OneHot',
  ],
];

describe('what an older version means otherwise is said in other words', () => {
  for (const [graph, nodes, from, to, gives] of MEANINGS)
    test(`${graph}: ${nodes} from ${from} to ${to}`, async () => {
      await expectSame({ graph, nodes, from, to, gives });
    });
});

test('of equal ones the last, and negative indices from the end', async () => {
  const last = { graph: 'float[4] x => int64[1] y', nodes: 'y = ArgMax <select_last_index = 1> (x)', from: 12, to: 11 };
  expect(await run(last, [Tensor.of('float32', [4], [1, 7, 7, 2])])).toEqual([2]);
  const nodes = 'd = Constant <value = int64 {2}> ()\nv = Constant <value = float[2] {0, 1}> ()\ny = OneHot (i, d, v)';
  const rows = { graph: 'int64[4] i => float[4,2] y', nodes, from: 11, to: 10 };
  expect(await run(rows, [Tensor.of('int64', [4], [-1, 0, -3, 2])])).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
});

describe('what an older version does not take is computed in a type that holds it', () => {
  for (const [graph, nodes, from, to, gives] of ROWS)
    test(`${graph}: ${nodes} from ${from} to ${to}`, async () => {
      await expectSame({ graph, nodes, from, to, gives });
    });
});

/** Converts and runs; `given` are the inputs, in order. */
async function run(
  step: { graph: string; nodes: string; from: number; to: number },
  given: readonly Tensor[],
): Promise<readonly number[] | undefined> {
  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems).toEqual([]);
  const inputs = new Map(model.graph.inputs.map((value, k) => [value.name ?? '', given[k] as Tensor]));
  return (await runModel(encodeOnnx(model), inputs)).get('y')?.numbers();
}

const INFINITIES = [Number.NaN, 1, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2];

test('floats are equal as before, NaN to nothing and both zeros to each other', async () => {
  const step = { graph: 'float[6] a, float[6] b => bool[6] y', nodes: 'y = Equal (a, b)', from: 11, to: 10 };
  const other = [Number.NaN, 1, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN];
  const given = [Tensor.of('float32', [6], INFINITIES), Tensor.of('float32', [6], other)];
  expect(await run(step, given)).toEqual([0, 1, 1, 1, 0, 0]);
});

test.each(['Less', 'Greater'])('integers that no float holds compare by their halves: %s', async (op) => {
  const most = 2n ** 63n - 1n;
  const pairs: readonly (readonly [bigint, bigint])[] = [
    [most, most - 1n],
    [most - 1n, most],
    [-most, -most - 1n],
    [-1n, 0n],
    [-(2n ** 32n), -(2n ** 32n) - 1n],
    [2n ** 32n, 2n ** 32n - 1n],
    [-5n, -5n],
    [2n ** 53n, 2n ** 53n + 1n],
  ];
  const step = { graph: 'int64[8] a, int64[8] b => bool[8] y', nodes: `y = ${op} (a, b)`, from: 9, to: 8 };
  const given = [0, 1].map((k) =>
    Tensor.of(
      'int64',
      [8],
      pairs.map((pair) => pair[k] as bigint),
    ),
  );
  const wanted = pairs.map(([a, b]) => Number(op === 'Less' ? a < b : a > b));
  expect(await run(step, given)).toEqual(wanted);
});

test('powers of integers are whole', async () => {
  const step = { graph: 'int32[4] a, int32[4] b => int32[4] y', nodes: 'y = Pow (a, b)', from: 12, to: 11 };
  const given = [Tensor.of('int32', [4], [3, 7, -2, 10]), Tensor.of('int32', [4], [19, 11, 31, 9])];
  expect(await run(step, given)).toEqual([1162261467, 1977326743, -2147483648, 1000000000]);
});

test('what Cast does not give in the older opset is refused', () => {
  const step = { graph: 'float[2] x => float8e5m2[2] y', nodes: 'y = Cast <to = 19> (x)', from: 19, to: 18 };
  expect(refusals(step)[0]?.message).toMatch(/^Cast needs opset 19: at opset 18: Cast does not give float8e5m2/);
});

describe('opsets that are newer than the runtime', () => {
  test('shifts of signed integers, and by more than there are bits', async () => {
    const x = [-8, -8, -8, -1, 127, 127, -128, 5];
    const amounts = [1, 9, -1, 3, 1, 7, 7, 100];
    const given = [Tensor.of('int8', [8], x), Tensor.of('int8', [8], amounts)];
    const shift = (direction: string) => ({
      graph: 'int8[8] a, int8[8] b => int8[8] y',
      nodes: `y = BitShift <direction = "${direction}"> (a, b)`,
      from: 28,
      to: 22,
    });
    expect(await run(shift('RIGHT'), given)).toEqual([-4, -1, -1, -1, 63, 0, -1, 0]);
    expect(await run(shift('LEFT'), given)).toEqual([-16, 0, 0, -8, -2, -128, 0, 0]);
  });

  test('shifts of unsigned integers by constants that fit stay as they are', () => {
    const nodes = 's = Constant <value = uint8[2] {1, 7}> ()\ny = BitShift <direction = "LEFT"> (a, s)';
    const { model } = convertOpset(modelOf({ graph: 'uint8[2] a => uint8[2] y', nodes, from: 28 }), 27);
    expect([...model.graph.nodes].map(({ op }) => op)).toEqual(['Constant', 'BitShift']);
  });

  test('the remainder of floats has the sign of the divisor', async () => {
    const step = { graph: 'float[6] a, float[6] b => float[6] y', nodes: 'y = Mod (a, b)', from: 28, to: 26 };
    const a = Tensor.of('float32', [6], [-4.3, 7.2, 5, 4.3, -7.2, 8]);
    const b = Tensor.of('float32', [6], [2.1, -3.4, 8, -2.1, 3.4, -5]);
    const rests = await run(step, [a, b]);
    expect(rests?.map((rest) => rest.toFixed(5))).toEqual([
      '2.00000',
      '-3.00000',
      '5.00000',
      '-2.00000',
      '3.00000',
      '-2.00000',
    ]);
  });

  test('ranges of half floats are added up in float32', async () => {
    const step = {
      graph: 'float16 a, float16 b, float16 c => float16[n] y',
      nodes: 'y = Range (a, b, c)',
      from: 27,
      to: 26,
    };
    const given = [0, 1, 0.25].map((number) => Tensor.of('float16', [], [number]));
    expect(await run(step, given)).toEqual([0, 0.25, 0.5, 0.75]);
    const own = { ...step, nodes: 'y = Range <stash_type = 0> (a, b, c)' };
    expect(refusals(own).map(({ message }) => message)).toEqual(['Range needs opset 27: it adds up in float16.']);
  });

  test('blocks come before channels where the mode says so', async () => {
    const step = {
      graph: 'float[1,1,2,4] x => float[1,4,1,2] y',
      nodes: 'y = SpaceToDepth <blocksize = 2, mode = "CRD"> (x)',
      from: 28,
      to: 13,
    };
    expect(await run(step, [Tensor.of('float32', [1, 1, 2, 4], [0, 1, 2, 3, 4, 5, 6, 7])])).toEqual([
      0, 2, 1, 3, 4, 6, 5, 7,
    ]);
    const two = { ...step, graph: 'float[1,2,2,2] x => float[1,8,1,1] y' };
    const inOrder = await run(two, [Tensor.of('float32', [1, 2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7])]);
    expect(inOrder).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('doubles go through Celu by Elu', () => {
    const step = { graph: 'double[2] x => double[2] y', nodes: 'y = Celu <alpha = 2.0> (x)', from: 28 };
    const { model, problems } = convertOpset(modelOf(step), 26);
    expect([problems, [...model.graph.nodes].map(({ op }) => op)]).toEqual([[], ['Div', 'Elu', 'Mul']]);
  });
});

test('all bits of unsigned integers are inverted by what is missing to the largest', async () => {
  await expectSame({ graph: 'uint8[3] x => uint8[3] y', nodes: 'y = BitwiseNot (x)', from: 18, to: 17, gives: 'Sub' });
});

test('fills of small types are cast from larger ones', () => {
  const filled = (value: string) => {
    const nodes = `y = ConstantOfShape <value = ${value}> (s)`;
    const graph = `int64[1] s => ${value.split('[')[0]}[n] y`;
    const { model, problems } = convertOpset(modelOf({ graph, nodes, from: 20 }), 19);
    return problems.length > 0 ? 'refused' : [...model.graph.nodes].map(({ op }) => op).join(' ');
  };
  expect(['bfloat16[1] {2}', 'float8e5m2[1] {0}', 'float8e5m2[1] {2}'].map(filled)).toEqual([
    'ConstantOfShape Cast',
    'ConstantOfShape Cast',
    'refused',
  ]);
});

test('a type that nothing tells is named', () => {
  const text = `<ir_version: 8, opset_import: ["" : 10, "acme" : 1]>
    g (float[2] x) => (float[2] y) { a = acme.Op (x)\n y = Clip <min = 0.0> (a) }`;
  const errors = convertOpset(parseModel(text, 'case.onnxtxt'), 11).problems.filter(
    ({ severity }) => severity === 'error',
  );
  expect(errors.map(({ code, message }) => [code, message])).toEqual([
    ['type-unknown', 'The element type of a is not known, and Clip needs it.'],
  ]);
});
